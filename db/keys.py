"""Makes, lists and revokes the keys that allow more requests: as the owner of the store, whom nobody serves as."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import NamedTuple

from db.pool import Connection
from db.statements import statement
from schema.keys import KEY_PREFIX, key_digest

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


class KeyEntry(NamedTuple):
    """What is on record of a key."""

    id: str
    name: str
    """Whose it is, in the words of whoever made it."""
    requests: int
    seconds: int
    created_at: datetime
    revoked_at: datetime | None


async def create_key(connection: Connection, name: str, requests: int, seconds: int) -> str:
    """Make a key and return it. This is the only time that it can be seen: its hash alone is kept."""
    key_id = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    key = f"{KEY_PREFIX}{key_id}_{secrets.token_urlsafe(32)}"
    await connection.execute(statement("insert_key"), key_id, name, key_digest(key), requests, seconds)
    return key


async def list_keys(connection: Connection) -> list[KeyEntry]:
    """All keys that were ever made, the oldest first."""
    return [KeyEntry(*row) for row in await connection.fetch(statement("all_keys"))]


async def revoke_key(connection: Connection, key_id: str) -> bool:
    """Make a key good for nothing. False if there is no good key of that id."""
    return await connection.fetchval(statement("revoke_key"), key_id) is not None
