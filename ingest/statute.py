"""A law, regulation or rule → one clause an article, under its 编 章 节. Which 第X条 is a heading, which only a mention?

Rule: 立法法 第六十五条 — 编、章、节、条的序号用中文数字依次表述: articles count up by one, so the sequence decides. A line is
taken for the heading of an article when the best sequence through the whole text needs it; 第三条第一款…, 第三条、第四条的规定,
or a number in the middle of a wrapped sentence is a mention. An article inserted later is 第X条之一.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ingest.mending import HEADING, TABLE_LINE, TITLE_LENGTH, headings_before
from ingest.plain import (
    ANNEX,
    DATE,
    SIGNATURE,
    Line,
    full_width,
    heading,
    paragraph_clauses,
    preface_facts,
    ragged,
    read_lines,
    signature_date,
    to_date,
    unwrap,
    width,
)
from ingest.source import Loaded, Parsed
from kb.articles import ITEM, NUMERAL, OPEN, POINT, article_label, closes, number_of
from kb.errors import IngestError
from kb.models import Clause, Coverage

ARTICLE = re.compile(rf"^第\s*((?:[{NUMERAL}]\s*)+)条(?:\s*之\s*([一二三四五六七八九十]+))?(.*)$")
MENTION = re.compile(rf"[，。；）)》〉”’]|、\s*(?:第|本|《)|第?[{NUMERAL}]+[款项目]|[（(][{NUMERAL}]+[）)]|之规定|规定|所[列称述指定]"
                     r"|的|以外|至|[和及与或]第|或者第|以及|中的|中关于|修改为|改为")
UNTITLED = re.compile(rf"^第\s*(?:[{NUMERAL}]\s*)+(?:分编|[编章节])$")
CONTENTS = re.compile(r"^目\s*[录次]")
LEADER = re.compile(r"(?:[…⋯]|\.{2,}|·{2,}|\s)\s*\d{1,4}$")  # dots and a page number: an entry of a table of contents
RANKS = ("编", "分编", "章", "节")
START = re.compile(rf"(?:本[一-鿿]{{1,8}}?|[，。；])\s*自\s*(?:{DATE.pattern})\s*起\s*(?:施行|实施|执行|生效)")
START_ON_ISSUE = re.compile(r"(?:本[一-鿿]{1,8}?|[，。；])\s*自\s*(?:公布|发布|颁布|印发)之日起\s*(?:施行|实施|执行|生效)")

# What speaks for a heading, in points; a sequence collects them and pays for every gap.
SPACED, ALONE, ADJACENT = 2.0, 1.5, 1.0  # 第一条　为了… / 第一条 on its own line / 第一条为了…
AFTER_END, INSIDE = 0.5, -1.5  # the line before ends a paragraph / stops in a sentence
GAP, GAP_STEP, GAP_LIMIT = 1.0, 0.5, 4.0
PASSED_OVER = 0.5  # for a likely heading left out between two that are taken


@dataclass(frozen=True)
class _Candidate:
    line: int
    key: tuple[int, int]  # number, 之一
    rest: str  # what stands on the line after the label
    weight: float

    @property
    def likely(self) -> bool:
        return self.weight >= SPACED


def recognise(loaded: Loaded) -> bool:
    """Does the text hold articles that count up from 第一条?"""
    chosen = _sequence(_candidates(read_lines(loaded), loaded.media == "pdf"))
    return len(chosen) >= 2 and chosen[0].key == (1, 0)


def parse(loaded: Loaded, doc_id: str) -> Parsed:
    """The articles with their headings, what stands before and after them, and what the preface states."""
    wrapped = loaded.media == "pdf"
    lines = read_lines(loaded)
    texts = [text for text, _ in lines]
    candidates = _candidates(lines, wrapped)
    chosen = _sequence(candidates)
    if not chosen:
        raise IngestError(f"“{loaded.path.name}”里没有认出“第一条”这样的条文，请确认文件内容，或作为一般文本收录。")
    others = [c for c in candidates if c.likely and c not in chosen]
    restart = next((c.line for c in others if c.line > chosen[-1].line and c.key == (1, 0)), None)
    body_start, headings = _first_headings(texts, chosen[0].line, wrapped)
    full = full_width(lines)
    path: dict[str, str] = {}
    found: Counter[str] = Counter()
    articles: list[Clause] = []
    empty: list[str] = []
    stop = 0
    for article, following in zip(chosen, [*chosen[1:], None], strict=True):
        for rank, name in headings:
            path = {r: h for r, h in path.items() if RANKS.index(r) < RANKS.index(rank)} | {rank: name}
            found[rank] += 1
        if following:
            stop, headings = headings_before(texts, article.line + 1, following.line)
        else:
            stop = _end_of_articles(texts, article.line, restart)
        page = lines[article.line][1]
        text = _body([(article.rest, page)] * bool(article.rest) + lines[article.line + 1:stop], wrapped, full)
        if text:
            articles.append(article_clause(doc_id, article.key[0], text, list(path.values()), article.line + 1, page,
                                           article.key[1]))
        else:
            empty.append(article_label(*article.key))
    before, after = ((unwrap(part, ragged(lines)) if wrapped else part) for part in (lines[:body_start], lines[stop:]))
    preamble = paragraph_clauses([line for line in before if line[0].endswith("。")], doc_id, "preface-", "前言")
    rest = paragraph_clauses(after, doc_id, "annex-", SIGNATURE)
    facts = preface_facts([text for text, _ in before], wrapped, last_title=True)
    facts.setdefault("title", loaded.title)
    facts.setdefault("issued", signature_date(text for text, _ in after))
    facts.update(_start(articles, facts))
    coverage = _coverage(articles)
    found["条"] = len(articles)
    return Parsed(
        kind="statute", found={name: found[name] for name in (*RANKS, "条") if found[name]}, coverage=coverage,
        clauses=[c.model_copy(update={"order": order}) for order, c in enumerate(preamble + articles + rest, 1)],
        warnings=_warnings(coverage, empty, [article_label(*c.key) for c in others if c.line > chosen[0].line]),
        facts={key: value for key, value in facts.items() if value is not None})


def article_clause(doc_id: str, number: int, text: str, path: list[str], order: int, page: int | None = None,
                   sub: int = 0) -> Clause:
    """One article as the unit of citation."""
    return Clause(clause_id=f"{doc_id}/{number}-{sub}" if sub else f"{doc_id}/{number}", doc_id=doc_id,
                  label=article_label(number, sub), text=text, path=path, page=page, order=order,
                  fields={"article": number, "sub": sub} if sub else {"article": number})


def _candidates(lines: list[Line], wrapped: bool) -> list[_Candidate]:
    """Every line that could be the heading of an article, with what speaks for it."""
    full = full_width(lines)
    found: list[_Candidate] = []
    for k, (text, _) in enumerate(lines):
        m = ARTICLE.match(text)
        if m is None or MENTION.match(m[3]):
            continue
        before = lines[k - 1][0] if k else ""
        heading_above = HEADING.match(before) or (
            k > 1 and not ARTICLE.match(before) and HEADING.match(lines[k - 2][0] + before))  # over two lines
        ended = (not before or closes(before) or before[-1] in "；：" or bool(heading_above)
                 or (width(before) < full * 0.75 if wrapped else before[-1] not in OPEN))
        spaced, alone = m[3][:1].isspace() or m[3][:1] in ("：", ":"), not m[3]
        try:
            key = number_of(m[1])[0], number_of(m[2])[0] if m[2] else 0
        except ValueError:
            continue
        if key == (1, 0) and all(c.key != key for c in found):  # titles and dates stand before the first article
            ended = True
        if not ended and not (spaced or alone):
            continue
        weight = (SPACED if spaced else ALONE if alone else ADJACENT) + (AFTER_END if ended else INSIDE)
        found.append(_Candidate(k, key, m[3].lstrip(" \t\u3000：:、"), weight))
    return found


def _sequence(candidates: list[_Candidate]) -> list[_Candidate]:
    """The candidates, rising in number, that are best supported as a whole."""
    best: dict[tuple[int, int], tuple[float, int]] = {}  # score and index of the best sequence that ends at a key
    by_number: dict[int, tuple[float, int]] = {}
    back: list[int] = []
    top, finish = 0.0, -1
    leader = float("-inf")
    likely = 0  # likely headings before this one
    for k, c in enumerate(candidates):
        passed = PASSED_OVER * likely
        number, sub = c.key
        nearest = best.get((number, sub - 1)) if sub else by_number.get(number - 1)
        score, origin = -_gap((0, 0), c.key), -1
        if nearest and nearest[0] - passed > score:
            score, origin = nearest[0] - passed, nearest[1]
        if leader - passed - GAP > score:  # otherwise no sequence with a gap can be better
            for key, (value, index) in best.items():
                if key < c.key and value - passed - _gap(key, c.key) > score:
                    score, origin = value - passed - _gap(key, c.key), index
        back.append(origin)
        score += c.weight
        if score > top:
            top, finish = score, k
        likely += c.likely
        entry = (score + PASSED_OVER * likely, k)
        leader = max(leader, entry[0])
        best[c.key] = max(best.get(c.key, entry), entry, key=lambda e: e[0])  # of equals the one that stands first
        by_number[number] = max(by_number.get(number, entry), entry, key=lambda e: e[0])
    chosen = []
    while finish >= 0:
        chosen.append(candidates[finish])
        finish = back[finish]
    return chosen[::-1]


def _gap(before: tuple[int, int], key: tuple[int, int]) -> float:
    """What a sequence pays for the articles missing between two numbers."""
    missing = key[1] - before[1] - 1 if key[0] == before[0] else key[0] - before[0] - 1 + key[1]
    return min(GAP + GAP_STEP * missing, GAP_LIMIT) if missing else 0.0


def _first_headings(texts: list[str], end: int, wrapped: bool) -> tuple[int, list[tuple[str, str]]]:
    """The same before the first article: each higher than the one below it, or they belong to a table of contents."""
    found: list[tuple[str, str]] = []
    k = end
    while k:
        at = next((i for i in range(k - 1, max(k - 4, -1), -1) if HEADING.match(texts[i])), None)
        if at is None or LEADER.search(texts[k - 1]):
            break
        broken = at + 1 < k  # over lines: the title below 第一章, or in a PDF anywhere
        if broken and not (wrapped or (at + 2 == k and UNTITLED.match(texts[at]))):
            break
        m = HEADING.match("".join(texts[at:k]))
        if m is None or (found and RANKS.index(m["rank"]) >= RANKS.index(found[-1][0])):
            break
        found.append((m["rank"], heading(m[0])))
        k = at
    contents = (i for i, text in enumerate(texts[:k]) if CONTENTS.match(text) or HEADING.match(text))
    return next(contents, k), found[::-1]


def _end_of_articles(texts: list[str], last: int, restart: int | None) -> int:
    """Where the last article ends: at an annex, at articles that begin anew, or at the names and dates that sign it."""
    stop = next((k for k in range(last + 1, len(texts)) if ANNEX.match(texts[k])), len(texts))
    stop = stop if restart is None else min(stop, restart)
    k = stop
    while k > last + 1 and len(texts[k - 1]) <= TITLE_LENGTH and not (
            closes(texts[k - 1]) or texts[k - 1][-1] in OPEN or ITEM.match(texts[k - 1]) or POINT.match(texts[k - 1])):
        k -= 1
    return k if closes(texts[k - 1]) else stop


def _body(lines: list[Line], wrapped: bool, full: int) -> str:
    """An article's lines as its 款 and 项, one a line."""
    if wrapped:
        lines = unwrap(lines, lambda line, following: (
            closes(line) or bool(ITEM.match(following) or POINT.match(following) or TABLE_LINE.search(line + following))
            or (line[-1] in "；：" and width(line) < full * 0.85)))
    return "\n".join(text for text, _ in lines)


