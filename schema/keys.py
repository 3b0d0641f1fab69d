"""Keys that allow more requests than anybody may send without one."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

KEY_PREFIX: Final = "cunzhao_"
"""What every key begins with, so that one that was published by mistake can be found."""


class ApiKey(NamedTuple):
    """A key as the serving process knows it: not the key itself, and not whose it is."""

    id: str
    sha256: bytes
    requests: int
    """How many requests it allows in `seconds`."""
    seconds: int


def key_digest(key: str) -> bytes:
    """What is kept of a key. It is 256 bits of chance, so a plain hash cannot be turned back."""
    return hashlib.sha256(key.encode()).digest()
