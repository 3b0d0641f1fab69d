"""Request ids, log lines and metrics of every request, and the answer when nobody foresaw the error."""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from collections.abc import Callable, MutableMapping, Sequence
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import path_of, problem_of, problem_response
from api.settings import Settings
from db.servers import ServerState

REQUEST_ID: Final = b"x-request-id"
_SANE_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
_QUIET = ("/healthz", "/readyz", "/metrics")
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

log = structlog.get_logger("cunzhao.http")
_LINES = logging.getLogger("cunzhao.http")


class Metrics:
    """What is counted, in a registry of its own, so that two applications in one process stay apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "cunzhao_requests",
            "Requests answered.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "cunzhao_request_seconds",
            "Time until the last byte of the answer.",
            ("route", "method"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.in_flight = 0
        """Requests under way."""
        under_way = Gauge("cunzhao_requests_in_flight", "Requests under way.", registry=self.registry)
        under_way.set_function(lambda: self.in_flight)
        self.graphql_operations = Counter(
            "cunzhao_graphql_operations",
            "GraphQL operations, by how they were executed: compiled, or why not; kept answers are given again.",
            ("how",),
            registry=self.registry,
        )
        self.operated = lru_cache(64)(self.graphql_operations.labels)
        """The count of operations that were executed so."""
        self.kept_operations = self.graphql_operations.labels("kept")
        self.export_rows = Counter(
            "cunzhao_export_rows", "Rows sent in exports.", ("table", "format"), registry=self.registry
        )
        self._counted = lru_cache(1024)(self.requests.labels)
        self._timed = lru_cache(1024)(self.seconds.labels)

    def answered(self, scope: Scope, route: str, status: str, started: float, sent: int) -> None:
        """Count and log a request that came in at `started` and was answered with so many bytes by now."""
        seconds = time.perf_counter() - started
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._counted(route, method, status).inc()
        self._timed(route, method).observe(seconds)
        level = logging.DEBUG if scope["path"] in _QUIET else logging.INFO
        if not _LINES.isEnabledFor(level):
            return
        # Neither the query nor the address of the reader: what somebody looks up here is their affair.
        log.log(
            level,
            "request",
            request_id=scope["state"]["request_id"],
            method=method,
            path=scope["path"],
            status=status,
            ms=round(seconds * 1000, 1),
            bytes=sent,
        )

    def watch(self, states: Callable[[], Sequence[ServerState]]) -> None:
        """Tell of the servers that are read, whenever somebody asks."""
        for name, meaning, value in _OF_SERVERS:
            gauge = Gauge(f"cunzhao_store_{name}", meaning, ("server",), registry=self.registry)
            for number, state in enumerate(states()):
                gauge.labels(state.name).set_function(partial(_told, states, number, value))


def route_of(scope: Scope) -> str:
    """The path of the route that a request was answered by, with its parameters as they are declared."""
    return getattr(scope.get("route"), "path", "unmatched")


def name_of(scope: Scope) -> str:
    """The id of a request: the one it offers, if that is one, else one of ours."""
    state = scope.setdefault("state", {})
    if "request_id" not in state:
        offered = next((value for name, value in scope["headers"] if name == REQUEST_ID), b"")
        state["request_id"] = offered.decode() if _SANE_ID.fullmatch(offered) else os.urandom(16).hex()
    name: str = state["request_id"]
    return name


def _told(states: Callable[[], Sequence[ServerState]], number: int, value: Callable[[ServerState], float]) -> float:
    return value(states()[number])


_OF_SERVERS: tuple[tuple[str, str, Callable[[ServerState], float]], ...] = (
    ("up", "1 while a server of the record answers.", lambda state: float(state.up)),
    ("revision", "The latest revision a server has; -1 while it does not answer.", lambda state: state.revision),
    ("behind_revisions", "Revisions that a standby lacks.", lambda state: state.behind_revisions),
    ("behind_seconds", "For how long a standby has lacked any.", lambda state: state.behind_seconds),
)

_REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)


def _name_request(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Puts the id of the request under way on a log line."""
    request_id = _REQUEST_ID.get()
    return event if request_id is None else {"request_id": request_id, **event}


class Observed:
    """Names the request, times it, logs and counts it, and turns unforeseen errors into a bare 500."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        watched = _Watched(scope, send)
        named = _REQUEST_ID.set(watched.request_id)
        self.metrics.in_flight += 1
        try:
            await self.app(scope, receive, watched.send)
        except Exception as error:
            await self._failed(error, watched, receive)
        finally:
            self.metrics.in_flight -= 1
            self._record(watched)
            _REQUEST_ID.reset(named)

    async def _failed(self, error: Exception, watched: _Watched, receive: Receive) -> None:
        if watched.status:
            # Half an answer is out: only breaking the connection tells the client that it is not whole.
            watched.broken = True
            log.error("answer broken off", path=watched.scope["path"], exc_info=error)
            raise error
        problem = problem_of(error)
        if problem.status >= 500:
            log.error("request failed", path=watched.scope["path"], exc_info=error)
        response = problem_response(problem, path_of(watched.scope), watched.request_id)
        await response(watched.scope, receive, watched.send)

    def _record(self, watched: _Watched) -> None:
        status = "broken" if watched.broken else str(watched.status or "none")
        self.metrics.answered(watched.scope, route_of(watched.scope), status, watched.started, watched.sent)


class _Watched:
    """One request under way: its id, and what has been sent so far."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.started = time.perf_counter()
        self.status = 0
        self.sent = 0
        self.broken = False
        self._send = send
        self.request_id = name_of(scope)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], (REQUEST_ID, self.request_id.encode())]
        else:
            self.sent += len(message.get("body", b""))
        await self._send(message)


def configure_logging(settings: Settings) -> None:
    """Send our log lines and those of the libraries to standard error, in the shape the settings ask for."""
    shared: list[Any] = [
        _name_request,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_finish(settings.log_format))
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    # The access line is ours; the server's own would repeat it, query included.
    logging.getLogger("uvicorn.access").disabled = True


def _finish(shape: str) -> list[Any]:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if shape == "json":
        return [drop, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    # Plain: the prettier ones show the values of variables, which may be secrets.
    plain = structlog.dev.plain_traceback
    return [drop, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
