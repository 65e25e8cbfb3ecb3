"""Does the evaluation measure what it says, and does the product stay within the bounds of evals/bounds.toml?"""

import json
import tomllib
from collections import defaultdict

import numpy as np
import pytest

from evals import check as checking
from evals import citing, figures, reading
from evals.asking import ask_all
from evals.baselines import Passage
from evals.intervals import ratio, share
from evals.outcome import Outcome
from evals.printing import README, summary
from evals.report import write
from evals.run import rows_of
from evals.sets import FOLDER, KINDS, TODAY, questions
from kb.models import Citation


@pytest.fixture(scope="module")
def outcomes(engine):
    return ask_all(engine, rows_of(quick=True), "回归")


def test_the_figures_stay_within_their_bounds(outcomes):
    with (FOLDER / "bounds.toml").open("rb") as f:
        bounds = tomllib.load(f)
    held = defaultdict(list)
    for o in outcomes:
        held[o.set].append(o)
    got = {name: {v: np.mean([o.verdict == v for o in found]) for v in ("right", "wrong")} for name, found in held.items()}
    got["citations"] = figures.citations(outcomes)[-1]
    crossed = [f"{name} {figure} {got[name][figure]:.3f}" for name, bound in bounds.items()
               for figure, limit in [*bound.get("least", {}).items()] if got[name][figure] < limit]
    crossed += [f"{name} {figure} {got[name][figure]:.3f}" for name, bound in bounds.items()
                for figure, limit in [*bound.get("most", {}).items()] if got[name][figure] > limit]
    assert not crossed


def test_every_gold_can_be_read_off_the_corpus(shipped):
    assert checking.check(shipped) == []


@pytest.mark.parametrize("name, change, said", [
    ("eia", {"document": "登记表", "rows": [61]}, "没有登记表一格"), ("eia", {"rows": [999]}, "名录没有"),
    ("catalogue", {"class": "淘汰类"}, "不是淘汰类"), ("duties", {"lead_units": ["市气象局"], "clause_ids": ["work-plan/2.4.1"]}, "条款里没有市气象局"),
    ("retrieval", {"gold": ["code-2026/9999"]}, "没有条款"), ("retrieval", {"gold": []}, "gold"),
    ("premises", {"says": ["七个工作日内"], "clauses": ["work-plan/2.4.1"]}, "条款里没有“七个工作日内”"), ("premises", {"absent": "eia-2021/60"}, "存在"),
    ("refusals", {"lacking": "循环经济促进法"}, "已收录"), ("temporal", {"stale": ["code-2026"], "as_of": "2026-11-24"}, "不能算作失效")])
def test_a_gold_that_cannot_be_read_is_named(shipped, monkeypatch, name, change, said):
    row = {**questions(name)[0], **change}
    monkeypatch.setattr(checking, "questions", lambda asked: [row] if asked == name else [])
    assert any(said in fault for fault in checking.check(shipped))


def test_both_halves_are_of_one_size_and_no_question_is_in_two():
    for name in ("premises", "temporal", "refusals"):
        halves = [q["split"] for q in questions(name)]
        assert len(halves) >= 40 and abs(halves.count("dev") - halves.count("test")) <= 2
    everything = [(q["question"], q.get("as_of")) for name in KINDS for q in questions(name)]
    assert len(everything) - len(set(everything)) == 0


@pytest.fixture
def answer(engine):
    return engine.ask("木家具厂，年用溶剂型油漆8吨，没有电镀，环评做什么？", TODAY)


def test_a_good_answer_is_cited_supported_and_verbatim(answer, shipped):
    got = citing.count(answer, shipped)
    assert got["need"] == got["have"] > 5 and got["support"] == got["cites"] > 5 and got["quotes"] == got["verbatim"] > 3


