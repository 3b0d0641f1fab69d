"""The memory of records as the plans show them. A version never changes, so nothing is ever out of date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from schema.graphql.compiled.plan import NULL, Filled, Shape

_ENTRY: Final = 200
"""What a piece and its place in a table take besides its text, about, in bytes."""
_TABLE: Final = 500

_Of = tuple[Shape, int]
_Table = dict[Any, bytes]


class Tables:
    """JSON of records by what they are known by: a table for each shape and revision, bounded in bytes.

    A page looks up some hundred records of a shape, so that they stand in a table of their own. There are two
    generations, as in `Remembered`: what is put in or used belongs to the younger one, and when that has half of the
    room the older one is forgotten. Tables that were given out meanwhile stay as they are.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._young: dict[_Of, _Table] = {}
        self._old: dict[_Of, _Table] = {}
        self._sizes = [0, 0]

    @property
    def size(self) -> int:
        """How much is kept, in bytes."""
        return sum(self._sizes)

    def known(self, shape: Shape, revision: int, keys: Iterable[Any]) -> tuple[Filled, list[Any]]:
        """A table that holds those of the records that are kept, with others perhaps; and which are not, each once."""
        if not shape.lasting:
            return {None: NULL}, list(dict.fromkeys(key for key in keys if key is not None))
        table = self._table((shape, revision))
        missing = list(dict.fromkeys([key for key in keys if key not in table]))
        older = self._old.get((shape, revision)) if missing else None
        if older:
            for key in missing:
                if key in older:
                    self._keep((shape, revision), key, older[key])
                    table[key] = older[key]
            missing = [key for key in missing if key not in table]
        return table, missing

    def keep_all(self, shape: Shape, revision: int, pieces: Filled) -> Filled:
        """Keep records as they are shown, if they look the same in every request of the revision."""
        if shape.lasting:
            for key, piece in pieces.items():
                self._keep((shape, revision), key, piece)
        return pieces

    def _keep(self, of: _Of, key: Any, piece: bytes) -> None:
        cost = len(piece) + _ENTRY
        if cost * 8 <= self.limit:
            self._make_room(cost)
            table = self._table(of)
            if key not in table:
                table[key] = piece
                self._sizes[0] += cost

    def has_room(self) -> bool:
        """Whether nothing is forgotten soon."""
        return self._sizes[0] < self.limit * 15 // 32

    def _table(self, of: _Of) -> _Table:
        table = self._young.get(of)
        if table is None:
            self._make_room(_TABLE)
            table = self._young[of] = {None: NULL}
            self._sizes[0] += _TABLE
        return table

    def _make_room(self, cost: int) -> None:
        if self._sizes[0] + cost > self.limit // 2:
            self._old, self._young = self._young, {}
            self._sizes = [0, self._sizes[0]]


class Fragments:
    """Pieces of JSON by shape and revision. `limit` is in bytes.

    Two thirds of it are for records that others lead to: they come again and again.
    """

    def __init__(self, limit: int) -> None:
        self.linked = Tables(limit * 2 // 3)
        """By id."""
        self.listed = Tables(limit // 3)
        """By version."""

    @property
    def size(self) -> int:
        """How much is kept, in bytes."""
        return self.linked.size + self.listed.size
