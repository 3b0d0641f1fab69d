"""What is refused, with which status, and what the problem details say."""

from __future__ import annotations

import httpx
import pytest

from schema.pages import aggregate_fingerprint, list_fingerprint
from schema.points import encode_cursor
from schema.query import Filter, Key

KEY = Key(on=None, id="a-2222222222222")
ALL = list_fingerprint("action", Filter())
FOREIGN = encode_cursor(1, list_fingerprint("figure", Filter()), KEY)
FUTURE = encode_cursor(99_999, ALL, KEY)
PINNED = encode_cursor(2, ALL, KEY)
NO_ID = encode_cursor(1, ALL, Key(on=None, id="a-\x00"))
NO_KEY = encode_cursor(1, ALL, 3)
NO_NUMBER = encode_cursor(1, aggregate_fingerprint("action", ("year",), Filter()), KEY)


@pytest.mark.parametrize(
    ("url", "parameter", "words"),
    [
        # The four that a well-formed question may meet: the contract cannot tell them.
        (f"/v1/actions?cursor={FOREIGN}", "cursor", "does not come from this question"),
        ("/v1/actions?as_of=r99999", "as_of", "r99999"),
        ("/v1/actions?from=2024-01-01&to=2023-01-01", "from", "is after"),
        ("/v1/aggregate?of=figure&group_by=category", "group_by", "figures cannot be grouped by category"),
        ("/v1/aggregate?of=figure&group_by=year&entity=x", "entity", "figures cannot be filtered by entity"),
        # The rest violates the contract.
        (f"/v1/actions?cursor={FUTURE}", "cursor", "not here"),
        (f"/v1/actions?cursor={PINNED}&as_of=r3", "as_of", "r2"),
        (f"/v1/actions?cursor={NO_ID}", "cursor", "does not come from this question"),
        (f"/v1/actions?cursor={NO_KEY}", "cursor", "does not come from this question"),
        (f"/v1/aggregate?group_by=year&cursor={NO_NUMBER}", "cursor", "does not come from this question"),
        ("/v1/actions?cursor=AAAAAAAAAAAA", "cursor", "does not come from this question"),
        ("/v1/actions?as_of=2026.1.1", "as_of", "2026.1.1"),
        ("/v1/actions?as_of=1999-01-01T00:00:00Z", "as_of", "1999"),
        ("/v1/actions?limit=501", "limit", "maximum 500"),
        ("/v1/actions?measure=fines", "measure", "no code 'fines' in the list 'measures'"),
        ("/v1/exports/figures.csv?region=1", "region", "no code '1' in the list 'regions'"),
        ("/v1/figures?category=gambling", "category", "unknown parameter"),
        ("/v1/vocabularies/measures?code=x", "code", "no code 'x' in the list 'measures'"),
        ("/v1/vocabularies?code=x", "code", "unknown parameter"),
        ("/v1/exports/actions.json?bom=true", "bom", "unknown parameter"),
        ("/v1/exports/actions.csv?bom=yes", "bom", "not one of true, false"),
        ("/v1/exports/actions.csv?limit=1", "limit", "unknown parameter"),
        ("/v1/aggregate", "group_by", "required"),
        ("/v1/aggregate?group_by=colour", "group_by", "not one of year"),
        ("/v1?x=1", "x", "unknown parameter"),
        ("/v1/actions/a-2222222222222?year=2023", "year", "unknown parameter"),
    ],
)
def test_a_question_that_makes_no_sense(client: httpx.Client, url: str, parameter: str, words: str) -> None:
    answer = client.get(url)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["title"]) == (400, 400, "Bad Request")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert [fault["parameter"] for fault in problem["errors"]] == [parameter]
    assert words in problem["detail"]
    assert problem["type"] == "about:blank"
    assert problem["instance"] == url.partition("?")[0]
    assert problem["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/actions/a-2222222222222",
        "/v1/actions/d-2222222222222",
        "/v1/actions/%00",
        "/v1/entities/nobody",
        "/v1/actions/",
        "/v1/",
        "/v2/actions",
        "/v1/vocabularies/colours",
        "/v1/exports/actions.xlsx",
        "/v1/Actions",
    ],
)
def test_what_is_not_there(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_id_that_came_later_is_not_there_yet(client: httpx.Client) -> None:
    newest = client.get("/v1/actions?limit=1").json()["data"][0]
    answer = client.get(f"/v1/actions/{newest['id']}?as_of=r1")
    assert answer.status_code == 404
    assert "at revision r1" in answer.json()["detail"]


def test_a_record_that_was_closed_says_what_became_of_it(client: httpx.Client) -> None:
    before = {one["id"] for one in client.get("/v1/figures?as_of=r6&limit=500").json()["data"]}
    (gone,) = before - {one["id"] for one in client.get("/v1/figures?limit=500").json()["data"]}
    answer = client.get(f"/v1/figures/{gone}")
    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        f"the figure {gone!r} stood until r6; r7 closed it (retraction): The count was withdrawn."
    )
    assert client.get(f"/v1/figures/{gone}?as_of=r6").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/v1", "/v1/actions", "/v1/exports/actions.csv", "/healthz", "/openapi.json"])
def test_nothing_can_be_changed(client: httpx.Client, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["[", "a b", "百度".encode().decode("latin-1"), "x:99999999", "/", ""])
def test_a_host_header_changes_nothing(client: httpx.Client, host: str) -> None:
    for path in ("/v1/actions?limit=1", "/v1/actions?limit=501", "/v1/nowhere", "/openapi.json", "/v1"):
        answer = client.get(path, headers=[(b"Host", host.encode("latin-1"))])
        assert answer.status_code in (200, 400, 404)
        assert "99999999" not in answer.text


def test_an_address_may_be_too_long(client: httpx.Client) -> None:
    answer = client.get(f"/v1/actions?search={'a' * 20_000}")
    assert (answer.status_code, answer.json()["status"]) == (414, 414)


def test_a_body_may_be_too_long(client: httpx.Client) -> None:
    announced, unannounced = b"x" * 300_000, (b"x" * 65_536 for _ in range(10))
    for content in (announced, unannounced):
        answer = client.post("/graphql", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
