"""Files are written a few at a time: whoever waits in vain is told so, and every turn comes to an end."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from api.rest.turns import Turns
from schema.ports import StoreUnavailable


async def chunks(*given: bytes | Exception) -> AsyncGenerator[bytes, None]:
    for each in given:
        if isinstance(each, Exception):
            raise each
        yield each


async def test_the_chunks_come_as_they_are() -> None:
    turns = Turns(1, 0.05)
    for _ in range(3):
        assert [chunk async for chunk in await turns.begun(chunks(b"a", b"b", b"c"))] == [b"a", b"b", b"c"]


async def test_others_wait_until_they_are_told_to_come_again() -> None:
    turns = Turns(2, 0.05)
    slow = [await turns.begun(chunks(b"a", b"b")) for _ in range(2)]
    with pytest.raises(StoreUnavailable, match="too many files"):
        await turns.begun(chunks(b"a"))
    await slow[0].aclose()
    assert [chunk async for chunk in await turns.begun(chunks(b"a"))] == [b"a"]


async def test_an_error_before_the_first_chunk_is_an_error_of_its_own() -> None:
    turns = Turns(1, 0.05)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await turns.begun(chunks(ZeroDivisionError()))
    begun = await turns.begun(chunks(b"a", ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        assert [chunk async for chunk in begun]
    assert [chunk async for chunk in await turns.begun(chunks(b"a"))] == [b"a"]
