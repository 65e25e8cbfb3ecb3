"""How are the city's own rules told: as lines of another answer, and as the answer to a question about them alone?

广元对电镀项目怎么管 · 限制类的能不能引进广元 · 总投资1.2亿要走什么程序: the rules asked about, each with its sentence quoted. A question
that also needs the national class or the EIA document of a product is not answered here.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from kb.composing import MARK, cite_head, merged, provisos, quoted, sentence, states, unmarked
from kb.corpus import chinese_date, current_edition
from kb.local_rules import CLASSES, Applied, apply, investment, plans, rules, vague
from kb.local_terms import listed, terms_named
from kb.models import Document, Finding, LocalRule, Quote
from kb.project import Project
from kb.references import city_of
from kb.store import Store
from kb.tokens import tokens
from kb.understanding import Reading

OTHER_LAW = re.compile(r"罚|处罚|违法|排放|废水|废气|固废|环评|环境影响|验收|许可证|税")
EMPTY = re.compile(r"[\d.]+[万亿]?元?|[前后要的了吗呢是在有会到把对就还才去来做走先签]+")  # no word of a subject
OF_CLASS = re.compile("(?:听说|据说|都说|有人说|请问|是不是|是否)*，?(?:鼓励|限制|淘汰|允许)类(?:的)?(?:项目|企业|产业|产品)?(?!吗|还是|呢|，|？)")  # what it says of a class, with whatever condition
INTRODUCED = re.compile("引进|引入|招进|招商|落户|落地|入驻|进来|进园|入园|准入")
ON_CONDITION = re.compile("只要|就[能可行]")
AGREED = re.compile(r"协议|会商|投资促进|方案")
BESIDE_CLASS = ("class", "controlled", "consultation", "priority")
SHOWN = {"class": ("class",), "controlled": ("controlled", "reviewed", "eia_early"), "priority": ("priority", "fast"),
         "consultation": ("consultation",)}


@dataclass
class Told:
    """The rules as lines: `lines` with [[k]] marks for `quotes`, the contract's part (`citation` counts the quotes from 1)."""

    lines: list[str] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    local: list[LocalRule] = field(default_factory=list)
    holds: list[bool | None] = field(default_factory=list)  # of each of `local`
    questions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def mark(self, quote: Quote) -> str:
        if quote not in self.quotes:
            self.quotes.append(quote)
        return f"[[{self.quotes.index(quote)}]]"


def answer(reading: Reading, on: date, store: Store) -> Finding | None:
    """The answer to a question about the city's own rules; None where it is another question."""
    project, question = Project(reading.question, reading.earlier), reading.question
    governing = plans(project.text, store, on)
    on_condition = bool(OF_CLASS.match(question) and INTRODUCED.search(question) and ON_CONDITION.search(question))  # 只要排放少就能引进
    if not governing or OTHER_LAW.search(question) and not on_condition:
        return None
    class_ = next((c for c in CLASSES if c in question), None)
    if listing := _listing(question, governing, on, store):
        return listing
    applied = apply(project, on, store, class_)
    asked = _asked(question, project, governing, applied, class_)
    relevant = [a for a in applied if a.rule.kind in SHOWN.get(asked or "", ()) and a.holds is not False or a.rule.kind == asked == "consultation"]
    chosen = min((a for a in relevant if a.rule.kind == asked), key=lambda a: a.holds is not True, default=None)
    if asked == "class" and chosen is None and class_ in ("鼓励类", "允许类"):
        relevant = [a for a in applied if a.rule.kind in ("fast", "reviewed")]
    if asked is None or not relevant:
        return None
    title = next(d.title for d in governing if not chosen or chosen.rule.clause_id.startswith(d.doc_id + "/"))
    told = tell(relevant, project, on, store)
    finding = Finding(status="answered", lines=[], quotes=told.quotes, questions=told.questions,
                      warnings=states([d for d in reading.named if d not in governing], on, store), notes=told.notes + provisos(governing, on))
    head = _head(chosen, class_ or "", title, project)
    says_all = chosen is not None and chosen.rule.kind != "consultation"  # the conclusion is then the first line itself
    finding.lines += [] if says_all else [head]
    documents = {d.doc_id: d for d in store.documents()}
    shown: set[int] = set()
    for n, line in enumerate(told.lines):
        finding.lines.append(" ".join([head, *re.findall(r"\[\[\d+\]\]", line)]) if n == 0 and says_all else line)
        for k in [int(m) for m in re.findall(r"\[\[(\d+)\]\]", line) if int(m) not in shown]:
            shown.add(k)
            clause = store.clause(told.quotes[k].clause_id)
            assert clause is not None
            finding.lines += [cite_head(documents[clause.doc_id], clause.label, on), quoted(told.quotes[k], k)]
    if asked == "class" and chosen and _rest(question, project, governing, applied):  # 交点钱就能引进: a condition the plan does not have
        own = told.quotes.index(Quote(clause_id=chosen.rule.clause_id, quote=chosen.rule.quote))
        finding.lines.append(sentence("local.only_exception" if chosen.rule.exception else "local.no_exception", exception=chosen.rule.exception or "") + f" [[{own}]]")
    finding.lines += [f"**请补充**：{unmarked(q)}" for q in told.questions]
    if chosen and chosen.holds is None:
        finding.status = "conditional"
    return finding


