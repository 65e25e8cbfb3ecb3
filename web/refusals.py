"""How a request that cannot be served is answered: one JSON shape, one Chinese sentence, never a traceback.

The shape is that of the OpenAI protocol, so one client library reads the errors of all interfaces:
{"error": {"message": "…", "type": "invalid_request_error", "code": "too_long", "param": "question"}}
"""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from kb.errors import QuestionError, ZhengwenError

log = logging.getLogger("zhengwen")
TYPES = {401: "authentication_error", 429: "rate_limit_error"}
SAID = {401: "需要有效的 API 密钥：请求头写 Authorization: Bearer 密钥。", 404: "没有这个地址，可用的接口见 /docs。",
        405: "这个地址不接受这种请求方法，用法见 /docs。", 413: "请求太大，上限是{limit}字节。", 429: "请求太频繁，请{seconds}秒后再试。",
        500: "服务器内部出错，已记入日志，请稍后再试。"}
KINDS = {"missing": "缺少必填内容", "string_too_long": "太长，上限{max_length}个字符", "string_too_short": "不能为空",
         "json_invalid": "请求体不是合法的 JSON", "model_attributes_type": "请求体应是 JSON 对象，并写明 Content-Type: application/json", "too_long": "项数太多，上限{max_length}项", "extra_forbidden": "没有这个参数"}


class Refusal(BaseModel):
    """Why a request was not served."""

    message: str
    type: str
    code: str
    param: str | None = None


class Refused(BaseModel):
    """The body of every 4xx and 5xx answer."""

    error: Refusal


class RequestRefused(Exception):
    """A request that is refused with a status and a sentence."""

    def __init__(self, status: int, message: str, code: str, param: str | None = None):
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param


DOCUMENTED: dict[int | str, dict[str, Any]] = {status: {"model": Refused, "description": text} for status, text in (
    (400, "请求体读不了"), (401, "缺少或写错 API 密钥"), (404, "没有所指的内容"), (413, "请求太大"), (422, "内容不合要求"), (429, "请求太频繁"))}


def refuse(status: int, message: str, code: str, param: str | None = None, headers: dict[str, str] | None = None) -> JSONResponse:
    """One refusal as a response."""
    kind = TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    body = Refused(error=Refusal(message=message, type=kind, code=code, param=param))
    return JSONResponse(body.model_dump(), status, headers)


def install(app: FastAPI) -> None:
    """Every way a request can fail ends in one of these."""
    @app.exception_handler(RequestRefused)
    async def refused(_: Request, error: RequestRefused) -> JSONResponse:
        return refuse(error.status, error.message, error.code, error.param)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) if first["type"] != "json_invalid" else ""
        said = KINDS.get(first["type"], "格式不对").format(**first.get("ctx", {}))
        return refuse(400 if first["type"] == "json_invalid" else 422, f"“{where}”{said}。" if where else f"{said}。", first["type"], where or None)

    @app.exception_handler(ZhengwenError)
    async def known(_: Request, error: ZhengwenError) -> JSONResponse:
        if isinstance(error, QuestionError):
            return refuse(422, str(error), "question")
        log.error("回答失败：%s", error)
        return refuse(503, str(error), "unavailable")

    @app.exception_handler(HTTPException)
    async def plain(_: Request, error: HTTPException) -> JSONResponse:
        said = SAID.get(error.status_code, "请求不能处理，用法见 /docs。")
        return refuse(error.status_code, said, f"http_{error.status_code}", headers=dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        log.exception("处理 %s 时出错", request.url.path, exc_info=error)
        return refuse(500, SAID[500], "internal")
