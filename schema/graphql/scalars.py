"""The custom scalars: codes, cursors, points in time, days and large numbers."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from schema.codes import CodeBook, ListName, shipped_codes
from schema.points import parse_as_of
from schema.query import AsOf

MeasureCode = NewType("MeasureCode", str)
SubjectKindCode = NewType("SubjectKindCode", str)
CategoryCode = NewType("CategoryCode", str)
AuthorityCode = NewType("AuthorityCode", str)
InstrumentCode = NewType("InstrumentCode", str)
CampaignCode = NewType("CampaignCode", str)
RegionCode = NewType("RegionCode", str)
BigInt = NewType("BigInt", int)
Cursor = NewType("Cursor", str)
PointInTime = NewType("PointInTime", AsOf)

CODE_SCALARS: Final[dict[ListName, Any]] = {
    "measures": MeasureCode,
    "subject_kinds": SubjectKindCode,
    "categories": CategoryCode,
    "authorities": AuthorityCode,
    "instruments": InstrumentCode,
    "campaigns": CampaignCode,
    "regions": RegionCode,
}
LARGEST: Final = 2**53 - 1
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_RFC_3339 = "https://datatracker.ietf.org/doc/html/rfc3339"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a string is expected")
    return value


def _code(list_name: ListName, book: CodeBook) -> Callable[[object], str]:
    def parse(value: object) -> str:
        code = _text(value)
        if not book.has(list_name, code):
            raise ValueError(f"no code {code[:100]!r} in the list {list_name!r}")
        return code

    return parse


def _as_of(value: object) -> AsOf:
    return parse_as_of(_text(value)[:100])


def _big_int(value: object) -> int:
    if type(value) is not int or not -LARGEST <= value <= LARGEST:
        raise ValueError("a whole number of at most 53 bits is expected")
    return value


def _date(value: object) -> date:
    text = _text(value)
    try:
        # fromisoformat alone would also take 20241231 and 2024-W01-1.
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{text[:100]!r} is not a day such as '2024-12-31'")


def _no_input(_value: object) -> object:
    raise ValueError("this scalar is only given out")


def _scalar(
    name: str,
    description: str,
    parse: Callable[[object], object],
    serialize: Callable[[Any], object] = lambda value: value,
    specified_by: str | None = None,
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name, description=description, parse_value=parse, serialize=serialize, specified_by_url=specified_by
    )


def _iso(value: object) -> object:
    """Days come as text from a stored record and as objects from elsewhere."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else value


def scalar_map() -> dict[object, ScalarDefinition]:
    """Every custom scalar, by the Python type that stands for it in annotations."""
    book = shipped_codes()
    codes = {
        python: _scalar(
            python.__name__,
            f"A code of the list `{name}`, as a string. A code that the list does not hold is an error.",
            _code(name, book),
        )
        for name, python in CODE_SCALARS.items()
    }
    return {
        **codes,
        BigInt: _scalar("BigInt", "A whole number up to 2^53 - 1, as a JSON number.", _big_int),
        Cursor: _scalar(
            "Cursor",
            "A place in a list. Opaque: it comes from `endCursor`, belongs to the question it was given for, and "
            "holds the revision, so that the pages of one list agree.",
            _text,
        ),
        PointInTime: _scalar(
            "AsOf",
            "A point in the history of the store: a revision (`r17`), a release (`2026.11.1`), or a transaction time "
            "(RFC 3339 with an offset, such as `2026-11-22T08:00:00Z`).",
            _as_of,
        ),
        date: _scalar("Date", "A day, as `2024-12-31`.", _date, _iso, _RFC_3339),
        datetime: _scalar("DateTime", "A time in UTC, as RFC 3339.", _no_input, _iso, _RFC_3339),
    }
