"""Pieces of JSON with holes for what is not known yet, and the memory of those of record versions."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final, NamedTuple

import orjson

from schema.codes import CodeBook
from schema.graphql.compiled.plan import Shape, Unplanned
from schema.ports import Row
from schema.remembered import Remembered

HOLE: Final = "\0"
"""Stands for a hole in a value. No text of the record holds this character: Postgres refuses it."""
_WRITTEN: Final = orjson.dumps(HOLE)


class Text(NamedTuple):
    """Pieces of JSON, one more than holes; each hole is between two of them."""

    pieces: tuple[bytes, ...]
    holes: tuple[Any, ...]
    """What comes in each: another `Text`, or a pair of the link or list to follow and the id of the record."""
    of: tuple[Shape, int] | None = None
    """The shape and the version this is, if it looks the same in every request of a revision."""


class Scope:
    """What is at hand while one piece of JSON is made, and the holes that were left in it."""

    __slots__ = ("book", "fragments", "holes", "revision")

    def __init__(self, fragments: Fragments, book: CodeBook | None, revision: int = 0) -> None:
        self.fragments = fragments
        self.book: Any = book
        self.revision = revision
        self.holes: list[Hashable] = []

    def hole(self, filling: Hashable) -> str:
        """A hole for what is filled in later."""
        self.holes.append(filling)
        return HOLE

    def record(self, shape: Shape, row: Row) -> Any:
        """A record version that is at hand."""
        whole = self.fragments.whole(shape, row.version, self.revision)
        if whole is not None:
            return orjson.Fragment(whole)
        text = self.fragments.of(shape, row, self.book)
        return self.hole(text) if text.holes else orjson.Fragment(text.pieces[0])

    def text(self, value: object) -> Text:
        """A value with holes as JSON."""
        written = orjson.dumps(value)
        if not self.holes:
            return Text((written,), ())
        pieces = written.split(_WRITTEN)
        if len(pieces) != len(self.holes) + 1:
            raise Unplanned("holes")
        return Text(tuple(pieces), tuple(self.holes))


class Fragments:
    """Record versions as the plans show them. A version never changes, so nothing is ever out of date."""

    def __init__(self, limit: int) -> None:
        self._texts: Remembered[tuple[Shape, CodeBook, int], Text] = Remembered(limit // 2)
        self._wholes: Remembered[tuple[Shape, int, int], bytes] = Remembered(limit // 2)

    def of(self, shape: Shape, row: Row, book: CodeBook) -> Text:
        """A record version as a shape has it, with the codes as they were read at a revision."""
        key = shape, book, row.version
        found = self._texts.get(key)
        if found is None:
            scope = Scope(self, book)
            found = scope.text(shape.build(orjson.loads(row.body), scope))
            if shape.lasting and found.holes:
                found = found._replace(of=(shape, row.version))
            self._texts.put(key, found, sum(map(len, found.pieces)) + 100 * len(found.holes))
        return found

    def whole(self, shape: Shape, version: int, revision: int) -> bytes | None:
        """A record version with its holes filled as of a revision, if it was kept."""
        return self._wholes.get((shape, version, revision)) if shape.lasting else None

    def keep_whole(self, of: tuple[Shape, int], revision: int, text: bytes) -> bytes:
        """Remember a record version with its holes filled as of a revision, which never changes either."""
        return self._wholes.put((*of, revision), text, len(text))
