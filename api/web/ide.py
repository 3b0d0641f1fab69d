"""The GraphQL editor: one page, one script and one style sheet of our own, from this server alone."""

from __future__ import annotations

from functools import cache
from importlib import resources

from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles


@cache
def _page() -> str:
    return resources.files("api.web").joinpath("templates/ide.html").read_text(encoding="utf-8")


def ide_page() -> HTMLResponse:
    """The page that the GraphQL address shows to browsers."""
    return HTMLResponse(_page(), headers={"Vary": "Accept", "Cache-Control": "no-cache"})


def static_routes() -> list[BaseRoute]:
    """The files that the pages load, under /static."""
    return [Mount("/static", StaticFiles(packages=[("api.web", "static")]), name="static")]
