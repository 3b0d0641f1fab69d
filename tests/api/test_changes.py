"""The feed of changes and the deltas over HTTP, over the invented corpus."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import feedparser
import httpx
import pytest

from api.contract.shapes import CHANGE_LIST
from api.rest.atom import Feed, feed_xml
from api.settings import Settings
from schema.changes import CHANGED_TABLES, ChangeQuery, RecordChange, RevisionRow
from schema.records import Revision
from tests.api.conftest import Serve
from tests.support import corpus
from tests.unit.fake_reader import FakeReader

LATEST = 7


def changes_of(client: httpx.Client, query: str) -> list[dict[str, Any]]:
    url: str | None = f"/v1/changes?{query}"
    found: list[dict[str, Any]] = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        CHANGE_LIST.model_validate(answer.json())
        found += answer.json()["data"]
        url = answer.json()["next"]
    return found


def test_each_change_is_told_once_whatever_the_page(client: httpx.Client) -> None:
    whole = changes_of(client, "limit=500")
    assert changes_of(client, "limit=61") == whole
    assert len(whole) == client.get("/v1/changes?limit=0").json()["total"]["value"]
    places = [(one["revision"], CHANGED_TABLES.index(one["table"]), one["id"]) for one in whole]
    assert places == sorted(set(places))
    assert [(one["op"], one["table"], one["cause"]) for one in whole[-2:]] == [
        ("MOD", "actions", "our_correction"),
        ("DEL", "figures", "retraction"),
    ]
    assert whole[-1]["note"] == "The count was withdrawn."


def test_who_asks_again_from_the_last_revision_misses_nothing(client: httpx.Client) -> None:
    seen: list[dict[str, Any]] = []
    since = ""
    for point in range(1, LATEST + 1):
        page = client.get(f"/v1/changes?limit=500&as_of=r{point}{since}").json()
        seen += page["data"]
        since = f"&since=r{page['meta']['revision']}"
    assert seen == changes_of(client, "limit=500")
    assert client.get(f"/v1/changes?since=r{LATEST}").json()["data"] == []


def test_a_change_leads_to_the_record(client: httpx.Client) -> None:
    for one in changes_of(client, "since=r1&limit=500&records=true") + changes_of(client, "table=codes&limit=3")[:5]:
        answer = client.get(one["url"])
        assert answer.status_code == 200, one
        data = answer.json()["data"]
        if one["table"] == "codes":
            assert [f"{item['list']}/{item['code']}" for item in data] == [one["id"]]
        elif one["op"] == "DEL":
            assert data["id"] == one["id"]
            assert "record" not in one
        elif one["table"] == "series":
            assert {name: data[name] for name in one["record"]} == one["record"]  # with what belongs to it
        else:
            assert data == one["record"]


def test_tables_are_chosen(client: httpx.Client) -> None:
    both = changes_of(client, "table=figures,documents&limit=500")
    assert {one["table"] for one in both} == {"figures", "documents"}
    assert both == [one for one in changes_of(client, "limit=500") if one["table"] in ("figures", "documents")]


def test_since_takes_every_point_in_history(client: httpx.Client) -> None:
    whole = changes_of(client, f"since=r{corpus.RELEASED}")
    moment = client.get(f"/v1/changes?since=r{corpus.RELEASED - 1}&limit=1").json()["data"][0]["committed_at"]
    assert changes_of(client, f"since={corpus.RELEASE}") == changes_of(client, f"since={moment}") == whole
    assert len(whole) == 2
    first = "since=1999-01-01T00:00:00Z&limit=500"
    assert changes_of(client, first) == changes_of(client, "limit=500")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("since=r99", "since"),
        ("since=2020.1.2", "since"),
        ("since=yesterday", "since"),
        ("since=r5&as_of=r4", "since"),
        ("since=r1&since=r2", "since"),
        ("table=anchors", "table"),
        ("records=yes", "records"),
        ("limit=501", "limit"),
        ("year=2023", "year"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(client: httpx.Client, query: str, parameter: str) -> None:
    answer = client.get(f"/v1/changes?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == parameter


def test_a_cursor_belongs_to_its_question(client: httpx.Client) -> None:
    cursor = client.get("/v1/changes?limit=1&table=codes").json()["next"].partition("cursor=")[2]
    assert client.get(f"/v1/changes?limit=2&table=codes&cursor={cursor}").status_code == 200
    for other in ("/v1/changes?", "/v1/changes?table=codes&since=r1&", "/v1/changes.atom?table=codes&", "/v1/actions?"):
        assert client.get(f"{other}cursor={cursor}").status_code == 400, other


def test_an_answer_may_be_kept_until_the_next_revision(client: httpx.Client) -> None:
    for path in ("/v1/changes?since=r3", "/v1/changes.atom"):
        answer = client.get(path)
        assert answer.headers["cache-control"] == "public, no-cache"
        again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert client.get("/v1/changes?as_of=r3").headers["cache-control"] == "public, max-age=3600"


def test_the_feed_is_read_by_a_feed_reader(client: httpx.Client) -> None:
    answer = client.get("/v1/changes.atom?limit=3")
    assert answer.headers["content-type"] == "application/atom+xml"
    entries, pages, url = [], 0, "/v1/changes.atom?limit=3"
    while url:
        feed = feedparser.parse(client.get(url).content)
        assert not feed.bozo
        assert feed.version == "atom10"
        links = {link.rel: link.href for link in feed.feed.links}
        assert client.get(links["self"]).status_code == 200
        assert links["first"] == "/v1/changes.atom?limit=3"
        assert feed.feed.updated == feed.entries[0].updated
        entries += feed.entries
        url, pages = links.get("next", ""), pages + 1
    assert pages == 3
    assert [entry.title.partition(":")[0] for entry in entries] == [f"r{n}" for n in range(LATEST, 0, -1)]
    assert len({entry.id for entry in entries}) == LATEST
    assert all(entry.id.startswith("tag:") for entry in entries)
    assert (entries[0].summary, entries[0].tags[0].term) == ("figures: 1 deleted", "retraction")
    assert entries[1].summary == "actions: 1 modified"
    for entry in entries:
        told = client.get(entry.link + "&limit=500").json()
        assert told["total"]["value"] == sum(int(word) for word in entry.summary.split() if word.isdigit())
        assert {one["revision"] for one in told["data"]} == {int(entry.title.partition(":")[0][1:])}


def test_the_feed_is_filtered_as_the_list_is(client: httpx.Client) -> None:
    feed = feedparser.parse(client.get("/v1/changes.atom?table=figures,actions&since=r4").content)
    assert [entry.title[:2] for entry in feed.entries] == ["r7", "r6", "r5"]
    assert feed.entries[2].summary == "actions: 16 added; figures: 5 added"
    told = client.get(feed.entries[2].link).json()["data"]
    assert {one["table"] for one in told} == {"actions", "figures"}
    assert feed.feed.id != feedparser.parse(client.get("/v1/changes.atom").content).feed.id
    nothing = feedparser.parse(client.get(f"/v1/changes.atom?since=r{LATEST}").content)
    assert (nothing.entries, nothing.bozo) == ([], False)
    assert nothing.feed.updated


def test_no_note_breaks_the_feed() -> None:
    note = 'a \x00\x0b\x1f\ufffe & <b> ]]> "q"\r\n次\U0001f600'
    moment = datetime(2031, 1, 2, tzinfo=UTC)
    revision = Revision(number=3, committed_at=moment, cause="new_source", note=note, digest="0" * 64)
    query = ChangeQuery(until=3)
    row = RevisionRow(revision, {("actions", "ADD"): 1})
    text = feed_xml(Feed(query, revision, [row], "/self", "/first", None, "/v1"))
    feed = feedparser.parse(text)
    assert not feed.bozo
    shown = 'r3: a \ufffd\ufffd\ufffd\ufffd & <b> ]]> "q"\n次\U0001f600'
    assert feed.entries[0].title_detail.value == shown


def test_links_are_absolute_where_the_address_is_known(serve: Serve) -> None:
    client = serve(FakeReader({}), Settings(public_url="https://record.example"))
    feed = feedparser.parse(client.get("/v1/changes.atom").content)
    assert {link.href for link in feed.feed.links} == {"https://record.example/v1/changes.atom"}


def test_a_delta_is_a_file(client: httpx.Client) -> None:
    answer = client.get("/v1/releases/r4...r7.ndjson")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["content-disposition"] == 'attachment; filename="cunzhao-r4...r7.ndjson"'
    assert answer.headers["cache-control"] == "public, max-age=3600"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert {(line["op"], line["table"]) for line in lines} >= {("ADD", "actions"), ("DEL", "figures")}
    for line in lines:
        line.setdefault("record", None)
        RecordChange.model_validate({**line, "committed_at": "2031-01-01T00:00:00Z", "url": "/"})
    zipped = client.get("/v1/releases/r4...r7.ndjson", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.content == answer.content
    assert zipped.headers["etag"] != answer.headers["etag"]
    assert client.head("/v1/releases/r4...r7.ndjson").headers["etag"] == answer.headers["etag"]
    again = client.get("/v1/releases/r4...r7.ndjson", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_delta_between_names_never_changes(client: httpx.Client) -> None:
    named = client.get(f"/v1/releases/{corpus.RELEASE}...{corpus.RELEASE}.ndjson")
    assert (named.status_code, named.content) == (200, b"")
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    mixed = client.get(f"/v1/releases/{corpus.RELEASE}...r7.ndjson")
    assert mixed.content == client.get(f"/v1/releases/r{corpus.RELEASED}...r7.ndjson").content


@pytest.mark.parametrize(
    ("pair", "named"),
    [
        ("r1...latest", f"r1...{corpus.RELEASE}"),
        ("latest...r7", f"{corpus.RELEASE}...r7"),
        ("latest...latest", f"{corpus.RELEASE}...{corpus.RELEASE}"),
    ],
)
def test_the_latest_end_of_a_delta_is_found_by_its_name(client: httpx.Client, pair: str, named: str) -> None:
    answer = client.get(f"/v1/releases/{pair}.ndjson")
    assert (answer.status_code, answer.headers["location"]) == (307, f"/v1/releases/{named}.ndjson")
    assert answer.headers["cache-control"] == "no-cache"
    assert client.get(answer.headers["location"]).status_code == 200
    assert client.get(f"/v1/releases/{pair}.ndjson?year=2023").status_code == 400


def test_what_leads_nowhere_is_said(client: httpx.Client, serve: Serve) -> None:
    beyond = client.get("/v1/releases/r9\u5e74...latest.ndjson")
    assert (beyond.status_code, beyond.headers["location"].isascii()) == (307, True)
    assert client.get(beyond.headers["location"]).status_code == 404
    unreleased = serve(FakeReader({})).get("/v1/releases/r1...latest.ndjson")
    assert (unreleased.status_code, "none has been cut yet" in unreleased.json()["detail"]) == (404, True)


@pytest.mark.parametrize(
    ("pair", "status", "word"),
    [
        ("r7...r4", 400, "later"),
        ("r4...r99", 404, "r99"),
        ("2020.1.2...r4", 404, "2020.1.2"),
        ("r1...r2...r3", 404, "r1...r2"),
        ("r1...2026-01-01T00:00:00Z", 404, "2026-01-01"),
        ("r1...x", 404, "'x'"),
    ],
)
def test_a_delta_that_cannot_be_is_refused(client: httpx.Client, pair: str, status: int, word: str) -> None:
    answer = client.get(f"/v1/releases/{pair}.ndjson")
    assert answer.status_code == status
    assert word in answer.json()["detail"]
    assert client.get("/v1/releases/r1...r2.ndjson?year=2023").status_code == 400
