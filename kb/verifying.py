"""Does every quote stand word for word in its stored clause, and does the text cite only what it lists?"""

import re

from kb.claims import amounts
from kb.models import Answer
from kb.store import Store


def faults(answer: Answer, store: Store) -> list[str]:
    """What is wrong with an answer's citations, a sentence each; empty when all hold."""
    clauses = store.clauses_by_id({c.clause_id for c in answer.citations})
    found = [f"引文[{c.n}]与所存条文不符" for c in answer.citations
             if c.clause_id not in clauses or not c.quote or c.quote not in clauses[c.clause_id].text]
    cited = {int(n) for n in re.findall(r"(?<!\\)\[(\d+)\]", answer.text)}
    listed = {c.n for c in answer.citations}
    return found + [f"正文标注[{n}]没有对应引文" for n in sorted(cited - listed)] + [
        f"引文[{n}]在正文中没有标注" for n in sorted(listed - cited)]


def loose_amounts(answer: Answer) -> list[str]:
    """Amounts in the program's own paragraphs that stand neither in a quote cited nor in the question; notes of coverage aside."""
    given = amounts("\n".join([answer.question, *(f"{c.doc_title} {c.label} {c.quote}" for c in answer.citations)]))
    own = amounts("\n".join(p for p in answer.text.split("\n\n") if not p.startswith(">") and p not in answer.warnings))
    return [f"{a.value}{a.unit}" for a in own if not any((a.value, a.unit) == (g.value, g.unit) for g in given)]
