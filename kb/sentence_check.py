"""May this sentence, written by a language model, be shown? Only if everything it claims stands in a clause it cites, in the
findings or in the question — and it does not say otherwise than the determination.

Four layers, each enough to reject: form (a citation, no markup), look-up (quotes, amounts, dates, clause numbers, titles, classes,
documents, organs), agreement (the determination, conditions, roles, negations), wording (no long stretch from nowhere).
"""

import re
from dataclasses import dataclass, field
from functools import cached_property

from kb import claims
from kb.claims import Amount, normal
from kb.models import Answer, Clause, Document

LONGEST = 300  # characters of a sentence
STRETCH = 4  # characters in a row that stand nowhere
SHARE = 0.3  # of a sentence's characters that may stand nowhere
MARKUP = re.compile(r"https?:|www\.|[<>|`#�\x00-\x08\x0b-\x1f]|!\[|\]\(|\*\*\*")
SEGMENT = re.compile(r"[，。；：、！？\n,;:!?]")
STATEMENT = re.compile(r"[。；\n]")
HAN = re.compile(r"[一-鿿]")


@dataclass
class Ground:
    """What a sentence may rest on: the clauses it cites, the findings as the program words them, the question."""

    answer: Answer
    clauses: dict[str, Clause]
    documents: dict[str, Document]
    question: str
    findings: list[str] = field(default_factory=list)  # paragraphs of the program's own answer

    @cached_property
    def said(self) -> str:
        """Question and findings together."""
        return "\n".join([self.question, *self.findings])

    def cited(self, marks: set[int]) -> list[Clause]:
        return [self.clauses[c.clause_id] for c in self.answer.citations if c.n in marks]

    def text(self, marks: set[int]) -> str:
        """Everything a sentence with these marks may draw on."""
        labels = [f"{c.doc_title} {c.label} {c.doc_number or ''} {c.edition or ''}" for c in self.answer.citations if c.n in marks]
        days = [claims_of for d in self._documents(marks) for claims_of in (d.in_force_from, d.in_force_to, d.issued) if claims_of]
        return "\n".join([self.said, *labels, *(c.text for c in self.cited(marks)), *(" ".join(c.path) for c in self.cited(marks)),
                          *(f"{day.year}年{day.month}月{day.day}日" for day in days)])

    def names(self, marks: set[int]) -> set[str]:
        """The titles under which the cited documents go."""
        return {normal(n) for d in self._documents(marks) for n in (d.title, d.title.removeprefix("中华人民共和国"), *d.aliases)}

    def statements(self, marks: set[int]) -> list[str]:
        """What is said in one breath: a line or sentence of a cited clause with its label, a paragraph or row of the findings."""
        found = []
        for c in self.cited(marks):
            class_ = str(c.fields.get("class") or "")
            found += [normal(class_ + piece) for piece in STATEMENT.split(c.text) if piece.strip()] + [normal(class_ + line) for line in c.text.split("\n")]
        rows = [row for paragraph in self.findings for row in paragraph.split("\n") if row.strip()]
        return found + [normal(r) for r in rows]

    def _documents(self, marks: set[int]) -> list[Document]:
        ids = {c.doc_id for c in self.answer.citations if c.n in marks}
        return [d for d in self.documents.values() if d.doc_id in ids]


def unsupported(sentence: str, ground: Ground) -> list[str]:
    """Why the sentence may not be shown, in words a model can mend it by; empty when it may."""
    marks = {int(n) for n in claims.MARK.findall(sentence)}
    if wrong := _form(sentence, marks, ground):
        return wrong
    source, plain = ground.text(marks), claims.MARK.sub("", sentence)
    return [*_looked_up(plain, source, marks, ground), *_agreement(plain, source, marks, ground), *_wording(plain, source)]


def _form(sentence: str, marks: set[int], ground: Ground) -> list[str]:
    if not marks:
        return ["没有引文标注"]
    if missing := marks - {c.n for c in ground.answer.citations}:
        return [f"引文[{min(missing)}]不存在"]
    if len(sentence) > LONGEST or MARKUP.search(sentence) or re.search(r"\[(?!\d{1,3}\])", sentence):
        return ["太长，或含有标记、网址、乱码"]
    return [] if len(HAN.findall(sentence)) >= 4 else ["不是一句完整的话"]


