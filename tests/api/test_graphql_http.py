"""The GraphQL endpoint over HTTP, beyond the audits: media types, sizes, methods, malformed requests, the editor."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from importlib import resources

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from api.graphql import graphql_routes
from api.observability import Metrics
from db.reader import PostgresReader
from schema.graphql import Engine, Limits
from schema.ports import StoreUnavailable
from tests.unit.fake_reader import FakeReader

MODERN = "application/graphql-response+json"
LEGACY = "application/json"
HTML = "text/html"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
BODY_LIMIT = 20_000
EXAMPLES = json.loads(resources.files("api.web").joinpath("static/ide.examples.json").read_text(encoding="utf-8"))


def client_of(reader: object) -> httpx.AsyncClient:
    app = Starlette(routes=graphql_routes(Engine(Limits()), body_limit=BODY_LIMIT))
    app.state.reader = reader
    app.state.metrics = Metrics()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


@pytest_asyncio.fixture(scope="session")
async def client(reader: PostgresReader) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(reader) as made:
        yield made


async def post(client: httpx.AsyncClient, body: object, accept: str = MODERN, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"accept": accept, "content-type": LEGACY, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return await client.post("/graphql", content=content, headers=given)


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (f"{MODERN}, {LEGACY}", MODERN),
        (f"{LEGACY}, {MODERN}", MODERN),
        (f"{LEGACY}, {MODERN};q=0.9", LEGACY),
        (f"{MODERN}; charset=utf-8", MODERN),
        (f"{MODERN}, */*", MODERN),
        ("application/*", LEGACY),
        ("text/html, */*;q=0.1", LEGACY),
        (f"*/*, {LEGACY};q=0", MODERN),
        ("", LEGACY),
    ],
)
async def test_the_media_type_the_client_likes_best_is_given(
    client: httpx.AsyncClient, accept: str, media: str
) -> None:
    response = await post(client, {"query": "{__typename}"}, accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media}; charset=utf-8"
    assert response.headers["vary"] == "Accept"


@pytest.mark.parametrize("accept", ["text/plain", "image/*", "*/*;q=0", f"{LEGACY};q=0", "nonsense"])
async def test_406_when_no_media_type_would_do(client: httpx.AsyncClient, accept: str) -> None:
    response = await post(client, {"query": "{__typename}"}, accept)
    assert response.status_code == 406
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/graphql", "multipart/form-data; boundary=x", "", "application/json; charset=latin-1"],
)
async def test_415_when_the_body_is_something_else(client: httpx.AsyncClient, content_type: str) -> None:
    assert (await post(client, {"query": "{__typename}"}, content_type=content_type)).status_code == 415


async def test_413_when_the_body_is_too_long(client: httpx.AsyncClient) -> None:
    assert (await post(client, {"query": "{__typename}" + " " * BODY_LIMIT})).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b'{"query": "\xff"}',
        b'{"query": "{__typename}", "variables": {"a": "\\ud800"}}',
        b"[" * 5_000,
        b'{"query": "{__typename}", "variables": ' + b'{"a":' * 2_000 + b"1" + b"}" * 2_000 + b"}",
        b'[{"query": "{__typename}"}]',
        b'"query"',
        b"null",
        b"{}",
        b'{"query": ""}',
        b'{"query": "{__typename}"} trailing',
        b'{"query": "{__typename}", "variables": {"a": NaN}}',
    ],
)
@pytest.mark.parametrize("accept", [MODERN, LEGACY])
async def test_400_when_the_body_is_no_request(client: httpx.AsyncClient, body: bytes, accept: str) -> None:
    response = await post(client, body, accept)
    assert response.status_code == 400
    assert "data" not in response.json()


@pytest.mark.parametrize(
    "body",
    [
        {"query": "query A{__typename} query B{__typename}"},
        {"query": "query A{__typename} query B{__typename}", "operationName": "C"},
        {"query": "query A{__typename}", "operationName": "B"},
        {"query": "{actions(first:500){nodes{entities{entity{actions(first:500){nodes{id}}}}}}}"},
        {"query": "{" + "__typename " * 700 + "}"},
    ],
)
@pytest.mark.parametrize("accept", [MODERN, LEGACY])
async def test_400_when_no_operation_is_named_or_too_much_is_asked(
    client: httpx.AsyncClient, body: object, accept: str
) -> None:
    assert (await post(client, body, accept)).status_code == 400


@pytest.mark.parametrize(
    "query", ["query A{__typename} query A{__typename}", "fragment f on Query{__typename}", "{__typename} {__typename}"]
)
async def test_an_ambiguous_document_is_invalid(client: httpx.AsyncClient, query: str) -> None:
    assert (await post(client, {"query": query, "operationName": "A"})).status_code == 400


@pytest.mark.parametrize("kind", ["mutation", "subscription"])
async def test_405_for_what_get_must_not_do(client: httpx.AsyncClient, kind: str) -> None:
    response = await client.get("/graphql", params={"query": f"{kind} {{ __typename }}"}, headers={"accept": MODERN})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert (await post(client, {"query": f"{kind} {{ __typename }}"})).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_405_for_other_methods(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql")
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["allow"].split(", "))


@pytest.mark.parametrize(
    "query",
    ["query={__typename}&query={__typename}", "query={__typename}&variables=[]", "query={__typename}&variables={", ""],
)
async def test_400_for_a_query_string_that_is_no_request(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"/graphql?{query}", headers={"accept": MODERN})).status_code == 400


async def test_get_and_post_give_the_same(client: httpx.AsyncClient) -> None:
    query = "query($n:Int){actions(first:$n){nodes{id}}}"
    got = await client.get("/graphql", params={"query": query, "variables": '{"n":3}', "operationName": ""})
    posted = await post(client, {"query": query, "variables": {"n": 3}}, LEGACY)
    assert got.content == posted.content
    assert len(got.json()["data"]["actions"]["nodes"]) == 3


async def test_an_error_in_execution_is_a_200(client: httpx.AsyncClient) -> None:
    for accept in (MODERN, LEGACY):
        response = await post(client, {"query": "{actions(year:1){totalCount}}"}, accept)
        assert response.status_code == 200
        assert response.json()["data"] is None


async def test_503_when_the_store_is_away(caplog: pytest.LogCaptureFixture) -> None:
    store = FakeReader({})
    store.failure = StoreUnavailable("gone")
    async with client_of(store) as client:
        response = await post(client, {"query": "{actions{totalCount}}"})
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert "data" not in response.json()


async def test_an_exception_never_shows(caplog: pytest.LogCaptureFixture) -> None:
    store = FakeReader({})
    store.failure = RuntimeError("swordfish")
    async with client_of(store) as client:
        response = await post(client, {"query": "{actions{totalCount}}"})
    assert "swordfish" not in response.text
    assert [record.levelno for record in caplog.records if record.levelno > logging.INFO] == [logging.ERROR]


@pytest.mark.parametrize("accept", [BROWSER, HTML, "text/*"])
async def test_browsers_get_the_editor(client: httpx.AsyncClient, accept: str) -> None:
    response = await client.get("/graphql", headers={"accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(HTML)


async def test_a_browser_that_follows_a_query_gets_its_answer(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params={"query": "{__typename}"}, headers={"accept": BROWSER})
    assert response.json()["data"] == {"__typename": "Query"}


async def test_the_editor_needs_nothing_but_this_server(client: httpx.AsyncClient) -> None:
    page = (await client.get("/graphql", headers={"accept": HTML})).text
    files = [part.split('"')[0] for part in page.replace("src=", "href=").split('href="')[1:]]
    # The empty icon keeps browsers from asking for one.
    files.remove("data:,")
    assert set(files) == {"/static/ide.css", "/static/ide.js"}
    assert "<style" not in page
    assert " style=" not in page
    assert page.count("<script") == page.count('<script src="')
    for file in [*files, "/static/ide.examples.json"]:
        response = await client.get(file)
        assert response.status_code == 200
        assert "http://" not in response.text
        assert "https://" not in response.text


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["en"])
async def test_the_examples_of_the_editor_work(client: httpx.AsyncClient, example: dict[str, str]) -> None:
    body = {"query": example["query"], "variables": json.loads(example.get("variables", "{}"))}
    result = (await post(client, body)).json()
    assert "errors" not in result
    assert example["zh"]


def test_the_whole_application_serves_the_endpoint_and_its_editor(served: str) -> None:
    body = {"query": "{actions(first:1){nodes{id document{url}} totalCount}}"}
    answer = httpx.post(f"{served}/graphql", json=body)
    assert answer.json()["data"]["actions"]["totalCount"] > 1
    assert answer.headers["x-revision"] == str(answer.json()["extensions"]["revision"])
    page = httpx.get(f"{served}/graphql", headers={"accept": BROWSER})
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert httpx.get(f"{served}/static/ide.js").status_code == 200
