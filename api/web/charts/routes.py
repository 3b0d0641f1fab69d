"""The addresses of charts: `/charts/{name}` is a page, with an ending an image or the data."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

import anyio.to_thread
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from api.caching import variant
from api.errors import NotFound
from api.params import AS_OF, Parameter, Parameters, filters_of
from api.rest.questions import check_codes
from api.web.charts.data import CHARTS, Chart, ChartName, as_csv, chart_of
from api.web.charts.painter import ImageFormat, Painter
from api.web.charts.series import series_routes
from api.web.charts.specs import THEMES, Theme, specification
from api.web.page import Page, html_page, open_page
from api.web.routing import page_route
from schema.query import BadQuery, Filter

WIDTH = 720
_NARROWEST, _WIDEST = 240, 1_600


def _theme(text: str) -> Theme:
    for theme in THEMES:
        if text == theme:
            return theme
    raise BadQuery("theme", f"theme: {text[:20]!r} is not one of {', '.join(THEMES)}")


def _width(text: str) -> int:
    if not re.fullmatch("[0-9]{3,4}", text, re.ASCII) or not _NARROWEST <= int(text) <= _WIDEST:
        raise BadQuery("width", f"width is a whole number from {_NARROWEST} to {_WIDEST}")
    return int(text)


THEME = Parameter("theme", "once", "Colours for a light or a dark background.", {"enum": list(THEMES)}, _theme)
SIZE = Parameter("width", "once", "Width in pixels.", {"minimum": _NARROWEST, "maximum": _WIDEST}, _width)
PARAMETERS: Parameters = {**filters_of("action"), "as_of": AS_OF, "theme": THEME, "width": SIZE}


async def chart_asked(request: Request, media_type: str | None = None) -> tuple[Page, ChartName, Filter]:
    """The chart that an address names, and of what."""
    name = next((known for known in CHARTS if known == request.path_params["name"]), None)
    if name is None:
        raise NotFound(f"there is no chart {request.path_params['name'][:80]!r}; there are {', '.join(CHARTS)}")
    page = await open_page(request, PARAMETERS)
    if media_type is not None:
        pairs = [*page.question.pairs, ("language", page.language)]
        shown = variant(request, pairs, page.revision, media_type, pinned=page.question.pinned, vary=page.shown.vary)
        page = replace(page, shown=shown)
    filter = page.question.filter("action")
    check_codes(filter, page.book)
    return page, name, filter


@html_page
async def show(request: Request) -> Response:
    """A chart on a page of its own, with its data as a table and the way to cite it."""
    page, name, filter = await chart_asked(request)
    if (answer := page.shown.ready(request)) is not None:
        return answer
    chart = await chart_of(page, name, filter)
    given = {key: text for key, text in page.asked if key != "as_of"}
    return page.render("chart.html", chart=chart, parameters=given)


async def data(request: Request) -> Response:
    """The data of a chart as CSV."""
    page, name, filter = await chart_asked(request, "text/csv; charset=utf-8")
    body = as_csv(await chart_of(page, name, filter))
    return page.shown.respond(request, body, keep="lang" in page.question.values)


async def spec(request: Request) -> Response:
    """The specification of a chart, with its data in it."""
    page, name, filter = await chart_asked(request, "application/json")
    body = orjson.dumps(_specified(page, await chart_of(page, name, filter)))
    return page.shown.respond(request, body, keep="lang" in page.question.values)


async def image(format: ImageFormat, request: Request) -> Response:
    """A chart as an image, set in a font of our own."""
    page, name, filter = await chart_asked(request, "image/svg+xml" if format == "svg" else "image/png")
    if (answer := page.shown.ready(request)) is not None:
        return answer
    spec = _specified(page, await chart_of(page, name, filter))
    painter: Painter = request.app.state.painter
    drawn = await anyio.to_thread.run_sync(painter.image, spec, format)
    return page.shown.respond(request, drawn, keep="lang" in page.question.values)


def _specified(page: Page, chart: Chart) -> dict[str, object]:
    values = page.question.values
    return specification(page, chart, values.get("theme", "light"), values.get("width", WIDTH))


ROUTES: list[BaseRoute] = [
    *series_routes(THEME, SIZE, WIDTH),
    page_route("/charts/{name}.svg", partial(image, "svg")),
    page_route("/charts/{name}.png", partial(image, "png")),
    page_route("/charts/{name}.csv", data),
    page_route("/charts/{name}.json", spec),
    page_route("/charts/{name}", show),
]
