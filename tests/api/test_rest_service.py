"""What operators and browsers meet: health, metrics, logs, CORS, headers, failures that nobody foresaw."""

from __future__ import annotations

import json
import logging
import re

import httpx
import pytest
import structlog

from api.observability import configure_logging
from api.settings import Settings
from schema.ports import StoreUnavailable
from tests.api.conftest import Serve
from tests.unit.fake_reader import FakeReader


class Unwell(FakeReader):
    """A store that says what is wrong with it."""

    async def ready(self) -> str | None:
        return "2 migrations are still to be applied"


@pytest.fixture
def broken() -> FakeReader:
    """A reader in which a programmer has erred."""
    reader = FakeReader({})
    reader.failure = ZeroDivisionError("the secret of the house")
    return reader


def test_it_is_up_and_ready(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_it_is_up_and_not_ready(serve: Serve) -> None:
    client = serve(Unwell({}))
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "2 migrations are still to be applied" in answer.json()["detail"]


def test_a_store_that_is_away_is_worth_waiting_for(serve: Serve) -> None:
    reader = FakeReader({})
    reader.failure = StoreUnavailable("the store cannot be reached")
    answer = serve(reader).get("/v1/actions")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["detail"] == "the store cannot be reached; try again"


def test_an_error_nobody_foresaw_tells_nothing(serve: Serve, broken: FakeReader) -> None:
    answer = serve(broken).get("/v1/actions", headers={"Origin": "https://page.example"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_log_names_the_request_and_the_error(
    serve: Serve, broken: FakeReader, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before, handlers = structlog.get_config(), root.handlers[:]
    try:
        configure_logging(Settings(log_format="json"))
        client = serve(broken)
        client.get("/v1/actions?search=private", headers={"X-Request-Id": "abcdefgh-1"})
    finally:
        structlog.configure(**before)
        root.handlers[:] = handlers
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "abcdefgh-1" in line]
    assert [line["event"] for line in lines] == ["request failed", "request"]
    assert "the secret of the house" in lines[0]["exception"]
    assert lines[1]["path"] == "/v1/actions"
    assert lines[1]["status"] == "500"
    assert "private" not in json.dumps(lines[1])


@pytest.mark.parametrize("offered", ["a-sane-request-id.1", "short", "with space in it", "x" * 65])
def test_a_sane_request_id_is_kept(client: httpx.Client, offered: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": offered})
    given = answer.headers["x-request-id"]
    assert (given == offered) is (offered == "a-sane-request-id.1")
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", given)


def test_metrics_have_templates_and_no_values(serve: Serve) -> None:
    client = serve(FakeReader({}))
    client.get("/v1/actions/a-2222222222222?as_of=r1")
    client.get("/v1/nowhere")
    client.request("PURGE", "/v1/actions")
    client.get("/v1/exports/actions.csv")
    client.post("/graphql", json={"query": "{actions{totalCount}}"})
    client.post("/graphql", json={"query": "{__schema{queryType{name}}}"})
    text = client.get("/metrics").text
    assert 'cunzhao_requests_total{method="GET",route="/v1/actions/{id}",status="404"} 1.0' in text
    assert 'cunzhao_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert 'cunzhao_requests_total{method="other",route="/v1/actions",status="405"} 1.0' in text
    assert 'cunzhao_export_rows_total{format="csv",table="actions"} 0.0' in text
    assert 'cunzhao_graphql_operations_total{how="compiled"} 1.0' in text
    assert 'cunzhao_graphql_operations_total{how="introspection"} 1.0' in text
    assert "cunzhao_requests_in_flight 1.0" in text
    assert "a-2222222222222" not in text


def test_pages_of_any_origin_may_read(client: httpx.Client) -> None:
    answer = client.get("/v1/actions?limit=1", headers={"Origin": "https://page.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert {"ETag", "Link", "X-Request-Id"} <= set(exposed)


def test_a_preflight_is_answered(client: httpx.Client) -> None:
    asked = {
        "Origin": "https://page.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    answer = client.options("/v1/actions", headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in answer.headers["access-control-allow-headers"]
    assert client.options("/graphql", headers=asked).headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert client.options("/v1/nowhere").status_code == 404


@pytest.mark.parametrize("path", ["/v1/actions", "/v1/nowhere", "/healthz", "/openapi.json", "/v1/exports/actions.csv"])
def test_every_answer_is_careful(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_two_applications_count_apart(serve: Serve) -> None:
    first, second = serve(FakeReader({})), serve(FakeReader({}))
    first.get("/v1")
    assert 'route="/v1"' in first.get("/metrics").text
    assert 'route="/v1"' not in second.get("/metrics").text
