"""Canonical queries: ways of writing one question have one text, and what cannot be cited is refused."""

from __future__ import annotations

import random
from dataclasses import asdict
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.citations.addresses import read_address
from api.params import list_parameters
from api.rest.questions import read_query
from schema.changes import CHANGED_TABLES
from schema.citations import (
    GraphQLText,
)
from schema.graphql import Engine, Limits
from schema.graphql.citable import CitableRequest, citable_request, rows_in
from schema.query import BadQuery, Filter

ENGINE = Engine(Limits())


def _tuples(each: st.SearchStrategy[Any], most: int, *, at_least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(each, min_size=at_least, max_size=most).map(tuple)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8).filter(str.strip)
GROUPS = {
    "year": st.integers(1990, 2100),
    "measure": st.sampled_from(["fine", "warning", "regulatory_talk"]),
    "entity": NAMES,
    "basis": st.sampled_from(["text", "transcribed"]),
}
GROUPS_ASKED = {name: _tuples(_tuples(each, 3, at_least=1), 2) for name, each in GROUPS.items()}
FILTERS = st.fixed_dictionaries(GROUPS_ASKED | {"search": _tuples(NAMES, 2)}).map(lambda asked: Filter(**asked))


def _question(query: str) -> Filter:
    return read_query(query.encode(), list_parameters("action")).filter("action")


@given(FILTERS, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_a_canonical_address_asks_the_same_in_one_way(filter: Filter, order: random.Random) -> None:
    asked = read_address(_address(filter), ())
    assert isinstance(asked.canonical, str)
    assert _question(asked.canonical.partition("?")[2]).canonical() == filter.canonical()
    shuffled = Filter(**{name: _shuffled(value, order) for name, value in asdict(filter).items()})
    assert read_address(_address(shuffled, ("limit", "7")), ()).canonical == asked.canonical


def _address(filter: Filter, *more: tuple[str, str]) -> str:
    """An address as anybody might write it: in the order of the filter, every character escaped that may be."""
    pairs = [("search", text) for text in filter.search]
    for name in GROUPS:
        for group in getattr(filter, name):
            pairs.append((name, ",".join(str(value).replace("\\", "\\\\").replace(",", "\\,") for value in group)))
    return f"/v1/actions?{urlencode([*pairs, *more], safe='')}"


def _shuffled(value: Any, order: random.Random) -> Any:
    """The same groups of the same values in another order, one of them twice."""
    if not isinstance(value, tuple) or not value:
        return value
    again = [_shuffled(each, order) for each in (*value, order.choice(value))]
    order.shuffle(again)
    return tuple(again)


@pytest.mark.parametrize(
    "address",
    [
        "/v1/actions?measure=fine&year=2023,2022",
        "/v1/actions?year=2022,2023,2022&measure=fine&limit=3",
        "/v1/actions?year=2022%2C2023&measure=fine&measure=fine&cursor=AAAAAAAA",
        "/v1/exports/actions.csv?year=2022,2023&measure=fine&bom=true",
        "/v1/exports/actions.ndjson?year=2022,2023&measure=fine&as_of=2026.11.1",
        "https://record.example/v1/%61ctions?year=2022,2023&measure=fine",
        "https://record.example/deep/v1/actions?year=2022,2023&measure=fine",
    ],
)
def test_pages_and_formats_of_one_list_are_one_query(address: str) -> None:
    asked = read_address(address, ("", "https://record.example/deep", "https://record.example"))
    assert asked.canonical == "/v1/actions?measure=fine&year=2022,2023"
    assert asked.source("2026.11.1") == "/v1/exports/actions.ndjson?measure=fine&year=2022,2023&as_of=2026.11.1"


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("/v1/aggregate?group_by=measure,year,measure&of=action", "/v1/aggregate?group_by=year,measure"),
        ("/v1/aggregate?of=figure&group_by=year&year=2023", "/v1/aggregate?group_by=year&of=figure&year=2023"),
        ("/v1/vocabularies/measures?code=warning,fine", "/v1/vocabularies/measures?code=fine,warning"),
        ("/v1/entities/baidu?as_of=r3", "/v1/entities/baidu"),
        ("/v1/actions?from=2023-01-01&from=2023-02-01&to=2024-01-01", "/v1/actions?from=2023-02-01&to=2024-01-01"),
        ("/v1/actions?entity=a%5C,b", "/v1/actions?entity=a%5C,b"),
        ("/v1/vocabularies?as_of=r3", "/v1/vocabularies"),
        ("/v1/changes?limit=3&cursor=AAAAAAAA&records=false&as_of=r3", "/v1/changes"),
        (f"/v1/changes?table={','.join(reversed(CHANGED_TABLES))}", "/v1/changes"),
        (
            "/v1/changes?table=figures,codes&since=r4&records=true",
            "/v1/changes?records=true&since=r4&table=codes,figures",
        ),
        ("/v1/changes?since=2026-01-02T05:00:00%2B08:00", "/v1/changes?since=2026-01-01T21:00:00Z"),
        ("/v1/releases/r4...2026.11.1.ndjson", "/v1/releases/r4...2026.11.1.ndjson"),
    ],
)
def test_other_addresses_have_one_form_too(address: str, canonical: str) -> None:
    assert read_address(address, ()).canonical == canonical


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("/v1", "query"), ("/v1/actions/", "query"), ("/v1/actions/x", "query"), ("/v1/extraction/rules", "query"),
        ("/graphql?query=%7Bactions%7BtotalCount%7D%7D", "query"), ("//elsewhere.example/v1/actions", "query"),
        ("https://elsewhere.example/v1/actions", "query"), ("https://record.example.evil/v1/actions", "query"),
        ("/v1/actions#a", "query"), ("/v1/actions?search=a b", "query"), ("", "query"),
        ("/v1/actions?colour=red", "colour"), ("/v1/aggregate", "group_by"), ("/v1/actions?year=twenty", "year"),
        ("/v1/changes.atom", "query"), ("/v1/changes?year=2023", "year"), ("/v1/changes?since=now", "since"),
        ("/v1/releases", "query"), ("/v1/releases/2026.11.1/actions.csv", "query"), ("/v1/releases/2026.11.1", "query"),
        ("/v1/releases/r1...latest.ndjson", "query"), ("/v1/releases/r1...2026.11.1.ndjson?limit=1", "limit"),
        ("/v1/aggregate?of=figure&group_by=entity", "group_by"), ("/v1/actions/a-2222222222222?year=2023", "year"),
    ],
)  # fmt: skip
def test_what_cannot_be_cited_is_refused_by_name(address: str, parameter: str) -> None:
    with pytest.raises(BadQuery) as refused:
        read_address(address, ("https://record.example",))
    assert refused.value.parameter == parameter


