"""What comes while too much is under way is told to come again, and what operators ask is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.shedding import Shedding


async def test_what_is_too_much_is_refused_at_once_and_the_rest_is_answered() -> None:
    go_on, taken = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> Response:
        await go_on.wait()
        return Response("done")

    async def begun(_: Request) -> StreamingResponse:
        async def chunks() -> AsyncIterator[bytes]:
            yield b"on its "
            await taken.wait()
            yield b"way"

        return StreamingResponse(chunks())

    async def health(_: Request) -> Response:
        return Response("up")

    app = Starlette(
        routes=[Route("/slow", slow), Route("/begun", begun), Route("/healthz", health)],
        middleware=[Middleware(Shedding, at_once=2)],
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://record.example") as client:
        slow_readers = []
        for _ in range(5):
            slow_readers.append(asyncio.create_task(client.get("/begun")))
            await asyncio.sleep(0.02)
        under_way = [asyncio.create_task(client.get("/slow")) for _ in range(2)]
        await asyncio.sleep(0.05)
        refused = await client.get("/slow")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["detail"] == "the service is busy; try again"
        assert (await client.get("/healthz")).text == "up"
        go_on.set()
        assert [answer.text for answer in await asyncio.gather(*under_way)] == ["done", "done"]
        assert (await client.get("/slow")).text == "done"
        taken.set()
        assert [answer.text for answer in await asyncio.gather(*slow_readers)] == ["on its way"] * 5