def _coverage(clauses: list[Clause]) -> Coverage:
    held = {clause.fields["article"] for clause in clauses}
    official = max(held, default=0)
    return Coverage(held=len(held), official=official,
                    missing=[f"第{n}条" for n in range(1, official + 1) if n not in held])


def _start(clauses: list[Clause], facts: dict[str, Any]) -> dict[str, Any]:
    """The day from which it is in force, as its closing articles state it."""
    for clause in reversed(clauses):
        if m := START.search(clause.text):
            return {"in_force_from": day} if (day := to_date(m[0])) else {}
        if START_ON_ISSUE.search(clause.text):
            return {"in_force_from": facts.get("issued")} if facts.get("issued") else {}
    return {}


def _warnings(coverage: Coverage, empty: list[str], repeated: list[str]) -> list[str]:
    """What a person should check."""
    found = []
    if coverage.missing:
        shown = "、".join(coverage.missing[:10]) + ("等" if len(coverage.missing) > 10 else "")
        found.append(f"缺{shown}，共{len(coverage.missing)}条，请核对来源是否完整。")
    if empty:
        found.append(f"{'、'.join(empty[:10])}没有正文，请核对来源。")
    if repeated:
        found.append(f"{'、'.join(repeated[:10])}不合条序，没有另列为条文，请核对文件是否缺页或拼接了多份内容。")
    return found
