"""What does a work plan charge whom with? A stored clause → duty records: task, lead and responsible units, time limit.

Two ways such plans speak: a parenthesis after the sentences it governs — （牵头单位：…，责任单位：…） in any brackets and
punctuation — and prose with a unit as its subject (`kb.duty_prose`). Every text of a record stands verbatim in its
clause; unit names are the plan's own words.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from kb.duty_prose import prose
from kb.models import Clause
from kb.unit_names import is_name, split_units

UNIFORM = str.maketrans("()〔〕【】[]:,;", "（）（）（）（）：，；")  # character by character, so places in the text stay the same
BRACKET = re.compile(r"（(?:[^（）]|（[^（）]*）)*）")
NOUN = r"(?:单位|部门|机构|处室|科室|主体)"
LABEL = re.compile(
    rf"(?P<lead>(?:牵头(?:责任|负责)?|主办|主责|主管){NOUN}|牵头|主办)\s*(?:：|为(?=\S))|"
    rf"(?P<responsible>(?:责任|配合|协办|协助|协同|参与|参加|落实|实施|会办|支持){NOUN}|责任|配合|协办|参与)\s*(?:：|为(?=\S))|"
    r"(?P<time>(?:完成|办结|办理)?(?:时限|时间|期限)(?:要求|节点)?)\s*：|"
    r"(?P<other>(?:市|县|区)?(?:责任|分管|牵头|包抓|联系|挂联)(?:领导|人|市长|县长|区长)|联系人|联系电话)\s*：")
VERB = re.compile(r"(?P<lead>牵头(?:负责|组织|落实)?|主办)$|(?P<responsible>(?:按(?:照)?(?:各自)?(?:职责|职能)(?:分工)?(?:分别|具体)?)?"
                  r"(?:负责(?:落实)?|落实|配合|协办|协助|参与|参加|协同))$")
TAGGED = re.compile(r"（(?:牵头|主办)(?:单位|部门)?）$")
ORDINAL = re.compile(r"^\s*(?:（[一二三四五六七八九十\d]+）|[一二三四五六七八九十]+、|\d+(?:\.\d+)*[.．、]?(?!\d)|[①-⑳])\s*")
TIME = re.compile(r"(?:\d{4}年|每年)?\d{1,2}月(?:\d{1,2}日|底|末)?(?:之前|以前|前)|(?:\d{4}年|每年)?年?[底末](?:之前|以前|前)|"
                  r"\d{4}年(?:底|末)?(?:之前|以前|前)|每(?:半年|季度|[两二三]年|年度?|个?月|半月|周|旬|日)|"
                  r"按(?:半年|季度|年度|月|季|年|周)(?=[一-鿿])|[一二三四五六七八九十百\d]+个?(?:工作日|小时|日|天|月|年)(?:之内|以内|内)|"
                  r"定期(?:或者?|、)不定期|不定期|定期")
FRAMED = re.compile(r"（((?:牵头|责任|配合|主办|协办)(?:单位|部门))）")
DONE = re.compile(r"^(?:\d{4}年|每年|长期|持续|常年|\d+月)|(?:完成|实施|推进|开展)$")  # a time among the units
EDGE = "。；，、 \t\n"

LINE = re.compile(r"[。；](\s*(?:牵头|责任|主办|配合)(?:单位|部门)：[^。]*)。?$")  # …。牵头单位：甲；责任单位：乙。

Kind = Literal["parenthesis", "prose"]


@dataclass(frozen=True)
class Roles:
    """Whom a text names as what, each once, in its order."""

    lead: tuple[str, ...]
    responsible: tuple[str, ...]
    times: tuple[str, ...] = ()

    @classmethod
    def of(cls, lead: list[str], responsible: list[str], times: list[str]) -> "Roles":
        first = tuple(dict.fromkeys(lead))
        return cls(first, tuple(u for u in dict.fromkeys(responsible) if u not in first), tuple(dict.fromkeys(times)))


@dataclass(frozen=True)
class Piece:
    """A verbatim piece of a clause."""

    clause_id: str
    label: str
    text: str


@dataclass(frozen=True)
class DutyRecord:
    """One duty of a plan. `governed` are earlier paragraphs of the item that its parenthesis covers too; `setting` is the
    part of a sentence that goes before a prose duty's subject (对不符合规划的项目，…)."""

    doc_id: str
    clause_id: str
    label: str
    kind: Kind
    task: str
    lead_units: tuple[str, ...]
    responsible_units: tuple[str, ...]
    times: tuple[str, ...]  # time limits and frequencies, as written
    said: Piece  # the words that name the units
    quote: str  # task and naming in one piece of the clause
    setting: str = ""
    heading: str = ""
    governed: tuple[Piece, ...] = field(default=())

    @property
    def units(self) -> tuple[str, ...]:
        return self.lead_units + self.responsible_units


