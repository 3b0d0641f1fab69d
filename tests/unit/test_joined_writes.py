"""What is written in one turn of the loop goes out at once, in order, and nothing waits for longer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from api.joined_writes import JoinedWrites


class Sent(asyncio.Transport):
    """Notes what it is given, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.pieces.append(b"".join(list_of_data))

    def write_eof(self) -> None:
        self.pieces.append(b"<eof>")

    def close(self) -> None:
        self.pieces.append(b"<closed>")

    def abort(self) -> None:
        self.pieces.append(b"<aborted>")

    def is_closing(self) -> bool:
        return b"<closed>" in self.pieces


async def test_what_is_written_in_one_turn_is_sent_at_once() -> None:
    sent = Sent()
    joined = JoinedWrites(sent, asyncio.get_running_loop())
    joined.write(b"head ")
    joined.write(b"body")
    assert sent.pieces == []
    await asyncio.sleep(0)
    joined.write(b"next")
    await asyncio.sleep(0)
    assert sent.pieces == [b"head body", b"next"]


async def test_much_does_not_wait_and_the_end_comes_last() -> None:
    sent = Sent()
    joined = JoinedWrites(sent, asyncio.get_running_loop())
    joined.write(b"x" * 65_536)
    assert sent.pieces == []
    joined.write(b"y")
    assert sent.pieces == [b"x" * 65_536 + b"y"]
    joined.write(b"z")
    joined.write_eof()
    joined.write(b"last")
    joined.close()
    assert sent.pieces[1:] == [b"z", b"<eof>", b"last", b"<closed>"]
    assert joined.is_closing()
    await asyncio.sleep(0)
    joined.abort()
    assert sent.pieces[5:] == [b"<aborted>"]
