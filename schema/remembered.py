"""A memory of what never changes, bounded in bytes: what has not been used for long goes first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T", bound=Hashable)
V = TypeVar("V")

_ENTRY = 400
"""What a key and its place in the table take, about, in bytes."""
_IN_TABLE = 200
"""The same where the key is but one of a table."""


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


class Tables(Generic[T, K, V]):
    """The same in tables, for whoever looks up or puts in a hundred values of one table at a time.

    Tables that were given out stay as they are, whatever is forgotten. How long a value is, `length` says, in bytes.
    """

    def __init__(self, limit: int, length: Callable[[V], int], always: Mapping[K, V] | None = None) -> None:
        """`always` stands in every table."""
        self.limit = limit
        self._length = length
        self._always = always or {}
        self._young: dict[T, dict[K, V]] = {}
        self._old: dict[T, dict[K, V]] = {}
        self._sizes = [0, 0]

    @property
    def size(self) -> int:
        """How much is remembered, in bytes: never more than the limit."""
        return sum(self._sizes)

    def has_room(self) -> bool:
        """Whether nothing is forgotten soon."""
        return self._sizes[0] < self.limit * 15 // 32

    def known(self, of: T, keys: Iterable[K]) -> tuple[Mapping[K, V], list[K]]:
        """A table that holds what is remembered of the keys, with others perhaps; and the keys it lacks, each once."""
        table = self._table(of)
        missing = list(dict.fromkeys([key for key in keys if key not in table]))
        older = self._old.get(of) if missing else None
        if older and (found := {key: older[key] for key in missing if key in older}):
            self.put_all(of, found)
            table.update(found)
            missing = [key for key in missing if key not in found]
        return table, missing

    def put_all(self, of: T, values: Mapping[K, V]) -> None:
        """Remember values. What would take more than an eighth of all the room is not kept."""
        cost = sum(map(self._length, values.values())) + _IN_TABLE * len(values)
        if cost * 8 <= self.limit:
            self._make_room(cost)
            self._table(of).update(values)
            self._sizes[0] += cost
        elif len(values) > 1:
            for key, value in values.items():
                self.put_all(of, {key: value})

    def _table(self, of: T) -> dict[K, V]:
        table = self._young.get(of)
        if table is None:
            self._make_room(_ENTRY)
            table = self._young[of] = dict(self._always)
            self._sizes[0] += _ENTRY
        return table

    def _make_room(self, cost: int) -> None:
        if self._sizes[0] + cost > self.limit // 2:
            self._old, self._young = self._young, {}
            self._sizes = [0, self._sizes[0]]
