"""PolicyEngine.ask(): the one door through which everything is asked.

What is answered today: a clause named in the question, and the clauses nearest to it in words, each quoted
verbatim with its state on the as-of date. No class, document type or unit is concluded here.
"""

import re
import time
from datetime import date

import cn2an

from kb.corpus import chinese_date
from kb.errors import IndexMissing
from kb.models import Answer, Citation, Clause, Document, Intent, Status
from kb.settings import settings
from kb.store import Store
from kb.tokens import tokens

OUTSIDE = re.compile(r"护照|签证|天气|写(?:一)?首|写诗|菜谱|股票|彩票|电影|星座|笑话|驾照|身份证")
ARTICLE = re.compile(r"第\s*([一二三四五六七八九十百千零〇两\d]+)\s*(条|项)")
PLAN_ITEM = re.compile(r"第([一二三])部分第?（([一二三四五六七八九十]+)）")
HELD = "本库收录：市工作方案、环评分类管理名录（2021年版）、产业结构调整指导目录（部分）及生态环境相关法律。"


class PolicyEngine:
    """Answers questions from one store."""

    def __init__(self, store: Store | None = None):
        self.store = store or Store(settings().database)
        self.documents = {d.doc_id: d for d in self.store.documents()}
        if not self.documents:
            raise IndexMissing()

    def ask(self, question: str, as_of: date | None = None) -> Answer:
        """One question, one answer; `as_of` defaults to today."""
        started, on = time.perf_counter(), as_of or date.today()
        answer = self._answer(question.strip(), on)
        answer.elapsed_ms = round((time.perf_counter() - started) * 1000, 1)
        return answer

    def _answer(self, question: str, on: date) -> Answer:
        if not question:
            return self._say(question, on, "refused", "refused", "请输入一个问题。")
        if OUTSIDE.search(question):
            return self._say(question, on, "refused", "refused", "这个问题不在本系统的范围内。" + HELD)
        named = self._named_document(question)
        if clauses := self._looked_up(question, named):
            return self._quoted(question, on, "lookup", clauses, named)
        return self._quoted(question, on, "explanation", self._nearest(question, on, named), named)

    def _named_document(self, question: str) -> Document | None:
        """The document whose title or alias stands in the question; the longest name wins."""
        names = [(n, d) for d in self.documents.values() for n in (d.title, *d.aliases) if n in question]
        return max(names, key=lambda pair: len(pair[0]))[1] if names else None

    def _looked_up(self, question: str, named: Document | None) -> list[Clause]:
        if m := PLAN_ITEM.search(question):
            prefix = f"work-plan/{cn2an.cn2an(m[1])}.{cn2an.cn2an(m[2])}."
            return [c for c in self.store.clauses("work-plan") if c.clause_id.startswith(prefix)]
        if named and (m := ARTICLE.search(question)):
            number = int(m[1]) if m[1].isdigit() else int(cn2an.cn2an(m[1], "smart"))
            local = f"a{number}" if named.kind == "eia_list" and m[2] == "条" else str(number)
            clause = self.store.clause(f"{named.doc_id}/{local}")
            return [clause] if clause else []
        return []

    def _nearest(self, question: str, on: date, named: Document | None) -> list[Clause]:
        held = {d.doc_id for d in self.documents.values() if d.in_force(on)} | ({named.doc_id} if named else set())
        words = tokens(question)
        found = [self.store.clause(i) for i, _ in self.store.full_text(words, 5, held)]
        content = {w for w in words if len(w) > 1}
        return [c for c in found if c and any(w in c.text for w in content)]

    def _quoted(self, question: str, on: date, intent: Intent, clauses: list[Clause], named: Document | None) -> Answer:
        warnings = []
        if named and not named.in_force(on):
            successor = self.documents.get(named.replaced_by or "")
            state = f"已于{chinese_date(named.in_force_to)}后失效" if named.in_force_to and on > named.in_force_to else "尚未施行"
            warnings.append(f"《{named.title}》在{chinese_date(on)}{state}" + (f"，由《{successor.title}》接替。" if successor else "。"))
        if not clauses:
            return self._say(question, on, intent, "not_found", "\n\n".join([*warnings, "没有找到可以引用的条文。" + HELD]), warnings)
        citations, lines = [], list(warnings)
        for n, clause in enumerate(clauses, 1):
            d = self.documents[clause.doc_id]
            citations.append(Citation(n=n, doc_id=d.doc_id, doc_title=d.title, doc_number=d.number, edition=d.edition,
                                      clause_id=clause.clause_id, label=clause.label, quote=clause.text,
                                      page=clause.page, in_force=d.in_force(on), url=d.url))
            lines.append(f"**《{d.title}》{clause.label}** [{n}]\n\n> " + clause.text.replace("\n", "\n> "))
        if intent != "lookup":
            lines.append("以上是与问题用词最接近的原文，结论这一点还需要核实。")
        answer = self._say(question, on, intent, "answered", "\n\n".join(lines), warnings)
        answer.citations = citations
        return answer

    @staticmethod
    def _say(question: str, on: date, intent: Intent, status: Status, text: str, warnings: list[str] | None = None) -> Answer:
        return Answer(question=question, as_of=on, intent=intent, status=status, text=text, warnings=warnings or [])
