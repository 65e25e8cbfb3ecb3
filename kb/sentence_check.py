"""May this sentence, written by a language model, be shown? Only if everything it claims stands in a clause it cites, in the
findings or in the question — and it does not say otherwise than the determination.

Four layers, each enough to reject: form (a citation, no markup), look-up (quotes, amounts, dates, clause numbers, titles, classes,
documents, organs), agreement (the determination, comparisons, who leads), and wording (kb.alignment: no more than a line says).
"""

import re
from dataclasses import dataclass, field
from functools import cached_property

from kb import claims
from kb.alignment import Line, follows, without_plain
from kb.claims import Amount, normal
from kb.models import Answer, Citation, Document
from kb.quantities import compare, quantities, thresholds

LONGEST = 300  # characters of a sentence
MARKUP = re.compile(r"https?:|www\.|[<>|`#�\x00-\x08\x0b-\x1f]|!\[|\]\(|\*\*\*|\[(?!\d{1,3}\])")
BELOW_ITSELF = ("不足", "低于", "小于", "少于", "不到")
HAN = re.compile(r"[一-鿿]")
OF_RULE = re.compile("的[，,：]|的(?:编制|填报|属|列|应|须|需|要|，)")  # …的，编制报告书: a rule, not this project
LISTED = re.compile(r"报告书、|报告表、|书和|书或者?|表或者?|书、表")
LEADING = re.compile(r"(?:牵头(?:单位|部门)?|主办(?:单位)?)[：:]([^；;）)]*?)(?=[，,]?(?:责任|配合|协办)|[；;）)]|$)")
BY = re.compile(r"由([^，。；由]{2,20}?)牵头(?:负责)?")
ROW = re.compile(r"\||\*\*结论|- (?:\*\*(?:报告书|报告表|登记表)\*\*|若)")  # of the findings: each says one thing, in cells
ENDS = re.compile(r"(?<=[。；！？!?\n])")
STATEMENT = re.compile(r"(?<=[。；])")


@dataclass
class Ground:
    """What a sentence may rest on: the quotes it cites, the findings as the program words them, the question."""

    answer: Answer
    documents: dict[str, Document]
    question: str
    findings: list[str] = field(default_factory=list)  # paragraphs of the program's own answer

    def cited(self, marks: set[int]) -> list[Citation]:
        return [c for c in self.answer.citations if c.n in marks]

    def text(self, marks: set[int]) -> str:
        """Everything a sentence with these marks may draw on."""
        cited = self.cited(marks)
        days = [day for c in cited for d in [self.documents[c.doc_id]] for day in (d.in_force_from, d.in_force_to, d.issued) if day]
        return "\n".join([self.question, *self.findings, *(f"{c.doc_title} {c.label} {c.doc_number or ''} {c.edition or ''}\n{c.quote}" for c in cited),
                          *(f"{day.year}年{day.month}月{day.day}日" for day in days)])

    def titles(self, marks: set[int]) -> set[str]:
        """The titles under which the cited documents go."""
        held = [self.documents[c.doc_id] for c in self.cited(marks)]
        return {normal(n) for d in held for n in (d.title, d.title.removeprefix("中华人民共和国"), *d.aliases)}

    def lines(self, marks: set[int]) -> list[Line]:
        """The same, line by line: cells of a list and rows of the findings, paragraphs of clauses, the question."""
        found = [*(Line(piece, "question") for piece in ENDS.split(self.question) if piece.strip()), *self._finding_lines]
        for c in self.cited(marks):
            kind, class_ = self.documents[c.doc_id].kind, re.match("(?:鼓励|限制|淘汰)类", c.label)
            for piece in filter(str.strip, c.quote.split("\n")):
                if class_ or kind == "eia_list" and "。" not in piece:
                    found += [Line(f"{c.label}：{cell}", "cells") for cell in _alternatives(piece)]
                else:
                    found.append(Line(f"{c.label}：{piece}", "clause"))
        return found

    @cached_property
    def _finding_lines(self) -> list[Line]:
        found = []
        for row in "\n".join(self.findings).split("\n"):
            if ROW.match(row):
                found.append(Line(row.replace("|", "；"), "conclusion" if row.startswith("**结论") else "cells"))
            else:
                found += [Line(piece) for piece in STATEMENT.split(row) if piece.strip()]
        return found


def _alternatives(cell: str) -> list[str]:
    """报告书：甲；乙 → 报告书：甲, 报告书：乙."""
    head, colon, rest = cell.rpartition("：") if re.match("(?:报告书|报告表|登记表)：", cell) else ("", "", cell)
    return [f"{head}{colon}{part}" for part in rest.split("；")]


def unsupported(sentence: str, ground: Ground) -> list[str]:
    """Why the sentence may not be shown, in words a model can mend it by; empty when it may."""
    marks, plain = {int(n) for n in claims.MARK.findall(sentence)}, claims.MARK.sub("", sentence)
    if wrong := _form(sentence, plain, marks, ground):
        return wrong
    if wrong := [*_looked_up(plain, ground.text(marks), marks, ground), *_verdict(plain, ground), *_leading(plain, ground.lines(marks))]:
        return wrong
    compared, wrong = _compared(plain, ground)
    if wrong:
        return wrong
    said = [compared, BY.sub(r"牵头单位：\1", compared)]
    return [] if any(follows(s, ground.lines(marks), _conditional(plain)) for s in dict.fromkeys(said)) else ["说法与所引条文、结论或问题的字句对不上"]