def _request(query: str, variables: dict[str, Any] | None = None, name: str | None = None) -> CitableRequest:
    return citable_request(ENGINE, query, variables or {}, name)


def _canonical(query: str, variables: dict[str, Any] | None = None, name: str | None = None) -> GraphQLText:
    return _request(query, variables, name).text


def test_ways_of_writing_one_request_have_one_text() -> None:
    first = _canonical(
        """query A($y: [Int!] = [2023], $m: [MeasureCode!]) { # why
            actions(year: $y, measure: $m, and: [{basis: TEXT, year: [2022]}]) { totalCount, nodes { id ...More } }
            entities(search: "云雀") { totalCount } }
        fragment More on Action { gistEn gistZh }""",
        {"m": ["fine"], "y": [2023], "other": 1},
    )
    second = _canonical(
        """fragment More on Action { gistZh gistEn gistZh }
        query B { figures { totalCount } }
        query C($m: [MeasureCode!], $y: [Int!] = [2023]) { entities(search: \"\"\"云雀\"\"\") { totalCount }
            actions: actions(and: [{year: [2022], basis: TEXT}], measure: $m, year: $y) { nodes { ...More id }
            totalCount } }
        """,
        {"m": ["fine"]},
        "C",
    )
    assert first == second == _canonical(first.query, first.variables)
    assert first.variables == {"m": ["fine"]}


def test_what_means_something_else_has_another_text() -> None:
    assert _canonical("{actions(year: [2023]) {totalCount}}") != _canonical("{actions(year: [2024]) {totalCount}}")
    by_variable = "query($y: [Int!]) {actions(year: $y) {totalCount}}"
    assert _canonical(by_variable, {"y": [2023]}) != _canonical(by_variable, {"y": [2024]})
    assert _canonical("{a: actions {totalCount}}") != _canonical("{b: actions {totalCount}}")


def test_fragments_that_spread_each_other_are_gone_through_once() -> None:
    names = [f"F{n}" for n in range(40)]
    chain = "".join(
        f"fragment {one} on Query {{...{next_one} ... on Query {{...{next_one}}}}}" for one, next_one in pairwise(names)
    )
    request = _request(f"{{...F0}} {chain} fragment F39 on Query {{actions {{totalCount}}}}")
    assert rows_in(request, {"actions": {"totalCount": 3}}) == 3


@pytest.mark.parametrize(
    "query",
    [
        "{", "{actions", "{nothing {id}}", "mutation {actions {totalCount}}", "{extractionRules {code}}",
        "{__schema {types {name}}}", "query A {measures {code}} query B {measures {code}}",
        "{...F} fragment F on Query {__type(name: \"Action\") {name}}", "{" + "a: measures {code} " * 700 + "}",
    ],
)  # fmt: skip
def test_a_request_that_no_release_answers_is_refused(query: str) -> None:
    with pytest.raises(BadQuery):
        _canonical(query)
