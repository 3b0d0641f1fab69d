"""Sends what is written in one turn of the event loop as one piece: the head of an answer goes out with its body.

The server writes the two apart, and each time the system hands something to the network and wakes the reader.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

_MOST: Final = 65_536
"""So many bytes are sent at once: somebody may write on and on without a turn of the loop."""


class JoinedWrites:
    """A transport on top of another."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []
        self._length = 0
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send something by the end of this turn."""
        if not self._waiting:
            self._loop.call_soon(self.flush)
        self._waiting.append(data)
        self._length += len(data)
        if self._length > _MOST:
            self.flush()

    def flush(self) -> None:
        """Send what waits."""
        if self._waiting:
            waiting, self._waiting, self._length = self._waiting, [], 0
            self._transport.writelines(waiting)

    def write_eof(self) -> None:
        """Send what waits, and say that no more will come."""
        self.flush()
        self._transport.write_eof()

    def close(self) -> None:
        """Send what waits, and close."""
        self.flush()
        self._transport.close()
