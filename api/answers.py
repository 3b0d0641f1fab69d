"""Whole answers that were given before, given again before anything else looks at the request.

What an endpoint answers from the record follows from the latest revision, the releases there are, and the request. An
endpoint that gives such an answer says so by `keep`; everything else is asked for anew.
"""

from __future__ import annotations

import time
from typing import Final, NamedTuple

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.observability import REQUEST_ID, Metrics, name_of, route_of
from schema.ports import Edition, Reader
from schema.remembered import Remembered

MEMORY = 32 * 2**20
"""Most bytes of answers that are kept."""
_LONGEST = 8_192
"""Longest request whose answer is kept, in bytes."""
_KEEP: Final = "cunzhao.keep"
_TELLING: Final = frozenset((b"accept", b"accept-encoding", b"content-type", b"content-encoding"))
"""The headers that an answer may follow from."""
_CONDITIONS: Final = frozenset((b"if-none-match", b"if-match", b"if-modified-since", b"if-range", b"range"))
_POSTED: Final = "/graphql"


class _Operation(NamedTuple):
    query: str
    name: str | None
    variables: bytes


class _Key(NamedTuple):
    edition: Edition
    method: str
    path: bytes
    query: bytes
    headers: tuple[bytes, ...]
    posted: _Operation | None


class _Kept(NamedTuple):
    headers: list[tuple[bytes, bytes]]
    body: bytes
    route: str


Answers = Remembered[_Key, _Kept]


def keep(scope: Scope) -> None:
    """Say that the answer to a request may be given again while neither a revision nor a release has come."""
    scope[_KEEP] = True


class KeptAnswers:
    """Keeps answers of status 200, bounded in bytes, and gives them again under the name of the new request.

    It stands outside of all other layers, which made the answer what it is, and counts what it gives itself.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        posted = None
        if scope["method"] == "POST" and scope["path"] == _POSTED:
            first = await receive()
            receive = _again(first, receive)
            posted = _operation(first)
        key = await _key(scope, posted) if posted or scope["method"] == "GET" else None
        if key is None:
            await self.app(scope, receive, send)
            return
        answers: Answers = scope["app"].state.answers
        kept = answers.get(key)
        if kept is None:
            await self.app(scope, receive, _Keeping(scope, send, answers, key).send)
            return
        if posted:
            self.metrics.kept_operations.inc()
        request_id = name_of(scope)
        headers = [*kept.headers, (REQUEST_ID, request_id.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": kept.body})
        self.metrics.answered(scope, kept.route, "200", started, len(kept.body))


async def _key(scope: Scope, posted: _Operation | None) -> _Key | None:
    """What the answer is kept by. None where it is not to be, and where the store does not tell its revision."""
    headers = []
    for name, value in scope["headers"]:
        if name in _TELLING:
            headers += [name, value]
        elif name in _CONDITIONS:
            return None
    path, query = scope.get("raw_path") or b"", scope["query_string"]
    if len(path) + len(query) > _LONGEST:
        return None
    reader: Reader = scope["app"].state.reader
    try:
        edition = await reader.edition()
    except Exception:
        return None  # the endpoint meets that too, and tells
    return _Key(edition, scope["method"], path, query, tuple(headers), posted)


def _operation(first: Message) -> _Operation | None:
    """What a GraphQL answer follows from in the body of its request, if that came whole and can be told so.

    Nothing follows from `extensions`, which clients fill with what they please.
    """
    body = first.get("body", b"")
    if first.get("more_body") or len(body) > _LONGEST:
        return None
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if type(given) is not dict or type(given.get("extensions", {})) is not dict:
        return None
    query, name, variables = given.get("query"), given.get("operationName"), given.get("variables")
    if type(query) is not str or not (name is None or type(name) is str):
        return None
    return _Operation(query, name, orjson.dumps(variables))


def _again(first: Message, receive: Receive) -> Receive:
    """What receives a message that was received already, and then the others."""
    waiting = [first]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


class _Keeping:
    """Sends an answer on, and keeps it if its endpoint said so and it came whole."""

    def __init__(self, scope: Scope, send: Send, answers: Answers, key: _Key) -> None:
        self._scope = scope
        self._send = send
        self._answers = answers
        self._key = key
        self._headers: list[tuple[bytes, bytes]] | None = None

    async def send(self, message: Message) -> None:
        """Send a message."""
        if message["type"] == "http.response.start":
            if message["status"] == 200 and _KEEP in self._scope:
                self._headers = [header for header in message["headers"] if header[0] != REQUEST_ID]
        elif self._headers is not None and not message.get("more_body"):
            body = message.get("body", b"")
            kept = _Kept(self._headers, body, route_of(self._scope))
            self._answers.put(self._key, kept, len(body) + self._length + 1000)
            self._headers = None
        else:
            self._headers = None
        await self._send(message)

    @property
    def _length(self) -> int:
        """About what the key takes, in bytes."""
        posted = self._key.posted
        return (
            len(self._key.path)
            + len(self._key.query)
            + (4 * len(posted.query) + len(posted.variables) if posted else 0)
        )
