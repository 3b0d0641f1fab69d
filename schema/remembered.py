"""A memory of what never changes, bounded in bytes: what has not been used for long goes first."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_ENTRY = 400
"""What a key and its place in the table take, about, in bytes."""


class Remembered(Generic[K, V]):
    """Values by key. The one who puts a value in says how long it is, in bytes.

    There are two generations, each of half the room. What is put in or used belongs to the younger one; when that is
    full it becomes the older one, and what was left in the older is forgotten, all at once: the order of each single
    use would cost more to keep than it saves.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._young: dict[K, tuple[V, int]] = {}
        self._old: dict[K, tuple[V, int]] = {}
        self._sizes = [0, 0]

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    @property
    def size(self) -> int:
        """How much is remembered, in bytes: never more than the limit."""
        return sum(self._sizes)

    def get(self, key: K) -> V | None:
        """The value, if it is still here."""
        entry = self._young.get(key)
        if entry is None:
            if key not in self._old:
                return None
            entry = self._old.pop(key)
            self._sizes[1] -= entry[1]
            self._keep(key, entry)
        return entry[0]

    def put(self, key: K, value: V, length: int) -> V:
        """Remember a value. What would take more than an eighth of all the room is not kept."""
        cost = length + _ENTRY
        if cost * 8 <= self.limit:
            for place, generation in enumerate((self._young, self._old)):
                if key in generation:
                    self._sizes[place] -= generation.pop(key)[1]
            self._keep(key, (value, cost))
        return value

    def _keep(self, key: K, entry: tuple[V, int]) -> None:
        if self._sizes[0] + entry[1] > self.limit // 2:
            self._old, self._young = self._young, {}
            self._sizes = [0, self._sizes[0]]
        self._young[key] = entry
        self._sizes[0] += entry[1]