def records_of(clauses: list[Clause]) -> list[DutyRecord]:
    """The duties of a plan, in its order: of each clause first what brackets state, then what prose states."""
    found: list[DutyRecord] = []
    for n, clause in enumerate(clauses):
        found += _headed(clause, clauses, n)
        text = _uniform(clause.text)
        stated = _stated(text)
        new = _bracketed(clause, stated, clauses[:n])
        if stated and not new and found and n and found[-1].said.clause_id == clauses[n - 1].clause_id:
            found[-1] = _merged(found[-1], stated[0][2])  # 牵头单位：甲 on one line, 责任单位：乙 on the next
        found += new
        for start, end, _ in stated:
            text = text[:start] + "\0" * (end - start) + text[end:]
        for duty in prose(text):
            task = clause.text[duty.start:duty.end].strip(EDGE)
            found.append(DutyRecord(
                doc_id=clause.doc_id, clause_id=clause.clause_id, label=clause.label, kind="prose", task=task,
                lead_units=duty.lead, responsible_units=duty.responsible, times=times_in(task), heading=_heading(clause),
                said=Piece(clause.clause_id, clause.label, task), quote=clause.text[duty.sentence:duty.end].strip(EDGE),
                setting="" if duty.start == duty.sentence else clause.text[duty.sentence:duty.subject]))
    return found


def statements(text: str) -> int:
    """How often does a text say in so many words who leads or is responsible?"""
    return len(_stated(_uniform(text)))


def times_in(text: str) -> tuple[str, ...]:
    """每半年, 3个工作日内, 定期或不定期, 2025年12月底前 … in order of appearance."""
    return tuple(dict.fromkeys(m[0] for m in TIME.finditer(text)))


def roles(text: str) -> Roles | None:
    """Whom words such as 牵头单位：甲，责任单位：乙 or 甲牵头，乙、丙配合 name; None where they name no role."""
    text = _uniform(text).strip(EDGE)
    marks = list(LABEL.finditer(text))
    found = _labelled(text, marks) if marks else _by_verbs(text)
    return found if found and (found.lead or found.responsible) else None


def _labelled(text: str, marks: list[re.Match[str]]) -> Roles | None:
    """牵头单位：甲，责任单位：乙（牵头）、丙；完成时限：2025年12月."""
    if text[:marks[0].start()].strip(EDGE):
        return None
    lead: list[str] = []
    responsible: list[str] = []
    times: list[str] = []
    for mark, end in zip(marks, [m.start() for m in marks[1:]] + [len(text)], strict=True):
        value = text[mark.end():end].strip(EDGE)
        if mark.lastgroup == "time":
            times.append(value)
        elif mark.lastgroup in ("lead", "responsible"):
            for unit in split_units(value):
                if DONE.search(unit):
                    times.append(unit)
                    continue
                (lead if mark.lastgroup == "lead" or TAGGED.search(unit) else responsible).append(TAGGED.sub("", unit))
    return Roles.of(lead, responsible, times)


def _by_verbs(text: str) -> Roles | None:
    """甲牵头，乙、丙配合 · 甲、乙按职责分工负责 · 甲会同乙负责."""
    lead: list[str] = []
    responsible: list[str] = []
    before: list[str] = []  # units before a comma share the verb of the next part: 甲，乙配合
    for part in re.split(r"[，；]", text):
        verb = VERB.search(part := part.strip(EDGE))
        if not verb:
            before.append(part)
            continue
        first, *others = re.split("会同", "、".join([*before, part[:verb.start()]]).removeprefix("由"))
        (lead if verb.lastgroup == "lead" else responsible).extend(split_units(first))
        responsible += [u for other in others for u in split_units(other)]
        before = []
    named = all(is_name(u) for u in (*lead, *responsible))
    return Roles.of(lead, responsible, []) if named and not before else None


