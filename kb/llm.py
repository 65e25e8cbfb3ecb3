"""The optional language model: any server of the OpenAI protocol, through llama-index. Off unless ZHENGWEN_LLM_URL is set.

Whatever the server does — down, slow, dripping, garbled, endless — a call ends by its deadline with text or with ModelUnavailable.
"""

import logging
import queue
import ssl
import threading
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx

from kb.errors import ModelUnavailable, SettingsError
from kb.settings import Settings

log = logging.getLogger("zhengwen")
LONGEST = 6000  # characters of a reply
LARGEST = 2_000_000  # bytes of a response
AT_ONCE = 8  # calls under way; further ones are answered without the model
FAILURES = 3  # in a row, after which the model is left alone for a while
REST = 30.0  # seconds
CONNECT = 3.0  # seconds
END = None


class LanguageModel:
    """One configured model. `stream` is safe to call from several threads."""

    def __init__(self, settings: Settings):
        self.settings, self.timeout = settings, settings.llm_timeout
        self._slots, self._failures, self._resting_until = threading.Semaphore(AT_ONCE), 0, 0.0
        self._key = settings.llm_secret()
        if not settings.llm_model:
            raise SettingsError("设置了 ZHENGWEN_LLM_URL，还要用 ZHENGWEN_LLM_MODEL 写明模型名称。")

    @property
    def room(self) -> int:
        """How many characters of material a prompt may hold: a Chinese character is about one token."""
        return max(500, self.settings.llm_context - 1500)

    def stream(self, system: str, prompt: str, until: float) -> Iterator[str]:
        """The reply as it comes. ModelUnavailable when it fails, stays empty, breaks off or is not done by `until`
        (time.monotonic)."""
        if time.monotonic() < self._resting_until:
            raise ModelUnavailable("多次没有响应，暂停使用")
        if not self._slots.acquire(blocking=False):
            raise ModelUnavailable("正忙")
        pieces: queue.Queue[str | Exception | None] = queue.Queue()
        given_up = threading.Event()
        threading.Thread(target=self._read, args=(system, prompt, until, pieces, given_up), daemon=True).start()
        try:
            yield from self._received(pieces, until)
            self._failures = 0
        except ModelUnavailable:
            self._failures += 1
            if self._failures >= FAILURES:
                self._resting_until, self._failures = time.monotonic() + REST, 0
            raise
        finally:
            given_up.set()

    def complete(self, system: str, prompt: str, until: float) -> str:
        """The whole reply."""
        return "".join(self.stream(system, prompt, until))

    def _received(self, pieces: "queue.Queue[str | Exception | None]", until: float) -> Iterator[str]:
        length = 0
        while True:
            try:
                piece = pieces.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise ModelUnavailable("没有在限定时间内答完") from None
            if isinstance(piece, Exception):
                raise piece if isinstance(piece, ModelUnavailable) else ModelUnavailable(_reason(piece)) from piece
            if piece is END:
                if not length:
                    raise ModelUnavailable("没有给出内容")
                return
            length += len(piece)
            if length > LONGEST:
                raise ModelUnavailable("答得过长")
            yield piece

    def _read(self, system: str, prompt: str, until: float, pieces: "queue.Queue[str | Exception | None]", given_up: threading.Event) -> None:
        """In a thread of its own: read the reply and pass it on, until done or given up."""
        try:
            from llama_index.core.base.llms.types import ChatMessage, MessageRole

            left = max(0.1, until - time.monotonic())
            with httpx.Client(transport=_Bounded(until), timeout=httpx.Timeout(left, connect=min(CONNECT, left))) as client:
                finish = None
                for reply in self._model(client, left).stream_chat(
                        [ChatMessage(role=MessageRole.SYSTEM, content=system), ChatMessage(role=MessageRole.USER, content=prompt)]):
                    if given_up.is_set():
                        return
                    finish = _finish(reply.raw) or finish
                    if reply.delta:
                        pieces.put(str(reply.delta))
                pieces.put(END if finish == "stop" else ModelUnavailable("没有答完就中断了"))
        except Exception as error:  # of several libraries, over whatever the server sent
            pieces.put(error)
        finally:
            self._slots.release()

    def _model(self, client: httpx.Client, timeout: float) -> Any:
        from llama_index.llms.openai_like import OpenAILike

        s = self.settings
        return OpenAILike(model=s.llm_model, api_base=s.llm_url.rstrip("/"), api_key=self._key or "none", is_chat_model=True, context_window=s.llm_context,
                          temperature=0.0, max_tokens=1200, max_retries=0, timeout=timeout, http_client=client)


@cache
def _certificates() -> ssl.SSLContext:
    """The trusted certificates, read once."""
    return httpx.create_ssl_context()


class _Bounded(httpx.HTTPTransport):
    """A transport whose responses end at a deadline and at a size, however slowly or plentifully they come."""

    def __init__(self, until: float):
        super().__init__(verify=_certificates(), retries=0)
        self.until = until

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _BoundedStream(response.stream, self.until)
        return response


class _BoundedStream(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, until: float):
        self.stream, self.until = stream, until

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self.stream:
            size += len(chunk)
            if time.monotonic() > self.until:
                raise ModelUnavailable("没有在限定时间内答完")
            if size > LARGEST:
                raise ModelUnavailable("答得过长")
            yield chunk

    def close(self) -> None:
        self.stream.close()


def _finish(raw: Any) -> str | None:
    choices = getattr(raw, "choices", None) or []
    return getattr(choices[0], "finish_reason", None) if choices else None


def _reason(error: Exception) -> str:
    """One phrase for what a library raised; the rest goes to the log."""
    log.warning("大模型调用失败：%s: %.200s", type(error).__name__, error)
    status = getattr(error, "status_code", None)
    if status == 429:
        return "限制了使用频率（429）"
    if status in (401, 403):
        return f"拒绝了密钥（{status}）"
    if status:
        return f"返回错误（{status}）"
    if "Timeout" in type(error).__name__:
        return "没有在限定时间内答完"
    return "连接不上" if "Connect" in type(error).__name__ else "给出的内容读不了"
