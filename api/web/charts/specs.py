"""What the charts look like: Vega-Lite specifications with their data in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from api.web.charts.data import Chart
from api.web.charts.painter import FONT
from api.web.page import Page

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_ROW_HEIGHT = 26
_ROOM_FOR_COUNTS = 28
_MANY_COLUMNS = 10
_NARROW = 480
_LONGEST_LABEL = {"wide": 230, "narrow": 150}
"""In the units of the chart."""


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of a theme: blue and grey, which nobody confuses."""

    ink: str
    faint: str
    line: str
    bar: str


COLOURS: Mapping[Theme, Colours] = {
    "light": Colours(ink="#1d2129", faint="#5a616d", line="#ddd7cd", bar="#2f6db3"),
    "dark": Colours(ink="#e8e6e1", faint="#a9adb6", line="#3a3e46", bar="#8db9f5"),
}


def specification(page: Page, chart: Chart, theme: Theme, width: int) -> dict[str, Any]:
    """The Vega-Lite specification of a chart."""
    rows = [{"code": mark.code, "label": mark.label, "count": mark.count} for mark in chart.marks]
    shape = _columns(page, chart) if chart.dimension == "year" else _bars(page, chart)
    return {
        "$schema": SCHEMA,
        "description": page.text(f"chart.{chart.name}"),
        "data": {"values": rows},
        "width": width,
        "padding": {"left": 4, "top": 8, "right": _ROOM_FOR_COUNTS, "bottom": 4},
        "autosize": {"type": "fit-x", "contains": "padding"},
        **shape,
        "config": _config(COLOURS[theme], narrow=width < _NARROW),
    }


def _columns(page: Page, chart: Chart) -> dict[str, Any]:
    # Named one by one, so that years without a count keep their place.
    domain = [mark.label for mark in chart.marks]
    axis = {"labelAngle": -45 if len(domain) > _MANY_COLUMNS else 0, "labelOverlap": False}
    x = {"field": "label", "type": "nominal", "scale": {"domain": domain}, "title": None, "axis": axis}
    y = {"field": "count", "type": "quantitative", "title": page.text("chart.actions")}
    text = {"field": "count", "type": "quantitative", "format": ","}
    return {
        "height": 240,
        "encoding": {"x": x, "y": y, "tooltip": [{"field": "label"}, {"field": "count", "format": ","}]},
        "layer": [{"mark": "bar"}, {"mark": {"type": "text", "dy": -7}, "encoding": {"text": text}}],
    }


def columns_of(
    rows: list[dict[str, Any]], description: str, title: str, width: int, colours: Colours
) -> dict[str, Any]:
    """The specification of columns whose labels are given: a row without a value keeps its place, empty.

    What is flagged is drawn fainter.
    """
    domain = [row["label"] for row in rows]
    axis = {"labelAngle": -45 if len(domain) > _MANY_COLUMNS else 0, "labelOverlap": False}
    x = {"field": "label", "type": "nominal", "scale": {"domain": domain}, "title": None, "axis": axis}
    y = {"field": "value", "type": "quantitative", "title": title}
    opacity = {"condition": {"test": "datum.flagged", "value": 0.55}, "value": 1}
    return {
        "$schema": SCHEMA,
        "description": description,
        "data": {"values": rows},
        "width": width,
        "padding": {"left": 4, "top": 8, "right": _ROOM_FOR_COUNTS, "bottom": 4},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": 240,
        "encoding": {"x": x, "y": y, "tooltip": [{"field": "label"}, {"field": "words"}, {"field": "flags"}]},
        "layer": [
            {"mark": "bar", "encoding": {"opacity": opacity}},
            {"mark": {"type": "text", "dy": -7}, "encoding": {"text": {"field": "words"}}},
        ],
        "config": _config(colours, narrow=width < _NARROW),
    }


def _bars(page: Page, chart: Chart) -> dict[str, Any]:
    y = {"field": "label", "type": "nominal", "sort": None, "title": None}
    x = {"field": "count", "type": "quantitative", "title": page.text("chart.actions")}
    text = {"field": "count", "type": "quantitative", "format": ","}
    return {
        "height": max(1, len(chart.marks)) * _ROW_HEIGHT,
        "encoding": {"x": x, "y": y, "tooltip": [{"field": "label"}, {"field": "count", "format": ","}]},
        "layer": [{"mark": "bar"}, {"mark": {"type": "text", "dx": 4, "align": "left"}, "encoding": {"text": text}}],
    }


def _config(colours: Colours, *, narrow: bool) -> dict[str, Any]:
    """Colours and sizes. The font is the one that images are set in; browsers take the next they have."""
    axis = {
        "labelColor": colours.ink,
        "titleColor": colours.faint,
        "gridColor": colours.line,
        "domainColor": colours.line,
        "tickColor": colours.line,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": _LONGEST_LABEL["narrow" if narrow else "wide"],
    }
    return {
        "background": "transparent",
        "font": FONT,
        "axis": axis,
        "axisX": {"grid": False},
        "axisQuantitative": {"tickCount": 4, "tickMinStep": 1, "format": ",d"},
        "bar": {"color": colours.bar, "cornerRadiusEnd": 2},
        "text": {"color": colours.faint, "fontSize": 10 if narrow else 11},
        "view": {"stroke": None},
    }
