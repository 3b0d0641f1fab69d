"""How much a client may ask: who it is, how many requests it has left, and keys that allow more."""

from api.rates.limiting import RateLimits

__all__ = ["RateLimits"]
