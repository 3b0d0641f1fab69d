"""Queries are cited over HTTP: whole, by one token each, with a hash that anyone can compute anew."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from schema.canonical import canonical_json
from tests.api.conftest import Serve
from tests.support import corpus
from tests.support.citing import AT, PATH, cite, graphql, refusal, sha256
from tests.unit.fake_reader import FakeReader


def test_a_list_is_cited_whole_and_its_export_has_the_hash(client: httpx.Client) -> None:
    cited = cite(client, "/v1/actions?year=2023,2024&basis=text&limit=2")
    export = client.get(cited["source"]).content
    assert (cited["rows"], cited["sha256"]) == (export.count(b"\n"), sha256(export))
    assert cited["rows"] > 2
    assert (cited["release"], cited["revision"]) == (corpus.RELEASE, corpus.RELEASED)
    assert cited["query"] == "/v1/actions?basis=text&year=2023,2024"
    assert cited["coverage"] is cited["absence"] is None


def test_pages_formats_and_orders_of_one_list_have_one_token(client: httpx.Client) -> None:
    cursor = client.get("/v1/actions?year=2023,2024&limit=1").json()["next"].rpartition("cursor=")[2]
    tokens = {
        cite(client, address)["token"]
        for address in (
            "/v1/actions?year=2023,2024",
            f"/v1/actions?year=2024,2023&limit=1&cursor={cursor}",
            f"/v1/exports/actions.csv?bom=true&year=2024,2023,2024&as_of=r{corpus.RELEASED}",
            f"{client.base_url}/v1/exports/actions.json?year=2023,2024&as_of={corpus.RELEASE}",
        )
    }
    assert len(tokens) == 1


def test_a_record_is_cited_as_its_line_of_the_export(client: httpx.Client) -> None:
    line, *_ = client.get("/v1/exports/figures.ndjson", params=AT).content.splitlines(keepends=True)
    cited = cite(client, f"/v1/figures/{json.loads(line)['id']}")
    assert (cited["rows"], cited["sha256"]) == (1, sha256(line))


@pytest.mark.parametrize("query", ["group_by=measure,year&of=figure", "group_by=entity&measure=fine"])
def test_groups_are_cited_in_the_order_of_their_pages(client: httpx.Client, query: str) -> None:
    cited = cite(client, f"/v1/aggregate?{query}&limit=1")
    groups = client.get(cited["source"]).json()
    lines = [json.dumps(group, ensure_ascii=False, separators=(",", ":")) + "\n" for group in groups["data"]]
    assert groups["total"]["value"] == cited["rows"] == len(lines) > 1
    assert cited["sha256"] == sha256("".join(lines).encode())


def test_codes_are_cited_in_the_order_of_their_list(client: httpx.Client) -> None:
    cited = cite(client, "/v1/vocabularies/measures?code=warning,fine")
    codes = client.get(cited["source"]).json()["data"]
    lines = [json.dumps(code, ensure_ascii=False, separators=(",", ":")) + "\n" for code in codes]
    assert (cited["rows"], cited["sha256"]) == (2, sha256("".join(lines).encode()))


def told(data: list[dict[str, Any]]) -> bytes:
    """What a list tells, but for the addresses, which are those of one server."""
    lines = [{name: value for name, value in each.items() if name != "url"} for each in data]
    return "".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) + "\n" for each in lines).encode()


@pytest.mark.parametrize("query", ["", "since=r2&table=figures,actions&records=true", f"since={corpus.RELEASE}"])
def test_changes_up_to_a_release_are_cited_whole(client: httpx.Client, query: str) -> None:
    cited = cite(client, f"/v1/changes?{query}&limit=3")
    url, data = cited["source"], []
    while url:
        page = client.get(url).json()
        data += page["data"]
        url = page["next"]
    assert (cited["rows"], cited["sha256"]) == (len(data), sha256(told(data)))
    assert (len(data) > 3) == ("2020" not in query)
    assert client.get(cited["address"]).json()["data"] == cited


def test_a_time_after_the_release_means_the_release_for_good(client: httpx.Client) -> None:
    cited = cite(client, "/v1/changes?since=2100-01-01T08:00:00%2B08:00")
    assert (cited["query"], cited["rows"]) == ("/v1/changes?since=2100-01-01T00:00:00Z", 0)
    assert "answers this query" in cited["absence"]


def test_a_delta_is_cited_of_the_release_it_ends_at(client: httpx.Client) -> None:
    cited = cite(client, f"/v1/releases/r2...{corpus.RELEASE}.ndjson")
    delta = client.get(cited["source"]).content
    assert (cited["rows"], cited["sha256"]) == (delta.count(b"\n"), sha256(delta))
    assert (cited["release"], cited["rows"] > 3) == (corpus.RELEASE, True)
    assert client.get(cited["address"]).json()["data"] == cited
    by_number = cite(client, f"/v1/releases/r2...r{corpus.RELEASED}.ndjson")
    assert (by_number["release"], by_number["sha256"]) == (corpus.RELEASE, cited["sha256"])


def test_the_code_lists_are_cited_by_what_they_hold(client: httpx.Client) -> None:
    cited = cite(client, "/v1/vocabularies")
    assert cited["sha256"] == sha256(told(client.get(cited["source"]).json()["data"]))


def test_graphql_is_cited_by_the_canonical_json_of_its_data(client: httpx.Client) -> None:
    query = """query Q($at: AsOf, $year: [Int!]) { actions(year: $year, asOf: $at, first: 500) {
        nodes { id anchors { confidence exact } entities { name } } }
        measures(code: ["fine"]) { labelZh: label(lang: ZH) } }"""
    variables = {"at": corpus.RELEASE, "year": [2023]}
    cited = cite(client, graphql(query, variables={**variables, "unknown": 1}, operationName="Q"))
    data = client.post("/graphql", json={"query": query, "variables": variables}).json()["data"]
    assert cited["sha256"] == sha256(f"{canonical_json(data)}\n".encode())
    assert cited["rows"] == len(data["actions"]["nodes"]) + 1 > 1
    again = cite(client, cited["query"])
    assert again["token"] == cited["token"]
    # What names no point in time is asked of the release, not of what is there now.
    unpinned = cite(client, graphql("{figures(first: 500) {nodes {id}}}"))
    now = client.post("/graphql", json={"query": "{figures(first: 500) {nodes {id}}}"}).json()["data"]
    assert unpinned["rows"] == len(now["figures"]["nodes"]) + 1


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("{actions {totalCount}}", 64),
        ("{a: actions(year: [2023]) {totalCount} b: figures(first: 100) {all: nodes {id}}}", 15 + 20),
        ("{...F} fragment F on Query {documents {e: edges {node {id}}} ... on Query {documents {t: totalCount}}}", 4),
        ("{aggregate(groupBy: [MEASURE], year: [2023]) {totalCount}}", 8),
        ("{timeline {year}}", 4 + 2),
        ('{action(id: "a-2222222222222") {id} revision {number} __typename releases {name}}', 2),
    ],
)
def test_what_counts_as_a_row_of_graphql(client: httpx.Client, query: str, rows: int) -> None:
    assert cite(client, graphql(query))["rows"] == rows


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{actions(first: 3) {nodes {id}}}", "longer action list"),
        ("{entities {nodes {actions(first: 1) {nodes {id}}}}}", "action list below a record"),
        ("{aggregate(groupBy: [ENTITY], first: 2) {groups {count}}}", "list of groups"),
        ("{figures(first: 500) {pageInfo {endCursor}}}", "nothing tells how many figures there are"),
        ('{actions(asOf: "r7") {totalCount}}', "'r7' is later than the release"),
        ("{actions(year: [12]) {totalCount}}", "a year is 1990 to 2100"),
        ("{actions(measure: $m) {totalCount}}", "'$m' is not defined"),
        ("{extractionRules {code}}", "belongs to the build"),
        ("{" + "".join(f"a{n}: actions {{totalCount}}" for n in range(40)) + "}", "aliases"),
        ("{actions(first: 500) {nodes {document {actions(first: 500) {nodes {gistEn}}}}}}", "cost"),
    ],
)  # fmt: skip
def test_what_graphql_cannot_be_cited(client: httpx.Client, query: str, words: str) -> None:
    problem = refusal(client, graphql(query))
    assert problem["status"] == 400
    assert words in problem["detail"]
    assert [fault["parameter"] for fault in problem["errors"]] == ["query"]


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "query"), ([], "body"), ({"query": None}, "query"), ({"query": {"graphql": {}}}, "query"),
        ({"query": {"graphql": {"query": "{a}", "more": 1}}}, "query"), ({"query": "/v1/actions", "more": 1}, "more"),
        ({"query": "/v1/actions", "release": "r5"}, "release"), ({"query": "/v1/actions", "release": 5}, "release"),
        ({"query": "/v1/actions", "release": "2020.1.2"}, "release"), ({"query": "/v1/actions?as_of=r6"}, "as_of"),
        ({"query": "/v1/actions?as_of=2020.1.9"}, "as_of"), ({"query": "/v1/actions?measure=fines"}, "measure"),
        ({"query": "/v1/vocabularies/measures?code=fines"}, "code"), ({"query": "/v1/releases"}, "query"),
        ({"query": "/v1/actions?search=%00"}, "search"), ({"query": "/v1/changes?since=r6"}, "since"),
        ({"query": "/v1/changes?since=r99"}, "since"), ({"query": "/v1/releases/r1...r6.ndjson"}, "as_of"),
        ({"query": f"/v1/releases/r6...{corpus.RELEASE}.ndjson"}, "query"),
    ],
)  # fmt: skip
def test_a_body_that_makes_no_sense(client: httpx.Client, body: Any, parameter: str) -> None:
    problem = client.post(PATH, json=body).json()
    assert (problem["status"], [fault["parameter"] for fault in problem["errors"]]) == (400, [parameter])


def test_other_refusals(client: httpx.Client) -> None:
    assert client.post(PATH, content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415
    assert client.post(PATH, content=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    assert client.post(f"{PATH}?x=1", json={"query": "/v1/actions"}).status_code == 400
    assert client.post(PATH, json={"query": "/" + "a" * 300_000}).status_code == 413
    assert client.get(PATH).headers["allow"] == "POST"
    names = ",".join(sha256(b"%d" % n) for n in range(100))
    too_long = refusal(client, f"/v1/actions?entity={names}")
    assert too_long["status"] == 413
    assert "4096" in too_long["detail"]


def test_without_a_release_nothing_can_be_cited(serve: Serve) -> None:
    problem = refusal(serve(FakeReader({})), "/v1/actions")
    assert (problem["status"], problem["title"]) == (409, "Conflict")
    assert "cunzhao release" in problem["detail"]
