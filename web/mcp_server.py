"""政问 for assistants that speak the Model Context Protocol: ask, screen, duties, get_clause, verify_citation, over stdio or HTTP.

Every tool gives the engine's own results; what cannot be served is one Chinese sentence with `isError`.
"""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field
from starlette.types import ASGIApp

from kb.duties_table import facts
from kb.engine import PolicyEngine
from kb.errors import ZhengwenError
from web.api import DESCRIPTION, QUESTION, TEXT
from web.guard import Guard

INSTRUCTIONS = """政问回答广元市的产业准入、环境影响评价、部门职责和相关法规条文问题。结论由程序按条文算出，引文一字不差。
转述时保留结论、条件和引文标注；回答说待定或没有收录的，不要替它下结论。引用条文之前可以用 verify_citation 核对。"""
AsOf = Annotated[str, Field(description="以哪一天的法律为准，写成 2024-06-01；留空为今天")]


def create_server(engine: PolicyEngine) -> MCPServer:
    """The server over one engine."""
    server = MCPServer("zhengwen", title="政问", instructions=INSTRUCTIONS)

    @server.tool(description="提问：环评做什么文件、目录里是什么类别、谁牵头谁负责、条文怎么规定。返回结论、引文和还缺的事实。")
    @_plainly
    def ask(question: Annotated[str, Field(description="问题", min_length=1, max_length=QUESTION)], as_of: AsOf = "",
            earlier: Annotated[str, Field(description="同一个项目先前说过的话", max_length=QUESTION)] = "") -> dict[str, Any]:
        return engine.ask(question, _day(as_of), earlier).contract()

    @server.tool(description="项目预审：一个项目一张表，列国家目录类别、本市规定、环评文件、联系单位和待补情况。")
    @_plainly
    def screen(project: Annotated[str, Field(description="项目描述", min_length=1, max_length=DESCRIPTION)], as_of: AsOf = "") -> dict[str, Any]:
        return engine.screen(project, _day(as_of)).contract()

    @server.tool(description="职责：工作方案里谁牵头、谁负责，可按单位、事项筛选。")
    @_plainly
    def duties(unit: Annotated[str, Field(description="单位，可用简称或改革后的名称", max_length=60)] = "",
               topic: Annotated[str, Field(description="事项，例如 负面清单", max_length=60)] = "") -> dict[str, Any]:
        return {"duties": facts(engine.duties(unit.strip() or None, topic.strip() or None))}

    @server.tool(description="一条条文的原文、所在文件和效力；编号即引文的 clause_id，例如 code-2026/95。")
    @_plainly
    def get_clause(clause_id: Annotated[str, Field(description="条文编号", max_length=200)], as_of: AsOf = "") -> dict[str, Any]:
        on, clause = _day(as_of) or date.today(), engine.clause(clause_id)
        document = next((d for d in engine.documents() if clause and d.doc_id == clause.doc_id), None)
        if clause is None or document is None:
            raise ToolError(f"文库里没有条文“{clause_id}”。")
        return {"clause": clause.model_dump(mode="json"), "document": document.model_dump(mode="json"), "in_force": document.in_force(on)}

    @server.tool(description="核对任何文字里的条文引用和引文：真实、虚构、已失效、与原文不一致，还是本库没有收录；不一致的给出原文。")
    @_plainly
    def verify_citation(text: Annotated[str, Field(description="要核对的文字", min_length=1, max_length=TEXT)], as_of: AsOf = "") -> dict[str, Any]:
        return engine.verify(text, _day(as_of)).model_dump(mode="json")

    return server


def http_app(engine: PolicyEngine) -> ASGIApp:
    """The server over HTTP at /mcp, behind the same keys and limits as the other interfaces."""
    return Guard(create_server(engine).streamable_http_app(host=engine.settings.host), settings=engine.settings)


def _plainly(tool: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """What a user can act on is told as a tool error, without a traceback."""
    @wraps(tool)
    def told(*args: Any, **kwargs: Any) -> dict[str, Any]:
        try:
            return tool(*args, **kwargs)
        except ZhengwenError as error:
            raise ToolError(str(error)) from None

    return told


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise ToolError(f"日期“{text}”无法识别，请写成 2024-06-01。") from None
