"""GraphQL over HTTP at /graphql: reads requests, chooses the media type, maps outcomes to statuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.answers import keep
from api.media_types import Media, choose_media, is_json
from api.web.ide import ide_page, static_routes
from schema import graphql
from schema.graphql import Engine

PATH: Final = "/graphql"
JSON: Final = "application/json"
RESPONSE_JSON: Final = "application/graphql-response+json"
HTML: Final = "text/html"
_ANSWERS: Final = (Media(RESPONSE_JSON, fallback=1), Media(JSON, fallback=2))
_PAGE: Final = Media(HTML, fallback=0)
_STATUSES: Final = {"executed": 200, "invalid": 400, "refused": 400, "not_by_get": 405, "unavailable": 503}
_EVERY_ANSWER: Final = {"Vary": "Accept", "Cache-Control": "no-store"}
_HEADERS: Final = {405: {"Allow": "POST"}, 503: {"Retry-After": "2"}}


class RequestError(Exception):
    """A request that is no GraphQL request."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def graphql_routes(engine: Engine, *, body_limit: int) -> list[BaseRoute]:
    """The GraphQL endpoint, which asks `request.app.state.reader`, and the files of its editor."""

    async def endpoint(request: Request) -> Response:
        asks_for_page = request.method != "POST" and "query" not in request.query_params
        offers = (*_ANSWERS, _PAGE) if asks_for_page else _ANSWERS
        media = choose_media(request.headers.getlist("accept"), offers)
        try:
            if media is None:
                raise RequestError(406, f"the answer is {RESPONSE_JSON} or {JSON}")
            if media == HTML:
                return ide_page()
            text = request.scope["query_string"] if request.method != "POST" else await _body(request, body_limit)
            asked = _from_url(request) if request.method != "POST" else _from_body(text)
        except RequestError as error:
            return _refuse(error, media)
        return await _answer(engine, request, asked, media)

    return [Route(PATH, endpoint, methods=["GET", "POST"], name="graphql"), *static_routes()]


async def _answer(engine: Engine, request: Request, asked: graphql.Request, media: str) -> Response:
    request_id = request.scope.get("state", {}).get("request_id")
    answer = await engine.answer(asked, request.app.state.reader, request_id)
    request.app.state.metrics.graphql_operations.labels(answer.how).inc()
    status = _STATUSES[answer.outcome]
    if answer.outcome == "invalid" and media == JSON:
        status = 200  # clients of the older media type take any other status for a broken server
    own = {"X-Revision": str(answer.extensions["revision"])} if "revision" in answer.extensions else {}
    if answer.how == "compiled" and not answer.errors:
        keep(request)
    return _respond(status, answer.body, media, own)


def _respond(status: int, body: Mapping[str, Any], media: str, more: Mapping[str, str] | None = None) -> Response:
    headers = {**_EVERY_ANSWER, **_HEADERS.get(status, {}), **(more or {})}
    return Response(orjson.dumps(body), status, headers=headers, media_type=f"{media}; charset=utf-8")


def _refuse(error: RequestError, media: str | None) -> Response:
    body = {"errors": [{"message": str(error), "extensions": {"code": "BAD_USER_INPUT"}}]}
    return _respond(error.status, body, media if media in (JSON, RESPONSE_JSON) else JSON)


def _from_url(request: Request) -> graphql.Request:
    """The request in a query string, whose maps are JSON texts."""
    given: dict[str, Any] = {}
    for name in ("query", "operationName", "variables", "extensions"):
        texts = request.query_params.getlist(name)
        if len(texts) > 1:
            raise RequestError(400, f"{name} is given {len(texts)} times")
        if texts and texts[0]:
            given[name] = _load(texts[0].encode(), name) if name in ("variables", "extensions") else texts[0]
    return _checked(given, only_queries=True)


async def _body(request: Request, limit: int) -> bytes:
    """The body of a request, which is to be JSON."""
    if not is_json(request.headers.get("content-type", "")):
        raise RequestError(415, f"the body is {JSON} in UTF-8")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise RequestError(413, f"the body is longer than {limit} bytes")
    except ClientDisconnect:
        raise RequestError(400, "the body broke off") from None
    return bytes(body)


def _from_body(text: bytes) -> graphql.Request:
    """The request in a JSON body."""
    return _checked(_load(text, "the body"), only_queries=False)


def _load(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RequestError(400, f"{what} is not JSON in UTF-8") from None


def _checked(given: Any, *, only_queries: bool) -> graphql.Request:
    """The request, if its parts have the types they must have."""
    if not isinstance(given, dict):
        raise RequestError(400, "the request is one JSON object; batches are not served")
    wanted: dict[str, type] = {"query": str, "operationName": str, "variables": dict, "extensions": dict}
    for name, type_ in wanted.items():
        if given.get(name) is not None and not isinstance(given[name], type_):
            raise RequestError(400, f"{name} is not {'a string' if type_ is str else 'an object'}")
    if not given.get("query"):
        raise RequestError(400, "there is no query; a browser shows the query editor at this address")
    return graphql.Request(
        query=given["query"],
        variables=given.get("variables") or {},
        operation_name=given.get("operationName") or None,
        only_queries=only_queries,
    )
