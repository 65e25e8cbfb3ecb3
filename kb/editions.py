"""What does the catalogue say of a product from edition to edition? Its entries side by side, verbatim, old → new.

An edition decides only while it is in force (国家发展改革委令第7号 replaced the 2019 edition from 2024-02-01), so a project
begun under one is often asked about under the next. Entries are set against each other because their texts are alike;
nothing here says that one was made from the other, and what an incomplete edition does not show was not deleted.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache

from kb.composing import cite_head, provisos, quoted, sentence, states
from kb.models import CatalogueClass, Clause, Document, Finding, Quote
from kb.quantities import quantities
from kb.store import Store
from kb.tokens import STOP, tokens
from kb.understanding import Reading

CLASSES: tuple[CatalogueClass, ...] = ("鼓励类", "限制类", "淘汰类")
ALIKE = 0.6  # of two texts' characters in common (difflib ratio): below it two entries are not set against each other
SHARED = 0.5  # of a word's parts that an entry must hold where no entry holds the word itself
MANY = 30  # entries of one edition: beyond it the word is too general to compare
NEAR = 10  # entries looked through for a counterpart that no longer has the word

DIFFERENCE = re.compile(r"变化|变动|变了|改了|区别|对比|比较|对照|新旧|不同|差异|差别|异同")
YEAR = re.compile(r"(?<!\d)(20\d\d)\s*(?:年版|年本|年|版)?")
EVERY = re.compile(r"各版|各个版本|历版|历次|两版|两个版本|不同版本|新旧|新老")
NEW, OLD = re.compile("新(?:版|目录)"), re.compile("[旧老](?:版|目录)")
SINCE = re.compile(r"相比|比起来?|现在|现行|目前|如今")
FRAME = re.compile(
    r"产业结构调整|指导目录|产业目录|目录|产业政策|政策|规定|要求|条目|版本|鼓励类|限制类|淘汰类|请问|关于|对于|针对|之间|分别|到底|"
    r"有什么|有哪些|有何|有啥|有没有|哪些|什么|怎么|怎样|如何|是否|哪里|一下|项目|我们|年产|日产|产能|规模|总?投资|方面|[，。？！、；：,.?!;:“”\s]")
AT_START, AT_END = re.compile("^[对在把和与跟及同比是到从里中上内我想做办搞]+"), re.compile("[在对和与跟及同比是到里中上内吗呢么啊]+$")
GIVEN = re.compile(r"[“\"「『]([^”\"」』]+)[”\"」』]")
PART = re.compile(r"[^，,、；;：:。（）()\n]+")


@dataclass(frozen=True)
class Pair:
    """Two entries of following editions whose texts are alike; one stands alone where the other edition has none."""

    old: Clause | None
    new: Clause | None


@dataclass(frozen=True)
class Counterpart:
    """Another edition's entry that an entry is set against; None where no entry of that edition is alike. `changes` are old → new."""

    edition: Document
    clause: Clause | None
    changes: tuple[tuple[str, str], ...] = ()


def history(clause: Clause, store: Store) -> list[Counterpart]:
    """What the other editions of the catalogue held say in an entry's place, oldest first: each time the one most alike that is
    not more like another entry."""
    own = store.document(clause.doc_id)
    others = sorted((d for d in store.documents() if own and d.family == own.family and d.doc_id != own.doc_id), key=lambda d: d.in_force_from or date.min)
    found = []
    for edition in others:
        assert own is not None
        right = _like([clause], edition, store)
        left = _with([clause, *_like(right, own, store)])
        match = next((b for a, b in _matched(left, right) if a.clause_id == clause.clause_id), None)
        older, newer = (match, clause) if edition.in_force_to and (own.in_force_from or date.min) > edition.in_force_to else (clause, match)
        found.append(Counterpart(edition, match, tuple(changes(older.text, newer.text)) if older and newer else ()))
    return found


def comparison(reading: Reading, on: date, store: Store) -> Finding | None:
    """The answer to a question for the difference between editions; None where the question asks no such thing."""
    editions = _editions_asked(reading, on, store)
    if editions is None:
        return None
    entries = {d.doc_id: _entries(d.doc_id, store) for d in editions}
    held = [d for d in editions if entries[d.doc_id]]
    notes = [sentence("editions.without_text", title=d.title) for d in editions if d not in held] + provisos(held, on)
    words = _words_asked(reading.question, editions)
    if not words:
        return Finding(status="conditional", lines=[sentence("editions.which")], questions=[sentence("editions.which_question")],
                       notes=notes)
    word, found, whole = _speaking_of(words, entries, store)
    if not any(found.values()):
        return Finding(status="not_found", lines=[sentence("editions.nothing", word=word)], notes=notes)
    if most := max((len(f) for f in found.values() if len(f) > MANY), default=0):
        return Finding(status="conditional", lines=[sentence("editions.many", word=word, count=str(most))],
                       questions=[sentence("editions.which_question")], notes=notes)
    pairs = [(pair, old, new) for old, new in zip(held, held[1:], strict=False) for pair in _pairs(found, old, new, store)]
    shown = {d.doc_id: sorted(_with([*found[d.doc_id], *(c for pair, *_ in pairs for c in (pair.old, pair.new)
                                                         if c and c.doc_id == d.doc_id)]), key=lambda c: c.order) for d in held}
    finding = Finding(status="answered", warnings=states(held, on, store), notes=notes,
                      lines=[sentence("editions.holding" if whole else "editions.holding_parts", word=word)])
    marks = _show(finding, held, shown, on)
    if len(held) > 1:
        finding.lines += [sentence("editions.side_by_side"), *_statements(pairs, marks)]
    return finding


