"""The MCP server through the protocol's own client library: over stdio as a process, and over HTTP."""

import asyncio
import os
import sys

import httpx
import pytest
from mcp import Client, StdioServerParameters

from kb.engine import PolicyEngine
from kb.settings import Settings
from tests.serving import served
from web.mcp_server import create_server, http_app

QUESTION = "木家具厂，年用溶剂型油漆8吨，没有电镀，环评做什么？"


async def exercise(client: Client) -> None:
    """What an assistant does with the server."""
    tools = {t.name: t for t in (await client.list_tools()).tools}
    assert set(tools) == {"ask", "screen", "duties", "get_clause", "verify_citation"}
    assert tools["ask"].input_schema["required"] == ["question"]

    async def call(name, **arguments):
        return await client.call_tool(name, arguments)

    answer = (await call("ask", question=QUESTION, as_of="2026-11-24")).structured_content
    assert answer["eia"]["document"] == "报告表" and answer["citations"]
    clause = (await call("get_clause", clause_id=answer["citations"][0]["clause_id"])).structured_content
    assert answer["citations"][0]["quote"] in clause["clause"]["text"] and clause["in_force"]
    sheet = (await call("screen", project="在利州区新建年产5万立方米刨花板项目，总投资1.2亿元")).structured_content
    assert sheet["eia"]["document"] == "报告表"
    duties = (await call("duties", topic="负面清单")).structured_content["duties"]
    assert any("市环境保护局" in d["lead_units"] for d in duties)
    report = (await call("verify_citation", text="依据生态环境法典第二千条，“建设单位可以先行开工建设”。")).structured_content
    assert report["wrong"] == 2 and report["items"][0]["verdict"] == "invented"
    for name, arguments, said in (("get_clause", {"clause_id": "没有/1"}, "没有条文"), ("ask", {"question": QUESTION, "as_of": "去年"}, "日期“去年”无法识别"),
                                  ("screen", {"project": "  "}, "请")):
        failed = await call(name, **arguments)
        assert failed.is_error and said in failed.content[0].text and "Traceback" not in failed.content[0].text


def test_over_stdio(shipped):
    async def go() -> None:
        server = StdioServerParameters(command=sys.executable, args=["-m", "kb.cli", "mcp"], env=dict(os.environ))
        async with Client(server) as client:
            await exercise(client)

    asyncio.run(asyncio.wait_for(go(), 120))


def test_over_http(engine):
    async def go(url: str) -> None:
        async with Client(url + "/mcp") as client:
            await exercise(client)

    with served(http_app(engine)) as url:
        asyncio.run(asyncio.wait_for(go(url), 120))


def test_over_http_a_key_is_wanted_where_one_is_set(engine):
    with served(http_app(PolicyEngine(engine.store, Settings(home=engine.settings.home, api_keys="钥匙")))) as url:
        assert httpx.post(url + "/mcp", json={}).status_code == 401


@pytest.mark.parametrize("text", ["", "。" * 60_000])
def test_sizes_are_bounded(engine, text):
    async def go() -> None:
        async with Client(create_server(engine)) as client:
            assert (await client.call_tool("verify_citation", {"text": text})).is_error

    asyncio.run(go())
