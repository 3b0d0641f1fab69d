"""A memory of what never changes, bounded in bytes: the least recently used goes first."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_ENTRY = 250
"""What a key and its place in the table take, about, in bytes."""


class Remembered(Generic[K, V]):
    """Values by key. The one who puts a value in says how long it is, in bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._entries: dict[K, tuple[V, int]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: K) -> V | None:
        """The value, if it is still here."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return None
        self._entries[key] = entry  # a dict keeps the order of insertion: the oldest use stands first
        return entry[0]

    def put(self, key: K, value: V, length: int) -> V:
        """Remember a value. What would take more than an eighth of all the room is not kept."""
        cost = length + _ENTRY
        if cost * 8 <= self.limit:
            self._drop(key)
            self._entries[key] = value, cost
            self.size += cost
            while self.size > self.limit:
                self._drop(next(iter(self._entries)))
        return value

    def _drop(self, key: K) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.size -= entry[1]
