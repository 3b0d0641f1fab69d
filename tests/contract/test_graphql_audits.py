"""GraphQL over HTTP as the audits of the npm package graphql-http 1.23.1 want it, by their ids."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from api.graphql import graphql_routes
from api.observability import Metrics
from schema.graphql import Engine, Limits
from tests.unit.fake_reader import FakeReader

MODERN = "application/graphql-response+json"
LEGACY = "application/json"
TYPENAME = {"query": "{ __typename }"}
BY_NAME = "query Type($name: String!) { __type(name: $name) { name } }"
NOT_STRINGS: list[Any] = [{"obj": "ect"}, 0, False, ["array"]]
NOT_MAPS: list[Any] = ["string", 0, False, ["array"]]


@dataclass(frozen=True)
class Audit:
    """One request and what is to be seen in its answer."""

    id: str
    body: object = None
    accept: str | None = None
    content_type: str | None = LEGACY
    params: dict[str, str] | None = None
    status: tuple[int, int] = (200, 200)
    media: str | None = None
    absent: tuple[str, ...] = field(default=())


OK = (200, 200)
BAD = (400, 400)
CLIENT = (400, 499)
ANY_FAILURE = (400, 599)
NO_ERRORS = ("errors",)
NO_DATA = ("data",)

AUDITS = [
    Audit("22EB", TYPENAME, MODERN, media=MODERN),
    Audit("4655", TYPENAME, LEGACY, media=LEGACY),
    Audit("47DE", TYPENAME, "*/*", media=LEGACY),
    Audit("80D8", TYPENAME, media=LEGACY),
    Audit("82A3", TYPENAME),
    Audit(
        "BF61", {"query": '{ __type(name: "Run🏃Swim🏊") { name } }'}, content_type="application/json; charset=utf-8"
    ),
    Audit("78D5", TYPENAME),
    Audit("2C94", TYPENAME),
    Audit("5A70", params=TYPENAME),
    Audit("9C48", accept=MODERN, params={"query": "mutation { __typename }"}, status=CLIENT),
    Audit("9ABE", TYPENAME, content_type=None, status=CLIENT),
    Audit("03D4", TYPENAME),
    Audit("A5BF", b"", status=BAD),
    Audit("423L", {"notquery": "{ __typename }"}, MODERN, status=BAD),
    *(Audit(f"LKJ{n}", {"query": wrong}, status=BAD) for n, wrong in enumerate(NOT_STRINGS)),
    Audit("34A2", TYPENAME, MODERN),
    Audit("13EE", TYPENAME, LEGACY, absent=NO_ERRORS),
    *(Audit(f"6C0{n}", {**TYPENAME, "operationName": wrong}, status=BAD) for n, wrong in enumerate(NOT_STRINGS)),
    Audit("8161", {"operationName": "Query", "query": "query Query { __typename }"}, MODERN),
    Audit("B8B3", {"operationName": "Query", "query": "query Query { __typename }"}, LEGACY, absent=NO_ERRORS),
    *(
        Audit(f"{prefix}{n}", {**TYPENAME, parameter: None}, accept, absent=NO_ERRORS)
        for n, parameter in enumerate(("variables", "operationName", "extensions"))
        for prefix, accept in (("94B", MODERN), ("022", LEGACY))
    ),
    *(Audit(f"476{n}", {**TYPENAME, "variables": wrong}, status=BAD) for n, wrong in enumerate(NOT_MAPS)),
    Audit("2EA1", {"query": BY_NAME, "variables": {"name": "sometype"}}, MODERN),
    Audit("28B9", {"query": BY_NAME, "variables": {"name": "sometype"}}, LEGACY, absent=NO_ERRORS),
    *(
        Audit(audit, accept=accept, params={"query": BY_NAME, "variables": '{"name":"sometype"}'}, absent=NO_ERRORS)
        for audit, accept in (("D6D5", MODERN), ("6A70", LEGACY))
    ),
    *(Audit(f"58B{n}", {**TYPENAME, "extensions": wrong}, status=BAD) for n, wrong in enumerate(NOT_MAPS)),
    Audit("428F", {**TYPENAME, "extensions": {"some": "value"}}, MODERN),
    Audit("1B7A", {**TYPENAME, "extensions": {"some": "value"}}, LEGACY, absent=NO_ERRORS),
    Audit("B6DC", b'{ "not a JSON', LEGACY, status=(200, 599)),
    Audit("BCF8", b'{ "not a JSON', LEGACY, status=BAD),
    Audit("B7N8", b'{ "not a JSON', MODERN, status=BAD),
    Audit("8764", {"qeury": "{ __typename }"}, status=ANY_FAILURE),
    Audit("3E3A", {"qeury": "{ __typename }"}, status=BAD),
    Audit("572B", {"query": "{"}, LEGACY, status=OK),
    Audit("FDE2", {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}, LEGACY, status=OK),
    Audit("7B9B", {"query": "query C($id: ID!){ __typename }", "variables": {"id": None}}, LEGACY, status=OK),
    Audit("865D", {"query": "{"}, MODERN, status=ANY_FAILURE),
    Audit("556A", {"query": "{"}, MODERN, status=BAD),
    Audit("D586", {"query": "{"}, MODERN, status=BAD, absent=NO_DATA),
    Audit("51FE", {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}, MODERN, status=ANY_FAILURE),
    Audit("74FF", {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}, MODERN, status=BAD),
    Audit("5E5B", {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}, MODERN, status=BAD, absent=NO_DATA),
    Audit("86EE", {"query": "query C($id: ID!){ __typename }", "variables": {"id": None}}, MODERN, status=BAD),
]


@pytest_asyncio.fixture(scope="session")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=graphql_routes(Engine(Limits()), body_limit=100_000))
    app.state.reader = FakeReader({})
    app.state.metrics = Metrics()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as made:
        del made.headers["accept"]
        yield made


@pytest.mark.parametrize("audit", AUDITS, ids=lambda audit: audit.id)
async def test_audit(audit: Audit, client: httpx.AsyncClient) -> None:
    headers = {"accept": audit.accept, "content-type": audit.content_type if audit.params is None else None}
    given = {name: value for name, value in headers.items() if value is not None}
    if audit.params is not None:
        response = await client.get("/graphql", params=audit.params, headers=given)
    else:
        content = audit.body if isinstance(audit.body, bytes) else json.dumps(audit.body).encode()
        response = await client.post("/graphql", content=content, headers=given)
    low, high = audit.status
    assert low <= response.status_code <= high, response.text
    assert response.headers["content-type"].startswith(audit.media or "application/")
    result = json.loads(response.content.decode("utf-8", "strict"))
    assert not set(audit.absent) & set(result)


def test_all_audits_are_here() -> None:
    assert len({audit.id for audit in AUDITS}) == len(AUDITS) == 61
