"""The memory of records as the plans show them. A version never changes, so nothing is ever out of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from schema.graphql.compiled.plan import NULL, Filled, Shape
from schema.remembered import Tables


class Pieces:
    """JSON of records by what they are known by, for each shape and revision. `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        self._tables: Tables[tuple[Shape, int], Any, bytes] = Tables(limit, len, {None: NULL})
        self.has_room = self._tables.has_room

    @property
    def size(self) -> int:
        """How much is kept, in bytes."""
        return self._tables.size

    def known(self, shape: Shape, revision: int, keys: Iterable[Any]) -> tuple[Filled, list[Any]]:
        """A table that holds those of the records that are kept, with others perhaps; and which are not, each once."""
        if not shape.lasting:
            return {None: NULL}, list(dict.fromkeys(key for key in keys if key is not None))
        return self._tables.known((shape, revision), keys)

    def keep(self, shape: Shape, revision: int, pieces: Mapping[Any, bytes]) -> None:
        """Keep records as they are shown, if they look the same in every request of the revision."""
        if shape.lasting:
            self._tables.put_all((shape, revision), pieces)


class Fragments:
    """Pieces of JSON. `limit` is in bytes.

    Five eighths of it are for records that others lead to: they come again and again.
    """

    def __init__(self, limit: int) -> None:
        self.linked = Pieces(limit * 5 // 8)
        """By id."""
        self.listed = Pieces(limit * 3 // 8)
        """By version."""

    @property
    def size(self) -> int:
        """How much is kept, in bytes."""
        return self.linked.size + self.listed.size
