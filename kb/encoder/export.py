"""The bundled weights as a sentence-transformers model: for training, for evaluation, and for other tools."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from kb.encoder.difference import apply_difference
from kb.encoder.weights import Weights, bundled_file, read_weights

PROMPTS = {"query": "query: ", "document": "passage: "}
LONGEST = 512  # tokens


def export(folder: Path, trained: bool = False) -> Path:
    """Write the bundled encoder, or with `trained` the project's own, to a folder that SentenceTransformer(folder) opens."""
    weights = read_weights(bundled_file())
    if trained:
        weights = replace(weights, tensors=apply_difference(weights.tensors))
    with tempfile.TemporaryDirectory() as scratch:
        sentence_transformer(weights, Path(scratch)).save(str(folder))
    return folder


def sentence_transformer(weights: Weights, scratch: Path) -> Any:
    """A SentenceTransformer (mean pooling, normalised) of these weights; `scratch` holds its transformer part."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer

    bert_model(weights).save_pretrained(scratch)
    fast_tokenizer(weights).save_pretrained(scratch)
    transformer = Transformer(str(scratch), max_seq_length=LONGEST)
    return SentenceTransformer(modules=[transformer, Pooling(weights.hidden, "mean"), Normalize()], prompts=PROMPTS,
                               device="cpu")


def bert_model(weights: Weights) -> Any:
    """The encoder as a transformers BertModel."""
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(vocab_size=len(weights.tensors["embeddings.word_embeddings.weight"]), hidden_size=weights.hidden,
                        num_hidden_layers=weights.layers, num_attention_heads=weights.heads,
                        intermediate_size=weights.intermediate, max_position_embeddings=weights.positions,
                        type_vocab_size=weights.types, layer_norm_eps=weights.epsilon,
                        pad_token_id=weights.special["pad"])
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in weights.tensors.items()}, strict=True)
    return model.eval()


def raw_tokenizer(pieces: list[tuple[str, float]], special: dict[str, int]) -> Any:
    """A unigram tokenizer as SentencePiece's nmt_nfkc: NFKC, runs of spaces as one, words begin with ▁."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=special["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", special["bos"]), ("</s>", special["eos"])])
    return tokenizer


def fast_tokenizer(weights: Weights) -> Any:
    """The tokenizer as transformers knows it."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(tokenizer_object=raw_tokenizer(weights.pieces, weights.special), bos_token="<s>",
                                   eos_token="</s>", pad_token="<pad>", unk_token="<unk>", model_max_length=LONGEST)
