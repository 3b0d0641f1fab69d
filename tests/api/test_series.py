"""Series, sums, links and contradictions of the shipped dataset, as REST, GraphQL and the list of sources have them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from schema.annotations import ANNOTATION_KINDS

NATIONAL = {"regulatory_talk": "cac_talks", "warning": "cac_warnings", "fine": "cac_fines",
            "warning_or_fine": "cac_fines",
            "update_suspension": "cac_suspensions", "function_or_update_suspension": "cac_suspensions",
            "app_delisting": "cac_app_removals", "mini_program_shutdown": "cac_mini_programs",
            "mini_program_disposal": "cac_mini_programs", "mini_program_takedown": "cac_mini_programs",
            "license_cancellation_or_site_closure": "cac_closures", "website_closure": "cac_closures",
            "account_closure": "cac_accounts", "account_and_group_closure": "cac_accounts",
            "judicial_referral": "cac_referrals", "case_referral": "cac_referrals",
            "relisting": "cac_relistings"}  # fmt: skip


@pytest.fixture(scope="module")
def client(shipped: str) -> Iterator[httpx.Client]:
    """A client of the application over the shipped dataset."""
    with httpx.Client(base_url=shipped, timeout=30) as made:
        yield made


def data(client: httpx.Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_every_figure_of_the_national_series_has_its_place_and_its_source(client: httpx.Client, shared: Path) -> None:
    source = json.loads((shared / "sources" / "national_series.json").read_text(encoding="utf-8"))
    series = {name: data(client, f"/v1/series/{name}") for name in set(NATIONAL.values())}
    documents = {one["id"]: one for one in _all(client, "/v1/documents")}
    found = 0
    for period in source["series"]:
        for measure, stated in period["values"].items():
            figures = [
                one
                for one in series[NATIONAL[measure]]["figures"]
                if one["measure"] == measure
                and one["period"] == {"start": period["start"], "end": period["end"]}
                and stated["value"] in (one["value_min"], one["value_max"])
            ]
            assert figures, (period["period"], measure)
            assert {one["qualifier"] for one in figures} == {stated["qualifier"]}
            assert all(documents[one["document"]]["url"] for one in figures)
            found += 1
    assert (len(source["series"]), found) == (19, sum(len(one["values"]) for one in source["series"]))
    assert len(data(client, "/v1/contradictions")) >= len(source["conflicts"])
    assert {f"n{number:02}" for number in range(1, len(source["notes"]) + 1)} <= {
        one["id"] for one in data(client, "/v1/series_notes")
    }


def _all(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    found, link = [], f"{path}?limit=500"
    while link:
        answer = client.get(link).json()
        found += answer["data"]
        link = answer["next"]
    return found


@pytest.mark.parametrize("kind", ANNOTATION_KINDS)
def test_lists_and_details_say_the_same(client: httpx.Client, kind: str) -> None:
    listed = data(client, f"/v1/{kind}")
    assert len(listed) >= 5
    assert [one["id"] for one in listed] == sorted(one["id"] for one in listed)
    for one in listed[:: len(listed) // 4]:
        detail = data(client, f"/v1/{kind}/{one['id']}")
        assert {name: detail[name] for name in one} == one
    missing = client.get(f"/v1/{kind}/nobody")
    assert missing.status_code == 404


def test_a_contradiction_is_shown_with_each_of_its_figures(client: httpx.Client) -> None:
    (conflict,) = [one for one in data(client, "/v1/contradictions") if one["id"] == "x2"]
    for figure in conflict["figures"]:
        answer = client.get(f"/v1/figures/{figure}").json()
        assert [one["id"] for one in answer["context"]["contradictions"]] == ["x2"]
        asked = "contradictions {id kind figures} series {series flags {flag noteZh}}"
        query = f'{{figure(id: "{figure}") {{{asked}}}}}'
        other = client.post("/graphql", json={"query": query}).json()["data"]["figure"]
        assert [one["id"] for one in other["contradictions"]] == ["x2"]
        places = answer["context"]["series"]
        assert [one["series"] for one in other["series"]] == [one["series"] for one in places]
        assert [len(one["flags"]) for one in other["series"]] == [len(one["flags"]) for one in places]
    listed = client.get("/v1/figures?measure=account_and_group_closure&year=2020").json()
    assert set(conflict["figures"]) <= set(listed["context"])


@pytest.mark.parametrize(
    ("query", "low", "high", "qualifier", "missing"),
    [
        ("series=cac_talks&periods=2023,2024", 21805, 21805, "exact", []),
        ("series=cac_closures&periods=2018,2020", 24489, None, "at_least", []),
        ("series=cac_accounts&periods=2018Q2,2020", 878000, 878000, "about", []),
        ("series=cac_talks&periods=2020,2021,2022", 12890, None, "at_least", ["2021"]),
        ("series=cac_talks&periods=2023Q1,2023Q1", 2203, 2203, "exact", []),
        ("series=cac_talks&periods=2016", None, None, None, ["2016"]),
    ],
)
def test_bounds_travel_through_sums(
    client: httpx.Client, query: str, low: int | None, high: int | None, qualifier: str | None, missing: list[str]
) -> None:
    found = data(client, f"/v1/sum?{query}")
    value = found["value"] or {"value_min": None, "value_max": None, "qualifier": None}
    assert (value["value_min"], value["value_max"], value["qualifier"]) == (low, high, qualifier)
    assert [one["period"] for one in found["missing"]] == missing


@pytest.mark.parametrize(
    ("series", "periods", "relation"),
    [
        ("cac_talks", ["2023H1", "2023"], "included_in"),
        ("cac_talks", ["2017", "2015-01-01/2017-12-24"], "overlaps"),
        ("cac_talks,cac_warnings", ["2020"], "overlaps"),
        ("cac_closures,qinglang_sites", ["2022"], "overlaps"),
        ("ecology2019_items", ["2019-01-03/2019-01-21", "2019-01-03/2019-02-25"], "included_in"),
    ],
)
def test_a_sum_of_what_overlaps_is_refused(
    client: httpx.Client, series: str, periods: list[str], relation: str
) -> None:
    answer = client.get("/v1/sum", params={"series": series, "periods": ",".join(periods)})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    relations = {one["relation"] for one in problem["overlaps"]}
    assert relation in relations | ({"included_in"} if "includes" in relations else set())
    query = "query ($series: [String!]!, $periods: [String!]!) {sum(series: $series, periods: $periods) {figures}}"
    variables = {"series": series.split(","), "periods": periods}
    (error,) = client.post("/graphql", json={"query": query, "variables": variables}).json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["overlaps"] == problem["overlaps"]


def test_a_figure_says_what_includes_it(client: httpx.Client) -> None:
    (part,) = [one for one in data(client, "/v1/series/cac_talks")["figures"] if one["period_name"] == "2020Q1"]
    found = data(client, f"/v1/figures/{part['figure']}/links")
    series = {one["figure"]: one["period_name"] for one in data(client, "/v1/series/cac_talks")["figures"]}
    assert {series.get(one["other"]): one["relation"] for one in found["links"]} == {"2020": "included_in"}
    assert found["actions"]["measure"] == "regulatory_talk"
    query = f'{{figureLinks(id: "{part["figure"]}") {{links {{other relation}} actions {{total}}}}}}'
    other = client.post("/graphql", json={"query": query}).json()["data"]["figureLinks"]
    assert [one["other"] for one in other["links"]] == [one["other"] for one in found["links"]]
    assert other["actions"]["total"] == found["actions"]["total"]
    assert client.get("/v1/figures/f-2222222222222/links").status_code == 404


def test_graphql_has_series_with_all_that_belongs_to_them(client: httpx.Client) -> None:
    query = (
        '{series(id: ["cac_suspensions", "nobody"]) {id labelZh scope measures figures {figure periodName valueMin '
        "qualifier flags {flag}} gaps {id reason} comparability {id effect} notes {id} contradictions {id}}}"
    )
    (other,) = client.post("/graphql", json={"query": query}).json()["data"]["series"]
    rest = data(client, "/v1/series/cac_suspensions")
    assert (other["labelZh"], other["scope"]) == (rest["label_zh"], "NATIONAL")
    assert [one["figure"] for one in other["figures"]] == [one["figure"] for one in rest["figures"]]
    for name in ("gaps", "comparability", "notes", "contradictions"):
        assert [one["id"] for one in other[name]] == [one["id"] for one in rest[name]]


@pytest.mark.parametrize(("language", "words"), [("en", "The minors campaign of July"), ("zh", "未成年人专项行动关闭")])
def test_the_page_of_a_figure_shows_what_is_said_about_it(client: httpx.Client, language: str, words: str) -> None:
    (conflict,) = [one for one in data(client, "/v1/contradictions") if one["id"] == "x2"]
    for figure in conflict["figures"]:
        page = client.get(f"/figures/{figure}?lang={language}", headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert words in page.text
        assert "<code>joint_count</code>" in page.text
        assert all(other in page.text for other in conflict["figures"])