def _looked_up(plain: str, source: str, marks: set[int], ground: Ground) -> list[str]:
    """Whatever can be looked up is looked up."""
    found = [f"“{q}”不是所引条文的原话" for q in claims.quotes(plain) if not any(q in c.text for c in ground.cited(marks))]
    found += [f"《{t}》不是所引的文件" for t in claims.titles(plain) if t not in ground.names(marks) and t not in {normal(x) for x in claims.titles(source)}]
    found += [f"{kind}“{x}”没有出处" for kind, x in (
        *(("日期", d) for d in claims.dates(plain) - claims.dates(source)),
        *(("条款", r) for r in claims.references(plain) - claims.references(source)),
        *(("数字", f"{a.value}{a.unit}{a.relation}") for a in claims.counted(plain) if not _has_count(a, claims.counted(source))),
        *(("机关", o) for o in claims.organs(plain) if normal(o) not in normal(source)),
        *(("说法", w) for kind in ("documents", "classes") for w in claims.named(plain, kind) - claims.named(source, kind)))]
    known, asked = claims.amounts(source), claims.amounts(ground.question)
    decides = bool(claims.named(plain, "documents") | claims.named(plain, "classes"))
    mine = claims.amounts(plain)
    for amount in mine:
        compared = not decides and bool(mine & asked) and any(_same(amount, k) and k.bound in claims.opposite(amount.bound) for k in known)
        if not compared and not any(_same(amount, k) and k.bound == amount.bound for k in known):
            found.append(f"数量“{amount.value}{amount.unit}{amount.bound}”没有出处")
    return found


def _same(a: Amount, k: Amount) -> bool:
    return a.value == k.value and a.unit == k.unit and a.per in (None, k.per)


def _has_count(a: Amount, known: set[Amount]) -> bool:
    return any(k.value == a.value and k.unit == a.unit and a.relation in ("", k.relation) for k in known)


def _agreement(plain: str, source: str, marks: set[int], ground: Ground) -> list[str]:
    """Does it say what was determined, on the conditions under which it holds, of whom it holds, and not the contrary?"""
    text, statements = normal(plain), ground.statements(marks)
    if any(len(text) > 12 and text.rstrip("。；") in s for s in map(normal, [c.text for c in ground.cited(marks)])):
        return []  # the clause itself
    found = _verdicts(text, "documents", ground.answer.eia.document if ground.answer.eia else None, statements)
    found += _verdicts(text, "classes", ground.answer.eligibility.class_ if ground.answer.eligibility else None, statements)
    bounded = [a for a in claims.amounts(plain) if a.bound]
    for value in claims.named(plain, "documents") | claims.named(plain, "classes"):
        for a in bounded:
            if not any(value in s and any(_same(a, k) and k.bound == a.bound for k in claims.amounts(s)) for s in statements):
                found.append(f"“{value}”与“{a.value}{a.unit}”不在同一处规定里")
    return found + _roles(text, plain, ground, statements) + _judgements(text, normal(source)) + _negations(text, normal(source))


def _verdicts(text: str, kind: str, determined: str | None, statements: list[str]) -> list[str]:
    """Which document or class a sentence asserts or denies of the project, against the determination."""
    grammar, table, found = claims.words()["grammar"], claims.words()[kind], list[str]()
    if not (named := claims.named(text, kind)):
        return []
    conditional = any(w in text for w in grammar["conditions"]) or re.search(r"的[，,：]|的[应须需要]", text)
    for said, value in table.items():
        for m in re.finditer(re.escape(said), text):
            segment = re.split(r"[，。；：！？,;:]", text[:m.start()])[-1]
            denied = any(n in segment[-9:] for n in grammar["negators"])
            asserted = any(v in segment for v in grammar["verdicts"])
            if determined and determined != "待定" and not conditional:
                if denied and value == determined or asserted and not denied and determined not in named:
                    found.append(f"与结论“{determined}”不一致")
            elif conditional and not _paired(text, value, named, statements):
                found.append(f"“{value}”的条件与规定不一致")
            elif determined == "待定" and not conditional and (asserted or denied):
                found.append("结论是待定，不能说定")
    if determined and determined != "待定" and not conditional and len(named) > 1 and determined in named:
        for other in named - {determined}:  # 报告书，不是报告表: each other one must be denied, the determined one not
            head = text[:text.index(other)][-9:]
            joined = re.search(rf"{re.escape(determined)}[、和或]{{1,2}}[^，。；]{{0,6}}{re.escape(other)}|{re.escape(other)}[、和或]{{1,2}}[^，。；]{{0,6}}{re.escape(determined)}", text)
            if not joined and not any(n in head for n in grammar["negators"]) and not _paired(text, other, named, statements):
                found.append(f"与结论“{determined}”不一致")
    return list(dict.fromkeys(found))