def with_rules(finding: Finding, reading: Reading, on: date, store: Store) -> Finding:
    """The answer about a project's national class, and after it what the city's own rules say of the same project."""
    project = Project(reading.question, reading.earlier)
    class_ = finding.eligibility.class_ if finding.eligibility else None
    applied = [a for a in apply(project, on, store, class_) if a.rule.kind in BESIDE_CLASS and a.holds is not False]
    if not applied or finding.eligibility is None:
        return finding
    told = tell(applied, project, on, store, class_)
    lines = [sentence("local.beside"), "\n".join(f"- {line}" for line in told.lines), *(f"**请补充**：{unmarked(q)}" for q in told.questions)]
    both = merged(finding, Finding(status=finding.status, lines=lines, quotes=told.quotes, questions=told.questions, notes=told.notes))
    used = list(dict.fromkeys(int(m[1]) for line in both.lines for m in MARK.finditer(line)))  # as compose will number them
    local = [rule.model_copy(update={"citation": used.index(len(finding.quotes) + rule.citation - 1) + 1}) for rule in told.local]
    both.eligibility = finding.eligibility.model_copy(update={"local": local})
    return both


def _listing(question: str, governing: list[Document], on: date, store: Store) -> Finding | None:
    """What the plan lists as strictly controlled or as its priorities, where a question asks for the list."""
    if not re.search(str(listed("asks_list")), question) or not _here(question, governing):
        return None
    kind = next((k for k in ("controlled", "priority") if re.search(str(listed(f"asks_{k}")), question)), None)
    finding = Finding(status="answered", lines=[], notes=provisos(governing, on))
    for plan in governing:
        for rule in (r for r in rules(plan, store) if r.kind == kind):
            finding.lines += [sentence(f"local.list_{kind}", title=plan.title, count=str(len(rule.terms)), terms="、".join(rule.terms), sector=rule.sector) + f" [[{len(finding.quotes)}]]",
                              cite_head(plan, rule.label, on), quoted(Quote(clause_id=rule.clause_id, quote=rule.quote), len(finding.quotes))]
            finding.quotes.append(Quote(clause_id=rule.clause_id, quote=rule.quote))
    return finding if finding.quotes else None


def _here(question: str, governing: list[Document]) -> bool:
    """Does it name the city, or speak of it as ours?"""
    return any((city := city_of(d)) and city in question for d in governing) or bool(re.search(r"本市|我市|市里|当地|方案|我们这|这里|这边", question))


