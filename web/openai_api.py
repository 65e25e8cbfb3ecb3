"""/v1: 政问 as a model of the OpenAI protocol, for Open WebUI, Dify, FastGPT, Chatbox and every client library.

The last user message is the question, earlier user messages are what the same person said before; system and assistant
messages have no effect on what is answered. Sampling parameters are accepted and ignored: an answer is computed.
"""

import json
import time
import uuid
from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from kb.composing import sentence
from kb.engine import PolicyEngine
from kb.models import Answer
from kb.rewording import Answering
from web.api import QUESTION, TURNS
from web.metrics import Metrics
from web.refusals import DOCUMENTED, SAID, RequestRefused, log, refuse

MODEL = "zhengwen"
CREATED = 1764000000  # of the model, as the protocol demands one
MESSAGES = 200
PIECE = 24  # characters of one streamed piece


class Part(BaseModel):
    """One part of a message; what is not text is not read."""

    type: str
    text: str = ""


class Message(BaseModel):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content.strip()
        return "\n".join(p.text for p in self.content or [] if p.type == "text").strip()


class StreamOptions(BaseModel):
    """What a stream is to contain."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A request for an answer; other parameters of the protocol are accepted and have no effect."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=MESSAGES)]
    model: str = MODEL
    stream: bool = False
    stream_options: StreamOptions | None = None
    as_of: date | None = Field(None, description="以哪一天的法律为准（本系统的扩展参数）")


class ModelCard(BaseModel):
    """A model as the protocol lists it."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = CREATED
    owned_by: str = "zhengwen"


class ModelList(BaseModel):
    """The models served."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


def router(engine: PolicyEngine, metrics: Metrics) -> APIRouter:
    """The routes over one engine."""
    api = APIRouter(prefix="/v1", tags=["OpenAI 兼容接口"], responses=DOCUMENTED)

    @api.get("/models", summary="模型列表", response_model=ModelList)
    def models() -> ModelList:
        return ModelList(data=[ModelCard()])

    @api.get("/models/{model}", summary="一个模型", response_model=ModelCard)
    def model(model: str) -> ModelCard:
        _check(model)
        return ModelCard()

    @api.post("/chat/completions", summary="对话补全（可流式）", response_model=None)
    def complete(asked: ChatRequest) -> dict[str, Any] | StreamingResponse:
        _check(asked.model)
        turns, head = _turns(asked.messages), {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": MODEL}
        answering = engine.converse(turns, asked.as_of)
        if asked.stream:
            return StreamingResponse(_pieces(head, answering, asked, metrics), media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
        answer = metrics.answered(answering.finish())
        text = answer.text + sources(answer)
        choice = {"index": 0, "message": {"role": "assistant", "content": text, "refusal": None}, "finish_reason": "stop", "logprobs": None}
        return {**head, "object": "chat.completion", "choices": [choice], "usage": _usage(asked, text), "zhengwen": answer.contract()}

    return api


def sources(answer: Answer) -> str:
    """What the marks stand for, to follow the text: a chat window shows no sources of its own."""
    lines = [sentence("source.line", n=str(c.n), title=c.doc_title, label=c.label, facts="，".join(filter(None, [
        c.doc_number, sentence("source.in_force" if c.in_force else "source.out_of_force")]))) for c in answer.citations]
    return "\n\n" + sentence("source.head") + "\n\n" + "\n".join(lines) if lines else ""


def _check(model: str) -> None:
    if model != MODEL:
        raise RequestRefused(404, f"没有模型“{model[:60]}”，请使用“{MODEL}”。", "model_not_found", "model")


def _turns(messages: list[Message]) -> list[str]:
    """What the user said, in turn, as far back as counts."""
    if not messages or messages[-1].role != "user" or not messages[-1].text:
        raise RequestRefused(422, "最后一条消息应是用户的问题，且有文字内容。", "messages", "messages")
    said = [m.text for m in messages if m.role == "user" and m.text][-TURNS:]
    if len(said[-1]) > QUESTION:
        raise RequestRefused(422, f"问题太长，上限{QUESTION}个字符。", "too_long", "messages")
    return [turn[:QUESTION] for turn in said]


def _usage(asked: ChatRequest, text: str) -> dict[str, int]:
    """Characters for tokens: nothing is billed, but clients expect the figures."""
    said = sum(len(m.text) for m in asked.messages)
    return {"prompt_tokens": said, "completion_tokens": len(text), "total_tokens": said + len(text)}


def _pieces(head: dict[str, Any], answering: Answering, asked: ChatRequest, metrics: Metrics) -> Iterator[str]:
    """The answer as server-sent events, each piece as soon as it is checked, ending with [DONE]."""
    def event(choices: list[dict[str, Any]], **more: Any) -> str:
        return f"data: {json.dumps({**head, 'object': 'chat.completion.chunk', 'choices': choices, **more}, ensure_ascii=False)}\n\n"

    def delta(content: dict[str, Any], finish: str | None = None) -> list[dict[str, Any]]:
        return [{"index": 0, "delta": content, "finish_reason": finish}]

    yield event(delta({"role": "assistant", "content": ""}))
    written = ""
    try:
        for text in chain(answering, _after(answering)):
            written += text
            for start in range(0, len(text), PIECE):
                yield event(delta({"content": text[start:start + PIECE]}))
        answer = metrics.answered(answering.answer)
    except Exception:  # the response has begun: what went wrong can only be said in it
        log.exception("流式回答中断")
        yield f"data: {bytes(refuse(500, SAID[500], 'internal').body).decode()}\n\ndata: [DONE]\n\n"
        return
    yield event(delta({}, "stop"), zhengwen=answer.contract())
    if asked.stream_options and asked.stream_options.include_usage:
        yield event([], usage=_usage(asked, written))
    yield "data: [DONE]\n\n"


def _after(answering: Answering) -> Iterator[str]:
    yield sources(answering.answer)
