"""Addresses for people: the contract for programs does not describe them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

page_route: Callable[[str, Callable[[Request], Awaitable[Response]]], Route] = partial(Route, include_in_schema=False)
"""A route of a page: its path and what answers."""
