"""Charts of series: year by year, with bounds and flags. A year without a figure is a gap, never a zero."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import anyio.to_thread
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from api.caching import variant
from api.errors import NotFound
from api.params import AS_OF, Parameter, Parameters
from api.web.charts.painter import ImageFormat, Painter
from api.web.charts.specs import COLOURS, Theme, columns_of
from api.web.page import Page, html_page, open_page
from api.web.routing import page_route
from schema.annotations import Series
from schema.asking import figures_of_series
from schema.bounds import Amount, amount
from schema.comparing import hull
from schema.series import PlacedFigure, placed
from schema.spans import read_period

_SIGNS = {"exact": "", "at_least": "≥ ", "at_most": "≤ ", "about": "≈ ", "between": "", "unknown": ""}
_SAID_OF_ALL = "cumulative"
"""Figures of years include those of their quarters: no reason to mark each."""


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a series."""

    year: int
    value: Amount | None
    """None where no figure is on record."""
    flags: tuple[str, ...]

    @property
    def height(self) -> int | None:
        """How far a bar reaches: to the floor, else to the ceiling."""
        if self.value is None:
            return None
        return self.value.high if self.value.low is None else self.value.low

    @property
    def words(self) -> str:
        """The number with its sign, and a star where there is something to know."""
        if self.value is None or self.height is None:
            return ""
        return f"{_SIGNS[self.value.qualifier]}{self.height:,}{'*' if self.flags else ''}"


def years_of(figures: Sequence[PlacedFigure]) -> list[Year]:
    """Year after year, from the first to the last that has a figure of the whole year."""
    by_year: dict[int, list[PlacedFigure]] = {}
    for one in figures:
        if one.period == read_period(f"{one.period.start.year}"):
            by_year.setdefault(one.period.start.year, []).append(one)
    if not by_year:
        return []
    return [_year(year, by_year.get(year, [])) for year in range(min(by_year), max(by_year) + 1)]


def _year(year: int, figures: Sequence[PlacedFigure]) -> Year:
    found = [amount(one.qualifier, one.value_min, one.value_max) for one in figures]
    flags = dict.fromkeys(flag.flag for one in figures for flag in one.flags if flag.flag != _SAID_OF_ALL)
    return Year(year, hull(found) if found else None, tuple(flags))


@dataclass(frozen=True, slots=True)
class _Asked:
    page: Page
    series: Series
    years: Sequence[Year]

    @property
    def label(self) -> str:
        """What the series is called in the language of the page."""
        return self.series.label_zh if self.page.language == "zh" else self.series.label_en


async def _asked(request: Request, parameters: Parameters, media_type: str | None = None) -> _Asked:
    page = await open_page(request, parameters)
    series = page.book.annotations.series.get(request.path_params["id"])
    if series is None:
        raise NotFound(f"there is no series {request.path_params['id'][:80]!r} at revision r{page.revision.number}")
    if media_type is not None:
        pairs = [*page.question.pairs, ("language", page.language)]
        shown = variant(request, pairs, page.revision, media_type, pinned=page.question.pinned, vary=page.shown.vary)
        page = replace(page, shown=shown)
    figures = await figures_of_series(page.reader, [series.id], page.book, page.revision.number)
    return _Asked(page, series, years_of(placed(series.id, page.book.annotations, figures)))


def _specified(asked: _Asked, width: int) -> dict[str, Any]:
    theme: Theme = asked.page.question.values.get("theme", "light")
    rows = [
        {"label": str(one.year), "value": one.height, "words": one.words, "flagged": bool(one.flags),
         "flags": ", ".join(one.flags)}
        for one in asked.years
    ]  # fmt: skip
    title = asked.page.text("field.value")
    size = asked.page.question.values.get("width", width)
    return columns_of(rows, asked.label, title, size, COLOURS[theme])


def series_routes(theme: Parameter, width: Parameter, default: int) -> list[BaseRoute]:
    """The addresses: `/charts/series/{id}` is a page, with an ending an image or the data."""
    parameters: Parameters = {"as_of": AS_OF, "theme": theme, "width": width}

    @html_page
    async def show(request: Request) -> Response:
        asked = await _asked(request, parameters)
        if (answer := asked.page.shown.ready(request)) is not None:
            return answer
        given = {key: text for key, text in asked.page.asked if key != "as_of"}
        return asked.page.render("series_chart.html", asked=asked, series=asked.series, parameters=given)

    async def data(request: Request) -> Response:
        asked = await _asked(request, parameters, "text/csv; charset=utf-8")
        return asked.page.shown.respond(request, as_csv(asked.years), keep="lang" in asked.page.question.values)

    async def spec(request: Request) -> Response:
        asked = await _asked(request, parameters, "application/json")
        body = orjson.dumps(_specified(asked, default))
        return asked.page.shown.respond(request, body, keep="lang" in asked.page.question.values)

    async def image(format: ImageFormat, request: Request) -> Response:
        asked = await _asked(request, parameters, "image/svg+xml" if format == "svg" else "image/png")
        if (answer := asked.page.shown.ready(request)) is not None:
            return answer
        painter: Painter = request.app.state.painter
        drawn = await anyio.to_thread.run_sync(painter.image, _specified(asked, default), format)
        return asked.page.shown.respond(request, drawn, keep="lang" in asked.page.question.values)

    return [
        page_route("/charts/series/{id}.svg", partial(image, "svg")),
        page_route("/charts/series/{id}.png", partial(image, "png")),
        page_route("/charts/series/{id}.csv", data),
        page_route("/charts/series/{id}.json", spec),
        page_route("/charts/series/{id}", show),
    ]


def as_csv(years: Sequence[Year]) -> bytes:
    """The data as CSV: the year, its bounds, and the flags of its figures. A gap has empty bounds."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("year", "value_min", "value_max", "qualifier", "flags"))
    for one in years:
        low, high, word = (one.value.low, one.value.high, one.value.qualifier) if one.value else (None, None, "")
        cells = ("" if bound is None else bound for bound in (low, high))
        writer.writerow((one.year, *cells, word, "|".join(one.flags)))
    return text.getvalue().encode()
