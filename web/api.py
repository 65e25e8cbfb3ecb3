"""/api: ask, screen, duties, clauses, documents, health — the engine's results as JSON, described by the OpenAPI document."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kb.citation_check import CitationReport
from kb.duties_table import facts
from kb.engine import PolicyEngine
from kb.models import Answer, Clause, Document
from kb.screening import Screening
from web.metrics import Metrics
from web.refusals import DOCUMENTED, RequestRefused

QUESTION = 2000  # characters
DESCRIPTION = 8000
TEXT = 50_000
TURNS = 20
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=QUESTION)]
AS_OF = "以哪一天的法律为准，写成 2024-06-01；默认今天"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AskRequest(_Body):
    """One question."""

    question: Question = Field(description="问题", examples=["木家具厂，年用溶剂型油漆8吨，没有电镀，环评做什么？"])
    as_of: date | None = Field(None, description=AS_OF)
    earlier: list[Question] = Field([], max_length=TURNS, description="同一个人先前的提问，按先后；只补充事实的问题接着它们回答")


class ScreenRequest(_Body):
    """One project."""

    project: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=DESCRIPTION)] = Field(
        description="项目描述", examples=["在利州区新建年产5万立方米刨花板项目，总投资1.2亿元"])
    as_of: date | None = Field(None, description=AS_OF)


class VerifyRequest(_Body):
    """A text whose references are to be checked."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=TEXT)] = Field(
        description="任何文字", examples=["依据生态环境法典第一百零七条，“建设单位不得开工建设”。"])
    as_of: date | None = Field(None, description=AS_OF)


class Duty(BaseModel):
    """One duty a plan lays down."""

    doc_id: str
    clause_id: str
    label: str
    kind: str = Field(description="parenthesis：括注；prose：正文")
    task: str
    lead_units: list[str]
    responsible_units: list[str]
    times: list[str]


class ClauseFound(BaseModel):
    """A clause with the state of its document on a date."""

    clause: Clause
    document: Document
    in_force: bool


class Health(BaseModel):
    """Is the service ready, and what does it know?"""

    status: str
    documents: int
    clauses: int
    vectors: bool = Field(description="是否有向量检索；没有时只按用词检索")


def router(engine: PolicyEngine, metrics: Metrics) -> APIRouter:
    """The routes over one engine. Handlers are plain functions: the server runs them in its thread pool."""
    api = APIRouter(prefix="/api", tags=["问答"], responses=DOCUMENTED)

    @api.post("/ask", summary="提问", response_model=Answer)
    def ask(asked: AskRequest) -> Answer:
        return metrics.answered(engine.converse([*asked.earlier, asked.question], asked.as_of).finish())

    @api.post("/screen", summary="项目预审：一个项目一张表", response_model=Screening)
    def screen(asked: ScreenRequest) -> Screening:
        return engine.screen(asked.project, asked.as_of)

    @api.post("/verify", summary="核对一段文字里的条文引用和引文", response_model=CitationReport)
    def verify(asked: VerifyRequest) -> CitationReport:
        return engine.verify(asked.text, asked.as_of)

    @api.get("/duties", summary="职责：谁牵头、谁负责", response_model=list[Duty])
    def duties(unit: Annotated[str, Query(description="单位：全称、简称或改革后的名称", max_length=60)] = "",
               topic: Annotated[str, Query(description="事项，例如 负面清单", max_length=60)] = "") -> list[dict[str, Any]]:
        return facts(engine.duties(unit.strip() or None, topic.strip() or None))

    @api.get("/clauses/{clause_id:path}", summary="一条条文的原文和效力", response_model=ClauseFound)
    def clause(clause_id: Annotated[str, Path(description="条文编号，即引文的 clause_id", max_length=200, examples=["code-2026/95"])],
               as_of: Annotated[date | None, Query(description=AS_OF)] = None) -> ClauseFound:
        found = engine.clause(clause_id)
        document = next((d for d in engine.documents() if found and d.doc_id == found.doc_id), None)
        if found is None or document is None:
            raise RequestRefused(404, f"文库里没有条文“{clause_id}”。", "clause", "clause_id")
        return ClauseFound(clause=found, document=document, in_force=document.in_force(as_of or date.today()))

    @api.get("/documents", summary="文库：文件、日期、收录情况", response_model=list[Document])
    def documents() -> list[Document]:
        return engine.documents()

    @api.get("/health", tags=["运行"], summary="是否就绪", response_model=Health)
    def health() -> Health:
        return Health(status="ok", documents=len(engine.documents()), clauses=engine.store.count(), vectors=engine.notice() is None)

    return api
