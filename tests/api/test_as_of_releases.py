"""Questions as of a release: the same answer in REST, GraphQL and exports, whatever has come since."""

from __future__ import annotations

import httpx
import pytest

from schema.records import RecordKind
from tests.support import corpus

NAMED, NUMBERED = f"as_of={corpus.RELEASE}", f"as_of=r{corpus.RELEASED}"
KINDS: tuple[RecordKind, ...] = ("action", "figure", "entity", "document")
PLURALS = {"action": "actions", "figure": "figures", "entity": "entities", "document": "documents"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_release_is_its_revision_in_lists_and_exports(client: httpx.Client, kind: RecordKind) -> None:
    plural = PLURALS[kind]
    named, numbered = (client.get(f"/v1/{plural}?limit=500&{as_of}").json() for as_of in (NAMED, NUMBERED))
    assert named["data"] == numbered["data"]
    assert named["total"] == numbered["total"]
    for suffix in ("csv", "ndjson"):
        files = [client.get(f"/v1/exports/{plural}.{suffix}?{as_of}").content for as_of in (NAMED, NUMBERED)]
        assert files[0] == files[1]
    assert files[0].count(b"\n") == named["total"]["value"]


def test_graphql_answers_as_of_a_release(client: httpx.Client) -> None:
    query = """query($at: AsOf) { figures(asOf: $at, first: 500) { nodes { id } }
      revision(asOf: $at) { number } }"""
    named, numbered, now = (
        client.post("/graphql", json={"query": query, "variables": {"at": at}}).json()["data"]
        for at in (corpus.RELEASE, f"r{corpus.RELEASED}", None)
    )
    assert named == numbered
    assert named["revision"]["number"] == corpus.RELEASED
    assert len(named["figures"]["nodes"]) == len(now["figures"]["nodes"]) + 1


def test_an_answer_says_which_release_it_is_of(client: httpx.Client) -> None:
    for path in ("/v1/actions", "/v1/vocabularies/measures", f"/v1/documents/{corpus.document_id(2021)}"):
        assert client.get(f"{path}?{NAMED}").json()["meta"]["release"] == corpus.RELEASE
        assert client.get(f"{path}?{NUMBERED}").json()["meta"]["release"] == corpus.RELEASE
        assert client.get(path).json()["meta"]["release"] is None
    whole = client.get(f"/v1/exports/documents.json?{NUMBERED}").json()
    assert whole["meta"] == {"revision": corpus.RELEASED, "release": corpus.RELEASE, "errata": []}


def test_graphql_lists_the_releases(client: httpx.Client) -> None:
    query = f"""{{ releases {{ name revision committedAt previous }}
      release(name: "{corpus.RELEASE}") {{ name }} none: release(name: "2020.1.2") {{ name }}
      revision(asOf: "{corpus.RELEASE}") {{ committedAt }} }}"""
    data = client.post("/graphql", json={"query": query}).json()["data"]
    (release,) = data["releases"]
    assert release == {
        "name": corpus.RELEASE,
        "revision": corpus.RELEASED,
        "committedAt": data["revision"]["committedAt"],
        "previous": None,
    }
    assert data["release"] == {"name": corpus.RELEASE}
    assert data["none"] is None


@pytest.mark.parametrize("at", ["2020.1.2", "1999.12.1"])
def test_a_release_that_never_was_is_refused_by_its_name(client: httpx.Client, at: str) -> None:
    refusal = client.get(f"/v1/actions?as_of={at}")
    assert refusal.status_code == 400
    assert refusal.json()["errors"][0]["parameter"] == "as_of"
    assert at in refusal.json()["errors"][0]["detail"]
    answer = client.post("/graphql", json={"query": f'{{ revision(asOf: "{at}") {{ number }} }}'}).json()
    assert at in answer["errors"][0]["message"]


def test_a_named_release_may_be_kept_by_caches(client: httpx.Client) -> None:
    answer = client.get(f"/v1/figures?{NAMED}")
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert client.get(f"/v1/figures?{NAMED}", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