# What is asked.

def _editions_asked(reading: Reading, on: date, store: Store) -> list[Document] | None:
    """The editions of the catalogue to compare, oldest first; None where the question compares none."""
    question = GIVEN.sub("", reading.question)
    about_catalogue = "目录" in question
    if not DIFFERENCE.search(question) or (reading.intent in ("eia", "duties") and not about_catalogue):
        return None
    editions = sorted((d for d in store.documents() if d.family == "catalogue"), key=lambda d: d.in_force_from or date.min)
    years = set(YEAR.findall(question))
    named = [d for d in editions if (d.edition or "")[:4] in years]
    if len(named) == 1 and SINCE.search(question):
        named += [d for d in editions if d.in_force(on) and d.in_force_from and d not in named]
    if len(named) > 1:
        return sorted(named, key=editions.index)
    every = EVERY.search(question) or (NEW.search(question) and OLD.search(question))
    return editions if not years and every and (about_catalogue or reading.intent == "eligibility") else None


def _words_asked(question: str, editions: list[Document]) -> list[str]:
    """What the question may name as the product, the likeliest first: what stands in quotation marks, else what is left
    without editions, amounts and the words of asking. 对二甲苯 begins with a word of asking, so both readings are kept."""
    if given := GIVEN.search(question):
        return [given[1].strip()] if given[1].strip() else []
    for q in reversed(quantities(question)):
        question = question[:q.whole[0]] + " " + question[q.whole[1]:]
    for name in sorted((n for d in editions for n in (d.title, *d.aliases)), key=len, reverse=True):
        question = question.replace(name, " ")
    for pattern in (YEAR, EVERY, NEW, OLD, SINCE, DIFFERENCE, FRAME):
        question = pattern.sub(" ", question)
    words = [word for piece in re.split(r"[\s的《》]+", question) if _bare(piece)
             for word in (piece, AT_START.sub("", piece), AT_END.sub("", piece), _bare(piece))]
    parts = {t for w in words for t in tokens(w) if len(t) > 2}
    return [w for group in (set(words), parts) for w in sorted(group, key=lambda w: (-len(w), w)) if w and w not in STOP]


def _bare(piece: str) -> str:
    return AT_END.sub("", AT_START.sub("", piece))


# Which entries speak of it.

def _entries(doc_id: str, store: Store) -> list[Clause]:
    return [c for c in store.clauses(doc_id) if c.fields.get("class") and not c.fields.get("placeholder")]


def _speaking_of(words: list[str], entries: dict[str, list[Clause]], store: Store) -> tuple[str, dict[str, list[Clause]], bool]:
    """(word, entries by edition, whether they hold the word itself): the first word that an entry holds; where none
    does, the entries that full text finds by its parts."""
    for word in words:
        found = {doc_id: [c for c in held if plain(word) in plain(c.text)] for doc_id, held in entries.items()}
        if any(found.values()):
            return word, found, True
    word = _bare(words[0]) if len(words) > 1 else words[0]
    parts = {t: len(t) for t in tokens(word)}
    hits = {clause_id for clause_id, _ in store.full_text(list(parts), doc_ids=set(entries))}
    return word, {doc_id: [c for c in held if c.clause_id in hits and
                           sum(n for t, n in parts.items() if t in plain(c.text)) >= SHARED * sum(parts.values())]
                  for doc_id, held in entries.items()}, False


# Which entry stands against which.

def _pairs(found: dict[str, list[Clause]], old: Document, new: Document, store: Store) -> list[Pair]:
    """The entries of two editions, each with the one most like it, which may have lost the word. What the counterpart
    itself is more like has the first claim on it, so those entries stand for choice too."""
    ours, theirs = found[old.doc_id], found[new.doc_id]
    right = _with([*theirs, *_like(ours, new, store)])
    left = _with([*ours, *_like(right, old, store)])
    asked = {c.clause_id for c in [*ours, *theirs]}
    joined = [(a, b) for a, b in _matched(left, right) if {a.clause_id, b.clause_id} & asked]
    taken = {c.clause_id for pair in joined for c in pair}
    return [*(Pair(a, b) for a, b in sorted(joined, key=lambda pair: pair[0].order)),
            *(Pair(c, None) for c in ours if c.clause_id not in taken),
            *(Pair(None, c) for c in theirs if c.clause_id not in taken)]


def _with(clauses: list[Clause]) -> list[Clause]:
    """Each clause once."""
    return list({c.clause_id: c for c in clauses}.values())


