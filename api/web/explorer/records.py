"""Single records: an action, a figure, an entity, a document."""

from __future__ import annotations

import re
from functools import partial

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.errors import NotFound
from api.params import AS_OF
from api.rest.records import PLURALS, what_became_of
from api.web.explorer.asking import Body, by_id, counted, some
from api.web.explorer.evidence import evidence_lines
from api.web.page import Page, html_page, open_page
from schema.ids import ID_PATTERNS
from schema.query import Filter
from schema.records import RecordKind
from schema.series import context_of

_BESIDE = 15
"""So many records of those that belong to another are shown with it."""


@html_page
async def record(kind: RecordKind, request: Request) -> Response:
    """One record."""
    page, body = await open_record(kind, request)
    if (answer := page.shown.ready(request)) is not None:
        return answer
    context = await _CONTEXTS[kind](page, body)
    return page.render(f"{kind}.html", record=body, data=f"/v1/{PLURALS[kind]}/{body['id']}", **context)


async def open_record(kind: RecordKind, request: Request) -> tuple[Page, Body]:
    """A page about a record, and the record. Raises `NotFound`."""
    page = await open_page(request, {"as_of": AS_OF})
    return page, await read_record(page, kind, request.path_params["id"])


async def read_record(page: Page, kind: RecordKind, record_id: str) -> Body:
    """A record by its id. Raises `NotFound`."""
    if not re.fullmatch(ID_PATTERNS[kind], record_id):
        raise NotFound(f"{record_id[:80]!r} is not the id of a record of kind {kind}")
    found = await page.reader.get(kind, [record_id], page.revision.number)
    if record_id not in found:
        raise NotFound(await what_became_of(page.reader, kind, record_id, page.revision.number))
    body: Body = orjson.loads(found[record_id].body)
    return body


async def _stated(page: Page, body: Body) -> dict[str, object]:
    """The announcement that states an action or a figure, and the lines of it that say so."""
    document = (await by_id(page, "document", [body["document"]["id"]]))[body["document"]["id"]]
    text = await page.reader.text(document["sha256"]) if document["sha256"] else None
    lines = evidence_lines(text, body["anchors"]) if text is not None else []
    copies = await some(page, "document", Filter(reprint_of=((document["id"],),)), _BESIDE)
    return {"document": document, "lines": lines, "copies": copies.records}


async def _figure(page: Page, body: Body) -> dict[str, object]:
    """The same, with what is said about the figure: its series with flags, and its contradictions."""
    said = context_of(body["id"], page.book.annotations)
    series = page.book.annotations.series
    return {**await _stated(page, body), "said": said, "series": series}


async def _entity(page: Page, body: Body) -> dict[str, object]:
    mine = Filter(entity_id=((body["id"],),))
    return {
        "years": await counted(page, "year", mine, 50),
        "measures": await counted(page, "measure", mine),
        "categories": await counted(page, "category", mine),
        "actions": await some(page, "action", mine, _BESIDE),
        "operated": await some(page, "action", Filter(operator=((body["id"],),)), _BESIDE),
    }


async def _document(page: Page, body: Body) -> dict[str, object]:
    mine = Filter(document=((body["id"],),))
    canonical = await by_id(page, "document", [body["reprint_of"]]) if body["reprint_of"] else {}
    return {
        "canonical": canonical.get(body["reprint_of"]),
        "copies": (await some(page, "document", Filter(reprint_of=((body["id"],),)), _BESIDE)).records,
        "actions": await some(page, "action", mine, _BESIDE),
        "figures": await some(page, "figure", mine, _BESIDE),
    }


_CONTEXTS = {"action": _stated, "figure": _figure, "entity": _entity, "document": _document}
PAGES = {kind: partial(record, kind) for kind in PLURALS}
