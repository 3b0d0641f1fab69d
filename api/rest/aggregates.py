"""Counts of actions or figures by group."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.caching import variant
from api.params import AGGREGATE_PARAMETERS
from api.rest.envelope import Listing, reader_of
from api.rest.questions import check_codes, read_query, settle
from schema.pages import aggregate_fingerprint
from schema.points import encode_cursor
from schema.ports import Group
from schema.query import AggregateQuery, BadQuery, Dimension, Measurable


def group_body(group: Group, group_by: Sequence[Dimension]) -> bytes:
    """A group as JSON: the dimensions asked for, and the count."""
    body: dict[str, object] = {dimension: getattr(group, dimension) for dimension in group_by}
    if "year" in group_by:
        body["multi_year"] = group.multi_year
    return orjson.dumps({**body, "count": group.count})


async def aggregate(request: Request) -> Response:
    """Groups with their counts, largest first."""
    reader = reader_of(request)
    question = read_query(request.scope["query_string"], AGGREGATE_PARAMETERS)
    of: Measurable = question.values.get("of", "action")
    group_by: tuple[Dimension, ...] = question.values["group_by"]
    filter = question.filter(of)
    fingerprint = aggregate_fingerprint(of, group_by, filter)
    revision, place = await settle(reader, question, fingerprint)
    offset = _offset(place)
    query = AggregateQuery(
        of=of, group_by=group_by, filter=filter, revision=revision.number, limit=question.limit, offset=offset
    )
    shown = variant(request, question.pairs, revision, pinned=question.pinned)
    if (answer := shown.ready(request)) is not None:
        return answer
    check_codes(filter, await reader.codebook(revision.number))
    found = await reader.aggregate(query)
    end = offset + len(found.groups)
    cursor = encode_cursor(revision.number, fingerprint, end) if found.groups and end < found.total else None
    bodies = (group_body(group, group_by) for group in found.groups)
    return Listing(bodies, found.total, cursor).respond(request, question, shown)


def _offset(place: object) -> int:
    if place is None or isinstance(place, int):
        return place or 0
    raise BadQuery("cursor", "this cursor does not come from this question; start again without it")


ROUTES = [Route("/v1/aggregate", aggregate)]
