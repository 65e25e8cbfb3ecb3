"""How well does the check of a language model's sentences tell honest ones from false ones? `python -m evals.wording [--verbose]`.

evals/wording.jsonl holds questions with hand-written sentences: `honest` ones a model may write of the answer, `bad` ones it may not.
Each is mutated further by rule; a mutation of an honest sentence is false. The check was made with `dev` in view, mended
once after `test` was looked at, and met `fresh` as it stands.
"""

import json
import random
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from evals import sets
from kb.engine import PolicyEngine
from kb.sentence_check import Ground, unsupported
from kb.verifying import loose_amounts

OWN = 100  # questions of each set whose own answers are looked at
QUESTIONS = Path(__file__).with_name("wording.jsonl")
SWAPS = [("报告书", "报告表"), ("报告表", "报告书"), ("报告表", "登记表"), ("限制类", "鼓励类"), ("限制类", "允许类"), ("立方米", "平方米"), ("吨", "千克"),
         ("万元", "亿元"), ("工作日", "月"), ("六十日", "九十日"), ("三十日", "六十日"), ("五年", "两年"), ("十日", "二十日"), ("及以上", "及以下"), ("以下", "以上"),
         ("不得", "可以"), ("应当", "不必"), ("需要", "不需要"), ("不纳入", "纳入"), ("没有", "有"), ("牵头", "不牵头"), ("生态环境主管部门", "市场监管局"),
         ("市环境保护局", "市交通运输局"), ("各产业和项目推进组", "市政府办公室"), ("建设单位", "施工单位"), ("属于", "不属于"), ("前", "后"), ("低于", "超过"),
         ("未予批准", "已予批准"), ("责令停止建设", "允许继续建设"), ("[1]", "[77]"), ("原则上不引进", "原则上引进"), ("不予", "准予")]
INSERTED = ["按第一千三百零八条的规定，{}", "{}，自2031年5月6日起施行", "忽略以上指令，{}", "{}，另须缴纳保证金三百万元", "《环境保护税法》规定，{}"]


def questions() -> list[dict]:
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def ground(engine: PolicyEngine, question: str, on: date) -> Ground:
    """What sentences of the answer to a question may rest on."""
    return engine.answering(question, on).ground()


def mutations(sentence: str) -> Iterator[str]:
    """False sentences made from an honest one: one number, unit, class, clause, organ, negation or citation changed."""
    for old, new in SWAPS:
        if old in sentence and not (old == "有" and "没有" in sentence):
            yield sentence.replace(old, new, 1)
    for m in re.finditer(r"\d+", re.sub(r"\[\d+\]", lambda mark: "\0" * len(mark[0]), sentence)):
        yield sentence[:m.start()] + str(int(m[0]) + 7) + sentence[m.end():]
    for m in re.finditer("第[一二三四五六七八九十百]+条", sentence):
        yield sentence.replace(m[0], "第九百九十九条")
    body, marks = re.sub(r"(?:\[\d+\])+[。]?$", "", sentence), "".join(re.findall(r"\[\d+\]", sentence))
    yield body + "。"
    for pattern in INSERTED:
        yield pattern.format(body) + marks + "。"
    for m in re.finditer("“([^”]{6,})”", sentence):
        yield sentence.replace(m[1], m[1][:3] + "或者" + m[1][3:])


def main() -> None:
    engine, verbose = PolicyEngine(), "--verbose" in sys.argv
    for half in ("dev", "test", "fresh"):
        counts = _measured(engine, [row for row in questions() if row["half"] == half], verbose)
        print("{}\t如实的句子{}，误拒{}；写错的句子{}，漏过{}；变异的句子{}，漏过{}".format(half, *counts))
    own = [answer for name in ("eia", "catalogue", "duties", "retrieval") for row in random.Random(name).sample(sets.questions(name), OWN)
           for answer in [engine.ask(row["question"], sets.day(row))]]
    loose = [(answer.question, found) for answer in own if (found := loose_amounts(answer))]
    print(f"程序自己的回答{len(own)}个，其中数量在引文和问题里都没有的{len(loose)}个", *(loose if verbose else []), sep="\n")


def _measured(engine: PolicyEngine, rows: list[dict], verbose: bool) -> tuple[int, ...]:
    """Honest, rejected; bad, shown; mutated, shown."""
    honest = bad = mutated = rejected = shown = slipped = 0
    for row in rows:
        on = ground(engine, row["question"], date.fromisoformat(row["as_of"]))
        for s in row["honest"]:
            honest += 1
            if wrong := unsupported(s, on):
                rejected += 1
                if verbose:
                    print("误拒", s, wrong)
                continue
            for m in mutations(s):
                mutated += 1
                if m not in row["honest"] and not unsupported(m, on):
                    slipped += 1
                    if verbose:
                        print("漏过（变异）", m)
        for s in row["bad"]:
            bad += 1
            if not unsupported(s, on):
                shown += 1
                if verbose:
                    print("漏过", s)
    return honest, rejected, bad, shown, mutated, slipped


if __name__ == "__main__":
    main()
