"""The keys that are given out, as the serving process knows them: by hash, read anew while keys are used."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress

from schema.keys import KEY_PREFIX, ApiKey, key_digest
from schema.ports import Reader, StoreUnavailable

FRESH_SECONDS = 5.0
"""A key that was made or revoked is known to be so that much later at most."""


class KeyRing:
    """Looks keys up. What is asked of the store does not grow with the requests that come."""

    def __init__(self) -> None:
        self._keys: Mapping[bytes, ApiKey] | None = None
        self._read_at = 0.0

    async def find(self, key: str, reader: Reader) -> ApiKey | None:
        """The key, unless it was never made or is revoked.

        While the store is away the keys known last are good. Raises `StoreUnavailable` if none ever were read.
        """
        if not key.startswith(KEY_PREFIX):
            return None
        return (await self._known(reader)).get(key_digest(key))

    async def _known(self, reader: Reader) -> Mapping[bytes, ApiKey]:
        known, now = self._keys, time.monotonic()
        if known is None:
            known = self._keys = await reader.api_keys()
            self._read_at = now
        elif now - self._read_at > FRESH_SECONDS:
            self._read_at = now  # whoever comes meanwhile does not ask as well
            with suppress(StoreUnavailable):
                known = self._keys = await reader.api_keys()
        return known
