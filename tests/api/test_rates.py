"""Limits over HTTP: headers, refusals, keys, proxies, and what is not counted."""

from __future__ import annotations

import re

import httpx
import pytest

from api.contract import openapi_document
from api.rates.limiting import EXEMPT
from api.settings import Settings
from schema.keys import ApiKey, key_digest
from schema.ports import StoreUnavailable
from tests.api.conftest import Serve
from tests.unit.fake_reader import FakeReader

KEY = "cunzhao_aaaaaaaa_" + "k" * 43
POLICY = '"anonymous";q=3;w=3600'


def few(**more: object) -> Settings:
    return Settings(rate_limit_requests=3, rate_limit_seconds=3_600, **more)  # type: ignore[arg-type]


def with_key(key: str = KEY) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_every_answer_tells_what_is_left_until_nothing_is(serve: Serve) -> None:
    client = serve(FakeReader({}), few())
    for path, left in (("/v1/actions", 2), ("/v1/nowhere", 1), ("/graphql?query={__typename}", 0)):
        answer = client.get(path)
        assert answer.headers["ratelimit-policy"] == POLICY
        assert re.fullmatch(rf'"anonymous";r={left};t=[0-9]+', answer.headers["ratelimit"])
    for path in ("/v1/actions", "/graphql", "/openapi.json", "/v1/nowhere", "/static/ide.js"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["status"]) == (429, 429)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        wait = int(answer.headers["retry-after"])
        assert 1_000 < wait <= 1_200
        assert answer.headers["ratelimit"] == f'"anonymous";r=0;t={wait}'
        assert f"try again in {wait} s" in answer.json()["detail"]
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
        assert 'route="unmatched",status="429"' in client.get("/metrics").text


def test_kept_answers_count_as_well(serve: Serve) -> None:
    client = serve(FakeReader({}), few())
    answers = [client.post("/graphql", json={"query": "{actions{totalCount}}"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]


def test_health_is_never_counted(serve: Serve) -> None:
    client = serve(FakeReader({}), few())
    for path in sorted(EXEMPT) * 3:
        answer = client.get(path)
        assert answer.status_code == 200
        assert "ratelimit" not in answer.headers
    assert client.get("/v1/actions").headers["ratelimit"].startswith('"anonymous";r=2;')


def test_no_limit_is_no_header(serve: Serve) -> None:
    client = serve(FakeReader({}), Settings(rate_limit_requests=0))
    assert "ratelimit" not in client.get("/v1/actions").headers


def test_a_key_has_a_limit_of_its_own(serve: Serve) -> None:
    reader = FakeReader({})
    reader.given_out = [ApiKey("aaaaaaaa", key_digest(KEY), 5, 3_600)]
    client = serve(reader, few())
    assert [client.get("/v1").status_code for _ in range(4)] == [200, 200, 200, 429]
    answers = [client.get("/v1", headers=with_key()) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[0].headers["ratelimit-policy"] == '"key";q=5;w=3600'
    assert client.get("/v1").status_code == 429
    assert reader.calls["api_keys"] == 1


@pytest.mark.parametrize("key", ["-", "cunzhao_", KEY[:-1], KEY + "k", KEY.upper(), "x" * 3_000, "cunzhao_\xe9"])
def test_what_is_no_key_is_told_so_and_counted(serve: Serve, key: str) -> None:
    reader = FakeReader({})
    reader.given_out = [ApiKey("aaaaaaaa", key_digest(KEY), 5, 3_600)]
    client = serve(reader, few())
    headers = [(b"Authorization", b"Bearer " + key.encode("latin-1"))]
    answers = [client.get("/v1/actions", headers=headers) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[0].headers["www-authenticate"] == "Bearer"
    assert answers[0].headers["content-type"] == "application/problem+json"
    assert len(key) < 20 or key not in answers[0].text


def test_other_credentials_are_nothing_to_us(serve: Serve) -> None:
    client = serve(FakeReader({}), few())
    assert client.get("/v1", headers={"Authorization": "Basic YTpi"}).status_code == 200
    # No page of another origin can send any: the preflight does not allow the header.
    allowed = client.options("/v1").headers["access-control-allow-headers"].lower().split(", ")
    assert "authorization" not in allowed


def test_keys_are_known_while_the_store_is_away(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.rates.keyring.FRESH_SECONDS", 0.0)
    reader = FakeReader({})
    reader.given_out = [ApiKey("aaaaaaaa", key_digest(KEY), 50, 3_600)]
    client = serve(reader, few())
    assert client.get("/openapi.json", headers=with_key()).status_code == 200
    reader.failure = StoreUnavailable("away")
    assert client.get("/openapi.json", headers=with_key()).status_code == 200
    reader.failure = None
    reader.given_out = []
    assert client.get("/openapi.json", headers=with_key()).status_code == 401
    other = serve(reader, few())
    reader.failure = StoreUnavailable("away")
    assert other.get("/openapi.json", headers=with_key()).status_code == 503


@pytest.mark.parametrize("trusted", ["", "127.0.0.0/8"])
def test_only_a_proxy_that_is_trusted_says_who_asks(serve: Serve, trusted: str) -> None:
    client = serve(FakeReader({}), few(trusted_proxies=trusted))
    statuses = [client.get("/v1", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in range(6)]
    assert statuses == ([200] * 6 if trusted else [200] * 3 + [429] * 3)
    # Behind the proxy, what a client writes before it changes nothing.
    forged = [{"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.1"} for n in range(4)]
    assert [client.get("/v1", headers=one).status_code for one in forged][-1] == 429


def test_every_path_but_health_tells_of_it_in_the_contract() -> None:
    document = openapi_document()
    for path, operations in document["paths"].items():
        for method in {"get", "post"} & set(operations):
            described = operations[method]["responses"]
            assert ("429" in described) is (path not in EXEMPT), path
            if path not in EXEMPT:
                assert {"RateLimit", "RateLimit-Policy"} <= set(described["200"]["headers"]), path
    assert {"Retry-After", "RateLimit", "RateLimit-Policy"} <= set(
        document["components"]["responses"]["TooManyRequests"]["headers"]
    )


def test_a_client_is_told_by_graphql_as_well(serve: Serve) -> None:
    client: httpx.Client = serve(FakeReader({}), few())
    answers = [client.post("/graphql", json={"query": "{__typename}"}) for _ in range(4)]
    assert answers[-1].status_code == 429
    assert answers[-1].json()["title"] == "Too Many Requests"