def test_a_missing_mark_a_false_figure_and_an_altered_quote_are_seen(answer, shipped):
    good = citing.count(answer, shipped)
    unmarked = answer.model_copy(update={"text": answer.text.replace("第36项[1]", "第36项")})
    assert citing.count(unmarked, shipped)["have"] == good["have"] - 1
    false = answer.model_copy(update={"text": answer.text.replace("10吨及以上的 [2] |", "73吨及以上的 [2] |", 1)})
    assert citing.count(false, shipped)["support"] < good["support"]
    concluded = answer.model_copy(update={"text": "**结论：鼓励类** [1]"})
    assert citing.count(concluded, shipped)["support"] == 0
    citation = Citation(**{**answer.citations[0].model_dump(), "quote": answer.citations[0].quote + "等"})
    altered = answer.model_copy(update={"citations": [citation, *answer.citations[1:]]})
    assert citing.count(altered, shipped)["verbatim"] == good["verbatim"] - 1


def test_intervals_cover_and_keep_wordings_together():
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(60):
        hits = list(rng.random(200) < 0.3)
        got = share([str(n) for n in range(200)], hits)
        covered += got["low"] <= 0.3 <= got["high"]
    assert covered >= 52  # of 60, for a 95% interval
    alone, together = share(list(map(str, range(30))), [n % 2 == 0 for n in range(30)]), share([str(n // 3) for n in range(30)], [n // 3 % 2 == 0 for n in range(30)])
    assert together["high"] - together["low"] > alone["high"] - alone["low"]
    assert ratio(list(map(str, range(100))), [n < 30 for n in range(100)], [n < 10 for n in range(100)])["value"] == pytest.approx(30.5 / 10.5)


def test_what_a_passage_gives(shipped):
    row = {"rows": [36], "document": "报告书", "status": "answered"}
    passages = [Passage(("eia-2021/36", "eia-2021/37"), 0.9)]
    question = "木质家具厂年用溶剂型涂料（含稀释剂）12吨"
    assert reading.plain("eia", row, question, passages, 0.5, shipped) == "right"
    assert reading.plain("eia", {**row, "document": "报告表"}, question, passages, 0.5, shipped) == "wrong"
    assert reading.plain("eia", row, question, passages, 0.95, shipped) == "unanswered"
    assert reading.perfect("eia", row, passages) and not reading.perfect("eia", {**row, "rows": [36, 67]}, passages)
    assert reading.plain("refusals", {"expected": "refused"}, "天气", passages, 0.5, shipped) == "wrong"


def test_the_report_needs_nothing_else_and_keeps_the_unseen_half_closed(tmp_path):
    def failed(split: str, question: str) -> Outcome:
        return Outcome(set="eia", id="e1", split=split, kind="报告书", wording=0, question=question, verdict="wrong", gold="报告书", got="<b>", marks={"文件": False})

    result = {"made": {"date": "2026-11-25", "machine": "机", "questions": 2, "wordings": 2, "seconds": 1}, "sets": [], "kinds": [], "conditions": [],
              "citations": [{"title": "全部", "exact": 1.0, "recall": 1.0, "precision": 1.0, "quotes": 3}]}
    shown = [failed("dev", "开发题"), failed("test", "保密题")]
    write(result, shown, tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "开发题" in page and "保密题" not in page and "e1 错" in page and "&lt;b&gt;" in page
    assert "<svg" in page and "src=" not in page and "@import" not in page and "<link" not in page
    write(result, shown, tmp_path / "r.html", open_test=True)
    assert "保密题" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_the_readme_shows_the_figures_of_the_last_whole_run():
    readme = README.read_text(encoding="utf-8")
    results, bench = FOLDER / "results.json", FOLDER / "bench.json"
    if results.is_file():
        assert summary(json.loads(results.read_text(encoding="utf-8"))) in readme
        assert (FOLDER / "report.html").stat().st_size < 2_000_000
    if bench.is_file():
        assert json.loads(bench.read_text(encoding="utf-8"))["markdown"] in readme
    assert "<!-- make eval -->" in readme and "<!-- /make bench -->" in readme
