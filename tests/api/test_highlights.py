"""REST and GraphQL say where in each record of a list the words stand that were searched for."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from db.matching import match_key

_EDGES = "{ %s(search: %s, first: 500) { edges { node { id } highlights { field start end } } } }"


def _value(record: dict[str, Any], field: str) -> str:
    value: Any = record
    for step in field.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    assert isinstance(value, str)
    return value


@pytest.mark.parametrize("plural", ["actions", "figures", "entities", "documents"])
@pytest.mark.parametrize("search", ["云雀", "雲雀", "约谈", "lark", "虚构日", "20", "甲乙丙", "yun"])
def test_both_point_to_what_was_searched_for(served: str, plural: str, search: str) -> None:
    asked = {"search": search, "limit": "500"}
    plain = httpx.get(f"{served}/v1/{plural}", params=asked).json()
    body = httpx.get(f"{served}/v1/{plural}", params={**asked, "highlight": "true"}).json()
    found = body.pop("highlights")
    assert body["data"] == plain["data"]
    assert list(found) == [record["id"] for record in body["data"]]
    for record in body["data"]:
        assert found[record["id"]]
        for place in found[record["id"]]:
            shown = _value(record, place["field"])[place["start"] : place["end"]]
            assert match_key(search) in match_key(shown)
    query = _EDGES % (plural, f'"{search}"')
    answer = httpx.post(f"{served}/graphql", json={"query": query}).json()
    edges = answer["data"][plural]["edges"]
    assert {edge["node"]["id"]: edge["highlights"] for edge in edges} == found


def test_nothing_is_marked_where_nothing_was_searched_for(served: str) -> None:
    body = httpx.get(f"{served}/v1/actions", params={"highlight": "true", "limit": "3"}).json()
    assert list(body["highlights"].values()) == [[], [], []]
    assert "highlights" not in httpx.get(f"{served}/v1/actions", params={"highlight": "false"}).json()


@pytest.mark.parametrize(
    "address", ["/v1/aggregate?group_by=year", "/v1/exports/actions.csv?", "/v1/actions?highlight=1"]
)
def test_highlights_are_of_lists_and_asked_for_by_true(served: str, address: str) -> None:
    assert httpx.get(f"{served}{address}&highlight=true").status_code == 400
