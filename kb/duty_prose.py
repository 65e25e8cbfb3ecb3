"""Which sentences of a plan charge a unit without a parenthesis? 市监察局对…追究责任 · 由…牵头，会同… · …负责….

A sentence (up to 。 or ；) is read by its parts between commas. A part that opens with a unit and a word of duty
begins a duty; 会同, 配合 and units after 甲牵头， join the duty before them; 报…办公室 makes the receiver a party too.
"""

import re
from dataclasses import dataclass, field

from kb.unit_names import NOT_A_NAME, UNITS, is_name, split_units

DUTY_WORD = (r"(?:要|应当?|须|必须|将|负责|牵头|会同|联合|不予|不得|每(?:半年|年|季|月|周|两年)|定期|不定期|及时|分别|按照?|根据|结合|对|组织|建立|"
             r"制定|编制|探索|是|承担|落实|具体|统筹|配合|做好|凡|加强|指导|督促|监督|审查|审核|受理|汇总|协助|参与|履行|依法|依据|会商|切实|抓好|主动|积极)")
SUBJECT = re.compile(rf"(?P<units>{UNITS})(?P<verb>{DUTY_WORD})")
BY = re.compile(rf"(?:并|均|一律|分别)?由(?P<units>{UNITS})(?=[一-鿿]|$)")
JOINING = re.compile(rf"(?:并)?(?:会同|联合|协同|商)(?P<units>{UNITS})(?=[一-鿿]|$)")
HELPING = re.compile(rf"(?P<units>{UNITS})(?:按职责)?(?:配合|协助|参与|参加|协同|协办)(?:$|[一-鿿])")
RECEIVING = re.compile(rf"(?:上报|报送|呈报|抄送|提交|报)(?:至|给|到)?(?P<units>{UNITS})(?=$|备案|审批|审定|审核|批准|同意|汇总|审查)")
CASE = re.compile(r"\s*对[^，。；]{2,40}，")
NO_SUBJECT = re.compile(CASE.pattern + r"(?:要|应当?|须|必须|不得)")
LEADING = re.compile(r"牵头(?:负责|组织)?$")
OPENING = re.compile(r"\s*(?:（[一二三四五六七八九十\d]+）|[一二三四五六七八九十]+、|\d+(?:\.\d+)*[.．、](?!\d)|[①-⑳]|[一二三四五六七八九十]是)\s*")


@dataclass
class ProseDuty:
    """Where a duty stands in its text, in which sentence (`subject` is where that sentence's first unit stands), and whom
    it names."""

    sentence: int
    subject: int
    start: int
    end: int
    lead: tuple[str, ...]
    responsible: tuple[str, ...]


@dataclass
class _Draft:
    start: int
    end: int
    lead: list[str] = field(default_factory=list)
    responsible: list[str] = field(default_factory=list)
    open: bool = False  # ends in 甲牵头, so that the next units join it


def prose(text: str) -> list[ProseDuty]:
    """The duties that prose states, in order. Full-width punctuation is expected of the text."""
    found: list[ProseDuty] = []
    case = False  # the sentence before was a duty for one case (对…的项目，)
    for start, end in _parts(text, 0, len(text), "。；！\n\0"):
        start += m.end() if (m := OPENING.match(text[start:end])) else 0
        drafts = _of_sentence(text, start, end)
        if not drafts and found and case and NO_SUBJECT.match(text[start:end]) and not text[found[-1].end:start].strip("。；"):
            found[-1].end = end  # 对甲类项目，某部门要…。对乙类项目，要…：the subject is still the same
            continue
        case = bool(CASE.match(text[start:end]) and len(drafts) == 1)
        for n, draft in enumerate(drafts):
            first = start if n == 0 else draft.start
            found.append(ProseDuty(start, drafts[0].start, first, draft.end, tuple(dict.fromkeys(draft.lead)),
                                   tuple(u for u in dict.fromkeys(draft.responsible) if u not in draft.lead)))
    return found


def _of_sentence(text: str, start: int, end: int) -> list[_Draft]:
    drafts: list[_Draft] = []
    waiting: list[str] = []  # 各县区人民政府，市级有关部门，… before the verb
    for left, right in _parts(text, start, end, "，"):
        part = text[left:right].strip()
        last = drafts[-1] if drafts else None
        if last and (m := JOINING.match(part)) and _named(m):
            last.responsible += _named(m)
        elif last and (m := HELPING.match(part)) and _named(m):
            last.responsible += _named(m)
        elif (m := BY.match(part) or SUBJECT.match(part)) and (units := _named(m)):
            role_lead = part[m.end("units"):].startswith("牵头")
            if last and last.open and not role_lead:
                last.responsible += units
            else:
                drafts.append(last := _Draft(left, right))
                (last.lead if role_lead else last.responsible).extend([*waiting, *units])
                rest = part[m.end("units"):]
                if (joined := re.search(JOINING.pattern, rest)) and joined.start() == 0 and _named(joined):
                    last.responsible += _named(joined)
            last.open = bool(role_lead and LEADING.search(part))
        elif re.fullmatch(UNITS, part) and all(is_name(u) for u in split_units(part)):
            waiting += split_units(part)
            continue
        if drafts:
            drafts[-1].end = right
            drafts[-1].responsible += [u for m in RECEIVING.finditer(part) for u in _named(m)]
        waiting = []
    return drafts


def _named(match: re.Match[str]) -> list[str]:
    """The units of a match, or none where one of them cannot be a unit's name."""
    units = split_units(match["units"])
    return units if units and all(is_name(u) for u in units) and not NOT_A_NAME.match(match["units"]) else []


def _parts(text: str, start: int, end: int, marks: str) -> list[tuple[int, int]]:
    """Stretches between marks that stand outside brackets."""
    found, depth, left = [], 0, start
    for n in range(start, end):
        depth += {"（": 1, "《": 1, "）": -1, "》": -1}.get(text[n], 0)
        if text[n] in marks and depth <= 0:
            found.append((left, n))
            left = n + 1
    return [(a, b) for a, b in [*found, (left, end)] if text[a:b].strip()]
