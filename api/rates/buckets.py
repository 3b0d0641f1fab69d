"""Token buckets: how many requests are left to whom. They belong to one process and live in its memory."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from throttled import RateLimiterType, Throttled, rate_limiter
from throttled.store import MemoryStore

MOST_BUCKETS: Final = 100_000
"""Buckets that are held at once, about 40 MB; the ones used longest ago go first, and are full when they come back."""
_TAKEN_AT_ONCE: Final = 64
_SHARE: Final = 200


class Taken(NamedTuple):
    """What became of one request."""

    left: int
    """How many more may come at once."""
    wait: float
    """Seconds until one may; 0 where this one may."""


class Buckets:
    """One bucket a client, of `requests` tokens, which fill up again evenly within `seconds`.

    A bucket is asked for some tokens at once, at most a two-hundredth of what it holds, and these are then handed out
    without asking: that takes a twentieth of the time. Never do more than `requests` come through at once.
    """

    def __init__(self, requests: int, seconds: int) -> None:
        self.requests, self.seconds = requests, seconds
        self._at_once = max(1, min(_TAKEN_AT_ONCE, requests // _SHARE))
        capacity = requests - (self._at_once - 1)
        self._limiter = Throttled(
            using=RateLimiterType.GCRA.value,  # the token bucket, kept as one time: of the steady clock
            quota=rate_limiter.per_duration(timedelta(seconds=seconds), requests, burst=capacity),
            store=MemoryStore(options={"MAX_SIZE": MOST_BUCKETS}),
        )
        self._held: dict[str, list[int]] = {}
        """By client: tokens in hand, and what was left in the bucket when they were taken."""

    def take(self, client: str) -> Taken:
        """Take one token."""
        held = self._held.get(client)
        if held is not None and held[0]:
            held[0] -= 1
            return Taken(held[0] + held[1], 0.0)
        return self._ask(client)

    def _ask(self, client: str) -> Taken:
        for cost in {self._at_once: None, 1: None}:
            result = self._limiter.limit(client, cost=cost)
            left = max(0, int(result.state.remaining))
            if not result.limited:
                if len(self._held) >= MOST_BUCKETS:
                    self._held.clear()
                self._held[client] = [cost - 1, left]
                return Taken(cost - 1 + left, 0.0)
        return Taken(0, max(result.state.retry_after, 0.001))