def tell(applied: list[Applied], project: Project, on: date, store: Store, class_: str | None = None) -> Told:
    """Every rule given, as a line with its citation, what bars first, what helps last."""
    told = Told()
    order = ("class", "controlled", "consultation", "priority", "plans", "bottom_lines", "eia_early", "reviewed", "fast", "basis")
    if any(a.rule.kind == "priority" and a.holds is not False for a in applied):
        applied = [a for a in applied if a.rule.kind != "priority" or a.holds is not False]
    for a in sorted(applied, key=lambda a: (order.index(a.rule.kind), a.holds is not True)):
        line = _line(a, project, on, store, class_)
        quote = Quote(clause_id=a.rule.clause_id, quote=a.rule.quote)
        if told.lines and told.lines[-1].startswith(line + " "):  # the same rule in another sentence
            told.lines[-1] += "" if told.lines[-1].endswith(told.mark(quote)) else told.mark(quote)
            continue
        told.lines.append(f"{line} {told.mark(quote)}")
        told.local.append(LocalRule(rule=re.sub(r"\*\*|\\", "", line), citation=told.quotes.index(quote) + 1))
        told.holds.append(a.holds)
        told.questions += _question(a, project)
        if a.comparison and a.comparison.exactly_at_bare_boundary:
            told.notes.append(sentence("local.exactly", rule=a.comparison.rule))
        if a.reach.said and a.holds is not False and not any(s == a.term for s in a.reach.said):
            told.notes.append(sentence("local.undefined", term=a.term))
    told.questions, told.notes = list(dict.fromkeys(told.questions)), list(dict.fromkeys(told.notes))
    return told


def _line(a: Applied, project: Project, on: date, store: Store, class_: str | None) -> str:
    rule, state = a.rule, {True: "yes", None: "maybe", False: "no"}[a.holds]
    if rule.kind in ("controlled", "priority"):
        sector = sentence("local.sector", sector=rule.sector) if rule.sector else ""
        return sentence(f"local.{rule.kind}_{state}", said="、".join(a.reach.said), term=a.term, sector=sector, count=str(len(rule.terms)), terms="、".join(rule.terms))
    if rule.kind == "class":
        form = "excepted" if a.excepted else {"yes": "yes", "maybe": "open", "no": "no"}[state]
        return sentence(f"local.class_{form}", class_name=a.term, verb=rule.verb, but=_but(a), own=class_ or "")
    if rule.kind == "consultation":
        return _measured(a, project)
    if rule.kind == "basis":
        return _basis(a, on, store)
    return sentence(f"local.{rule.kind}" + ("_open" if rule.kind == "fast" and not a.holds else ""))


def _measured(a: Applied, project: Project) -> str:
    rule, amount = a.rule, investment(project)
    assert rule.limit is not None
    asked = a.comparison.asked if a.comparison else amount.text if amount else ""
    natures = sentence("local.natures", natures="、".join(rule.natures)) if rule.natures else ""
    values = {"asked": asked, "rule": rule.limit.show(), "natures": natures, "steps": _steps(a)}
    if a.holds is not None:
        return sentence("local.measured_yes" if a.holds else "local.measured_no", **values)
    why = (sentence("local.why_unsaid") if amount is None else sentence("local.why_currency") if a.comparison is None else
           sentence("local.why_nature", nature="、".join(project.natures), natures="、".join(rule.natures)) if a.comparison.holds and not vague(project, amount)
           else sentence("local.why_range", asked=asked))
    return sentence("local.measured_open", why=why, **values)


def _steps(a: Applied) -> str:
    rule = a.rule
    report = sentence("local.step_report", before=rule.before, body=rule.body) if rule.body else ""
    within = sentence("local.step_within", within=rule.within) if rule.within else "，"
    meeting = sentence("local.step_meeting", lead=rule.lead, within=within, meeting=rule.meeting) if rule.lead and rule.meeting else ""
    return "，".join(s for s in (report, meeting) if s) + "。" if report or meeting else ""


