"""GraphQL over HTTP at /graphql: reads requests, chooses the media type, maps outcomes to statuses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

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


_NOT_ACCEPTABLE: Final = RequestError(406, f"the answer is {RESPONSE_JSON} or {JSON}")


def graphql_routes(engine: Engine, *, body_limit: int) -> list[BaseRoute]:
    """The GraphQL endpoint, which asks `app.state.reader`, and the files of its editor."""
    return [Route(PATH, _Endpoint(engine, body_limit), methods=["GET", "POST"], name="graphql"), *static_routes()]


class _Answer(NamedTuple):
    status: int
    body: bytes
    media: str
    more: Mapping[str, str] = {}


class _Endpoint:
    """GraphQL at its address. What is posted is read and answered without the detours of requests in general."""

    def __init__(self, engine: Engine, body_limit: int) -> None:
        self._engine = engine
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            answer = await self._post(scope, receive)
        else:
            request = Request(scope, receive)
            asks_for_page = "query" not in request.query_params
            media = choose_media(request.headers.getlist("accept"), (*_ANSWERS, _PAGE) if asks_for_page else _ANSWERS)
            if media == HTML:
                await ide_page()(scope, receive, send)
                return
            answer = await self._get(request, media)
        headers = {**_EVERY_ANSWER, **_HEADERS.get(answer.status, {}), **answer.more}
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        raw.append((b"content-length", b"%d" % len(answer.body)))
        raw.append((b"content-type", f"{answer.media}; charset=utf-8".encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})

    async def _post(self, scope: Scope, receive: Receive) -> _Answer:
        media = _media(tuple(_header(scope, b"accept")))
        try:
            if media is None:
                raise _NOT_ACCEPTABLE
            asked = _from_body(await _body(scope, receive, self._body_limit))
        except RequestError as error:
            return _refuse(error, media)
        return await self._answer(scope, asked, media)

    async def _get(self, request: Request, media: str | None) -> _Answer:
        try:
            if media is None:
                raise _NOT_ACCEPTABLE
            asked = _from_url(request)
        except RequestError as error:
            return _refuse(error, media)
        return await self._answer(request.scope, asked, media)

    async def _answer(self, scope: Scope, asked: graphql.Request, media: str) -> _Answer:
        state = scope["app"].state
        answer = await self._engine.answer(asked, state.reader, scope.get("state", {}).get("request_id"))
        state.metrics.operated(answer.how).inc()
        status = _STATUSES[answer.outcome]
        if answer.outcome == "invalid" and media == JSON:
            status = 200  # clients of the older media type take any other status for a broken server
        own = {"X-Revision": str(answer.extensions["revision"])} if "revision" in answer.extensions else {}
        if answer.how == "compiled" and not answer.errors:
            keep(scope)
        return _Answer(status, orjson.dumps(answer.body), media, own)


@lru_cache(maxsize=256)
def _media(accepted: tuple[str, ...]) -> str | None:
    """The media type of an answer to what is posted."""
    return choose_media(accepted, _ANSWERS)


def _header(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]


def _refuse(error: RequestError, media: str | None) -> _Answer:
    body = {"errors": [{"message": str(error), "extensions": {"code": "BAD_USER_INPUT"}}]}
    return _Answer(error.status, orjson.dumps(body), media if media in (JSON, RESPONSE_JSON) else JSON)


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


async def _body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The body of a request, which is to be JSON."""
    if not is_json(next(iter(_header(scope, b"content-type")), "")):
        raise RequestError(415, f"the body is {JSON} in UTF-8")
    chunks, length = list[bytes](), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestError(400, "the body broke off")
        chunks.append(message.get("body", b""))
        length += len(chunks[-1])
        if length > limit:
            raise RequestError(413, f"the body is longer than {limit} bytes")
        if not message.get("more_body"):
            return b"".join(chunks)


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
