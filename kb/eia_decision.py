"""Which document does a row demand of a project, under every possibility that the question leaves open?

What is not stated becomes a variable; the row is walked 报告书 → 报告表 → 登记表 for each combination of their values. If all
lead to one document it is the answer even though facts are missing; otherwise the answer is conditional, and the variable
that leaves fewest documents open is the one to ask for. No cell takes it: 豁免.
"""

from dataclasses import dataclass, field
from itertools import product

from kb.eia_facts import Facts, Variable
from kb.eia_rules import Alternative, Branch, Condition, Row
from kb.models import EiaDocument

MOST = 20_000  # combinations walked; beyond it the last variables are left at "not so"
LEVEL: dict[EiaDocument, int] = {"报告书": 3, "报告表": 2, "登记表": 1, "豁免": 0}


@dataclass(frozen=True)
class Outcome:
    """A document, and the alternative of the row's cell that leads to it; for 豁免 the words that carve it out, if any."""

    document: EiaDocument
    alternative: Alternative | None
    carved: Alternative | None = None


@dataclass
class Decision:
    """What a row makes of a project: one outcome, or several with the facts that decide."""

    row: Row
    facts: Facts
    outcomes: list[Outcome]
    asked: list[Variable] = field(default_factory=list)  # the best question first

    @property
    def documents(self) -> list[EiaDocument]:
        return list(dict.fromkeys(o.document for o in self.outcomes))

    @property
    def document(self) -> EiaDocument:
        return self.documents[0] if len(self.documents) == 1 else "待定"


def decide(row: Row, facts: Facts) -> Decision:
    """The document one row demands."""
    known: dict[tuple[Condition, bool], bool | None] = {}
    variables: dict[Variable, None] = {}
    scope = {c for a in row.scope for b in a.branches for c in b.conditions}
    for condition, carving in _all(row):
        value = facts.known(condition, carving)
        if value is None and condition in scope:
            value = False  # what the name leaves out is not supposed
        known[condition, carving] = value
        if value is None:
            variables[facts.variable(condition)] = None
    unknown = _few(list(variables))
    seen: dict[Outcome, None] = {}
    by_value: dict[tuple[Variable, object], set[EiaDocument]] = {}
    for values in product(*(v.values for v in unknown)):
        supposed = dict(zip(unknown, values, strict=True))

        def holds(condition: Condition, carving: bool) -> bool:
            value = known[condition, carving]
            if value is not None:
                return value
            variable = facts.variable(condition)
            return facts.supposed(condition, supposed[variable]) if variable in supposed else False  # noqa: B023

        outcome = _walk(row, holds, facts.claims, lambda c: known.get((c, False)) is not None)
        seen[outcome] = None
        for variable, assumed in supposed.items():
            by_value.setdefault((variable, assumed), set()).add(outcome.document)
    outcomes = sorted(seen, key=lambda o: -LEVEL[o.document])
    open_ = len({o.document for o in outcomes})
    left = {v: sum(len(by_value[v, value]) for value in v.values) / len(v.values) for v in unknown}
    asked = sorted((v for v in unknown if left[v] < open_), key=lambda v: left[v]) if open_ > 1 else []
    if open_ > 1 and not asked:
        asked = unknown[:1]
    return Decision(row, facts, outcomes, asked)


def _walk(row: Row, holds, claims, stated) -> Outcome:  # type: ignore[no-untyped-def]
    """The first cell that takes the project. 其他 takes what no alternative before it takes, and what its bracket claims;
    a general 新建, 新建大中型 gives way to an alternative of a lower cell that names the very project."""
    for carved in row.scope:
        if any(_takes(b, holds, True) for b in carved.branches):
            return Outcome("豁免", None, carved)
    if not all(holds(c, False) for c in row.least):
        return Outcome("豁免", None)
    freed: Alternative | None = None
    special = any(_special(b) and _takes(b, holds, False) for _, cell in row.cells[1:] for a in cell for b in a.branches)
    claimed = any(claims(b) for _, cell in row.cells for a in cell for b in a.branches)
    for document, cell in row.cells:
        for alternative in cell:
            for branch in alternative.branches:
                if (special and _general(branch, stated)) or (claimed and not claims(branch)):
                    continue
                if not all(holds(c, False) for c in branch.conditions):
                    continue
                exception = next((e for e in branch.exceptions if any(_takes(b, holds, True) for b in e.branches)), None)
                if exception is None:
                    return Outcome(document, alternative)
                freed = exception
    return Outcome("豁免", None, freed)


def _general(branch: Branch, stated) -> bool:  # type: ignore[no-untyped-def]
    """Does it name a nature and nothing else that the question states?"""
    others = [c for c in branch.conditions if c.kind != "nature"]
    return len(others) < len(branch.conditions) and not any(c.kind == "subject" or stated(c) for c in others)


def _special(branch: Branch) -> bool:
    """Does it name a project by more than its nature?"""
    return not branch.rest and any(c.kind in ("subject", "trait") for c in branch.conditions)


def _takes(branch: Branch, holds, carving: bool) -> bool:  # type: ignore[no-untyped-def]
    return all(holds(c, carving) for c in branch.conditions) and not any(
        _takes(b, holds, True) for e in branch.exceptions for b in e.branches)


def _all(row: Row) -> list[tuple[Condition, bool]]:
    """Every condition of the row, with whether it stands in an exception."""
    found: dict[tuple[Condition, bool], None] = {(c, False): None for c in row.least}
    queue = [(a, True) for a in row.scope] + [(a, False) for _, cell in row.cells for a in cell]
    while queue:
        alternative, carving = queue.pop(0)
        for branch in alternative.branches:
            found |= {(c, carving): None for c in branch.conditions}
            queue += [(e, True) for e in branch.exceptions]
    return list(found)


def _few(variables: list[Variable]) -> list[Variable]:
    """As many variables as can be walked through."""
    kept, combinations = [], 1
    for variable in variables:
        combinations *= len(variable.values)
        if combinations > MOST:
            break
        kept.append(variable)
    return kept
