"""oEmbed (oembed.com, 1.0): the frame for an address of ours, for whoever pastes one."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

import orjson
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.params import Parameter, Parameters
from api.rest.envelope import address
from api.rest.questions import read_query
from api.web.charts.data import CHARTS
from api.web.page import query_text
from schema.ids import ID_PATTERNS
from schema.query import BadQuery

_WIDTH, _NARROWEST = 720, 240
_HEIGHTS = {"charts": 420, "entities": 260, "actions": 180}
_A_DAY = 86_400
_PARTS = {"charts": "chart", "entities": "entity", "actions": "action"}
_PATTERNS = {
    "charts": re.compile("|".join(CHARTS)),
    "entities": re.compile(ID_PATTERNS["entity"]),
    "actions": re.compile(ID_PATTERNS["action"]),
}


def _pixels(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,4}", text, re.ASCII):
        raise ValueError(f"{text[:20]!r} is not a number of pixels")
    return int(text)


_PARAMETERS: Parameters = {
    one.name: one
    for one in (
        Parameter("url", "once", "The address that is to be embedded.", {"type": "string"}, str, required=True),
        Parameter("maxwidth", "once", "Most pixels in width.", {"type": "integer"}, _pixels),
        Parameter("maxheight", "once", "Most pixels in height.", {"type": "integer"}, _pixels),
        Parameter("format", "once", "json or xml.", {"type": "string"}, str),
    )
}


class Frame(NamedTuple):
    """What stands for an address."""

    path: str
    title: str
    height: int


def frame_of(url: str, home: str) -> Frame | None:
    """The frame for an address of ours; None for any other address."""
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" != home and not (url.startswith("/") and not url.startswith("//")):
        return None
    steps = parts.path.strip("/").split("/")
    if len(steps) != 2 or steps[0] not in _PARTS or not _PATTERNS[steps[0]].fullmatch(steps[1]):
        return None
    query = query_text(parse_qsl(parts.query))
    path = f"/embed/1/{_PARTS[steps[0]]}/{steps[1]}"
    return Frame(f"{path}?{query}" if query else path, f"Cunzhao 存照: {steps[1]}", _HEIGHTS[steps[0]])


def home_of(request: Request) -> str:
    """How absolute addresses of this service begin, without a slash at the end."""
    public = urlsplit(address(request, ""))
    return f"{public.scheme}://{public.netloc}" if public.netloc else str(request.base_url).rstrip("/")


async def oembed(request: Request) -> Response:
    """The oEmbed answer for an address, 404 where it cannot be embedded, 501 for other formats."""
    question = read_query(request.scope["query_string"], _PARAMETERS)
    form = question.values.get("format", "json")
    if form not in ("json", "xml"):
        raise HTTPException(501, "oEmbed is answered as json or xml")
    home = home_of(request)
    frame = frame_of(question.values["url"], home)
    if frame is None:
        raise HTTPException(404, f"only charts, entities and actions of {home} can be embedded")
    width = min(_WIDTH, question.values.get("maxwidth", _WIDTH))
    height = min(frame.height, question.values.get("maxheight", frame.height))
    if width < _NARROWEST:
        raise BadQuery("maxwidth", f"maxwidth: nothing can be shown in less than {_NARROWEST} pixels")
    html = Markup(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" sandbox="allow-popups"></iframe>'
    ).format(home + frame.path, width, height, frame.title)
    body = {
        "version": "1.0", "type": "rich", "title": frame.title, "provider_name": "Cunzhao 存照", "provider_url": home,
        "cache_age": _A_DAY, "html": str(html), "width": width, "height": height,
    }  # fmt: skip
    if form == "xml":
        members = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in body.items())
        text = f'<?xml version="1.0" encoding="utf-8" standalone="yes"?><oembed>{members}</oembed>'
        return Response(text, media_type="text/xml; charset=utf-8")
    return Response(orjson.dumps(body), media_type="application/json")
