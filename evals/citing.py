"""Does every statement of an answer carry a citation, does the cited clause support it, is every quote verbatim?

Counted by rule, without a model. A statement is a paragraph, a list item or a table row; a head (“**…**原文：”) belongs to
what follows it. Questions to the user, warnings and notes on coverage, and answers that conclude nothing need no citation.
A citation supports its statement when every figure, every “quoted word” and every conclusion (报告表, 限制类) of the statement
stands in a clause cited there, in its document's name, or in the question itself.
"""

import re

from kb.models import Answer, Citation
from kb.store import Store

MARK = re.compile(r"(?<!\\)\[(\d+)\]")
HEAD = re.compile(r"^[^*|>\n]{0,40}\*\*.*\*\*(?:（[^（）]*(?:（[^（）]*）[^（）]*)*）)?(?:原文：)?$|：$", re.S)
RULE = re.compile(r"\|[-|]+\|$")  # the line under the head of a table
FIGURE = re.compile(r"\d+(?:\.\d+)?")
QUOTED = re.compile(r"“([^”]{2,40})”")
VERDICTS = re.compile(r"结论：(?:需要[编填]制环境影响|需要)?(报告书|报告表|登记表|限制类|鼓励类|淘汰类|允许类)")
FREE = re.compile(r"^\*\*请补充|^以上为条文原文|^\*\*结论：待定|^关于“|没有写|没有收录|^（|不能据此|^- \*\*[^*]*\*\*：[^\[]*(?:没有定义|没有与项目)")
ESCAPE = re.compile(r"\\([\\`*_#<>\[\]|~])")


def statements(answer: Answer) -> list[str]:
    """The answer's statements that need a citation, heads joined to what they head."""
    free, found, head = {w.strip() for w in [*answer.warnings, *answer.questions]}, [], ""
    for block in re.split(r"\n\n+", answer.text):
        parts = block.split("\n") if re.match(r"[-|]", block) else [block]
        parts = parts[2:] if len(parts) > 1 and RULE.match(parts[1]) else parts
        for part in parts:
            if part.strip() in free or FREE.search(part):
                continue
            if HEAD.search(part) and not MARK.search(part):
                head = part
                continue
            found.append(f"{head}\n{part}" if part.startswith(">") else part)
            head = ""
    return found if answer.status in ("answered", "conditional") else [s for s in found if MARK.search(s)]


def count(answer: Answer, store: Store) -> dict[str, int]:
    """How many statements need a citation and have one, citations and how many support, quotes and how many are verbatim."""
    clauses = store.clauses_by_id({c.clause_id for c in answer.citations})
    by_n = {c.n: c for c in answer.citations}
    tally = dict.fromkeys(("need", "have", "cites", "support"), 0)
    for statement in statements(answer):
        marks = [by_n[int(n)] for n in MARK.findall(statement) if int(n) in by_n]
        tally["need"] += 1
        tally["have"] += bool(marks)
        tally["cites"] += len(marks)
        held = "".join(_held(c, clauses[c.clause_id].text if c.clause_id in clauses else "") for c in marks)
        tally["support"] += len(marks) if marks and not unsupported(statement, held + answer.question + str(answer.as_of)) else 0
    verbatim = sum(c.clause_id in clauses and bool(c.quote) and c.quote in clauses[c.clause_id].text for c in answer.citations)
    return tally | {"quotes": len(answer.citations), "verbatim": verbatim}


def unsupported(statement: str, held: str) -> list[str]:
    """The figures, quoted words and conclusions of a statement that what is held does not contain."""
    said = ESCAPE.sub(r"\1", MARK.sub("", statement))
    if quote := re.search(r"^> ", said, re.M):
        body = re.sub(r"^> ?", "", said[quote.start():].replace("  \n", "\n"), flags=re.M).strip()
        return [] if body in held else [body[:30]]
    plain, held = re.sub(r"[\s,，]", "", said), re.sub(r"[\s,，]", "", held)
    wanted = [*FIGURE.findall(plain), *QUOTED.findall(plain), *VERDICTS.findall(plain)]
    figures = set(FIGURE.findall(held))
    return [w for w in wanted if (w not in figures and not _converted(w, figures) if FIGURE.fullmatch(w)
                                  else w not in held and not all(part in held for part in w.split("、")))]


def _held(c: Citation, text: str) -> str:
    return "\n".join(filter(None, [text, c.label, c.doc_title, c.doc_number, c.edition, c.clause_id]))


def _converted(figure: str, figures: set[str]) -> bool:
    """Is it the same amount in 万, 亿, 千 or 百 (33万伏, 330千伏)?"""
    return any(abs(float(figure) * 10.0 ** k - float(f)) < 1e-9 * max(1.0, float(f)) for f in figures for k in range(-8, 9))
