"""Whole answers that were given before, given again before anything else looks at the request.

What an endpoint answers from the record follows from the latest revision, the releases there are, and the request. An
endpoint that gives such an answer says so by `keep`; everything else is asked for anew.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.ports import Reader
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


class _Key(NamedTuple):
    revision: int
    digest: str
    releases: int
    method: str
    path: bytes
    query: bytes
    headers: tuple[bytes, ...]
    body: bytes


class _Kept(NamedTuple):
    headers: list[tuple[bytes, bytes]]
    body: bytes
    route: object


Answers = Remembered[_Key, _Kept]


def keep(request: Request) -> None:
    """Say that the answer may be given again while neither a revision nor a release has come."""
    request.scope[_KEEP] = True


class KeptAnswers:
    """Keeps answers of status 200, bounded in bytes, and gives them again."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body, first = b"", None
        if scope["method"] == "POST" and scope["path"] == _POSTED:
            first = await receive()
            body, receive = first.get("body", b""), _again(first, receive)
        key = None if first and first.get("more_body") else await _key(scope, body)
        if key is None:
            await self.app(scope, receive, send)
            return
        answers: Answers = scope["app"].state.answers
        kept = answers.get(key)
        if kept is None:
            await self.app(scope, receive, _Keeping(scope, send, answers, key).send)
            return
        scope["route"] = kept.route
        if first:
            scope["app"].state.metrics.kept_operations.inc()
        await send({"type": "http.response.start", "status": 200, "headers": kept.headers.copy()})
        await send({"type": "http.response.body", "body": kept.body})


async def _key(scope: Scope, body: bytes) -> _Key | None:
    """What the answer is kept by. None where it is not to be, and where the store does not tell its revision."""
    if scope["method"] not in ("GET", "POST"):
        return None
    headers = []
    for name, value in scope["headers"]:
        if name in _TELLING:
            headers += [name, value]
        elif name in _CONDITIONS:
            return None
    path, query = scope.get("raw_path") or b"", scope["query_string"]
    if len(path) + len(query) + len(body) > _LONGEST:
        return None
    reader: Reader = scope["app"].state.reader
    try:
        revision, releases = await reader.revision(), len(await reader.releases())
    except Exception:
        return None  # the endpoint meets that too, and tells
    return _Key(revision.number, revision.digest, releases, scope["method"], path, query, tuple(headers), body)


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
                self._headers = list(message["headers"])
        elif self._headers is not None and not message.get("more_body"):
            body = message.get("body", b"")
            kept = _Kept(self._headers, body, self._scope.get("route"))
            self._answers.put(self._key, kept, len(body) + len(self._key.body) + len(self._key.query) + 1000)
            self._headers = None
        else:
            self._headers = None
        await self._send(message)
