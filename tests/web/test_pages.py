"""The pages about the record, as HTTP gives them: readable without script, in both languages."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import httpx
import pytest

from api.web.language import LANGUAGES, preferred, texts
from tests.support import corpus

KINDS = {"actions": "action", "figures": "figure", "entities": "entity", "documents": "document"}
FIRST_VIEW_BYTES = 100_000


@pytest.fixture(scope="module")
def client(served: str) -> Any:
    with httpx.Client(base_url=served) as made:
        yield made


def newest(client: httpx.Client, plural: str, **asked: str) -> dict[str, Any]:
    record: dict[str, Any] = client.get(f"/v1/{plural}", params={"limit": 1, **asked}).json()["data"][0]
    return record


def addresses(client: httpx.Client) -> list[str]:
    records = [f"/{plural}/{newest(client, plural)['id']}" for plural in KINDS]
    lists = [f"/{plural}" for plural in KINDS]
    codes = ["/vocabularies", "/vocabularies/measures", "/vocabularies/measures/fine", "/vocabularies/regions/100000"]
    others = ["/", "/search", "/search?search=约谈", "/charts/measures", "/cite?query=/v1/actions"]
    return [*records, *lists, *codes, *others]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_each_language(client: httpx.Client, language: str) -> None:
    for address in addresses(client):
        response = client.get(address, params={**dict(httpx.URL(address).params), "lang": language})
        assert response.status_code == 200, (address, response.text)
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert f'<html lang="{"zh-Hans" if language == "zh" else "en"}">' in response.text, address
        assert response.text.count("<h1") == 1, address
        assert len(response.content) < FIRST_VIEW_BYTES, address
        links = set(re.findall(r'(?:href|src|srcset)="(/[^"]*)"', response.text))
        pages = {
            link
            for link in links
            if not link.startswith(
                ("/v1/", "/static/", "/docs", "/openapi", "/graphql", "/oembed", "/embed/1/cunzhao.js")
            )
        }
        assert all("lang=" in link for link in pages), address


def test_both_languages_have_the_same_texts() -> None:
    assert texts("en").keys() == texts("zh").keys()
    for key, text in texts("en").items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", texts("zh")[key])), key


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "zh"), ("en-GB,en;q=0.9", "en"), ("fr", "zh"), ("zh-TW,en;q=0.8", "zh"), ("de,en;q=0.5,zh;q=0.1", "en")],
)
def test_the_browser_chooses_the_language(client: httpx.Client, accepted: str, language: str) -> None:
    assert preferred(accepted) == language
    response = client.get("/", headers={"Accept-Language": accepted})
    assert f'lang="{"zh-Hans" if language == "zh" else "en"}"' in response.text
    assert "Accept-Language" in response.headers["vary"]


@pytest.mark.parametrize("plural", KINDS)
def test_a_list_shows_what_rest_gives_page_after_page(client: httpx.Client, plural: str) -> None:
    ids: list[str] = []
    address = f"/{plural}?lang=en"
    while address:
        text = client.get(address).text
        ids += dict.fromkeys(re.findall(rf'href="/{plural}/([^?"]+)\?', text))
        found = re.search(r'rel="next" href="([^"]+)"', text)
        address = unescape(found[1]) if found else ""
    assert ids == [record["id"] for record in client.get(f"/v1/{plural}", params={"limit": 500}).json()["data"]]


def test_the_form_of_a_list_may_leave_fields_empty(client: httpx.Client) -> None:
    text = client.get("/actions?lang=en&search=&year=2024&entity=&measure=").text
    total = client.get("/v1/actions?year=2024&limit=0").json()["total"]["value"]
    assert f'<span class="count">{total:,}</span>' in text


def test_evidence_is_marked_where_the_text_is_held(client: httpx.Client) -> None:
    action = newest(client, "actions", basis="text")
    text = client.get(f"/actions/{action['id']}?lang=en").text
    shown = re.search(r'<div class="evidence"[^>]*>(.*?)</div>', text, re.DOTALL)
    assert shown is not None, "the invented corpus holds its texts"
    marked = unescape("".join(re.findall(r"<mark[^>]*>(.*?)</mark>", shown[1])))
    for anchor in action["anchors"]:
        assert anchor["exact"].replace("\n", "") in marked or all(part in marked for part in anchor["exact"])


def test_a_record_of_another_time_is_shown_as_of_then(client: httpx.Client) -> None:
    text = client.get("/?lang=en&as_of=r1").text
    assert "as of r1" in text
    assert "as_of=r1" in text
    assert "Revision r1 " in text


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/actions/a-aaaaaaaaaaaaa?lang=en", 404, "there is no action"),
        ("/actions?year=soon&lang=en", 400, "year"),
        ("/actions?measure=no_such&lang=en", 400, "no_such"),
        ("/?lang=fr", 400, "lang"),
        ("/vocabularies/nothing", 404, "no code list"),
        ("/vocabularies/measures/nothing", 404, "no code"),
        ("/charts/nothing", 404, "no chart"),
        ("/cite", 400, "query is required"),
        ("/cite?query=/elsewhere", 400, "code list"),
    ],
)
def test_errors_are_pages_that_name_what_is_wrong(client: httpx.Client, address: str, status: int, said: str) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert said in unescape(response.text)


def test_a_page_is_not_sent_again_to_who_has_it(client: httpx.Client) -> None:
    first = client.get("/actions?lang=en")
    again = client.get("/actions?lang=en", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/actions", headers={"If-None-Match": first.headers["etag"], "Accept-Language": "zh"})
    assert other.status_code == 200


def test_what_names_hold_is_shown_not_run(client: httpx.Client) -> None:
    text = client.get("/search", params={"search": "<script>alert(1)</script>", "lang": "en"}).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_page_that_cites_gives_a_citation_that_holds(client: httpx.Client) -> None:
    text = client.get("/cite", params={"query": "/v1/actions?year=2024", "lang": "en"}).text
    found = re.search(r'href="([^"]*/v1/citations/[^"]+)"', text)
    assert found is not None
    confirmed = client.get(found[1]).json()["data"]
    assert confirmed["confirmed"] is True
    assert confirmed["release"] == corpus.RELEASE
    assert json.loads(unescape(re.findall(r'id="csl"[^>]*>(.*?)</pre>', text, re.DOTALL)[0]))[0]["type"] == "dataset"
