"""What every request and answer passes: limits on size, reading across origins, security headers."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EXPOSED_HEADERS = (
    "ETag, Link, X-Request-Id, X-Revision, RateLimit, RateLimit-Policy, Retry-After, Content-Disposition, "
    "Content-Range, Accept-Ranges, Repr-Digest"
)
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
_EVERY_ANSWER = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED_HEADERS.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
_POLICY = b"content-security-policy"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS, POST",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match, If-Range, Range, X-Request-Id",
    "Access-Control-Max-Age": "86400",
}


class OpenHeaders:
    """Puts on every answer what lets pages of any origin read it, and what keeps browsers careful."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = headers = [*message["headers"], *_EVERY_ANSWER]
                names = dict(headers)
                if names.get(b"content-type", b"").startswith(b"text/html") and _POLICY not in names:
                    headers.append((_POLICY, PAGE_POLICY.encode()))
            await send(message)

        await self.app(scope, receive, send_open)


class Preflight:
    """Answers OPTIONS where there is something: anyone may read, nobody sends credentials."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "OPTIONS":
            await self.app(scope, receive, send)
            return
        refusal: list[Message] = []

        async def keep(message: Message) -> None:
            refusal.append(message)

        # The router knows which methods an address has: it says so when it refuses this one.
        await self.app(scope, receive, keep)
        headers = Headers(raw=refusal[0]["headers"])
        if refusal[0]["status"] == 405:
            allowed = ", ".join(sorted({*headers.get("allow", "").split(", "), "OPTIONS"}))
            response = Response(status_code=204, headers={"Allow": allowed, **_PREFLIGHT})
            await response(scope, receive, send)
        else:
            for message in refusal:
                await send(message)


class SizeLimits:
    """Refuses addresses and bodies that are too long, before anything reads them."""

    def __init__(self, app: ASGIApp, url_bytes: int, body_bytes: int) -> None:
        self.app = app
        self.url_bytes = url_bytes
        self.body_bytes = body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self.url_bytes:
            raise HTTPException(414, f"the path and query are longer than {self.url_bytes} bytes")
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        if announced.isdigit():
            # The server below us takes no more than is announced.
            if int(announced) > self.body_bytes:
                raise self._too_large()
            await self.app(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.body_bytes:
                raise self._too_large()
            return message

        await self.app(scope, receive_counted, send)

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"the body is longer than {self.body_bytes} bytes")