def _form(sentence: str, plain: str, marks: set[int], ground: Ground) -> list[str]:
    if not marks:
        return ["没有引文标注"]
    if missing := marks - {c.n for c in ground.answer.citations}:
        return [f"引文[{min(missing)}]不存在"]
    if len(sentence) > LONGEST or MARKUP.search(sentence):
        return ["太长，或含有标记、网址、乱码"]
    return [] if len(HAN.findall(plain)) >= 4 else ["不是一句完整的话"]


def _looked_up(plain: str, source: str, marks: set[int], ground: Ground) -> list[str]:
    """Whatever can be looked up is looked up."""
    found = [f"“{q}”不是所引条文的原话" for q in claims.quotes(plain) if not any(q in c.quote for c in ground.cited(marks))]
    found += [f"《{t}》不是所引的文件" for t in claims.titles(plain) - ground.titles(marks) - claims.titles(source)]
    counts = claims.counted(source)
    found += [f"{kind}“{x}”没有出处" for kind, x in (
        *(("日期", d) for d in claims.dates(plain) - claims.dates(source)),
        *(("条款", r) for r in claims.references(plain) - claims.references(source)),
        *(("数字", f"{a.value}{a.unit}{a.relation}") for a in claims.counted(plain) if not any(
            (k.value, k.unit) == (a.value, a.unit) and a.relation in ("", k.relation) for k in counts)),
        *(("机关", o) for o in claims.organs(plain) if normal(o) not in normal(source)),
        *(("说法", w) for w in _decided(plain) - _decided(source)))]
    known, mine = claims.amounts(source), claims.amounts(plain)
    comparing = any(w in plain for w in claims.words()["grammar"]["misses"])
    for a in mine:
        below = comparing and not _decided(plain) and any(_same(a, k) and k.bound in claims.opposite(a.bound) for k in known)  # 低于10吨, of 10吨及以上
        if not below and not any(_same(a, k) and k.bound == a.bound for k in known):
            found.append(f"数量“{a.value}{a.unit}{a.bound}”没有出处")
    return found


def _same(a: Amount, k: Amount) -> bool:
    return a.value == k.value and a.unit == k.unit and a.per in (None, k.per)


def _decided(text: str) -> set[str]:
    return claims.named(text, "documents") | claims.named(text, "classes")


def _conditional(text: str) -> bool:
    """Does it speak of what would be, or of a rule, rather than of this project? Only where some condition is named at all."""
    said = any(w in text for w in claims.words()["grammar"]["conditions"]) or bool(OF_RULE.search(text))
    return said and len(HAN.findall(without_plain(re.sub("|".join(map(re.escape, [*claims.words()["documents"], *claims.words()["classes"]])), "", text)))) > 1


def _verdict(plain: str, ground: Ground) -> list[str]:
    """Which document or class it asserts or denies of the project, against the determination."""
    found, answer = list[str](), ground.answer
    if _conditional(plain):
        return []
    for kind, determined in (("documents", answer.eia.document if answer.eia else None),
                             ("classes", answer.eligibility.class_ if answer.eligibility else None)):
        for said, value in claims.words()[kind].items():
            for m in re.finditer(re.escape(said), plain):
                before = re.split(r"[，。；：！？,;:]", plain[:m.start()])[-1]
                denied = any(n in before[-9:] for n in claims.words()["grammar"]["negators"])
                asserted = not denied and any(v in before for v in claims.words()["grammar"]["verdicts"])
                if determined == "待定" and (denied or asserted):
                    found.append("结论是待定，不能说定")
                elif determined and (denied and value == determined or asserted and value != determined and not LISTED.search(plain)):
                    found.append(f"与结论“{determined}”不一致")
    return found


def _leading(plain: str, lines: list[Line]) -> list[str]:
    """Whoever is said to lead must lead by one of the lines: behind 牵头单位：, or right before 牵头."""
    leads, found = claims.words()["grammar"]["lead"], list[str]()
    for piece in re.split(r"[。；;，,]", plain):
        if not any(w in piece for w in leads):
            continue
        for organ in claims.organs(piece):
            if not any(organ in part for line in lines for part in LEADING.findall(line.text)) and not any(
                    re.search(rf"{re.escape(organ)}(?:负责)?(?:{'|'.join(leads)})", line.text) for line in lines):
                found.append(f"“{organ}”没有被列为牵头")
    return found


def _compared(plain: str, ground: Ground) -> tuple[str, list[str]]:
    """A comparison of the project's amount with a limit is computed; the sentence without its words of comparing, and what is wrong."""
    grammar, limits = claims.words()["grammar"], thresholds(claims.bare(plain))
    missing = next((w for w in grammar["misses"] if w in plain), None)
    meeting = next((w for w in grammar["meets"] if w in plain), None)
    if not limits or not (missing or meeting) or _conditional(claims.QUOTE.sub("", plain)):
        return plain, []
    own = [q for q in quantities(claims.bare(plain)) if not q.bound] or quantities(ground.question)
    results = [(limit, done.holds) for limit in limits for q in own if (done := compare(q, limit)) is not None]
    if not results:
        return plain, []
    for limit, holds in results:
        own_limit = missing in BELOW_ITSELF and not re.search("以上|以下|不含|含", limit.text)  # 低于10吨: the word itself is the limit
        if holds is not (not missing or own_limit):
            return plain, ["与数量的比较结果不一致"]
    for word in filter(None, (missing, meeting)):
        plain = plain if word in ("符合", "不符合") else plain.replace(word, "，" if word in ("在", "属于") else "")
    return plain, []
