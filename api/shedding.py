"""A bound on what is done at the same time: what comes beyond it is told at once to come again."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import path_of, problem_of, problem_response
from schema.ports import StoreUnavailable

_ALWAYS = frozenset(("/healthz", "/readyz", "/metrics"))
"""Whoever runs the service asks these when it is busy most of all."""
_BUSY = problem_of(StoreUnavailable("the service is busy"))


class Shedding:
    """Refuses requests while too many wait for their answers to begin, so that those that are worked on get done.

    Without it all would be worked on, each ever more slowly, until nobody waits for the answers any more. An answer
    that is on its way does not count: how long it takes is up to who receives it. Nor does what is answered before this
    layer, as kept answers are.
    """

    def __init__(self, app: ASGIApp, at_once: int) -> None:
        self.app = app
        self._at_once = at_once
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self.app(scope, receive, send)
            return
        if self._under_way >= self._at_once:
            request_id = scope.get("state", {}).get("request_id", "")
            await problem_response(_BUSY, path_of(scope), request_id)(scope, receive, send)
            return
        counted = True
        self._under_way += 1

        async def begin(message: Message) -> None:
            nonlocal counted
            if counted:
                counted = False
                self._under_way -= 1
            await send(message)

        try:
            await self.app(scope, receive, begin)
        finally:
            self._under_way -= counted
