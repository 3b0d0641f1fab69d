"""From a query string to what is asked: values, filter, and the revision it is asked of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from api.params import Parameters
from schema.codes import CodeBook, UnknownCode
from schema.ids import ID_PATTERNS
from schema.points import Place, decode_cursor
from schema.ports import Reader
from schema.query import CODE_FILTERS, DEFAULT_LIMIT, FILTERS_OF, AsOf, BadQuery, Filter, Key
from schema.records import RecordKind, Revision

_MAX_FIELDS = 500
_RENAMED = {"from": "since", "to": "until"}


@dataclass(frozen=True, slots=True)
class Question:
    """A query string, read."""

    pairs: tuple[tuple[str, str], ...]
    values: Mapping[str, Any]

    @property
    def as_of(self) -> AsOf | None:
        """The point in history asked for, if any."""
        point: AsOf | None = self.values.get("as_of")
        return point

    @property
    def limit(self) -> int:
        """How many records are asked for."""
        limit: int = self.values.get("limit", DEFAULT_LIMIT)
        return limit

    @property
    def pinned(self) -> bool:
        """Whether it names a revision or a release, so that later ones do not change the answer."""
        return "cursor" in self.values or (self.as_of is not None and self.as_of.time is None)

    def filter(self, kind: RecordKind) -> Filter:
        """What is asked of records of a kind. Raises `BadQuery` for a filter the kind does not know."""
        asked: dict[str, Any] = {}
        for name, value in self.values.items():
            if name in FILTERS_OF[kind]:
                asked[_RENAMED.get(name, name)] = value
            elif name in FILTERS_OF["action"]:
                raise BadQuery(name, f"{kind}s cannot be filtered by {name}")
        if "since" in asked:
            asked["since"] = max(asked["since"])
        if "until" in asked:
            asked["until"] = min(asked["until"])
        return Filter(**asked)

    def with_cursor(self, cursor: str) -> str:
        """The query string of the page that begins at a cursor."""
        pairs = [pair for pair in self.pairs if pair[0] != "cursor"]
        return urlencode([*pairs, ("cursor", cursor)], safe=",:", quote_via=quote)


def read_query(query: bytes, known: Parameters) -> Question:
    """Read a query string. Raises `BadQuery` naming the parameter that is unknown or makes no sense."""
    try:
        pairs = parse_qsl(query.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except UnicodeDecodeError:
        raise BadQuery("query", "the query is not UTF-8") from None
    except ValueError:
        raise BadQuery("query", f"the query has more than {_MAX_FIELDS} parameters") from None
    texts: dict[str, list[str]] = {}
    for name, text in pairs:
        if name not in known:
            allowed = ", ".join(known) or "none"
            raise BadQuery(name[:80], f"unknown parameter {name[:80]!r}; the parameters here are: {allowed}")
        texts.setdefault(name, []).append(text)
    for parameter in known.values():
        if parameter.required and parameter.name not in texts:
            raise BadQuery(parameter.name, f"{parameter.name} is required")
    return Question(tuple(pairs), {name: known[name].parse(given) for name, given in texts.items()})


def written(kind: RecordKind, filter: Filter) -> list[tuple[str, str]]:
    """The parameters that ask for a filter, sorted and without repeats: the same for all ways of asking the same."""
    pairs: list[tuple[str, str]] = []
    for name in FILTERS_OF[kind]:
        value = getattr(filter, _RENAMED.get(name, name))
        if isinstance(value, date):
            texts = {value.isoformat()}
        elif name == "search":
            texts = set(value)
        else:
            texts = {",".join(sorted({_escaped(one) for one in group})) for group in value or ()}
        pairs += [(name, text) for text in texts]
    return sorted(pairs)


def _escaped(value: str | int) -> str:
    """A value beside others: a comma in it is no separator."""
    return re.sub(r"([\\,])", r"\\\1", str(value))


async def settle(reader: Reader, question: Question, fingerprint: str = "") -> tuple[Revision, Place | None]:
    """The revision a question is asked of, and the place its cursor points to.

    A cursor pins the revision of its first page; `fingerprint` tells whether it belongs to this question.
    """
    if "cursor" not in question.values:
        return await reader.revision(question.as_of), None
    number, place = decode_cursor(question.values["cursor"], fingerprint)
    try:
        pinned = await reader.revision(AsOf(text=f"r{number}", revision=number))
    except BadQuery as error:
        raise BadQuery("cursor", f"the cursor is of a revision that is not here: {error}") from None
    if question.as_of is not None and (await reader.revision(question.as_of)).number != number:
        raise BadQuery("as_of", f"the cursor belongs to revision r{number}, and as_of means another")
    return pinned, place


def key_of(kind: RecordKind, place: Place | None) -> Key | None:
    """The place in a list of records that a cursor points to. Raises `BadQuery` if it is none."""
    if place is None:
        return None
    if not isinstance(place, Key) or not re.fullmatch(ID_PATTERNS[kind], place.id):
        raise BadQuery("cursor", "this cursor does not come from this question; start again without it")
    return place


def check_codes(filter: Filter, book: CodeBook) -> None:
    """Raise `BadQuery` naming parameter and list for a code that the lists do not hold."""
    for name, list_name in CODE_FILTERS.items():
        for group in getattr(filter, name):
            for code in group:
                if not book.has(list_name, code):
                    raise BadQuery(name, str(UnknownCode(list_name, code)))
