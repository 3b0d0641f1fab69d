"""The index of the interface, its contract, and what operators ask: alive, ready, metrics."""

from __future__ import annotations

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.caching import variant
from api.rest.envelope import address, reader_of, respond_detail
from api.rest.questions import read_query, settle
from api.rest.records import PLURALS
from db.export.files import MEDIA_TYPES
from schema.annotations import ANNOTATION_KINDS
from schema.ports import StoreUnavailable

_PLACES = (
    *PLURALS.values(),
    "vocabularies",
    "extraction/rules",
    "aggregate",
    *ANNOTATION_KINDS,
    "compare",
    "sum",
    "releases",
    "changes",
    "changes.atom",
    "citations",
    *(f"exports/{plural}.{suffix}" for plural in PLURALS.values() for suffix in MEDIA_TYPES),
)


async def index(request: Request) -> Response:
    """Where everything is."""
    question = read_query(request.scope["query_string"], {})
    revision, _ = await settle(reader_of(request), question)
    shown = variant(request, question.pairs, revision, pinned=False)
    if shown.known_to(request):
        return shown.not_modified()
    links = {place: address(request, f"/v1/{place}") for place in _PLACES}
    links |= {"contract": address(request, "/openapi.json"), "graphql": address(request, "/graphql")}
    return respond_detail(request, orjson.dumps(links), shown)


async def healthz(_: Request) -> Response:
    """The process is up."""
    return Response(b'{"status":"ok"}', headers={"Cache-Control": "no-store"}, media_type="application/json")


async def readyz(request: Request) -> Response:
    """The store can be asked. Raises `StoreUnavailable` with what is wrong."""
    wrong = await reader_of(request).ready()
    if wrong is not None:
        raise StoreUnavailable(wrong)
    return Response(b'{"status":"ready"}', headers={"Cache-Control": "no-store"}, media_type="application/json")


async def metrics(request: Request) -> Response:
    """Counts and timings for Prometheus."""
    body = generate_latest(request.app.state.metrics.registry)
    return Response(body, headers={"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE_LATEST})


ROUTES = [
    Route("/v1", index, name="index"),
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", metrics),
]
