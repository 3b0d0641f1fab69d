"""The memory of record versions as the plans show them. A version never changes, so nothing is ever out of date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from schema.graphql.compiled.plan import Shape
from schema.remembered import Remembered

_Kept = Remembered[tuple[Shape, int, str | int], orjson.Fragment]


class Fragments:
    """Pieces of JSON by shape, revision and either the id or the version of the record. `limit` is in bytes.

    Half of it is for records that others lead to: there are fewer of them, and they come again and again.
    """

    def __init__(self, limit: int) -> None:
        self._by_id: _Kept = Remembered(limit // 2)
        self._by_version: _Kept = Remembered(limit // 2)

    @property
    def size(self) -> int:
        """How much is kept, in bytes."""
        return self._by_id.size + self._by_version.size

    def known(self, shape: Shape, revision: int, keys: Iterable[str | int]) -> dict[Any, Any]:
        """Those of the records that are kept."""
        if not shape.lasting:
            return {}
        by_id, by_version = self._by_id.get, self._by_version.get
        found = {key: (by_id if type(key) is str else by_version)((shape, revision, key)) for key in keys}
        return {key: piece for key, piece in found.items() if piece is not None}

    def keep(self, shape: Shape, revision: int, key: str | int, written: Any) -> Any:
        """A record as it is written, for `orjson`; kept if it looks the same in every request of the revision."""
        if not (shape.lasting or shape.cut):
            return written
        text: bytes = written if shape.cut else orjson.dumps(written)
        piece = orjson.Fragment(text)
        if not shape.lasting:
            return piece
        return (self._by_id if type(key) is str else self._by_version).put((shape, revision, key), piece, len(text))