def _basis(a: Applied, on: date, store: Store) -> str:
    """What the plan says it rests on, against what is in force."""
    cited = []
    for d in a.documents:
        if d.in_force_to and on > d.in_force_to:
            successor = current_edition(d, store.documents(), on)
            after = sentence("state.successor", title=successor.title) if successor else ""
            cited.append(sentence("local.basis_out", title=d.title, day=chinese_date(d.first_day_out), successor=after))
        else:
            cited.append(sentence("local.basis_in", title=d.title, as_of=chinese_date(on)))
    return sentence("local.basis", cited="、".join(cited)) + sentence("local.basis_now", as_of=chinese_date(on))


def _question(a: Applied, project: Project) -> list[str]:
    """What would settle an open rule."""
    if a.rule.kind == "consultation" and a.holds is None:
        open_nature = a.comparison is not None and a.comparison.holds
        return [sentence("local.ask_nature" if open_nature and not vague(project, investment(project) or project.amounts[0]) else "local.ask_investment")]
    if a.rule.kind == "controlled" and a.holds is None:
        return [sentence("local.ask_term", said="、".join(a.reach.said), term=a.term)]
    if a.rule.kind == "class" and a.holds is not False and a.rule.exception and (a.holds or a.excepted):
        return [sentence("local.ask_exception", exception=a.rule.exception)]
    return []


def _but(a: Applied) -> str:
    return sentence("local.but", exception=a.rule.exception) if a.rule.exception else ""


def _head(a: Applied | None, class_: str, title: str, project: Project) -> str:
    if a is None:
        return sentence("local.head_class_favoured", class_name=class_, title=title)
    if a.rule.kind == "class":
        return sentence("local.head_class", class_name=a.term, title=title, verb=a.rule.verb, but=_but(a))
    if a.rule.kind == "consultation":
        assert a.rule.limit is not None
        if a.holds is None or a.comparison is None:
            return sentence("local.head_measured_open", title=title, rule=a.rule.limit.show())
        return sentence("local.head_measured", asked=a.comparison.asked, title=title, rule=a.comparison.rule,
                        reached=sentence("local.reached" if a.holds else "local.not_reached"), must=sentence("local.must" if a.holds else "local.must_not"))
    form = f"local.head_{a.rule.kind}" + ("" if a.holds else "_maybe")
    return sentence(form, said="、".join(a.reach.said), title=title, term=a.term)


def _asked(question: str, project: Project, governing: list[Document], applied: list[Applied], class_: str | None) -> str | None:
    """Which rule a question asks about, where it asks about nothing more."""
    here = _here(question, governing)
    pure = not _rest(question, project, governing, applied)
    admission = bool(re.search(str(listed("asks_admission")), question))
    if class_ and admission and (pure or OF_CLASS.match(question) and INTRODUCED.search(question)):
        return "class"
    amount = investment(project)
    if amount and pure and (re.search(str(listed("asks_procedure")), question) or not admission):
        return "consultation"
    if amount and AGREED.search(question) and re.search(str(listed("asks_procedure")), question):
        return "consultation"
    if (here or admission) and pure and re.search(str(listed("asks_treatment")), question):
        return next((kind for holds in (True, None) for kind in ("controlled", "priority") for a in applied if a.rule.kind == kind and a.holds is holds), None)
    return None


def _rest(question: str, project: Project, governing: list[Document], applied: list[Applied]) -> list[str]:
    """The words that say more than a place, a rule's own word, an amount and a way of asking."""
    text = question
    for d in governing:
        text = text.replace(d.title, " ").replace(city_of(d) + "市", " ").replace(city_of(d) or "\0", " ")
    amount = investment(project)
    said = [w for a in applied for w in (a.term, *a.reach.said) if w]
    for word in [*([amount.text] if amount else []), *said, *terms_named(text), *(w for c in CLASSES for w in (c, c[:2]))]:
        text = text.replace(word, " ")
    for name in ("asks_treatment", "asks_admission", "asks_procedure"):
        text = re.sub(str(listed(name)), " ", text)
    plain = listed("plain")
    return [w for w in tokens(text) if len(w) > 1 and w not in plain and not EMPTY.fullmatch(w)]
