"""What changed in the record: each change as JSON, each revision as an entry of an Atom feed."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.caching import variant
from api.errors import path_of
from api.params import CHANGE_PARAMETERS, REVISION_PARAMETERS
from api.rest.atom import MEDIA_TYPE, Feed, feed_xml
from api.rest.envelope import Listing, address, reader_of
from api.rest.questions import Question, read_query, settle
from schema.changes import ALL_TABLES, ChangedTable, ChangeKey, ChangeQuery, ChangeRow
from schema.pages import changes_fingerprint
from schema.points import Place, encode_cursor
from schema.ports import Reader
from schema.query import AsOf, BadQuery
from schema.records import Revision


async def list_changes(request: Request) -> Response:
    """A page of changes, oldest first: whoever goes on to the end and asks again from there misses none."""
    reader = reader_of(request)
    question = read_query(request.scope["query_string"], CHANGE_PARAMETERS)
    since, tables = await revision_since(reader, question.values.get("since")), changed_tables(question)
    fingerprint = changes_fingerprint("changes", since, tables)
    revision, place = await settle(reader, question, fingerprint)
    query = ChangeQuery(
        since=since,
        until=_until(since, revision),
        tables=tables,
        limit=question.limit,
        bodies=question.values.get("records", False),
        after=_key(place),
    )
    shown = variant(request, question.pairs, revision, pinned=question.pinned)
    if (answer := shown.ready(request)) is not None:
        return answer
    page = await reader.changes(query)
    total = await reader.count_changes(query)
    cursor = encode_cursor(revision.number, fingerprint, page.rows[-1].key) if page.more and page.rows else None
    items = (change_json(row, url=address(request, _record_path(row))) for row in page.rows)
    return Listing(items, total, cursor).respond(request, question, shown)


async def feed_changes(request: Request) -> Response:
    """The revisions that changed something, newest first, as a feed."""
    reader = reader_of(request)
    question = read_query(request.scope["query_string"], REVISION_PARAMETERS)
    since, tables = await revision_since(reader, question.values.get("since")), changed_tables(question)
    fingerprint = changes_fingerprint("revisions", since, tables)
    revision, place = await settle(reader, question, fingerprint)
    query = ChangeQuery(since=since, until=_until(since, revision), tables=tables, limit=question.limit)
    before = revision.number + 1 if place is None else _number(place)
    shown = variant(request, question.pairs, revision, MEDIA_TYPE, pinned=question.pinned)
    if (answer := shown.ready(request)) is not None:
        return answer
    found = await reader.changed_revisions(query, before)
    entries = found[: query.limit]
    more = len(found) > query.limit and entries
    cursor = encode_cursor(revision.number, fingerprint, entries[-1].revision.number) if more else None
    here, pairs = path_of(request.scope), [pair for pair in question.pairs if pair[0] != "cursor"]
    feed = Feed(
        query=query,
        latest=revision,
        entries=entries,
        self=address(request, _asked(here, question.pairs)),
        first=address(request, _asked(here, pairs)),
        next=None if cursor is None else address(request, f"{here}?{question.with_cursor(cursor)}"),
        root=address(request, "/v1"),
    )
    return shown.respond(request, feed_xml(feed))


async def revision_since(reader: Reader, point: AsOf | None) -> int:
    """The revision after which to begin; 0 where nothing is said, or a time before the first revision."""
    if point is None:
        return 0
    try:
        return (await reader.revision(point)).number
    except BadQuery as error:
        if point.time is not None:
            return 0
        raise BadQuery("since", str(error)) from None


def _until(since: int, revision: Revision) -> int:
    if since > revision.number:
        raise BadQuery("since", f"since (r{since}) comes after the revision asked about (r{revision.number})")
    return revision.number


def changed_tables(question: Question) -> frozenset[ChangedTable]:
    """The tables whose changes are asked for."""
    return frozenset(question.values.get("table", ALL_TABLES))


def _key(place: Place | None) -> ChangeKey | None:
    if place is None or isinstance(place, ChangeKey):
        return place
    raise BadQuery("cursor", "this cursor does not come from this question; start again without it")


def _number(place: Place) -> int:
    if isinstance(place, int):
        return place
    raise BadQuery("cursor", "this cursor does not come from this question; start again without it")


def change_json(row: ChangeRow, **more: str) -> bytes:
    """A change as JSON, with `more` members beside what the store says."""
    head = {
        "op": row.op,
        "table": row.table,
        "id": row.id,
        "revision": row.revision,
        "committed_at": row.committed_at,
        "cause": row.cause,
        "note": row.note,
        **more,
    }
    body = orjson.dumps(head, option=orjson.OPT_UTC_Z)
    return body if row.body is None else b'%b,"record":%b}' % (body[:-1], row.body)


def _record_path(row: ChangeRow) -> str:
    """Where a record stands as a revision left it; of what the revision closed, as it stood before."""
    as_of = ("as_of", f"r{row.revision - (row.op == 'DEL')}")
    if row.table != "codes":
        return _asked(f"/v1/{row.table}/{row.id}", [as_of])
    list_name, _, code = row.id.partition("/")
    return _asked(f"/v1/vocabularies/{list_name}", [("code", code), as_of])


def _asked(path: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs, safe=',:', quote_via=quote)}" if pairs else path


ROUTES = [
    Route("/v1/changes", list_changes, name="list_changes"),
    Route("/v1/changes.atom", feed_changes, name="feed_changes"),
]
