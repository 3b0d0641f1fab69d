"""The scripts that other pages load, at addresses with a version."""

from __future__ import annotations

import threading
from importlib import resources

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.caching import variant_of
from api.web.charts.painter import Painter

JAVASCRIPT = "text/javascript; charset=utf-8"
_LOCK = threading.Lock()
_LIBRARY: list[str] = []
"""The chart library, once it was asked for."""


async def elements(request: Request) -> Response:
    """The custom elements."""
    text = resources.files("api.web").joinpath("static/embed/cunzhao.js").read_text(encoding="utf-8")
    return variant_of(request, text, JAVASCRIPT).respond(request, text.encode())


async def chart_library(request: Request) -> Response:
    """The chart library as a module with one function, `draw(element, specification)`."""
    text = await anyio.to_thread.run_sync(_bundled, request.app.state.painter)
    return variant_of(request, text, JAVASCRIPT).respond(request, text.encode())


def _bundled(painter: Painter) -> str:
    with _LOCK:
        if not _LIBRARY:
            _LIBRARY.append(painter.script().decode())
    return _LIBRARY[0]
