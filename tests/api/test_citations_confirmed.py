"""Citations are confirmed for as long as they are true; absence is cited with what the release covers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.citations.citing import Citing, Outcome
from db.changes import Change
from db.pool import connect
from db.release.ledger import add_release
from db.writer import commit
from schema.citations import Citation, decode_citation, encode_citation
from schema.graphql import Engine, Limits
from schema.ports import StoreUnavailable
from schema.query import AsOf, Filter
from schema.records import Figure, RecordKind, Revision
from schema.releases import Release
from tests.support import corpus
from tests.support.citing import AT, PATH, cite, graphql, refusal, sha256
from tests.support.serving import served_by
from tests.unit.fake_reader import FakeReader


def test_a_citation_is_confirmed(client: httpx.Client) -> None:
    cited = cite(client, "/v1/actions?year=2023")
    answer = client.get(cited["address"])
    body = answer.json()
    assert body["data"] == cited
    assert cited["confirmed"] is True
    assert cited["found"] == {"rows": cited["rows"], "sha256": cited["sha256"]}
    assert body["meta"] == {"revision": corpus.RELEASED, "release": corpus.RELEASE, "errata": []}
    held = client.get(cited["address"], headers={"If-None-Match": answer.headers["etag"]})
    assert (held.status_code, held.headers["vary"]) == (304, "Accept, Accept-Encoding")
    assert client.head(cited["address"]).headers["etag"] == answer.headers["etag"]


def altered(token: str, **changes: Any) -> str:
    return encode_citation(Citation.model_validate({**decode_citation(token).model_dump(), **changes}))


@pytest.mark.parametrize(
    ("changes", "differ"),
    [
        ({"rows": 1}, ["rows"]),
        ({"rows": 1, "sha256": "0" * 64}, ["rows", "sha256"]),
        ({"release": "1999.1.1"}, ["release"]),
        ({"query": "/v1/actions?colour=red"}, ["query"]),
        ({"query": "/v1/actions?measure=fines"}, ["query"]),
        ({"query": "https://elsewhere.example/v1/actions"}, ["query"]),
        ({"query": "/v1/releases/r1...r3.ndjson"}, ["query"]),
        ({"query": "/v1/changes?since=r6"}, ["query"]),
        ({"query": "/v1/changes"}, ["rows", "sha256"]),
        ({"query": graphql("{actions(first: 1) {nodes {id}}}")}, ["query"]),
        ({"query": graphql("{nothing}")}, ["query"]),
    ],
)
def test_a_citation_that_is_not_true_says_what_differs(
    client: httpx.Client, changes: dict[str, Any], differ: list[str]
) -> None:
    token = altered(cite(client, "/v1/actions?year=2023")["token"], **changes)
    answer = client.get(f"{PATH}/{token}")
    data = answer.json()["data"]
    assert (answer.status_code, data["confirmed"]) == (200, False)
    assert [each["what"] for each in data["differences"]] == differ
    assert (data["found"] is None) == ("rows" not in differ)


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_a_damaged_token_is_refused(client: httpx.Client, cut: int) -> None:
    token = cite(client, "/v1/actions?year=2023")["token"]
    answer = client.get(f"{PATH}/{token[:-cut]}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "token"
    assert client.get(f"{PATH}/{token}?x=1").status_code == 400


def test_absence_is_certified_with_what_the_release_covers(client: httpx.Client) -> None:
    cited = cite(client, "/v1/figures?year=2023&measure=app_delisting&measure=fine")
    assert (cited["rows"], cited["sha256"]) == (0, sha256(b""))
    coverage = cited["coverage"]
    documents = client.get("/v1/documents", params=AT).json()["data"]
    days = sorted(document["published_on"] for document in documents)
    assert coverage["asked"] == [{"first": "2023-01-01", "last": "2023-12-31"}]
    assert coverage["record"] == {
        "documents": len(documents), "announcements": len(documents), "earliest": days[0], "latest": days[-1],
    }  # fmt: skip
    # Of 2023 are the announcement that was published in it and the one that reports on it.
    assert (coverage["documents"], coverage["earliest"], coverage["latest"]) == (2, days[1], days[2])
    assert coverage["by_year"] == [{"year": year, "announcements": 1} for year in (2023, 2024)]
    assert sum(each["announcements"] for each in coverage["by_authority"]) == 2
    of_2023 = client.get("/v1/actions", params={**AT, "year": 2023, "limit": 500}).json()["data"]
    assert coverage["not_named"] == sum(one["open_ended"] or one["unnamed_subject"] is not None for one in of_2023) > 0
    assert f"of {coverage['not_named']} actions do not name all subjects" in cited["absence"]
    assert "no proof that it did not happen" in cited["absence"]
    assert f"In all it holds {len(documents)} documents" in cited["absence"]
    assert client.get(cited["address"]).json()["data"] == cited


def test_absence_says_which_names_nobody_on_record_has(client: httpx.Client) -> None:
    known, nobody = corpus.NAMES[0], "无此平台"
    names = f"{known[0]},{known[1]},{corpus.entity_id(known[0])},{nobody}"
    cited = cite(client, f"/v1/actions?entity={names}&year=1999&operator=e-2222222222222")
    assert cited["coverage"]["unknown_names"] == [nobody, "e-2222222222222"]
    assert f"No entity on record has this id or name: {nobody}, e-2222222222222." in cited["absence"]
    assert cite(client, "/v1/actions?year=1999")["coverage"]["unknown_names"] == []


def test_absence_by_graphql_covers_the_time_it_asks_about(client: httpx.Client) -> None:
    cited = cite(client, graphql('{figures(from: "2100-01-01") {totalCount}}'))
    assert cited["coverage"]["asked"] == [{"first": "2100-01-01", "last": None}]
    assert (cited["rows"], cited["coverage"]["documents"]) == (0, 0)
    timeless = cite(client, graphql('{action(id: "a-2222222222222") {id}}'))
    assert (timeless["rows"], timeless["coverage"]["asked"], timeless["coverage"]["documents"]) == (0, None, 4)
    in_year = cite(client, "/v1/figures?year=1999")["coverage"]
    assert timeless["coverage"]["not_named"] > in_year["not_named"] == 0


def test_reference_managers_get_their_formats(client: httpx.Client) -> None:
    cited = cite(client, "/v1/actions?year=2023&search=50%25_%7B")
    bibtex = client.get(cited["address"], headers={"Accept": "application/x-bibtex"})
    assert bibtex.headers["content-type"] == "application/x-bibtex; charset=utf-8"
    assert bibtex.text == cited["bibtex"]
    assert bibtex.text.startswith(f"@misc{{cunzhao-{corpus.RELEASE}-{cited['sha256'][:8]},\n")
    assert r"search=50\%\_\{" in bibtex.text
    assert f"url = {{{cited['address']}}}" in bibtex.text
    accept = {"Accept": "application/vnd.citationstyles.csl+json, application/json;q=0.5"}
    csl = client.post(PATH, json={"query": cited["query"]}, headers=accept)
    assert csl.headers["content-type"] == "application/vnd.citationstyles.csl+json"
    assert csl.json() == cited["csl"]
    assert csl.json()["URL"] == cited["address"]
    assert cited["sha256"] in csl.json()["note"]
    for part in (corpus.RELEASE, cited["address"], cited["sha256"], "year=2023"):
        assert part in cited["text"]


async def test_what_comes_later_changes_no_citation(dsn: str) -> None:
    writer = await connect(dsn, role="cunzhao_writer")
    await corpus.fill(writer)
    with served_by(dsn) as address, httpx.Client(base_url=address) as client:
        first = await asyncio.to_thread(cite, client, "/v1/figures")
        figure = next(r for r in corpus.document_change(corpus.YEARS[1]).records if isinstance(r, Figure))
        withdrawn = Change(cause="retraction", note="The count was withdrawn.", closed=[("figure", figure.id)])
        await commit(writer, withdrawn)
        await add_release(writer, "2020.2.1", corpus.RELEASED + 3)
        await writer.close()
        await asyncio.to_thread(_compare_with_later, client, first, "2020.2.1")


def _compare_with_later(client: httpx.Client, first: Any, later: str) -> None:
    deadline = time.monotonic() + 20
    while (second := cite(client, "/v1/figures"))["release"] != later:  # what is written shows a moment later
        assert time.monotonic() < deadline
    assert second["rows"] == first["rows"] - 2
    assert client.get(first["address"]).json()["data"]["confirmed"] is True
    assert cite(client, "/v1/figures", release=corpus.RELEASE)["token"] == first["token"]
    assert cite(client, f"/v1/figures?as_of={corpus.RELEASE}")["token"] == first["token"]
    contradiction = refusal(client, f"/v1/figures?as_of={corpus.RELEASE}", release=later)
    assert contradiction["errors"][0]["parameter"] == "as_of"
    moved = client.get(f"{PATH}/{altered(first['token'], release=later)}").json()["data"]
    assert [each["what"] for each in moved["differences"]] == ["rows", "sha256"]
    assert cite(client, graphql("{releases {name}}"), release=corpus.RELEASE)["rows"] == 1


async def test_only_so_many_citations_are_asked_at_once() -> None:
    asked: list[int] = []
    busy = peak = 0

    class Slow(FakeReader):
        async def stream(self, kind: RecordKind, filter: Filter, revision: int) -> AsyncIterator[bytes]:
            nonlocal busy, peak
            busy += 1
            peak = max(peak, busy)
            await asyncio.sleep(0.01)
            busy -= 1
            asked.append(revision)
            yield b"{}\n"

        async def releases(self) -> Sequence[Release]:
            moment = datetime(2026, 1, 3, tzinfo=UTC)
            return [Release(name="2026.1.1", revision=3, committed_at=moment, previous=None)]

        async def revision(self, as_of: AsOf | None = None) -> Revision:
            return await super().revision(AsOf(text="r3", revision=3))

    store = Slow({})
    citing = Citing(Engine(Limits()), at_once=2, patience=10)
    await asyncio.gather(*(citing.cite(store, "/v1/actions", None, ()) for _ in range(5)))
    assert (peak, asked) == (2, [3] * 5)
    hurried = Citing(Engine(Limits()), at_once=1, patience=0.001)
    results = await asyncio.gather(
        *(hurried.cite(store, "/v1/actions", None, ()) for _ in range(2)), return_exceptions=True
    )
    assert [type(result) for result in results] == [Outcome, StoreUnavailable]
    assert isinstance(await hurried.cite(store, "/v1/actions", None, ()), Outcome)
