"""Does a question cost more as the library grows? Copies of the library with 20k and 200k clauses made from varied real ones.

A made clause takes a real one of a statute, plan or catalogue, changes its numbers and places, puts its sentences in another order and
adds one of a neighbour; made documents are statutes, plain texts and plans of other cities, of 20 to 200 clauses. They go through the
product's own door (`Store.put_document`, `kb.publishing`). Their vectors are not computed but made: the real
clause's vector turned by a random angle (cosine about 0.8), so that neighbourhoods stay as crowded as real ones; queries are
encoded as ever.
"""

import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from evals.asking import tracked
from kb.models import Clause, Document, Passage
from kb.publishing import changing
from kb.settings import Settings
from kb.store import Store, text_hash
from kb.vectors import ShippedVectors

SEED = 20261124
TURN = 0.75  # length of the random part beside the unit vector: cosine 0.8
CITIES = "绵阳 德阳 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 自贡 泸州 攀枝花 汉中 安康 宝鸡 陇南 天水 遵义 毕节 昭通 曲靖 黄石 宜昌 荆门 随州 株洲".split()
MATTERS = "河道管理 扬尘防治 城市绿化 供水用水 危险货物运输 农村公路 餐厨垃圾 节能监察 园区管理 矿山修复 烟花爆竹 电梯安全 消防管理 湿地保护 古树名木 物业管理 燃气管理 养犬管理 停车管理 市场监管".split()
FORMS = "条例 办法 规定 实施细则 管理规范 工作方案".split()


class TurnedVectors(BaseEmbedding):
    """The product's encoder for questions; for made texts the vector of their origin, turned."""

    _real: Any = PrivateAttr()
    _origins: Any = PrivateAttr()
    _draws: Any = PrivateAttr()

    def __init__(self, real: BaseEmbedding, origins: dict[str, np.ndarray], **kwargs: Any) -> None:
        super().__init__(model_name=real.model_name, embed_batch_size=1024, **kwargs)
        self._real, self._origins, self._draws = real, origins, np.random.default_rng(SEED)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._real.get_query_embedding(query)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [self._turned(self._origins[text_hash(t)]) for t in texts]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _turned(self, vector: np.ndarray) -> list[float]:
        noise = self._draws.normal(size=vector.shape)
        turned = vector + TURN * noise / np.linalg.norm(noise)
        return (turned / np.linalg.norm(turned)).tolist()


def copy_of(home: Path, to: Path) -> Settings:
    """The library in another home."""
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("evals", "*.lock", "logs"))
    return Settings(home=to)


def grow(settings: Settings, encoder: BaseEmbedding | None, clauses: int) -> None:
    """Add made documents until the library holds so many clauses."""
    import kb.retrieval

    store = Store(settings.database)
    real, shipped = _real(store), ShippedVectors(encoder.model_name) if encoder else None
    origins: dict[str, np.ndarray] = {}
    missing = clauses - store.count()
    with changing(store, settings):
        pass
    kept = kb.retrieval.model
    turned = TurnedVectors(encoder, origins) if encoder else None
    kb.retrieval.model = lambda choice, home: turned  # type: ignore[assignment]
    try:
        with changing(store, settings):
            made = _documents(real, missing, start=store.count())
            for document, its, sources in tracked(made, missing // 110, f"生成到{clauses:,}条"):
                for clause, source in zip(its, sources, strict=True):
                    vector = shipped.get(text_hash(source)) if shipped else None
                    origins[text_hash(clause.text)] = vector if vector is not None else np.random.default_rng(len(origins)).normal(size=384)
                store.put_document(document, its, [Passage(clause_id=c.clause_id, text=c.text) for c in its], document.doc_id, "made")
    finally:
        kb.retrieval.model = kept


def _real(store: Store) -> list[tuple[str, list[str]]]:
    """By kind of the documents that may be varied, their clauses' texts."""
    return [(d.kind, [c.text for c in store.clauses(d.doc_id)]) for d in store.documents() if d.kind in ("statute", "work_plan") and len(store.clauses(d.doc_id)) > 10]


def _documents(real: list[tuple[str, list[str]]], clauses: int, start: int) -> Iterator[tuple[Document, list[Clause], list[str]]]:
    draw, made = random.Random(SEED + start), 0
    while made < clauses:
        kind, texts = draw.choice(real)
        kind = kind if kind == "work_plan" and draw.random() < 0.3 else draw.choice(("statute", "plain"))
        size = min(clauses - made, draw.randint(20, 200))
        doc_id = f"made-{start}-{made}"
        city = draw.choice(CITIES)
        document = Document(doc_id=doc_id, title=f"{city}市{draw.choice(MATTERS)}{draw.choice(FORMS)}（{start + made}号）", kind=kind)  # type: ignore[arg-type]
        sources = [draw.choice(texts) for _ in range(size)]
        its = [Clause(clause_id=f"{doc_id}/{n}", doc_id=doc_id, label=f"第{n}条", text=_varied(source, draw.choice(texts), city, draw, f"{start + made + n}"),
                      order=n, fields={"article": n}) for n, source in enumerate(sources, 1)]
        made += size
        yield document, its, sources


def _varied(text: str, neighbour: str, city: str, draw: random.Random, mark: str) -> str:
    parts = [p for p in re.split(r"(?<=[。；])", text) if p.strip()]
    draw.shuffle(parts)
    varied = "".join(parts)[:400] + neighbour[:draw.randint(0, 40)]
    varied = re.sub(r"\d+|[二三四五六七八九]", lambda m: str(draw.randint(2, 99)) if m[0].isdigit() else draw.choice("二三四五六七八九"), varied)
    return varied.replace("国务院", f"{city}市人民政府").replace("县级以上", draw.choice(("市级", "区级", "乡镇"))) + f"（{mark}）"
