"""The code lists, bilingual, as of any revision."""

from __future__ import annotations

from functools import partial

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.caching import variant
from api.params import DETAIL_PARAMETERS, vocabulary_parameters
from api.rest.envelope import Listing, address, reader_of
from api.rest.questions import read_query, settle
from schema.codes import LIST_NAMES, CodeBook, ListName, UnknownCode
from schema.query import BadQuery


async def list_vocabularies(request: Request) -> Response:
    """The code lists there are, with the number of their items."""
    reader = reader_of(request)
    question = read_query(request.scope["query_string"], DETAIL_PARAMETERS)
    revision, _ = await settle(reader, question)
    shown = variant(request, question.pairs, revision, pinned=question.pinned)
    if (answer := shown.ready(request)) is not None:
        return answer
    book = await reader.codebook(revision.number)
    items = [{**each, "url": address(request, f"/v1/vocabularies/{each['name']}")} for each in sizes_of(book)]
    return Listing(map(orjson.dumps, items), len(items)).respond(request, question, shown)


def sizes_of(book: CodeBook) -> list[dict[str, str | int]]:
    """The code lists, each with the number of its items."""
    return [{"name": name, "items": len(book.items(name))} for name in LIST_NAMES]


async def get_vocabulary(name: ListName, request: Request) -> Response:
    """The items of one code list, in its order."""
    reader = reader_of(request)
    question = read_query(request.scope["query_string"], vocabulary_parameters(name))
    revision, _ = await settle(reader, question)
    shown = variant(request, question.pairs, revision, pinned=question.pinned)
    if (answer := shown.ready(request)) is not None:
        return answer
    book = await reader.codebook(revision.number)
    wanted = question.values.get("code")
    for code in wanted or ():
        if not book.has(name, code):
            raise BadQuery("code", str(UnknownCode(name, code)))
    items = [item for item in book.items(name) if wanted is None or item.code in wanted]
    bodies = (item.model_dump_json().encode() for item in items)
    return Listing(bodies, len(items)).respond(request, question, shown)


ROUTES = [
    Route("/v1/vocabularies", list_vocabularies),
    *(Route(f"/v1/vocabularies/{name}", partial(get_vocabulary, name), name=f"list_{name}") for name in LIST_NAMES),
]
