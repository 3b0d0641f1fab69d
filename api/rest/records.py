"""Actions, figures, entities and documents: lists and single records."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.caching import variant
from api.errors import NotFound
from api.params import DETAIL_PARAMETERS, list_parameters
from api.rest.envelope import Listing, reader_of, respond_detail
from api.rest.questions import check_codes, key_of, read_query, settle
from schema.codes import CodeBook
from schema.ids import ID_PATTERNS
from schema.pages import list_fingerprint
from schema.points import encode_cursor
from schema.ports import Reader
from schema.query import PageQuery
from schema.records import RecordKind
from schema.series import FigureContext, context_of

PLURALS: dict[RecordKind, str] = {
    "action": "actions",
    "figure": "figures",
    "entity": "entities",
    "document": "documents",
}


async def list_records(kind: RecordKind, request: Request) -> Response:
    """One page of the records that match."""
    reader = reader_of(request)
    question = read_query(request.scope["query_string"], list_parameters(kind))
    filter = question.filter(kind)
    fingerprint = list_fingerprint(kind, filter)
    revision, place = await settle(reader, question, fingerprint)
    query = PageQuery(
        kind=kind, filter=filter, revision=revision.number, limit=question.limit, after=key_of(kind, place)
    )
    shown = variant(request, question.pairs, revision, pinned=question.pinned)
    if (answer := shown.ready(request)) is not None:
        return answer
    book = await reader.codebook(revision.number)
    check_codes(filter, book)
    # First how many there are: where they are few, that tells how the page is found soonest.
    total = await reader.total(kind, filter, revision.number)
    page = await reader.page(query)
    more = page.more and page.rows
    cursor = encode_cursor(revision.number, fingerprint, page.rows[-1].key) if more else None
    found = None
    if question.values.get("highlight", False):
        found = {row.id: reader.highlights(kind, row, filter.search) for row in page.rows}
    context = _context([row.id for row in page.rows], book) if kind == "figure" else None
    return Listing((row.body for row in page.rows), total, cursor, found, context).respond(request, question, shown)


async def get_record(kind: RecordKind, request: Request) -> Response:
    """One record by its id."""
    reader = reader_of(request)
    question = read_query(request.scope["query_string"], DETAIL_PARAMETERS)
    record_id = request.path_params["id"]
    if not re.fullmatch(ID_PATTERNS[kind], record_id):
        raise NotFound(f"{record_id[:80]!r} is not the id of a record of kind {kind}")
    revision, _ = await settle(reader, question)
    shown = variant(request, question.pairs, revision, pinned=question.pinned)
    if (answer := shown.ready(request)) is not None:
        return answer
    found = await reader.get(kind, [record_id], revision.number)
    if record_id not in found:
        raise NotFound(await what_became_of(reader, kind, record_id, revision.number))
    context = None
    if kind == "figure":
        context = context_of(record_id, (await reader.codebook(revision.number)).annotations)
    return respond_detail(request, found[record_id].body, shown, context=context)


def _context(ids: Iterable[str], book: CodeBook) -> dict[str, FigureContext]:
    """What is said about some figures: their series with flags, and their contradictions."""
    found = {one: context_of(one, book.annotations) for one in ids}
    return {one: said for one, said in found.items() if said is not None}


async def what_became_of(reader: Reader, kind: RecordKind, record_id: str, revision: int) -> str:
    """Why a record is not there: it never was, or it was closed, retracted or taken up into that of a better copy."""
    closed = await reader.closing(kind, record_id, revision)
    if closed is None:
        return f"there is no {kind} {record_id!r} at revision r{revision}"
    return (
        f"the {kind} {record_id!r} stood until r{closed.number - 1}; "
        f"r{closed.number} closed it ({closed.cause}): {closed.note}"
    )


ROUTES = [
    route
    for kind, plural in PLURALS.items()
    for route in (
        Route(f"/v1/{plural}", partial(list_records, kind), name=f"list_{plural}"),
        Route(f"/v1/{plural}/{{id}}", partial(get_record, kind), name=f"get_{kind}"),
    )
]
