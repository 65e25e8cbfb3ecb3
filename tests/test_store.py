"""The store keeps documents whole, finds clauses by words, and replaces without remains."""

import pytest

from kb.models import Clause, Document, Passage
from kb.store import Store
from kb.tokens import tokens


def _put(store: Store, text: str, content_hash: str = "a") -> bool:
    document = Document(doc_id="d", title="测试规定", kind="statute")
    clause = Clause(clause_id="d/1", doc_id="d", label="第一条", text=text, order=1)
    return store.put_document(document, [clause], [Passage(clause_id="d/1", text=text)], content_hash)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "s.sqlite3")


def test_finds_by_words(store):
    assert _put(store, "建设项目应当进行环境影响评价")
    assert [c for c, _ in store.full_text(tokens("环境影响评价"))] == ["d/1"]
    assert store.full_text(["护照"]) == []


def test_same_content_changes_nothing(store):
    assert _put(store, "甲") and not _put(store, "甲")


def test_changed_content_replaces(store):
    _put(store, "商品混凝土")
    assert _put(store, "水泥制品", "b")
    assert store.full_text(["混凝土"]) == []
    assert store.clause("d/1").text == "水泥制品"


def test_a_failed_write_leaves_the_store_as_it_was(store):
    _put(store, "商品混凝土")

    def broken():
        raise RuntimeError("中断")
        yield

    with pytest.raises(RuntimeError):
        store.put_document(Document(doc_id="d", title="x", kind="plain"), broken(), [], "c")
    assert store.clause("d/1").text == "商品混凝土"
