"""Hybrid search through its public door: both halves, filters, rebuilds, other models, a Chroma server."""

import socket
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.retrievers import BaseRetriever

from kb.embedding import embedding
from kb.engine import PolicyEngine
from kb.errors import SettingsError
from kb.models import Clause, Document, Passage
from kb.retrieval import ClauseRetriever, Filter, open_retriever
from kb.settings import Settings
from kb.store import Store
from kb.vectors import FEW, ShippedVectors, VectorIndex

TODAY = date(2026, 11, 24)
TEXTS = {"d/1": "商品混凝土搅拌站", "d/2": "生猪养殖场", "d/3": "污水处理厂", "e/1": "商品混凝土运输"}


def put(store: Store, doc_id: str, texts: dict[str, str], **facts) -> None:
    clauses = [Clause(clause_id=i, doc_id=doc_id, label=i, text=t, order=n, fields=facts.get("fields", {}))
               for n, (i, t) in enumerate(texts.items())]
    document = Document(doc_id=doc_id, title=doc_id, kind=facts.get("kind", "plain"), in_force_to=facts.get("in_force_to"))
    store.put_document(document, clauses, [Passage(clause_id=c.clause_id, text=c.text) for c in clauses], repr(texts))


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "s.sqlite3")
    put(store, "d", {k: v for k, v in TEXTS.items() if k.startswith("d")}, fields={"class": "限制类", "sector": "建材"})
    put(store, "e", {"e/1": TEXTS["e/1"]}, kind="statute", in_force_to=date(2020, 1, 1))
    return store


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """A sentence-transformers model of a few thousand weights, made and saved here."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("model")
    characters = sorted(set("".join(TEXTS.values()) + "query: passage"))
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]), encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder / "t")
    BertModel(BertConfig(vocab_size=len(characters) + 5, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                         intermediate_size=32, max_position_embeddings=64)).save_pretrained(folder / "t")
    SentenceTransformer(modules=[Transformer(str(folder / "t")), Pooling(16, "mean")], device="cpu").save(str(folder / "st"))
    return folder / "st"


def settings_of(folder: Path, **values) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    return Settings(home=folder, **values)


def test_both_interfaces_are_llama_index(engine):
    assert isinstance(engine.retriever, BaseRetriever)
    assert isinstance(engine.retriever.dense.model, BaseEmbedding)
    nodes = engine.retriever.retrieve("商品混凝土搅拌站")
    assert "eia-2021/55" in [n.node.node_id for n in nodes]


def test_full_text_alone(store, tmp_path):
    found = open_retriever(store, settings_of(tmp_path / "h", embedding="none")).search("生猪养殖")
    assert found[0].clause.clause_id == "d/2"


def test_filters(store):
    retriever = ClauseRetriever(store)
    assert {h.clause.clause_id for h in retriever.search("商品混凝土")} >= {"d/1", "e/1"}
    assert {h.clause.doc_id for h in retriever.search("商品混凝土", Filter(kinds={"statute"}))} == {"e"}
    assert {h.clause.doc_id for h in retriever.search("商品混凝土", Filter(in_force_on=TODAY))} == {"d"}
    assert {h.clause.doc_id for h in retriever.search("商品混凝土", Filter(class_="限制类"))} == {"d"}
    assert not retriever.search("商品混凝土", Filter(sector="电力"))


def test_another_model_by_folder_and_its_index(store, tiny_model, tmp_path):
    configured = settings_of(tmp_path / "h", embedding=str(tiny_model))
    index = VectorIndex(configured, embedding(str(tiny_model), tmp_path))
    assert index.sync(store) == 4 and index.sync(store) == 0
    hit = ClauseRetriever(store, index).search("污水处理厂")[0]
    assert hit.clause.clause_id == "d/3" and hit.cosine == pytest.approx(1, abs=1e-3)
    put(store, "d", {"d/1": "商品混凝土搅拌站", "d/9": "污水处理厂扩建"})
    assert index.sync(store) == 1
    assert index.count() == 3
    assert "d/3" not in [clause_id for clause_id, _ in index.search("污水处理厂", 10)]


def test_a_model_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(SettingsError, match="无法加载向量模型"):
        embedding(str(tmp_path / "nothing"), tmp_path)


def test_vectors_ship_for_every_passage_of_the_corpus(shipped, engine):
    ship = ShippedVectors(engine.retriever.dense.model.model_name)
    missing = [text for *_, text, text_hash in shipped.passages() if ship.get(text_hash) is None]
    assert missing == []


def test_shipped_vectors_are_those_the_model_computes(shipped, engine):
    model = engine.retriever.dense.model
    ship = ShippedVectors(model.model_name)
    sample = shipped.passages()[::1500]
    for vector, (*_, text_hash) in zip(model.get_text_embedding_batch([p[3] for p in sample]), sample, strict=True):
        assert ship.get(text_hash) @ vector > 0.99


@pytest.fixture
def chroma_server(tmp_path):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = Path(sys.executable).with_name("chroma")
    process = subprocess.Popen([command, "run", "--path", str(tmp_path / "server"), "--port", str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


def test_a_chroma_server_gives_the_same(store, tiny_model, tmp_path, chroma_server):
    model = embedding(str(tiny_model), tmp_path)
    embedded = VectorIndex(settings_of(tmp_path / "h"), model)
    remote = VectorIndex(settings_of(tmp_path / "h2", chroma_url=chroma_server), model)
    for index in (embedded, remote):
        index.sync(store)
    ours, theirs = embedded.search("污水处理", 4), remote.search("污水处理", 4)
    assert [i for i, _ in ours] == [i for i, _ in theirs]
    assert [s for _, s in ours] == pytest.approx([s for _, s in theirs], abs=1e-4)


def test_a_chroma_server_that_is_down_is_one_sentence(tiny_model, tmp_path):
    with pytest.raises(SettingsError, match="连接不上 Chroma"):
        VectorIndex(settings_of(tmp_path / "h", chroma_url="http://127.0.0.1:1"), embedding(str(tiny_model), tmp_path))


def test_an_engine_sees_a_document_taken_in_by_another(store, tmp_path):
    engine = PolicyEngine(store, settings_of(tmp_path / "h", embedding="none"))
    assert engine.ask("风力发电机组", TODAY).status == "not_found"
    put(Store(store.path), "n", {"n/1": "风力发电机组制造"})
    assert engine.ask("风力发电机组", TODAY).citations[0].clause_id == "n/1"


def test_a_few_documents_are_compared_whole_and_many_are_picked_from_the_nearest(engine):
    index = engine.retriever.dense
    everything = {d.doc_id for d in engine.documents()}
    for question in ("木器厂刷漆要做哪种环评", "夜里工地打桩吵得睡不着"):
        vector = index.query_vector(question)
        for asked in ({"eia-2021"}, {"eia-2021", "code-2026"}, everything - {"code-2026"}, {d for d in everything if d.endswith("law")}):
            plain = index._near(vector, 20, {"doc_id": {"$in": sorted(asked)}})
            found = index.search(question, 20, asked)
            missed = {c for c, _ in plain} - {c for c, _ in found}
            assert len(missed) <= (0 if len(asked) <= FEW else 1)  # the index without a filter is approximate
            assert {c.split("/")[0] for c, _ in found} <= asked
    assert index.search("环评", 5, set()) == []


def test_words_that_stand_everywhere_are_left_out_only_where_rarer_ones_are_enough(shipped):
    from kb import full_text

    def plain(words, doc_ids):
        query = " OR ".join(f'"{w}"' for w in words)
        rows = shipped.connection.execute(
            "select p.clause_id, -bm25(passages_fts) from passages_fts f join passages p on p.id=f.rowid where passages_fts match ? "
            f"and p.doc_id in ({','.join('?' * len(doc_ids))}) order by 2 desc", (query, *doc_ids)).fetchall()
        best = {}
        for clause_id, score in rows:
            best.setdefault(clause_id, score)
        return best

    documents = [d.doc_id for d in shipped.documents() if d.doc_id != "code-2026"]
    for words, doc_ids in ((["危险", "废物", "联单"], documents), (["电镀", "工艺"], ["eia-2021"]), (["转移", "废物", "联单"], documents)):
        found, expected = dict(shipped.full_text(words, 30, set(doc_ids))), plain(words, doc_ids)
        assert list(found.values()) == pytest.approx(sorted(expected.values(), reverse=True)[:30])
        assert all(expected[c] == pytest.approx(score) for c, score in found.items())
    counts = {"环境": 11_000, "规定": 7_000, "联单": 12}
    assert full_text._telling(["环境", "规定", "联单"], lambda w: counts[w]) == ["联单", "规定"]
    assert full_text._telling(["环境"], lambda w: 50_000) == ["环境"]
