"""What a monitor reads at /metrics: requests and answers by kind and duration, in Prometheus' text format."""

import time

from fastapi import FastAPI, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.engine import PolicyEngine
from kb.models import Answer

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The counters of one server."""

    def __init__(self, engine: PolicyEngine):
        self.registry = CollectorRegistry()
        self.requests = Counter("zhengwen_http_requests", "处理的请求", ["path", "method", "status"], registry=self.registry)
        self.seconds = Histogram("zhengwen_http_seconds", "请求用时（秒）", ["path"], buckets=SECONDS, registry=self.registry)
        self.answers = Counter("zhengwen_answers", "回答", ["intent", "status", "composer"], registry=self.registry)
        self.answer_seconds = Histogram("zhengwen_answer_seconds", "回答用时（秒）", ["intent"], buckets=SECONDS, registry=self.registry)
        for name, text, count in (("zhengwen_documents", "文库的文件数", lambda: len(engine.documents())),
                                  ("zhengwen_clauses", "文库的条文数", engine.store.count)):
            Gauge(name, text, registry=self.registry).set_function(count)

    def answered(self, answer: Answer) -> Answer:
        """Count an answer; gives it back."""
        self.answers.labels(answer.intent, answer.status, answer.composer).inc()
        self.answer_seconds.labels(answer.intent).observe(answer.elapsed_ms / 1000)
        return answer


class Measured:
    """ASGI middleware: every request by the route it took, never by the raw path, so that the number of series stays bounded."""

    def __init__(self, app: ASGIApp, metrics: Metrics):
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            path = getattr(scope.get("route"), "path", "其他")
            self.metrics.requests.labels(path, scope["method"] if status != 405 else "其他", str(status)).inc()
            self.metrics.seconds.labels(path).observe(time.perf_counter() - started)


def add(app: FastAPI, metrics: Metrics) -> None:
    """Serve /metrics."""
    @app.get("/metrics", tags=["运行"], summary="监控指标（Prometheus 文本格式）", response_class=Response)
    def read() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)
