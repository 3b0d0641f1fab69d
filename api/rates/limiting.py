"""The layer that counts requests: `RateLimit` headers on every answer, 429 for what is too much."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.guards import OpenHeaders
from api.observability import Metrics, Observed
from api.rates.buckets import Buckets
from api.rates.clients import Clients
from api.rates.keyring import KeyRing
from api.settings import Settings

EXEMPT: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""What operators ask is never counted: a busy server must not look like a dead one."""
_BEARER: Final = b"bearer "
_DISTINCT_LIMITS: Final = 64
_REFUSAL: Final = "cunzhao.refusal"


class Allowance:
    """The buckets of one policy, and its headers (draft-ietf-httpapi-ratelimit-headers-10)."""

    def __init__(self, name: str, requests: int, seconds: int) -> None:
        self._buckets = Buckets(requests, seconds)
        self._requests, self._seconds = requests, seconds
        self._name = name
        self._policy = f'"{name}";q={requests};w={seconds}'
        self._told = (b"ratelimit-policy", self._policy.encode())
        self._left = b'"%s";r=%%d;t=%%d' % name.encode()

    def charge(self, client: str) -> list[tuple[bytes, bytes]]:
        """Count one request; the headers that tell what is left. Raises the 429 if nothing is."""
        left, wait = self._buckets.take(client)
        if wait:
            retry_after = max(1, math.ceil(wait))
            raise HTTPException(
                429,
                f"more than {self._requests} requests in {self._seconds} seconds; try again in {retry_after} s",
                headers={
                    "Retry-After": str(retry_after),
                    "RateLimit-Policy": self._policy,
                    "RateLimit": f'"{self._name}";r=0;t={retry_after}',
                },
            )
        full_in = -((left - self._requests) * self._seconds // self._requests)
        return [self._told, (b"ratelimit", self._left % (left, full_in))]


class RateLimits:
    """Counts each request against the address it comes from, or against the key it has.

    It stands outside of all other layers: an answer that is kept counts as well. A refusal passes the layers that every
    answer passes.
    """

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self.app = app
        self._refused = OpenHeaders(Observed(_refuse, metrics))
        self._clients = Clients(settings.trusted_proxies, settings.proxy_header)
        self._keys = KeyRing()
        self._anonymous: Allowance | None = None
        if settings.rate_limit_requests:
            self._anonymous = Allowance("anonymous", settings.rate_limit_requests, settings.rate_limit_seconds)
        # Keys with one limit share the table, not the buckets in it.
        self._of_keys = lru_cache(_DISTINCT_LIMITS)(lambda requests, seconds: Allowance("key", requests, seconds))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in EXEMPT:
            await self.app(scope, receive, send)
            return
        key = _key_in(scope["headers"])
        try:
            told = self._charge_address(scope) if key is None else await self._charge_key(key, scope)
        except Exception as error:
            scope[_REFUSAL] = error
            await self._refused(scope, receive, send)
            return

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *told]
            await send(message)

        await self.app(scope, receive, send_told if told else send)

    def _charge_address(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        return self._anonymous.charge(self._clients.of(scope)) if self._anonymous else []

    async def _charge_key(self, key: str, scope: Scope) -> list[tuple[bytes, bytes]]:
        found = await self._keys.find(key, scope["app"].state.reader)
        if found is None:
            self._charge_address(scope)  # guessing is not free
            raise HTTPException(
                401,
                "this key is not known here, or it was revoked; everything can be read without one",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return self._of_keys(found.requests, found.seconds).charge(found.id)


async def _refuse(scope: Scope, _receive: Receive, _send: Send) -> None:
    raise scope[_REFUSAL]


def _key_in(headers: Sequence[tuple[bytes, bytes]]) -> str | None:
    """The key a request has. Other credentials are nothing to us: a proxy before us may want them."""
    for name, value in headers:
        if name == b"authorization" and value[:7].lower() == _BEARER:
            return value[7:].strip().decode("latin-1")
    return None
