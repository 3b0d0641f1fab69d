"""Comparisons of the shipped series: right on every break that is known, by REST and by GraphQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

EXACT, FLOOR, CEILING, UNKNOWN = "exact", "at_least", "at_most", "unknown"
Change = tuple[int | None, int | None, str] | None

PAIRS: list[tuple[str, str, bool, Change, set[str]]] = [
    # series, periods, sound, change (lower bound, upper bound, qualifier), what makes it unsound or calls for caution
    ("cac_talks", "2022,2023", True, (2038, 2038, EXACT), {"subject", "cac_talks_2022_2023"}),
    ("cac_talks", "2023,2024", True, (513, 513, EXACT), {"subject", "cac_talks_2023_2024"}),
    ("cac_talks", "2024,2025", True, (-5348, -5348, EXACT), {"cac_talks_2025", "low_confidence", "provisional"}),
    ("cac_talks", "2020,2022", True, (4326, 4326, EXACT), {"subject", "cac_talks_2020_2022"}),
    ("cac_talks", "2015,2017", True, (None, 1183, CEILING), {"x1_talks"}),
    ("cac_talks", "2018Q1,2018Q2", True, (132, 132, EXACT), {"estimated"}),
    ("cac_talks", "2023H1,2023", False, (5128, 5128, EXACT), {"overlap"}),
    ("cac_talks", "2023Q1,2023H1", False, (3315, 3315, EXACT), {"overlap"}),
    ("cac_talks", "2017,2015-01-01/2017-12-24", False, (None, -197, CEILING),
     {"overlap", "definition_differs", "x1_talks"}),
    ("cac_talks", "2020Q1,2022", False, (7465, 7465, EXACT), {"length", "subject", "cac_talks_2020_2022"}),
    ("cac_talks", "2020,2021", False, None, {"not_found_2021"}),
    ("cac_talks", "2016,2017", False, None, {"not_found_2016", "x1_talks"}),
    ("cac_talks", "2013,2014", False, None, {"gap"}),
    ("cac_warnings", "2018,2020", True, (3813, 3813, EXACT), {"low_confidence"}),
    ("cac_warnings", "2022,2024", False, (-2721, -2721, EXACT), {"measure", "cac_warnings_to_2024"}),
    ("cac_warnings", "2024,2025", False, (-2400, -2400, EXACT),
     {"measure", "cac_warnings_from_2024", "cac_warnings_2025", "low_confidence", "provisional"}),
    ("cac_warnings", "2022,2025", True, (-5121, -5121, EXACT), {"cac_warnings_2025", "low_confidence", "provisional"}),
    ("cac_warnings", "2022,2023", False, None, {"not_stated_2023"}),
    ("cac_fines", "2022,2024", False, (3534, 3534, EXACT), {"measure", "cac_fines_to_2024"}),
    ("cac_fines", "2022,2025", True, (9, 9, EXACT), {"cac_fines_2025", "low_confidence", "provisional"}),
    ("cac_fines", "2022,2023", False, None, {"not_stated_2023"}),
    ("cac_suspensions", "2020,2022", False, (-1373, -1373, EXACT),
     {"measure", "subject", "cac_suspensions_2020_2022", "definition_differs", "break"}),
    ("cac_suspensions", "2023,2024", True, (132, 132, EXACT), {"cac_suspensions_2023_2024"}),
    ("cac_suspensions", "2017,2018", True, (-1073, -1073, EXACT), {"definition_differs", "low_confidence"}),
    ("cac_app_removals", "2023,2024", True, (-59, -59, EXACT), set()),
    ("cac_app_removals", "2024,2025", False, (1933, 1933, EXACT),
     {"cac_app_removals_2024_2025", "cac_app_removals_2025", "low_confidence", "provisional", "break"}),
    ("cac_app_removals", "2020,2022", False, None, {"not_stated_2020"}),
    ("cac_mini_programs", "2023,2024", False, (-79, -79, EXACT),
     {"measure", "cac_mini_programs_2023_2024", "definition_differs"}),
    ("cac_mini_programs", "2024,2025", False, (152, 152, EXACT),
     {"measure", "cac_mini_programs_2024_2025", "cac_mini_programs_2025", "definition_differs", "low_confidence",
      "provisional"}),
    ("cac_closures", "2015,2017", False, (17610, 17610, EXACT),
     {"measure", "cac_closures_2015", "definition_differs", "x1_closures"}),
    ("cac_closures", "2018,2020", True, (None, 12489, CEILING), {"cac_closures_swings", "low_confidence"}),
    ("cac_closures", "2024,2025", True, (-1309, -1309, EXACT),
     {"cac_closures_2024_2025", "cac_closures_2025", "cac_closures_swings", "definition_differs", "low_confidence",
      "provisional"}),
    ("cac_accounts", "2017,2020", False, (None, -3012000, CEILING), {"cac_accounts_2017_2020", "x2"}),
    ("cac_accounts", "2018,2020", False, (None, -1842000, CEILING), {"measure", "subject", "low_confidence", "x2"}),
    ("cac_accounts", "2020,2023", False, (-30122, -30122, EXACT), {"measure", "subject", "cac_accounts_to_2023", "x2"}),
    ("cac_accounts", "2023,2024", True, (-20076, -20076, EXACT), {"cac_accounts_2023_2024"}),
    ("cac_accounts", "2018Q1,2018Q2", True, (None, 140000, CEILING), {"estimated"}),
    ("cac_accounts", "2024,2025", False, None, {"not_stated_2025"}),
    ("cac_referrals", "2020,2022", False, (3679, 3679, EXACT),
     {"measure", "cac_referrals_2020_2022", "definition_differs", "break"}),
    ("qinglang_accounts", "2021,2022", False, (-1333200000, None, FLOOR),
     {"qinglang_accounts_2021_2022", "definition_differs"}),
    ("qinglang_apps", "2021,2022", True, (None, None, UNKNOWN), {"qinglang_apps_2021_2022"}),
    ("qinglang_sites", "2021,2022", True, (None, None, UNKNOWN), {"qinglang_sites_2021_2022", "x4"}),
    ("qinglang_items", "2022,2023-07-01/2024-07-29", False, (None, None, UNKNOWN), {"length", "low_confidence"}),
    ("qinglang_streamers", "2021-02-01/2021-03-24,2021", False, (None, None, UNKNOWN), {"overlap", "x3"}),
    ("ecology2019_closures", "2019-01-03/2019-01-21,2019-01-03/2019-02-25", False, (729, 729, EXACT), {"overlap"}),
]  # fmt: skip
_QUERY = """query ($series: String!, $periods: [String!]!, $force: Boolean!) {
  compare(series: $series, periods: $periods, force: $force) {
    periods { name value { valueMin valueMax qualifier } figures { figure flags { flag } } gap { id } }
    changes { earlier later sound forced change { valueMin valueMax qualifier } ratio { min max about }
      notes { reason effect kind id textZh textEn sources } }
  }
}"""


@pytest.fixture(scope="module")
def client(shipped: str) -> Iterator[httpx.Client]:
    """A client of the application over the shipped dataset."""
    with httpx.Client(base_url=shipped, timeout=30) as made:
        yield made


def compared(client: httpx.Client, series: str, periods: str, *, force: bool = False) -> dict[str, Any]:
    params = {"series": series, "periods": periods, "force": str(force).lower()}
    answer = client.get("/v1/compare", params=params)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def said(change: dict[str, Any]) -> set[str]:
    """What speaks against a change: the id of what is said of periods, else the flag, else the rule."""
    notes = [note for note in change["notes"] if note["effect"] is not None]
    return {note["kind"] if note["reason"] == "flag" else note["id"] or note["reason"] for note in notes}


def asked_by_graphql(client: httpx.Client, series: str, periods: str, *, force: bool = False) -> dict[str, Any]:
    variables = {"series": series, "periods": periods.split(","), "force": force}
    answer = client.post("/graphql", json={"query": _QUERY, "variables": variables}).json()
    assert "errors" not in answer
    data: dict[str, Any] = answer["data"]["compare"]
    return data


@pytest.mark.parametrize(("series", "periods", "sound", "change", "against"), PAIRS)
def test_a_known_pair(
    client: httpx.Client, series: str, periods: str, sound: bool, change: Change, against: set[str]
) -> None:
    found = compared(client, series, periods)
    (one,) = found["changes"]
    assert (one["sound"], one["forced"]) == (sound, False)
    got = one["change"] and (one["change"]["value_min"], one["change"]["value_max"], one["change"]["qualifier"])
    assert got == change
    assert said(one) == against
    assert (one["ratio"] is not None) == (sound and change is not None)
    for note in one["notes"]:
        assert note["text_zh"]
        assert note["text_en"]
        assert note["sources"] or note["id"] is None or note["reason"] == "gap"
    forced = compared(client, series, periods, force=True)["changes"][0]
    assert forced["forced"] == (forced["ratio"] is not None and not sound)
    assert {**forced, "forced": False, "ratio": one["ratio"]} == one


@pytest.mark.parametrize(("series", "periods"), [pair[:2] for pair in PAIRS[::6]])
def test_graphql_says_the_same(client: httpx.Client, series: str, periods: str) -> None:
    rest, other = (ask(client, series, periods, force=True) for ask in (compared, asked_by_graphql))
    for one, same in zip(rest["periods"], other["periods"], strict=True):
        assert one["name"] == same["name"]
        assert (one["value"] or {}).get("value_min") == (same["value"] or {}).get("valueMin")
        assert (one["value"] or {}).get("value_max") == (same["value"] or {}).get("valueMax")
        assert [each["figure"] for each in one["figures"]] == [each["figure"] for each in same["figures"]]
        flags = [[flag["flag"].upper() for flag in each["flags"]] for each in one["figures"]]
        assert flags == [[flag["flag"] for flag in each["flags"]] for each in same["figures"]]
        assert (one["gap"] or {}).get("id") == (same["gap"] or {}).get("id")
    for one, same in zip(rest["changes"], other["changes"], strict=True):
        assert (one["sound"], one["forced"], one["ratio"]) == (same["sound"], same["forced"], same["ratio"])
        assert [(note["id"], note["text_zh"]) for note in one["notes"]] == [
            (note["id"], note["textZh"]) for note in same["notes"]
        ]


def test_several_periods_are_compared_each_with_the_next(client: httpx.Client) -> None:
    found = compared(client, "cac_talks", "2024,2020,2022,2021")
    assert [one["name"] for one in found["periods"]] == ["2020", "2021", "2022", "2024"]
    assert [one["value"] and one["value"]["value_min"] for one in found["periods"]] == [4282, None, 8608, 11159]
    assert [(one["earlier"], one["later"]) for one in found["changes"]] == [
        ("2020", "2021"), ("2021", "2022"), ("2022", "2024"),
    ]  # fmt: skip
    assert found["changes"][2]["ratio"]["min"] == round(11159 / 8608, 4)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("series=cac_talks&periods=2023", "periods"), ("series=cac_talks&periods=2023,2023", "periods"),
        ("series=cac_talks&periods=2023,soon", "periods"), ("series=nobody&periods=2023,2024", "series"),
        ("series=cac_talks,cac_fines&periods=2023,2024", "series"), ("series=cac_talks", "periods"),
        ("series=cac_talks&periods=2023,2024&force=yes", "force"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(client: httpx.Client, query: str, parameter: str) -> None:
    answer = client.get(f"/v1/compare?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == parameter


def test_before_there_were_series_there_is_nothing_to_compare(client: httpx.Client) -> None:
    assert client.get("/v1/series?as_of=2026.11.1").json()["data"] == []
    answer = client.get("/v1/compare?series=cac_talks&periods=2023,2024&as_of=2026.11.1")
    assert answer.status_code == 400
    assert "at this revision" in answer.json()["detail"]
