"""The addresses of the reconciliation service, as versions 0.2 and 1.0 (draft) of its protocol have them.

Errors are problem details (RFC 9457), as everywhere; the protocol leaves them open.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

import orjson
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.errors import NotFound
from api.media_types import is_json
from api.params import Parameter, Parameters
from api.reconciling import suggesting
from api.reconciling.described import summary_of
from api.reconciling.extending import draft_rows, meta_json, read_cells, read_extension
from api.reconciling.finding import find
from api.reconciling.manifest import VERSIONS, manifest
from api.reconciling.versions import batch_json, draft_json, read_batch, read_draft, read_json
from api.rest.envelope import reader_of
from api.rest.questions import read_query
from api.web.embeds.frames import entity_frame
from api.web.embeds.oembed import home_of
from api.web.explorer.records import read_record
from api.web.page import html_page, open_page
from schema.codes import CodeBook
from schema.ports import Reader
from schema.query import BadQuery

_FORM = "application/x-www-form-urlencoded"
_CALLBACK = re.compile(r"[A-Za-z_$][\w$]{0,63}(?:\.[A-Za-z_$][\w$]{0,63}){0,3}", re.ASCII)


def _text(name: str, description: str, *, required: bool = False) -> Parameter:
    return Parameter(name, "once", description, {"type": "string"}, str, required=required)


def _number(text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text, re.ASCII):
        raise ValueError(f"{text[:20]!r} is not a whole number")
    return int(text)


def _count(name: str, description: str) -> Parameter:
    return Parameter(name, "once", description, {"type": "integer", "minimum": 0}, _number)


def _known(*parameters: Parameter) -> Parameters:
    return {one.name: one for one in (*parameters, _text("callback", "A function, for clients that need JSONP."))}


_ID = _text("id", "Id of an entity.", required=True)
_ENDPOINT = _known(
    _text("queries", "A batch of queries as JSON."),
    _text("extend", "A data extension query as JSON."),
    _text("version", f"The form of the manifest: {' or '.join(VERSIONS)}."),
)
_SUGGEST = _known(
    _text("prefix", "What was typed.", required=True),
    _count("cursor", "How many suggestions to skip."),
    _text("type", "Not used: entities of all types are suggested."),
)
_PROPOSE = _known(_text("type", "The type of the entities."), _count("limit", "Most properties."))
_FLYOUT = _known(_ID)


async def _settled(request: Request) -> tuple[Reader, int, CodeBook]:
    """The store, the number of its latest revision, and the code lists as of it."""
    reader = reader_of(request)
    revision = (await reader.revision()).number
    return reader, revision, await reader.codebook(revision)


def _answer(body: Any, revision: int, callback: str | None = None) -> Response:
    """An answer as JSON or, for clients that need it, as a call of their function with it."""
    text = orjson.dumps(body)
    headers = {"Cache-Control": "no-cache", "X-Revision": str(revision)}
    if callback is None:
        return Response(text, headers=headers, media_type="application/json")
    if not _CALLBACK.fullmatch(callback):
        raise BadQuery("callback", "callback is not the name of a function")
    # The comment keeps what the caller chose from being the first bytes of the answer.
    return Response(b"/**/%b(%b);" % (callback.encode(), text), headers=headers, media_type="text/javascript")


async def endpoint(request: Request) -> Response:
    """The manifest; with `queries` candidates, with `extend` values, in the query string or as a form."""
    values = read_query(request.scope["query_string"], _ENDPOINT).values
    if request.method == "POST":
        values = {**values, **await _form(request)}
    reader, revision, book = await _settled(request)
    callback = values.get("callback")
    if "queries" in values:
        batch = read_batch(values["queries"])
        return _answer(batch_json(batch, await find(reader, list(batch.values()), revision), book), revision, callback)
    if "extend" in values:
        asked = read_extension(read_json(values["extend"], "extend"))
        rows = await read_cells(reader, asked, revision, book)
        return _answer({"meta": meta_json(asked, book), "rows": rows}, revision, callback)
    if request.method == "POST":
        raise BadQuery("queries", "the form has neither queries nor extend")
    version = values.get("version", VERSIONS[0])
    if version not in VERSIONS:
        raise BadQuery("version", f"version is one of {', '.join(VERSIONS)}")
    return _answer(manifest(home_of(request), version, book), revision, callback)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise HTTPException(415, f"the body is {_FORM}; the draft of 1.0 posts JSON to /reconcile/match")
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise BadQuery("body", "the form is not UTF-8, or has more than 20 fields") from None
    return dict(pairs)


async def _posted(request: Request) -> bytes:
    if not is_json(request.headers.get("content-type", "")):
        raise HTTPException(415, "the body is application/json in UTF-8")
    return await request.body()


async def match(request: Request) -> Response:
    """Candidates, as the draft of 1.0 asks for them."""
    batch = read_draft(await _posted(request))
    reader, revision, book = await _settled(request)
    return _answer(draft_json(await find(reader, batch, revision), book), revision)


async def extend(request: Request) -> Response:
    """Values of properties, as the draft of 1.0 asks for them."""
    asked = read_extension(read_json(await _posted(request), "body"))
    reader, revision, book = await _settled(request)
    rows = draft_rows(await read_cells(reader, asked, revision, book))
    return _answer({"meta": meta_json(asked, book), "rows": rows}, revision)


async def propose(request: Request) -> Response:
    """The properties that can be asked for."""
    values = read_query(request.scope["query_string"], _PROPOSE).values
    revision = (await reader_of(request).revision()).number
    said = suggesting.proposals(values.get("type"), values.get("limit"))
    return _answer(said, revision, values.get("callback"))


async def suggest(request: Request) -> Response:
    """Entities, properties or types for what was typed."""
    values = read_query(request.scope["query_string"], _SUGGEST).values
    prefix, skipped, what = values["prefix"], values.get("cursor", 0), request.path_params["what"]
    reader, revision, book = await _settled(request)
    match what:
        case "entity":
            found = await suggesting.entities(reader, prefix, skipped, revision, book)
        case "property":
            found = suggesting.properties(prefix, skipped)
        case "type":
            found = suggesting.types(prefix, skipped, book)
        case _:
            raise NotFound(f"there are suggestions of entity, property and type, not of {what[:40]!r}")
    return _answer({"result": found}, revision, values.get("callback"))


async def flyout(request: Request) -> Response:
    """A few lines about an entity, for the tooltip of a suggestion."""
    values = read_query(request.scope["query_string"], _FLYOUT).values
    reader, revision, book = await _settled(request)
    found = (await reader.get("entity", [values["id"]], revision)).get(values["id"])
    if found is None:
        raise NotFound("no entity has this id")
    body = orjson.loads(found.body)
    html = Markup('<p><strong lang="zh-Hans">{}</strong><br>{}</p>').format(body["name"], summary_of(body, book))
    return _answer({"id": found.id, "html": str(html)}, revision, values.get("callback"))


@html_page
async def preview(request: Request) -> Response:
    """A small page about an entity, to be shown in a frame."""
    page = await open_page(request, {"id": _ID})
    return await entity_frame(page, await read_record(page, "entity", page.question.values["id"]))


ROUTES: list[BaseRoute] = [
    Route("/reconcile", endpoint, methods=["GET", "POST"], include_in_schema=False),
    Route("/reconcile/match", match, methods=["POST"], include_in_schema=False),
    Route("/reconcile/extend", extend, methods=["POST"], include_in_schema=False),
    Route("/reconcile/extend/propose", propose, include_in_schema=False),
    Route("/reconcile/suggest/{what}", suggest, include_in_schema=False),
    Route("/reconcile/flyout/entity", flyout, include_in_schema=False),
    Route("/reconcile/preview", preview, include_in_schema=False),
]
