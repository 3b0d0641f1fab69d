"""Token buckets: what is promised comes through, more does not, and with time it comes back."""

from __future__ import annotations

import time

import pytest

from api.rates import buckets
from api.rates.buckets import Buckets


@pytest.mark.parametrize("requests", [1, 3, 199, 400, 1_000, 20_000])
def test_so_many_come_through_at_once_and_no_more(requests: int) -> None:
    bucket = Buckets(requests, 86_400)
    through = 0
    for _ in range(requests + 100):
        through += not bucket.take("a").wait
    assert requests * 0.99 < through <= requests
    assert bucket.take("a").wait > 0
    assert bucket.take("b").wait == 0


def test_what_is_left_is_told() -> None:
    bucket = Buckets(400, 86_400)
    left = [bucket.take("a").left for _ in range(300)]
    assert left == sorted(left, reverse=True)
    assert len(set(left)) == len(left)


def test_it_fills_up_again() -> None:
    bucket = Buckets(2, 1)
    assert [bucket.take("a").wait > 0 for _ in range(3)] == [False, False, True]
    time.sleep(bucket.take("a").wait + 0.01)
    assert bucket.take("a").wait == 0


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "MOST_BUCKETS", 50)
    bucket = Buckets(1_000, 60)
    for number in range(1_000):
        assert not bucket.take(f"client {number}").wait
    assert len(bucket._held) <= 50
