"""Lists and details over HTTP: envelope, filters, paging, history."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.rest.records import PLURALS
from api.settings import Settings
from schema.records import RECORD_MODELS, Action, RecordKind
from tests.api.conftest import Serve
from tests.support import corpus
from tests.unit.fake_reader import FakeReader


def pages(client: httpx.Client, url: str) -> list[dict[str, Any]]:
    """Every page from an address on, by following `next`."""
    found = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        link = f'<{found[-1]["next"]}>; rel="next"' if found[-1]["next"] else None
        assert answer.headers.get("link") == link
        url = found[-1]["next"]
    return found


def ids(client: httpx.Client, url: str) -> list[str]:
    return [record["id"] for page in pages(client, url) for record in page["data"]]


@pytest.mark.parametrize("kind", PLURALS)
def test_a_list_holds_whole_records(client: httpx.Client, kind: RecordKind) -> None:
    answer = client.get(f"/v1/{PLURALS[kind]}?limit=500").json()
    assert [name for name in answer if name != "context"] == ["data", "total", "next", "meta"]
    assert ("context" in answer) == (kind == "figure")
    assert answer["total"] == {"value": len(answer["data"]), "relation": "eq"}
    assert answer["meta"] == {"revision": answer["meta"]["revision"], "release": None, "errata": []}
    for record in answer["data"]:
        RECORD_MODELS[kind].model_validate(record)


@pytest.mark.parametrize("kind", PLURALS)
def test_a_detail_is_what_the_list_has(client: httpx.Client, kind: RecordKind) -> None:
    first = client.get(f"/v1/{PLURALS[kind]}?limit=1").json()
    detail = client.get(f"/v1/{PLURALS[kind]}/{first['data'][0]['id']}").json()
    assert detail == {"data": first["data"][0], "meta": first["meta"]}


@pytest.mark.parametrize("plural", PLURALS.values())
@pytest.mark.parametrize("limit", [1, 7])
def test_paging_visits_each_record_once_and_in_order(client: httpx.Client, plural: str, limit: int) -> None:
    whole = [record["id"] for record in client.get(f"/v1/{plural}?limit=500").json()["data"]]
    assert len(whole) == len(set(whole)) > 3
    assert ids(client, f"/v1/{plural}?limit={limit}") == whole


def test_the_next_page_asks_the_same_question(client: httpx.Client) -> None:
    query = "year=2022,2023&measure=fine,warning,account_closure&entity=云雀视频,南湖搜索,青竹直播&limit=2"
    whole = ids(client, f"/v1/actions?{query.replace('limit=2', 'limit=500')}")
    assert len(whole) > 2
    assert ids(client, f"/v1/actions?{query}") == whole
    link = client.get(f"/v1/actions?{query}").json()["next"]
    assert link.startswith("/v1/actions?year=2022,2023&measure=fine,warning,account_closure&entity=%E4%BA%91")


def test_a_limit_of_nothing_gives_the_total(client: httpx.Client) -> None:
    answer = client.get("/v1/actions?limit=0").json()
    assert (answer["data"], answer["next"]) == ([], None)
    assert answer["total"]["value"] > 50


def test_nothing_found_is_an_empty_list(client: httpx.Client) -> None:
    answer = client.get("/v1/actions?entity=没有这个名字")
    assert answer.status_code == 200
    assert answer.json()["data"] == []


def test_commas_are_or_and_repeats_are_and(client: httpx.Client) -> None:
    every = client.get("/v1/actions?limit=500").json()["data"]
    one, other, *_ = next(record["measures"] for record in every if len(record["measures"]) > 1)
    having = {code: {record["id"] for record in every if code in record["measures"]} for code in (one, other)}
    assert set(ids(client, f"/v1/actions?measure={one},{other}")) == having[one] | having[other]
    assert set(ids(client, f"/v1/actions?measure={one}&measure={other}")) == having[one] & having[other]


@pytest.mark.parametrize("name", ["云雀视频", "雲雀視頻", "Lark Video", corpus.entity_id("云雀视频")])
def test_any_name_of_an_entity_finds_the_same(client: httpx.Client, name: str) -> None:
    found = ids(client, f"/v1/actions?entity={name}")
    assert found
    assert found == ids(client, f"/v1/actions?entity={corpus.entity_id('云雀视频')}")


def test_a_comma_in_a_name_is_escaped(client: httpx.Client) -> None:
    answer = client.get("/v1/entities", params={"entity": r"雾里看花\,水中望月"}).json()
    assert [record["name"] for record in answer["data"]] == ["雾里看花,水中望月"]
    assert client.get("/v1/entities", params={"entity": "雾里看花,水中望月"}).json()["data"] == []


def test_dates_bound_what_is_found(client: httpx.Client) -> None:
    days = [
        record["acted_on"]
        for record in client.get("/v1/actions?from=2022-03-01&to=2022-09-30&limit=500").json()["data"]
    ]
    assert days
    assert all("2022-03-01" <= day <= "2022-09-30" for day in days)
    assert days == sorted(days, reverse=True)


def test_an_older_revision_answers_as_it_did(client: httpx.Client) -> None:
    latest = client.get("/v1/actions?limit=0").json()
    totals = []
    for number in range(1, latest["meta"]["revision"] + 1):
        answer = client.get(f"/v1/actions?limit=0&as_of=r{number}").json()
        assert answer["meta"]["revision"] == number
        totals.append(answer["total"]["value"])
    assert totals[-1] == latest["total"]["value"]
    assert totals[0] == 0
    assert len(set(totals)) > 3


def test_a_cursor_keeps_to_its_revision(client: httpx.Client) -> None:
    pinned = ids(client, "/v1/actions?as_of=r3&limit=3")
    link = client.get("/v1/actions?as_of=r3&limit=3").json()["next"].replace("as_of=r3&", "")
    assert ids(client, link) == pinned[3:]
    assert client.get(link).json()["meta"]["revision"] == 3


def test_links_are_absolute_when_the_public_address_is_known(serve: Serve) -> None:
    reader = FakeReader({"action": [r for r in corpus.document_change(2023).records if isinstance(r, Action)]})
    client = serve(reader, Settings(public_url="https://record.example/cunzhao"))
    assert client.get("/v1/actions?limit=1").json()["next"].startswith("https://record.example/cunzhao/v1/actions?")
    assert client.get("/v1").json()["data"]["actions"] == "https://record.example/cunzhao/v1/actions"
    assert client.get("/openapi.json").json()["servers"] == [{"url": "https://record.example/cunzhao"}]


def test_the_code_lists_are_served(client: httpx.Client) -> None:
    lists = client.get("/v1/vocabularies").json()["data"]
    for one in lists:
        items = client.get(one["url"]).json()
        assert items["total"]["value"] == len(items["data"]) == one["items"]
    (fine,) = client.get("/v1/vocabularies/measures?code=fine").json()["data"]
    assert (fine["label_zh"], fine["label_en"]) == ("罚款", "Fine")
    both = client.get("/v1/vocabularies/measures?code=warning,fine&as_of=r1").json()
    assert {item["code"] for item in both["data"]} == {"fine", "warning"}


def test_groups_are_counted_and_paged(client: httpx.Client) -> None:
    every = client.get("/v1/actions?limit=500&year=2023").json()["data"]
    groups = client.get("/v1/aggregate?group_by=measure&year=2023&limit=500").json()
    counts = {group["measure"]: group["count"] for group in groups["data"]}
    assert counts == {code: sum(code in one["measures"] for one in every) for code in counts}
    assert set(counts) == {code for one in every for code in one["measures"]}
    paged = [
        group for page in pages(client, "/v1/aggregate?group_by=measure&year=2023&limit=2") for group in page["data"]
    ]
    assert paged == groups["data"]
    assert groups["total"]["value"] == len(paged)


def test_figures_over_several_years_form_a_group_of_their_own(client: httpx.Client) -> None:
    groups = client.get("/v1/aggregate?of=figure&group_by=year").json()["data"]
    assert {"year": None, "multi_year": True} in [{k: v for k, v in one.items() if k != "count"} for one in groups]


def test_the_index_leads_everywhere(client: httpx.Client) -> None:
    links = client.get("/v1").json()["data"]
    # Four of the addresses need a question to answer, and one takes it by POST alone.
    series = "?series=cac_talks&periods=2023,2024"
    asked = {"aggregate": "?group_by=year", "compare": series, "sum": series, "graphql": "?query={__typename}"}
    assert client.get(links.pop("citations")).headers["allow"] == "POST"
    for name, link in links.items():
        assert client.get(link + asked.get(name, "")).status_code == 200, name
