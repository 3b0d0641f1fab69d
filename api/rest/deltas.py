"""The difference of any two releases or revisions, as a file."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import cast
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.caching import variant
from api.errors import NotFound
from api.rest.envelope import reader_of
from api.rest.exports import FileStream, zipped
from api.rest.questions import read_query
from api.rest.releases import LATEST, PREFIX, elsewhere, newest
from schema.points import parse_as_of
from schema.ports import Reader
from schema.query import AsOf, BadQuery
from schema.records import Revision

MEDIA_TYPE = "application/x-ndjson"
_FOREVER = "public, max-age=31536000, immutable"


async def get_delta(request: Request) -> Response:
    """What has to be added, modified and deleted for the files of one to become those of the other."""
    read_query(request.scope["query_string"], {})
    reader = reader_of(request)
    ends = [request.path_params[name] for name in ("earlier", "later")]
    if LATEST in ends:
        release = await newest(request)
        return elsewhere(request, address_of(*(release.name if end == LATEST else end for end in ends)))
    earlier, later = map(_point, ends)
    before, after = [await _revision(reader, point) for point in (earlier, later)]
    if before.number > after.number:
        raise BadQuery(
            "earlier", f"{earlier.text} comes after {later.text}: a delta leads from the earlier to the later"
        )
    shown = variant(request, (), after, MEDIA_TYPE, pinned=True)
    if earlier.release and later.release:
        shown = replace(shown, cache_control=_FOREVER)
    if shown.known_to(request, any_will_do=True):
        return shown.not_modified()
    name = f"cunzhao-{earlier.text}...{later.text}.ndjson"
    headers = {**shown.headers, "Content-Disposition": f'attachment; filename="{name}"'}
    if request.method == "HEAD":
        return StreamingResponse((), headers=headers, media_type=shown.media_type)
    body = await request.app.state.turns.begun(_whole(reader, before.number, after.number))
    return FileStream(zipped(body) if shown.encoding == "gzip" else body, headers, shown.media_type)


def address_of(earlier: str, later: str) -> str:
    """The path of the difference of two points in history, as they are written."""
    return f"{PREFIX}/{quote(earlier)}...{quote(later)}.ndjson"


def _point(text: str) -> AsOf:
    try:
        point = parse_as_of(text)
    except BadQuery:
        point = None
    if point is None or point.time is not None:
        raise NotFound(f"{text[:80]!r} is neither a release (2026.11.1) nor a revision (r17)")
    return point


async def _revision(reader: Reader, point: AsOf) -> Revision:
    try:
        return await reader.revision(point)
    except BadQuery as error:
        raise NotFound(str(error)) from None


async def _whole(reader: Reader, since: int, until: int) -> AsyncGenerator[bytes, None]:
    """All chunks. Where nothing differs there is an empty one, so that there is a first."""
    async with aclosing(cast("AsyncGenerator[bytes, None]", reader.delta(since, until))) as chunks:
        async for chunk in chunks:
            yield chunk
    yield b""


ROUTES = [Route(f"{PREFIX}/{{earlier}}...{{later}}.ndjson", get_delta, name="get_delta")]
