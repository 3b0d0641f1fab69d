"""What one connection may take: the length of the head of a request, and the time of a client that does not hurry.

The server would wait for ever and keep what comes. Here a client gets so long to send a request whole, and so long to
take what waits for it; the layers above see requests that are there.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from api.errors import PROBLEM_JSON, Problem, title_of
from api.joined_writes import JoinedWrites
from api.raw_addresses import LenientProtocol
from api.settings import Settings

_END_OF_HEAD: Final = b"\r\n\r\n"
_CHUNKING: Final = 2
"""A body in chunks of six bytes or more takes at most so many times its length."""
_LINGER_SECONDS: Final = 2.0
"""A client that is still sending when it is refused gets so long to read why."""
_DETAILS: Final = {
    400: "this is no HTTP request",
    408: "the request did not come in time",
    413: "the request is too long",
    414: "the address is too long",
    431: "the headers are too long",
}


class GuardedProtocol(LenientProtocol):
    """A connection that refuses what is too long, and is closed when it is kept waiting."""

    head_bytes: ClassVar[int]
    request_bytes: ClassVar[int]
    patience: ClassVar[float]

    _in_head = True
    _head = _received = 0
    _refused = False
    _owes_since: float | None = None
    """Since when the client has had time to send what is missing of its request."""
    _takes_since: float | None = None
    """Since when it has had time to take what was written."""
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first request."""
        joined = JoinedWrites(cast(asyncio.Transport, transport), self.loop)
        super().connection_made(cast(asyncio.Transport, joined))
        self._owes_since = self.loop.time()
        self._watch = self.loop.call_later(self.patience / 2, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone, or was sent away."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what the client sent, unless it is too much."""
        if self._refused:
            return
        self._received += len(data)
        if self._in_head:
            if self._head + len(data) > self.head_bytes and self._head_in(data) > self.head_bytes:
                self._refuse(414 if self._in_request_line and b"\n" not in data[: self.head_bytes] else 431)
                return
            self._head += len(data)
        elif self._received > (self.head_bytes if self._answered() else self.request_bytes):
            self._refuse(413)
            return
        super().data_received(data)

    def _head_in(self, data: bytes) -> int:
        """How long the head is, as far as it is here."""
        end = data.find(_END_OF_HEAD)
        return self._head + (len(data) if end < 0 else end)

    def on_message_begin(self) -> None:
        """A request begins."""
        if self._owes_since is None:
            self._owes_since = self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there; a body may follow."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is there, and the next one may come."""
        self._in_head = True
        self._head = self._received = 0
        self._owes_since = None
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client takes the answer more slowly than it is made."""
        self._takes_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It has taken nearly all of it."""
        self._takes_since = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(400)

    def _look(self) -> None:
        """Close the connection if the client has kept it waiting for too long."""
        late = self.loop.time() - self.patience
        if self._takes_since is not None and self._takes_since < late:
            self._drop()
            return
        # What we have paused ourselves, because another request comes first, is not owed.
        if self._owes_since is not None and self._owes_since < late and not self.flow.read_paused:
            if self._received:
                self._refuse(408)
            else:
                self.transport.close()
            return
        self._watch = self.loop.call_later(self.patience / 2, self._look)

    def _refuse(self, status: int) -> None:
        """Say what is wrong, if no answer has begun, and close; what is still sent meanwhile is passed over."""
        self._refused = True
        if self._may_answer():
            self._write_refusal(status)
        elif not self._answered():
            self._drop()
            return
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self.loop.call_later(_LINGER_SECONDS, self.transport.abort)

    def _write_refusal(self, status: int) -> None:
        body = Problem(status, _DETAILS[status]).body("", "")
        head = (
            f"HTTP/1.1 {status} {title_of(status)}\r\ncontent-type: {PROBLEM_JSON}\r\ncache-control: no-store\r\n"
            f"access-control-allow-origin: *\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)

    def _answered(self) -> bool:
        """Whether the request had its answer before it was there as a whole."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is not None and not self._in_head and cycle.response_complete

    def _may_answer(self) -> bool:
        """Whether the request that is refused has had no answer yet, nor one before it that is still under way."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is None:
            return True
        if self._in_head:
            return cycle.response_complete
        answer = not cycle.response_started
        self._leave(cycle)
        return answer

    def _drop(self) -> None:
        """Close at once, without a word."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is not None:
            self._leave(cycle)
        self.transport.abort()

    @staticmethod
    def _leave(cycle: RequestResponseCycle) -> None:
        """Whoever makes the answer hears that nobody waits for it."""
        if not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()


def guarded(settings: Settings) -> type[GuardedProtocol]:
    """The protocol of a server with these settings."""
    limits = {
        "head_bytes": settings.head_limit_bytes,
        "request_bytes": settings.head_limit_bytes + _CHUNKING * settings.body_limit_bytes,
        "patience": settings.client_timeout_seconds,
    }
    return type("SettledProtocol", (GuardedProtocol,), limits)
