"""The memory of record versions as the plans show them. A version never changes, so nothing is ever out of date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from schema.graphql.compiled.plan import Shape
from schema.remembered import Remembered


class Fragments:
    """Pieces of JSON by shape, revision and either the id or the version of the record. `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        self._kept: Remembered[tuple[Shape, int, Any], orjson.Fragment] = Remembered(limit)

    @property
    def size(self) -> int:
        """How much is kept, in bytes."""
        return self._kept.size

    def known(self, shape: Shape, revision: int, keys: Iterable[Any]) -> dict[Any, Any]:
        """Those of the records that are kept."""
        if not shape.lasting:
            return {}
        get = self._kept.get
        found = {key: get((shape, revision, key)) for key in keys}
        return {key: piece for key, piece in found.items() if piece is not None}

    def keep(self, shape: Shape, revision: int, key: Any, written: Any) -> Any:
        """A record as it is written, for `orjson`; kept if it looks the same in every request of the revision."""
        if not (shape.lasting or shape.cut):
            return written
        text: bytes = written if shape.cut else orjson.dumps(written)
        piece = orjson.Fragment(text)
        return self._kept.put((shape, revision, key), piece, len(text)) if shape.lasting else piece
