"""Which EIA document does a project need? Rows found, each decided from its own cells, the highest of them taken.

名录第四条: a project of several categories takes the single one of the highest grade; a rebuilding without the main works is
judged by the works themselves. 第五条: what the list does not name is outside EIA management. 说明4: rows marked * only reach
what is made in industrial buildings. Nothing is said here in prose: `kb.eia_answer` writes what this finds.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import product

from kb.eia_decision import LEVEL, Decision, decide
from kb.eia_facts import Facts
from kb.eia_rows import SURE, Candidate, also, candidates, owner, part_of, unlisted
from kb.eia_rules import Row, rules
from kb.models import Clause, Document, EiaDocument
from kb.project import Project
from kb.store import Store

LEAST = 0.33  # cosine below which, without a word of the list, no row is taken for the project's
BUILT = re.compile(r"(?:新增|新建|加装|增设|增加|安装|加建|上马|配套)[^，。；]{0,10}$")
WORKS = re.compile(r"不涉及主体工程|主体工程不[变动改]|生产线不变|不[改变]动?(?:主体|主体工程|生产线)|不新增(?:主体|生产)|[别其]他?的?(?:都|也)?不[动改变]|只加个?|仅加装")


@dataclass
class Determination:
    """What the list makes of a project on a date."""

    project: Project
    document: Document  # the list
    in_force: bool
    decisions: list[Decision] = field(default_factory=list)
    outside: list[Decision] = field(default_factory=list)  # rows marked *, for what is no industrial building
    unlisted: str | None = None  # the industry that no row names
    doubtful: list[Candidate] = field(default_factory=list)  # rows it may be, none of them clear

    @property
    def possible(self) -> list[EiaDocument]:
        """The documents that may come out, the highest first; one where nothing is open."""
        if self.doubtful:
            return ["待定"]
        if not self.decisions:
            return ["豁免"]
        found = {max(combination, key=lambda d: LEVEL[d]) for combination in product(*(d.documents for d in self.decisions))}
        return sorted(found, key=lambda d: -LEVEL[d])

    @property
    def result(self) -> EiaDocument:
        return self.possible[0] if len(self.possible) == 1 and self.in_force else "待定"

    @property
    def rows(self) -> list[int]:
        return sorted(d.row.no for d in (*self.decisions, *self.outside))


def determine(project: Project, on: date, store: Store, cosines: dict[str, float]) -> Determination | None:
    """The determination for a project. `cosines`: by clause id, of the rows nearest in meaning. None when no list is held."""
    found = the_list(store, on)
    if found is None:
        return None
    document, rows = found
    article = _article(store, document.doc_id)
    result = Determination(project, document, document.in_force(on))
    ranked = candidates(project, rows, cosines)
    industry, span = unlisted(project, rows)
    best = ranked[0] if ranked else None
    if industry and (best is None or not any(b - a >= span[1] - span[0] or a == span[1] for a, b in best.spans)):
        result.unlisted = industry
        others = also(project, Candidate(rows[0], 0.0), [c for c in ranked if not any(a < span[1] and span[0] < b for a, b in c.spans)])
        ranked = others
        if not others:
            return result
    elif best is None or (not best.by_words and best.cosine < LEAST):
        result.doubtful = ranked[:3]
        return result
    if _left_out(ranked[0], project, article):  # 危险废物 of 第85项: another row may be its own
        own = [c for c in ranked[1:] if c.by_words >= SURE and not _left_out(c, project, article)
               and any(not (a < y and x < b) for a, b in c.spans for x, y in ranked[0].spans)]
        ranked = [*own[:1], *(c for c in ranked if c not in own[:1])]
    first = next((c for c in ranked[1:] if c.by_words >= SURE and (owner(project, ranked[0], c) or part_of(project, ranked[0], c))), ranked[0])
    taken = [first, *also(project, first, [c for c in ranked if c not in (first, ranked[0])])]
    for candidate in _works(project, taken) if WORKS.search(project.text) else taken:
        rivals = [span for c in taken if c is not candidate for span in c.spans]
        decision = decide(candidate.row, Facts(candidate.row, project, article, candidate.spans, rivals))
        (result.outside if candidate.row.industrial_only and not project.industrial else result.decisions).append(decision)
    return result


def _left_out(candidate: Candidate, project: Project, article: str) -> bool:
    """Does the row's own name leave this project out (危险废物 of 第85项)? Another row may then be its own."""
    facts = Facts(candidate.row, project, article)
    return any(all(facts.known(c, True) for c in b.conditions) for a in candidate.row.scope for b in a.branches if b.conditions)


def _works(project: Project, taken: list[Candidate]) -> list[Candidate]:
    """Of the categories named, those that are built; the plant they are built for is not judged again (第四条)."""
    built = [c for c in taken if any(BUILT.search(project.text, 0, a) for a, _ in c.spans)]
    return built or taken


def the_list(store: Store, on: date) -> tuple[Document, list[Row]] | None:
    """The list in force on a date and held, else the one held whose time is nearest; with its rows as rules."""
    held = [d for d in store.documents() if d.kind == "eia_list" and _rows(store.revision, d.doc_id, store)]
    if not held:
        return None
    document = next((d for d in sorted(held, key=lambda d: d.in_force_from or date.min, reverse=True) if d.in_force(on)), None)
    document = document or min(held, key=lambda d: abs((d.in_force_from or on) - on))
    return document, _rows(store.revision, document.doc_id, store)


@lru_cache(maxsize=4)
def _rows(revision: str, doc_id: str, store: Store) -> list[Row]:
    return [rules(c) for c in store.clauses(doc_id) if "no" in c.fields]


def _article(store: Store, doc_id: str) -> str:
    """第三条, which says what the sensitive areas are."""
    clause: Clause | None = store.clause(f"{doc_id}/a3")
    return clause.text if clause else ""
