"""The addresses of what others embed."""

from __future__ import annotations

from functools import partial

from starlette.routing import BaseRoute

from api.web.embeds import frames, script
from api.web.embeds.oembed import oembed
from api.web.page import html_page
from api.web.routing import page_route

ROUTES: list[BaseRoute] = [
    page_route("/embed/1/cunzhao.js", script.elements),
    page_route("/embed/1/chart-library.js", script.chart_library),
    page_route("/embed/1/chart/{name}", frames.chart),
    page_route("/embed/1/entity/{id}", html_page(partial(frames.record, "entity"))),
    page_route("/embed/1/action/{id}", html_page(partial(frames.record, "action"))),
    page_route("/oembed", oembed),
]