def _paired(text: str, value: str, named: set[str], statements: list[str]) -> bool:
    """Do the condition's own words stand with this value, rather than with another one?"""
    words = re.sub("|".join(map(re.escape, [*claims.words()["documents"], *claims.words()["classes"], "环境影响", "需要", "编制", "项目"])), "，", text)
    grams = {words[i:i + 3] for i in range(len(words) - 2) if len(HAN.findall(words[i:i + 3])) == 3}

    def best(of: str) -> int:
        return max((sum(g in s for g in grams) for s in statements if of in s and not any(o in s for o in _others(of))), default=0)

    others = [best(o) for o in _others(value) if o not in named]
    return best(value) > 0 and best(value) >= max(others, default=0)


def _others(value: str) -> list[str]:
    kinds = next(k for k in ("documents", "classes") if value in claims.words()[k].values())
    return [v for v in claims.words()[kinds].values() if v != value]


def _roles(text: str, plain: str, ground: Ground, statements: list[str]) -> list[str]:
    """Whoever is said to lead must be said to lead in one of the places cited."""
    leads, found = claims.words()["grammar"]["lead"], list[str]()
    duties = ground.answer.duties
    for segment in re.split(r"[。；;，,]", text):
        if not any(w in segment for w in leads):
            continue
        for organ in map(normal, claims.organs(segment)):
            leading = organ in map(normal, duties.lead_units) if duties else any(
                organ in s and any(w in s for w in leads) for s in statements)
            if not leading:
                found.append(f"“{organ}”没有被列为牵头")
    return found


def _judgements(text: str, source: str) -> list[str]:
    return [f"“{w}”没有出处" for w in claims.words()["grammar"]["judging"] if w in text and w not in source]


def _negations(text: str, source: str) -> list[str]:
    """A stretch that the sources only deny must not be affirmed, nor the reverse (verdicts have their own rule)."""
    found = list[str]()
    for i in range(len(text) - 3):
        gram = text[i:i + 4]
        if len(HAN.findall(gram)) < 4 or re.search("编制|环境影响|报告|登记|豁免|属于|类", gram):
            continue
        ways = {_denied(source[:m.start()]) for m in re.finditer(re.escape(gram), source)}
        if ways and _denied(text[:i]) not in ways:
            found.append(f"“{gram}”的肯定与否定和原文相反")
            break
    return found


def _denied(before: str) -> bool:
    head = SEGMENT.split(before[-6:])[-1]
    return any(head.endswith(n) for n in claims.words()["grammar"]["negators"])


def _wording(plain: str, source: str) -> list[str]:
    """No long stretch, and no large part, of the sentence may come from nowhere."""
    text, source = normal(plain), normal(source)
    covered = [not HAN.match(c) for c in text]
    for i in range(len(text) - 1):
        if text[i:i + 2] in source:
            covered[i] = covered[i + 1] = True
    for word in claims.words()["plain"]["words"]:
        for m in re.finditer(re.escape(word), text):
            covered[m.start():m.end()] = [True] * len(word)
    runs = ["".join(c for c, _ in group) for ok, group in _runs(text, covered) if not ok]
    if long := [r for r in runs if len(r) >= STRETCH]:
        return [f"“{long[0]}”在条文、结论和问题里都没有"]
    letters = len(HAN.findall(text))
    return ["多数用词在条文、结论和问题里都没有"] if sum(map(len, runs)) > SHARE * letters else []


def _runs(text: str, covered: list[bool]) -> list[tuple[bool, list[tuple[str, bool]]]]:
    found: list[tuple[bool, list[tuple[str, bool]]]] = []
    for pair in zip(text, covered, strict=True):
        if found and found[-1][0] == pair[1]:
            found[-1][1].append(pair)
        else:
            found.append((pair[1], [pair]))
    return found
