"""A language model of the test's own: a real HTTP server of the OpenAI protocol that says, or does, what the test tells it."""

import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Model"

    def do_POST(self):
        self.asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(self.asked)
        try:
            self.server.behaviour(self)
        except OSError:
            pass  # the client has had enough
        self.close_connection = True

    def log_message(self, *_):
        pass

    @property
    def mending(self) -> bool:
        """Is this the request to write one sentence anew?"""
        return "<句子-" in self.asked["messages"][-1]["content"]

    def start(self, status=200, kind="text/event-stream; charset=utf-8", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def event(self, text=None, finish=None, encoding="utf-8"):
        delta = {} if text is None else {"role": "assistant", "content": text}
        chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        self.wfile.write(b"data: " + json.dumps(chunk, ensure_ascii=False).encode(encoding) + b"\n\n")
        self.wfile.flush()

    def end(self):
        self.event(finish="stop")
        self.wfile.write(b"data: [DONE]\n\n")


class Model(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address, daemon_threads = True, True
    behaviour: Behaviour
    asked: list[dict]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@contextmanager
def model() -> Iterator[Model]:
    """A running server; set its `behaviour`."""
    with Model(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


def says(text: str, mended: str | None = None, piece: int = 9) -> Behaviour:
    """Streams a text in small pieces; asked to mend a sentence, says `mended` or the same text again."""
    def behave(handler: Handler) -> None:
        said = text if mended is None or not handler.mending else mended
        handler.start()
        for n in range(0, len(said), piece):
            handler.event(said[n:n + piece])
        handler.end()

    return behave


def answers(status: int, body: bytes, kind: str = "application/json") -> Behaviour:
    """Answers with a status and a body."""
    def behave(handler: Handler) -> None:
        handler.start(status, kind)
        handler.wfile.write(body)

    return behave


def half(handler: Handler) -> None:
    handler.start()
    handler.event("该项目需要编制环境影响报告表[1]。该项")


def cut_by_length(handler: Handler) -> None:
    handler.start()
    handler.event("该项目需要编制环境影响报告表[1]。该项")
    handler.event(finish="length")
    handler.wfile.write(b"data: [DONE]\n\n")


def drip(handler: Handler) -> None:
    """One character every tenth of a second, for minutes."""
    handler.start()
    for _ in range(3000):
        handler.event("慢")
        time.sleep(0.1)


def drip_headers(handler: Handler) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 3000:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.1)


def silent(handler: Handler) -> None:
    time.sleep(30)


def stalls(handler: Handler) -> None:
    """Begins, then says nothing more."""
    handler.start()
    handler.event("该项目需要编制环境影响报告表[1]。")
    time.sleep(30)


def huge(handler: Handler) -> None:
    handler.start()
    for _ in range(20000):
        handler.event("啊" * 1000)


def huge_line(handler: Handler) -> None:
    handler.start()
    for _ in range(20000):
        handler.wfile.write(b"data: " + b"x" * 100_000)


def wrong_encoding(handler: Handler) -> None:
    handler.start()
    handler.event("该项目需要编制环境影响报告表[1]。", encoding="gb18030")
    handler.end()


def binary(handler: Handler) -> None:
    handler.start()
    handler.wfile.write(bytes(range(256)) * 20)


def redirect(handler: Handler) -> None:
    handler.start(302, Location="http://127.0.0.1:1/v1")
