"""Skewed choices: few things often, many things seldom."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Skewed(Generic[T]):
    """Chooses the first of some things oftenest, the others by Zipf's law with an exponent."""

    def __init__(self, things: Sequence[T], exponent: float = 1.0) -> None:
        self._things = things
        self._sums = list(accumulate((place + 2) ** -exponent for place in range(len(things))))

    def one(self, choose: random.Random) -> T:
        """One of them."""
        return self._things[bisect(self._sums, choose.random() * self._sums[-1])]

    def some(self, choose: random.Random, count: int) -> tuple[T, ...]:
        """Several different ones, or fewer where the same came up again."""
        return tuple(dict.fromkeys(self.one(choose) for _ in range(count)))
