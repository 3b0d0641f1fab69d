"""Answers are given again without a question to the store, and never of another revision, request or encoding."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from schema.ports import StoreUnavailable
from schema.records import Action, AnyRecord, Document, Entity, Figure, RecordKind
from schema.releases import Release
from tests.api.conftest import Serve
from tests.support import corpus
from tests.unit import fake_reader
from tests.unit.fake_reader import FakeReader

KINDS: dict[RecordKind, type[AnyRecord]] = {"action": Action, "figure": Figure, "entity": Entity, "document": Document}
QUESTION = {"query": "query($n:Int){actions(first:$n){nodes{id document{url}} totalCount}}", "variables": {"n": 2}}


@pytest.fixture
def store() -> FakeReader:
    records = corpus.document_change(corpus.YEARS[0], entities=True).records
    return FakeReader({kind: [r for r in records if isinstance(r, model)] for kind, model in KINDS.items()})


def same(first: httpx.Response, second: httpx.Response) -> bool:
    own = ("x-request-id", "ratelimit", "date")
    shown = [{k: v for k, v in answer.headers.items() if k not in own} for answer in (first, second)]
    return first.content == second.content and shown[0] == shown[1] and first.status_code == second.status_code


@pytest.mark.parametrize(
    "path", ["/v1/actions?limit=3", "/v1/aggregate?group_by=year", "/v1/vocabularies/measures", "/v1/entities"]
)
def test_a_list_is_read_once(store: FakeReader, serve: Serve, path: str) -> None:
    client = serve(store)
    first = client.get(path)
    store.calls.clear()
    assert same(first, client.get(path))
    assert store.calls == {"edition": 1}
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert (plain.json(), plain.headers.get("content-encoding")) == (first.json(), None)
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 304


def test_a_graphql_answer_is_read_once(store: FakeReader, serve: Serve) -> None:
    client = serve(store)
    first = client.post("/graphql", json=QUESTION)
    store.calls.clear()
    assert same(first, client.post("/graphql", json=QUESTION))
    assert store.calls == {"edition": 1}
    other = client.post("/graphql", json={**QUESTION, "variables": {"n": 1}})
    assert len(other.json()["data"]["actions"]["nodes"]) == 1
    newer = client.post("/graphql", json=QUESTION, headers={"Accept": "application/graphql-response+json"})
    assert newer.headers["content-type"] != first.headers["content-type"]
    assert 'cunzhao_graphql_operations_total{how="kept"} 1.0' in client.get("/metrics").text


def test_what_no_answer_follows_from_makes_no_other_request(store: FakeReader, serve: Serve) -> None:
    client = serve(store)
    first = client.post("/graphql", json=QUESTION)
    store.calls.clear()
    assert same(first, client.post("/graphql", json={**QUESTION, "extensions": {"number": 1}}))
    named = client.post("/graphql", json=QUESTION, headers={"X-Request-Id": "request-1"})
    assert (named.headers["x-request-id"], same(first, named)) == ("request-1", True)
    assert store.calls == {"edition": 2}
    refused = [
        client.post("/graphql", json={**QUESTION, **other})
        for other in ({"extensions": 1}, {"operationName": "Other"}, {"operationName": 1}, {"variables": [2]})
    ]
    assert [answer.status_code for answer in refused] == [400] * 4
    assert 'cunzhao_requests_total{method="POST",route="/graphql",status="200"} 3.0' in client.get("/metrics").text


def test_another_revision_has_other_answers(store: FakeReader, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    client = serve(store)
    ask: list[Any] = [lambda: client.get("/v1/actions"), lambda: client.post("/graphql", json=QUESTION)]
    before = [each().headers["x-revision"] for each in ask]
    monkeypatch.setattr(fake_reader, "LATEST", fake_reader.LATEST + 1)
    after = [each().headers["x-revision"] for each in ask]
    assert [int(number) for number in after] == [int(number) + 1 for number in before]


def test_a_release_that_has_come_is_told(store: FakeReader, serve: Serve) -> None:
    client = serve(store)
    assert client.get("/v1/actions").json()["meta"]["release"] is None
    committed_at = datetime(2026, 1, 1, tzinfo=UTC)
    store.named = [Release(name="2026.1.1", revision=fake_reader.LATEST, committed_at=committed_at, previous=None)]
    assert client.get("/v1/actions").json()["meta"]["release"] == "2026.1.1"


def test_a_long_request_is_answered_anew(store: FakeReader, serve: Serve) -> None:
    client = serve(store)
    long = {**QUESTION, "variables": {"n": 1, "unused": "x" * 9_000}}
    answers = [client.post("/graphql", json=long) for _ in range(2)]
    assert same(*answers)
    assert 'how="kept"} 0.0' in client.get("/metrics").text


def test_what_went_wrong_is_not_kept(store: FakeReader, serve: Serve) -> None:
    client = serve(store)
    store.failure = StoreUnavailable("gone")
    assert client.post("/graphql", json=QUESTION).status_code == 503
    assert client.get("/v1/actions").status_code == 503
    store.failure = None
    assert client.post("/graphql", json=QUESTION).status_code == 200
    assert client.get("/v1/actions").status_code == 200
    wrong = {"query": "{actions(first:-1){nodes{id}}}"}
    ids = {client.post("/graphql", json=wrong, headers={"X-Request-Id": f"request-{n}"}).text for n in (1, 2)}
    assert len(ids) == 1
    assert 'how="error"} 2.0' in client.get("/metrics").text