def _stated(text: str) -> list[tuple[int, int, Roles]]:
    """Where brackets state roles, and a whole line that does so without brackets."""
    found = [(m.start(), m.end(), r) for m in BRACKET.finditer(text) if (r := roles(m[0][1:-1]))]
    if not found and (m := LABEL.match(text.strip(EDGE))) and m.lastgroup in ("lead", "responsible") and (r := roles(text)):
        return [(0, len(text), r)]
    if not found and (m := LINE.search(text)) and (r := roles(m[1])):
        return [(m.start(1), len(text), r)]
    return found


def _bracketed(clause: Clause, stated: list[tuple[int, int, Roles]], before: list[Clause]) -> list[DutyRecord]:
    """One record a bracket, for the sentences since the one before it; for a line of units, the paragraph above."""
    found: list[DutyRecord] = []
    done = 0
    for start, end, named in stated:
        task = ORDINAL.sub("", clause.text[done:start].strip(EDGE), count=1)
        if not task and found:  # （牵头单位：甲）（责任单位：乙）
            found[-1] = replace(_merged(found[-1], named), quote=clause.text[clause.text.index(found[-1].quote):end])
        else:
            governed = () if found else _governed(clause, before)
            home = Piece(clause.clause_id, clause.label, task) if task else (governed[-1] if governed else None)
            if home:
                begin = clause.text.index(task, done) if task else start
                said = Piece(clause.clause_id, clause.label, clause.text[start:end].strip())
                found.append(_record(clause, home, named, said, governed if task else governed[:-1],
                                     clause.text[begin:end].strip() if task else home.text))
        done = end
    return found


def _headed(clause: Clause, clauses: list[Clause], n: int) -> list[DutyRecord]:
    """A heading that names units （一）…（牵头单位：…） charges them with the paragraphs below it."""
    if not clause.path or clause.text.startswith(clause.path[-1]) or (n and clauses[n - 1].path == clause.path) or not (stated := _stated(_uniform(clause.path[-1]))):
        return []
    below = [c for c in clauses[n:] if c.path == clause.path]
    pieces = [Piece(c.clause_id, c.label, c.text.strip(EDGE)) for c in below]
    return [_record(clause, pieces[0], named, pieces[0], tuple(pieces[1:]), pieces[0].text) for *_, named in stated]


def _record(clause: Clause, home: Piece, named: Roles, said: Piece, governed: tuple[Piece, ...], quote: str) -> DutyRecord:
    task = home.text.strip(EDGE)
    return DutyRecord(doc_id=clause.doc_id, clause_id=home.clause_id, label=home.label, kind="parenthesis", task=task,
                      lead_units=named.lead, responsible_units=named.responsible, said=said, quote=quote, governed=governed,
                      times=tuple(dict.fromkeys([*times_in(task), *named.times])), heading=_heading(clause))


def _merged(record: DutyRecord, more: Roles) -> DutyRecord:
    both = Roles.of([*record.lead_units, *more.lead], [*record.responsible_units, *more.responsible], [*record.times, *more.times])
    return replace(record, lead_units=both.lead, responsible_units=both.responsible, times=both.times)


def _governed(clause: Clause, before: list[Clause]) -> tuple[Piece, ...]:
    """The earlier paragraphs of the item, back to the last one that names its own units; a numbered paragraph stands alone."""
    pieces: list[Piece] = []
    if ORDINAL.match(clause.text):
        return ()
    for earlier in reversed(before):
        if not clause.path or earlier.path != clause.path or _stated(_uniform(earlier.text)):
            break
        pieces.insert(0, Piece(earlier.clause_id, earlier.label, ORDINAL.sub("", earlier.text, count=1)))
    return tuple(pieces)


def _heading(clause: Clause) -> str:
    return ORDINAL.sub("", BRACKET.sub("", ORDINAL.sub("", _uniform(clause.path[-1]), count=1))) if len(clause.path) > 1 else ""


def _uniform(text: str) -> str:
    """The text with full-width brackets and marks, character for character; 【牵头单位】甲 becomes 牵头单位：甲."""
    return FRAMED.sub(lambda m: f" {m[1]}：", text.translate(UNIFORM))