def _like(clauses: list[Clause], edition: Document, store: Store) -> list[Clause]:
    """Entries of another edition that share most words with these."""
    near = {found for c in clauses if _whole(c) for found, _ in store.full_text(tokens(c.text), NEAR, {edition.doc_id})}
    return [c for c in store.clauses_by_id(near).values() if c.fields.get("class") and not c.fields.get("placeholder")]


def _matched(left: list[Clause], right: list[Clause]) -> list[tuple[Clause, Clause]]:
    """Pairs of alike texts, the most alike first, each entry in one pair; of equals those of one class, then sector.
    An entry of which only a part is held is set against none."""
    scored = []
    for b in filter(_whole, right):
        matcher = SequenceMatcher(None, "", plain(b.text), autojunk=False)
        for a in filter(_whole, left):
            matcher.set_seq1(plain(a.text))
            if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and (r := matcher.ratio()) >= ALIKE:
                same = [a.fields["class"] == b.fields["class"], a.fields["sector"] == b.fields["sector"]]
                scored.append((r, same, a, b))
    pairs: list[tuple[Clause, Clause]] = []
    taken: set[str] = set()
    for *_, a, b in sorted(scored, key=lambda s: s[:2], reverse=True):
        if not {a.clause_id, b.clause_id} & taken:
            taken |= {a.clause_id, b.clause_id}
            pairs.append((a, b))
    return pairs


def _whole(clause: Clause) -> bool:
    return bool(clause.fields.get("complete_entry", True))


def changes(old: str, new: str) -> list[tuple[str, str]]:
    """What differs between two texts, part by part between their punctuation marks: (old, new), each verbatim; one of
    them is empty where a part was left out or added."""
    spans = [[m.span() for m in PART.finditer(text)] for text in (old, new)]
    keys = [[plain(text[a:b]) for a, b in cut] for text, cut in zip((old, new), spans, strict=True)]
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        if tag != "equal":
            whole = [((a, b), (c, d))]
            one_by_one = [((a + n, a + n + 1), (c + n, c + n + 1)) for n in range(b - a)]
            found += [(_verbatim(old, spans[0][slice(*i)]), _verbatim(new, spans[1][slice(*j)]))
                      for i, j in (one_by_one if b - a == d - c else whole)]
    return found


def _verbatim(text: str, spans: list[tuple[int, int]]) -> str:
    """The text from the first to the last of its parts."""
    return text[spans[0][0]:spans[-1][1]] if spans else ""


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A text as it is compared: no spaces, one width of letters and signs."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()


# What is said.

def _show(finding: Finding, editions: list[Document], shown: dict[str, list[Clause]], on: date) -> dict[str, str]:
    """Quotes every entry under its edition and class; returns clause_id → its mark."""
    marks: dict[str, str] = {}
    for d in editions:
        for class_ in CLASSES:
            group = [c for c in shown[d.doc_id] if c.fields["class"] == class_]
            finding.lines += [cite_head(d, class_, on)] if group else []
            for c in group:
                marks[c.clause_id] = f"[[{len(finding.quotes)}]]"
                finding.lines.append(quoted(quote := Quote(clause_id=c.clause_id, quote=c.text), len(finding.quotes)))
                finding.quotes.append(quote)
    return marks


def _statements(pairs: list[tuple[Pair, Document, Document]], marks: dict[str, str]) -> Iterator[str]:
    """One line a pair: class, sector and words, old → new; of the entries alone, what can be said of the other edition."""
    alone: dict[str, list[str]] = {}
    for pair, old, new in pairs:
        if pair.old and pair.new:
            yield f"- {marks[pair.old.clause_id]} → {marks[pair.new.clause_id]}：" + "；".join(_difference(pair.old, pair.new)) + "。"
        elif c := pair.old or pair.new:
            other = new if pair.old else old
            key = "part" if not _whole(c) else "unpaired_incomplete" if incomplete(other) else "unpaired"
            alone.setdefault(sentence(f"editions.{key}", title=other.title), []).append(marks[c.clause_id])
    yield from (f"- {''.join(cited)}：{said}" for said, cited in alone.items())


def _difference(old: Clause, new: Clause) -> Iterator[str]:
    classes = old.fields["class"], new.fields["class"]
    yield sentence("editions.class_moved" if classes[0] != classes[1] else "editions.class_kept", old=classes[0], new=classes[1])
    sectors = old.fields.get("sector"), new.fields.get("sector")
    if all(sectors) and sectors[0] != sectors[1]:
        yield sentence("editions.sector_moved", old=str(sectors[0]), new=str(sectors[1]))
    found = changes(old.text, new.text)
    for before, after in found:
        key = "replaced" if before and after else "left_out" if before else "added"
        yield sentence(f"editions.{key}", old=before, new=after)
    if not found:
        yield sentence("editions.same" if old.text == new.text else "editions.same_but_marks")


def incomplete(document: Document) -> bool:
    """Does the library lack anything of this edition, so that what it does not show may still stand there?"""
    c = document.coverage
    return bool(c.note or c.missing or c.official is None or c.held != c.official)
