"""Many connections that ask at a pace of their own, whether the server keeps up or not."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

import httptools

ALLOWED = frozenset((200, 429, 503))
Question = Callable[[Random], str]


@dataclass
class Answered:
    """What became of the requests, with the moment each was answered and how long that took, in seconds."""

    well: list[tuple[float, float]] = field(default_factory=list)
    refused: list[tuple[float, float]] = field(default_factory=list)
    """Answered 429 or 503, with `Retry-After`."""
    other: Counter[str] = field(default_factory=Counter)
    """Anything else, by what it was."""

    def well_between(self, begin: float, end: float) -> int:
        """How many were answered well in a span of time."""
        return sum(begin <= at < end for at, _ in self.well)


def encoded(asked: str, host: str) -> bytes:
    """A question as a request; one of GraphQL begins with `{`."""
    if not asked.startswith("{"):
        return f"GET {asked} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    body = json.dumps({"query": asked}, ensure_ascii=False).encode()
    head = f"POST /graphql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class _Asker(asyncio.Protocol):
    """One connection: it asks when its time has come and the answer before is there."""

    def __init__(self, host: str, question: Callable[[], str], pace: float, until: float, found: Answered) -> None:
        self._host, self._question, self._pace, self._until, self._found = host, question, pace, until, found
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = self._loop.create_future()
        self._due = time.monotonic() + pace
        self._again: int | None = None
        self._began = 0.0
        self._waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._later()

    def _later(self) -> None:
        self._loop.call_later(max(0.0, self._due - time.monotonic()), self._ask)

    def _ask(self) -> None:
        now = time.monotonic()
        if now >= self._until or self._transport.is_closing():
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        # What could not be asked in time is not asked later as well: nobody is in arrears.
        self._due = max(self._due + self._pace, now)
        self._parser, self._again, self._began, self._waiting = httptools.HttpResponseParser(self), None, now, True
        self._transport.write(encoded(self._question(), self._host))

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after":
            self._again = int(value)

    def on_message_complete(self) -> None:
        now, status, self._waiting = time.monotonic(), self._parser.get_status_code(), False
        if status == 200:
            self._found.well.append((now, now - self._began))
        elif status in ALLOWED and self._again:
            self._found.refused.append((now, now - self._began))
        else:
            self._found.other[f"status {status}"] += 1
        self._later()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting:
            self._found.other[f"the connection broke: {exc}"] += 1
        if not self.done.done():
            self.done.set_result(None)


async def load(url: str, question: Question, *, seed: int, connections: int, rate: float, seconds: float) -> Answered:
    """Ask for some seconds: so many requests a second in all, or as many as are answered where that is fewer."""
    host, _, port = url.removeprefix("http://").partition(":")
    found, until, chance = Answered(), time.monotonic() + seconds, Random(seed)  # noqa: S311
    loop, askers = asyncio.get_running_loop(), []
    for _ in range(connections):
        ask = partial(question, Random(chance.random()))  # noqa: S311
        make = partial(_Asker, f"{host}:{port}", ask, connections / rate, until, found)
        _, asker = await loop.create_connection(make, host, int(port))
        askers.append(asker.done)
    await asyncio.wait_for(asyncio.gather(*askers), seconds + 120)
    return found


def percentile(latencies: list[tuple[float, float]], share: float) -> float:
    """The time within which such a share was answered, in seconds; 0 where nothing was."""
    times = sorted(took for _, took in latencies)
    return times[min(len(times) - 1, int(len(times) * share))] if times else 0.0
