"""Reading query strings: what is accepted, how it is combined, and which parameter a refusal names."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.params import AGGREGATE_PARAMETERS, list_parameters, split_commas
from api.rest.questions import read_query
from schema.query import MAX_CONDITIONS, MAX_TEXT, MAX_VALUES, BadQuery, Filter

LISTS = list_parameters("action")


def filter_of(query: str) -> Filter:
    return read_query(query.encode(), LISTS).filter("action")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", Filter()),
        ("year=2023,2024", Filter(year=((2023, 2024),))),
        ("year=2023&year=2024", Filter(year=((2023,), (2024,)))),
        ("measure=fine,warning&measure=regulatory_talk", Filter(measure=(("fine", "warning"), ("regulatory_talk",)))),
        ("from=2023-01-01&from=2023-06-01", Filter(since=date(2023, 6, 1))),
        ("to=2023-01-01&to=2023-06-01", Filter(until=date(2023, 1, 1))),
        (r"entity=a\,b,c\\", Filter(entity=(("a,b", "c\\"),))),
        ("entity=%E7%99%BE%E5%BA%A6", Filter(entity=(("百度",),))),
        ("entity=百度", Filter(entity=(("百度",),))),
        ("entity=a%2Cb", Filter(entity=(("a", "b"),))),
        ("search=a,b&search=c+d", Filter(search=("a,b", "c d"))),
        ("limit=0&as_of=r3", Filter()),
    ],
)
def test_values_are_combined_as_documented(query: str, expected: Filter) -> None:
    assert filter_of(query) == expected


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("colour=red", "colour"),
        ("limit=501", "limit"),
        ("limit=-1", "limit"),
        ("limit=1.0", "limit"),
        ("limit=%D9%A1", "limit"),
        ("limit=1&limit=1", "limit"),
        ("year=", "year"),
        ("year=2023,", "year"),
        ("year=1989", "year"),
        ("year=twenty", "year"),
        ("from=2023-02-30", "from"),
        ("from=20230101", "from"),
        ("from=2023-W01-1", "from"),
        ("from=2024-01-01&to=2023-01-01", "from"),
        ("measure=Fine", "measure"),
        ("document=x", "document"),
        ("entity=", "entity"),
        (r"entity=a\b", "entity"),
        ("entity=%00", "entity"),
        (f"entity={'a' * (MAX_TEXT + 1)}", "entity"),
        ("search=", "search"),
        ("search=%20", "search"),
        ("search=a%0Ab", "search"),
        (f"search={'a' * (MAX_TEXT + 1)}", "search"),
        ("as_of=yesterday", "as_of"),
        ("as_of=2023-01-01T00:00:00", "as_of"),
        ("as_of=0001-01-01T00:00:00%2B01:00", "as_of"),
        ("cursor=x", "cursor"),
        ("year=" + ",".join(["2023"] * (MAX_VALUES + 1)), "year"),
        ("&".join(["year=2023"] * (MAX_CONDITIONS + 1)), "year"),
        ("&".join(["year=2023"] * 501), "query"),
        ("entity=%FF", "query"),
    ],
)
def test_a_refusal_names_its_parameter(query: str, parameter: str) -> None:
    with pytest.raises(BadQuery) as refusal:
        filter_of(query)
    assert refusal.value.parameter == parameter
    assert len(str(refusal.value)) < 400


def test_an_unknown_parameter_is_told_what_there_is() -> None:
    with pytest.raises(BadQuery, match="the parameters here are: year, from, to"):
        filter_of("yeer=2023")


def test_a_required_parameter_is_missed() -> None:
    with pytest.raises(BadQuery, match="group_by is required"):
        read_query(b"of=action", AGGREGATE_PARAMETERS)


def test_figures_have_fewer_filters() -> None:
    question = read_query(b"of=figure&group_by=year&category=gambling", AGGREGATE_PARAMETERS)
    with pytest.raises(BadQuery, match="figures cannot be filtered by category"):
        question.filter("figure")


NAMES = st.lists(
    st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=20), min_size=1, max_size=9
)


@settings(derandomize=True, max_examples=100, database=None)
@given(NAMES)
def test_any_names_survive_being_written_and_read(names: list[str]) -> None:
    from urllib.parse import quote

    written = ",".join(name.replace("\\", "\\\\").replace(",", "\\,") for name in names)
    assert filter_of(f"entity={quote(written)}").entity == (tuple(names),)


@settings(derandomize=True, max_examples=100, database=None)
@given(st.text())
def test_splitting_loses_nothing(text: str) -> None:
    assert ",".join(split_commas(text)) == text
