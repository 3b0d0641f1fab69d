"""Small pages that others show in a frame: a chart, an entity, an action."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.web.charts.data import chart_of
from api.web.charts.routes import chart_asked
from api.web.explorer.asking import Body, some
from api.web.explorer.records import open_record
from api.web.page import Page, html_page
from schema.query import Filter
from schema.records import RecordKind

POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)
"""Anyone may frame them; they run nothing."""
_NEWEST = 3


async def _framed(page: Page, template: str, **context: object) -> Response:
    """The page, with the line that says if a newer release exists than the one it is pinned to."""
    releases = await page.reader.releases()
    latest = releases[0].name if releases else None
    pinned = page.question.as_of is not None and page.shown.release is not None
    newer = latest if pinned and latest != page.shown.release else None
    response = page.render(template, newer=newer, **context)
    response.headers["Content-Security-Policy"] = POLICY
    return response


@html_page
async def chart(request: Request) -> Response:
    """A chart."""
    page, name, filter = await chart_asked(request)
    given = {key: text for key, text in page.asked if key != "as_of"}
    drawn = await chart_of(page, name, filter)
    return await _framed(page, "frame_chart.html", chart=drawn, parameters=given)


async def record(kind: RecordKind, request: Request) -> Response:
    """An entity or an action."""
    page, body = await open_record(kind, request)
    if kind == "action":
        return await _framed(page, "frame_action.html", record=body)
    return await entity_frame(page, body)


async def entity_frame(page: Page, body: Body) -> Response:
    """An entity with the newest actions that name it."""
    actions = await some(page, "action", Filter(entity_id=((body["id"],),)), _NEWEST)
    return await _framed(page, "frame_entity.html", record=body, actions=actions)
