"""Makes tables of linked records whole: what is asked for often is read once for all records, beside the requests."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from time import monotonic
from typing import Final, cast

from schema.graphql.compiled.fragments import Pieces
from schema.graphql.compiled.plan import Shape
from schema.graphql.source import Snapshot
from schema.ports import StoreUnavailable
from schema.query import Filter

_OFTEN: Final = 1000
"""So many records of a shape were not at hand before all of them are read."""
_TOGETHER: Final = 100
"""So many are written before requests have their turn."""
_SHARE: Final = 20
"""A shape is read at most for this part of the time, however often there are new revisions."""
_FULL: Final = 3600.0
"""Seconds that nothing more is read of a shape whose records were too many."""
_SHAPES: Final = 1000
_log = logging.getLogger(__name__)


class WholeTables:
    """Reads what requests keep asking for, one shape at a time, as far as there is room for it."""

    def __init__(self, kept: Pieces) -> None:
        self._kept = kept
        self._missed: dict[tuple[Shape, int], int] = {}
        self._not_before: dict[Shape, float] = {}
        self._task: asyncio.Task[None] | None = None

    def missed(self, shape: Shape, snapshot: Snapshot, count: int) -> None:
        """Some records that others lead to were not at hand."""
        if shape.template.slots:
            return  # what it leads to is not at hand either
        if len(self._missed) >= _SHAPES:
            self._missed.clear()
            self._not_before.clear()
        key = shape, snapshot.number
        self._missed[key] = self._missed.get(key, 0) + count
        if self._missed[key] >= _OFTEN and self._task is None and monotonic() >= self._not_before.get(shape, 0.0):
            del self._missed[key]
            self._task = asyncio.create_task(self._read(shape, snapshot))

    async def _read(self, shape: Shape, snapshot: Snapshot) -> None:
        started, pause = monotonic(), 0.0
        try:
            pause = 0.0 if await self._read_all(shape, snapshot) else _FULL
        except StoreUnavailable as error:
            _log.info("not all records were read beforehand: %s", error)
        except Exception:
            _log.exception("records could not be read beforehand")
        finally:
            self._task = None
            self._not_before[shape] = monotonic() + max(pause, _SHARE * (monotonic() - started))

    async def _read_all(self, shape: Shape, snapshot: Snapshot) -> bool:
        """Whether there was room for all."""
        book = await snapshot.book() if shape.template.needs_book else None
        stream = snapshot.reader.stream(shape.kind, Filter(), snapshot.number)
        async with aclosing(cast("AsyncGenerator[bytes]", stream)) as chunks:
            async for chunk in chunks:
                for bodies in _parts(chunk.splitlines()):
                    if not self._kept.has_room():
                        return False
                    written = shape.template.write([shape.read(body) for body in bodies], book, ())
                    pieces = dict(zip(map(_id, bodies), written, strict=True))
                    self._kept.keep(shape, snapshot.number, pieces)
                    await asyncio.sleep(0)
        return True


def _parts(bodies: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(bodies), _TOGETHER):
        yield bodies[start : start + _TOGETHER]


def _id(body: bytes) -> str:
    """The id of a record: the JSON of every kind begins with it."""
    return body.split(b'"', 4)[3].decode()
