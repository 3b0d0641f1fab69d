"""The feeds over HTTP, over the invented corpus, as readers of feeds take them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import feedparser
import httpx
import pytest

NAMES = ("actions", "figures", "corrections")


def atom(client: httpx.Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(response.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    assert all(entry.id and entry.title and entry.updated and entry.link for entry in feed.entries)
    return feed


@pytest.mark.parametrize("name", NAMES)
def test_both_forms_say_the_same(client: httpx.Client, name: str) -> None:
    feed, response = atom(client, f"/feeds/{name}.atom?limit=20"), client.get(f"/feeds/{name}.json?limit=20")
    assert response.headers["content-type"] == "application/feed+json"
    written = response.json()
    assert written["version"] == "https://jsonfeed.org/version/1.1"
    items = [(one["id"], one["title"], one["url"], one["date_modified"]) for one in written["items"]]
    assert [(one.id, one.title, one.link, one.updated) for one in feed.entries] == items
    assert len(items) == len({one[0] for one in items}) > 0
    assert (written["feed_url"], written["home_page_url"]) == (
        str(client.base_url).rstrip("/") + f"/feeds/{name}.json?limit=20", feed.feed.link,
    )  # fmt: skip
    assert client.get(feed.feed.link).status_code == 200
    for one in written["items"][:3]:
        assert client.get(one["url"]).status_code == client.get(one["external_url"]).status_code == 200


def test_what_was_put_on_record_last_comes_first_and_says_when_it_first_was(client: httpx.Client) -> None:
    items = client.get("/feeds/actions.json?limit=500").json()["items"]
    assert len(items) == client.get("/v1/actions?limit=0").json()["total"]["value"]
    moments = [one["date_modified"] for one in items]
    assert moments == sorted(moments, reverse=True)
    # One action was corrected after all were there.
    corrected, *others = items
    assert corrected["date_published"] < corrected["date_modified"]
    assert all(one["date_published"] == one["date_modified"] for one in others)
    changed = client.get("/v1/changes?table=actions&limit=500").json()["data"][-1]
    assert (changed["op"], corrected["id"]) == ("MOD", f"tag:cunzhao.invalid,2026:action/{changed['id']}")


@pytest.mark.parametrize(
    "filter", ["measure=fine", "year=2023&authority=cac", "entity=云雀视频", "search=星河", "measure=fine,warning"]
)
def test_a_feed_has_what_the_list_has(client: httpx.Client, filter: str) -> None:
    listed = {one["id"] for one in client.get(f"/v1/actions?limit=500&{filter}").json()["data"]}
    items = client.get(f"/feeds/actions.json?limit=500&{filter}").json()["items"]
    assert {one["id"].rsplit("/", 1)[1] for one in items} == listed
    assert listed


def test_the_feed_of_corrections_has_them_and_nothing_else(client: httpx.Client) -> None:
    titles = [one.title for one in atom(client, "/feeds/corrections.atom").entries]
    assert titles == ["r7: The count was withdrawn.", "r6: The list is not what it was."]
    assert [one.title for one in atom(client, "/feeds/corrections.atom?table=actions").entries] == titles[1:]


def test_the_language_is_chinese_or_the_one_asked_for(client: httpx.Client) -> None:
    chinese, english = (client.get(f"/feeds/figures.json{query}").json() for query in ("", "?lang=en"))
    assert (chinese["language"], english["language"]) == ("zh-Hans", "en")
    assert [one["id"] for one in chinese["items"]] == [one["id"] for one in english["items"]]
    assert chinese["items"][0]["title"] != english["items"][0]["title"]


def test_who_has_the_feed_is_told_so(client: httpx.Client) -> None:
    first = client.get("/feeds/actions.atom?measure=fine")
    again = client.get("/feeds/actions.atom?measure=fine", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("query", ["measure=no_such", "colour=red", "lang=fr", "limit=501", "as_of=r1"])
def test_what_makes_no_sense_is_refused(client: httpx.Client, query: str) -> None:
    for form in ("atom", "json"):
        answer = client.get(f"/feeds/figures.{form}?{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_pages_lead_to_the_feeds(client: httpx.Client) -> None:
    page = client.get("/actions?measure=fine&lang=en&as_of=r3").text
    links = re.findall(
        r'<link rel="alternate" type="application/(?:atom|feed)\+(?:xml|json)"[^>]* href="([^"]+)"', page
    )
    assert [unescape(link) for link in links] == [
        "/feeds/corrections.atom?lang=en", "/feeds/actions.atom?measure=fine&lang=en",
        "/feeds/actions.json?measure=fine&lang=en",
    ]  # fmt: skip
    assert all(client.get(unescape(link)).status_code == 200 for link in links)
