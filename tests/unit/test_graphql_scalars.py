"""The custom scalars take what they must and refuse the rest in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from graphql import GraphQLScalarType

from schema.codes import shipped_codes
from schema.graphql.engine import CORE
from schema.graphql.scalars import CODE_SCALARS
from schema.query import BadQuery


def scalar(name: str) -> GraphQLScalarType:
    type_ = CORE.get_type(name)
    assert isinstance(type_, GraphQLScalarType)
    return type_


@pytest.mark.parametrize("list_name", CODE_SCALARS)
def test_every_shipped_code_is_taken(list_name: str) -> None:
    type_ = scalar(CODE_SCALARS[list_name].__name__)  # type: ignore[index]
    for item in shipped_codes():
        if item.list == list_name:
            assert type_.parse_value(item.code) == item.code
            assert type_.serialize(item.code) == item.code


@pytest.mark.parametrize("value", ["regulatory_talks", "", "REGULATORY_TALK", "fine\0", "x" * 10_000])
def test_an_unknown_code_is_named_with_its_list(value: str) -> None:
    with pytest.raises(ValueError, match=r"^no code .* in the list 'measures'$"):
        scalar("MeasureCode").parse_value(value)


@pytest.mark.parametrize("name", ["MeasureCode", "Cursor", "AsOf", "Date"])
@pytest.mark.parametrize("value", [1, 1.5, True, [], {}])
def test_a_string_is_expected(name: str, value: object) -> None:
    with pytest.raises(ValueError, match="a string is expected"):
        scalar(name).parse_value(value)


@pytest.mark.parametrize(
    "text", ["20241231", "2024-W01-1", "2024-1-1", "2024-02-30", "２０２４-01-01", "", "0000-01-01"]
)
def test_only_plain_days_are_dates(text: str) -> None:
    with pytest.raises(ValueError, match="is not a day"):
        scalar("Date").parse_value(text)


def test_a_day_goes_in_and_out() -> None:
    assert scalar("Date").parse_value("2024-02-29") == date(2024, 2, 29)
    assert scalar("Date").serialize(date(2024, 2, 29)) == "2024-02-29"
    assert scalar("Date").serialize("2024-02-29") == "2024-02-29"


def test_times_are_given_in_utc_and_never_taken() -> None:
    assert scalar("DateTime").serialize(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05Z"
    with pytest.raises(ValueError, match="only given out"):
        scalar("DateTime").parse_value("2026-01-02T03:04:05Z")


@pytest.mark.parametrize("value", [2**31, 2**53 - 1, 0, -5])
def test_large_numbers_stay_numbers(value: int) -> None:
    assert scalar("BigInt").parse_value(value) == value
    assert scalar("BigInt").serialize(value) == value


@pytest.mark.parametrize("value", [2**53, 1.5, "1", True])
def test_what_is_no_such_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="at most 53 bits"):
        scalar("BigInt").parse_value(value)


@pytest.mark.parametrize("text", ["r17", "2026.11.1", "2026-11-22T08:00:00Z", "2026-11-22T08:00:00.5+08:00"])
def test_points_in_time(text: str) -> None:
    assert scalar("AsOf").parse_value(text).text == text


@pytest.mark.parametrize("text", ["17", "r0", "latest", "2026-11-22", "2026-11-22T08:00:00", "r1" * 1_000])
def test_what_is_no_point_in_time(text: str) -> None:
    with pytest.raises(BadQuery):
        scalar("AsOf").parse_value(text)
