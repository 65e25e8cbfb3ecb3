"""The project's encoder: read from the bundled file, changed by the difference, built for use without torch."""

import json
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from kb.embedding import BundledE5, TrainedEncoder
from kb.encoder.build import build, cut_vocabulary
from kb.encoder.difference import FILE, apply_difference, write_difference
from kb.encoder.export import LONGEST, bert_model, fast_tokenizer
from kb.encoder.weights import bundled_file, read_weights
from kb.errors import SettingsError
from kb.scope import FILE as SCOPE
from kb.settings import settings
from tests.conftest import run

TEXTS = ["没批环评就开工怎么罚", "年产3万立方米刨花板（含胶）做报告书还是报告表？", "建设单位未依法报批建设项目环境影响报告书、报告表，擅自开工建设的。"]


@pytest.fixture(scope="module")
def weights():
    return read_weights(bundled_file())


def encode(weights, texts):
    """Mean-pooled, normalised vectors of the torch model."""
    import torch

    tokenizer = fast_tokenizer(weights)
    batch = tokenizer(["query: " + t for t in texts], padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
    with torch.inference_mode():
        hidden = bert_model(weights)(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    pooled = (hidden * mask).sum(1) / mask.sum(1)
    return torch.nn.functional.normalize(pooled, dim=-1).numpy()


def test_the_file_read_as_torch_agrees_with_the_engine(weights):
    engine = np.array([BundledE5().get_query_embedding(t) for t in TEXTS])
    assert (encode(weights, TEXTS) * engine).sum(axis=1).min() > 0.999


def test_a_cut_vocabulary_cuts_chinese_into_the_same_pieces(weights, shipped):
    whole, cut = fast_tokenizer(weights), fast_tokenizer(cut_vocabulary(weights))
    assert len(cut) < len(whole) / 5
    texts = [text for *_, text, _ in shipped.passages()][::40]
    same = sum(whole.convert_ids_to_tokens(whole(t)["input_ids"]) == cut.convert_ids_to_tokens(cut(t)["input_ids"]) for t in texts)
    assert same / len(texts) > 0.98  # the rest holds rare Latin words or symbols


def test_a_low_rank_change_survives_writing(weights, tmp_path):
    rng = np.random.default_rng(1)
    name = "encoder.layer.0.output.dense.weight"
    shape = weights.tensors[name].shape
    change = {name: (rng.normal(size=(shape[0], 4)) @ rng.normal(size=(4, shape[1]))).astype(np.float32) / 100}
    write_difference(change, 4, tmp_path / "d.npz")
    got = apply_difference(weights.tensors, tmp_path / "d.npz")[name] - weights.tensors[name]
    assert np.abs(got - change[name]).max() < 1e-3


def test_what_ships_is_small_and_has_a_card():
    assert FILE.stat().st_size <= 4 * 2**20
    card = json.loads((FILE.parent / "training.json").read_text(encoding="utf-8"))
    assert card["written"] >= 1500 and card["seed"] and card["steps"]


def test_the_built_encoder_is_the_trained_one_in_eight_bits(weights, tmp_path):
    started = time.monotonic()
    folder = build(tmp_path)
    assert time.monotonic() - started < 60
    assert sum(f.stat().st_size for f in folder.iterdir()) <= 60e6
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]
    assert build(tmp_path) == folder
    torch_vectors = encode(replace(weights, tensors=apply_difference(weights.tensors)), TEXTS)
    ours = np.array([TrainedEncoder(tmp_path).get_query_embedding(t) for t in TEXTS])
    assert (torch_vectors * ours).sum(axis=1).min() > 0.95


def test_a_vector_does_not_depend_on_its_batch(shipped):
    model = TrainedEncoder(settings().home)
    together = model.get_text_embedding_batch([*TEXTS, "很长的一段" * 60])
    assert together[:3] == [model.get_text_embedding(t) for t in TEXTS]


def test_a_failed_build_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("kb.encoder.build.write_model", lambda *_: (_ for _ in ()).throw(OSError("磁盘满")))
    with pytest.raises(OSError):
        build(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_weights_is_one_sentence(tmp_path):
    (tmp_path / "x.bin").write_bytes(b"GGUF" + b"\0" * 100)
    with pytest.raises(SettingsError, match="不是可识别的权重文件"):
        read_weights(tmp_path / "x.bin")


def test_an_answer_needs_no_torch(shipped):
    code = ("import sys; from kb.engine import PolicyEngine; a = PolicyEngine().ask('搅拌站要办什么环评'); "
            "assert a.citations; print(sorted({'torch', 'transformers', 'gradio'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_training_program_runs(shipped, tmp_path):
    done = subprocess.run([sys.executable, "-m", "evals.encoder.train", "--quick", "--out", str(tmp_path / "d.npz")],
                          capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    card = json.loads((tmp_path / "training.json").read_text(encoding="utf-8"))
    assert card["steps"] >= 1 and (tmp_path / "d.npz").stat().st_size > 1e6


def test_export_opens_in_sentence_transformers(tmp_path):
    from sentence_transformers import SentenceTransformer

    done = run("encoder", "export", str(tmp_path / "model"))
    assert done.returncode == 0, done.stderr
    model = SentenceTransformer(str(tmp_path / "model"), device="cpu")
    ours = np.array([TrainedEncoder(settings().home).get_query_embedding(t) for t in TEXTS])
    assert (model.encode_query(TEXTS, normalize_embeddings=True) * ours).sum(axis=1).min() > 0.95
    again = run("encoder", "export", str(tmp_path / "model"))
    assert again.returncode == 1 and "不是空文件夹" in again.stderr


def test_the_scope_detector_is_of_this_encoder():
    detector = json.loads(SCOPE.read_text(encoding="utf-8"))
    assert detector["model"] == TrainedEncoder(settings().home).model_name
