"""What may be asked of the store: filters, pages, aggregates and points in time. REST and GraphQL share it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schema.codes import ListName
from schema.records import Basis, RecordKind

MAX_LIMIT = 500
DEFAULT_LIMIT = 50
FIRST_YEAR, LAST_YEAR = 1990, 2100
MAX_VALUES = 100
"""Most values of which one must match."""
MAX_TEXT = 200
"""Longest name or search text, in characters."""
MAX_CONDITIONS = 24
"""Most conditions that must hold at once: each is a subquery of its own."""
MAX_SEARCHES = 10
"""Most searches among them, so that every other filter can be asked beside."""
Measurable = Literal["action", "figure"]
Within = Literal["entity_id", "document", "reprint_of"]
"""The filter by which the records of a nested list belong to the one they stand under."""
Dimension = Literal["year", "category", "measure", "entity", "authority"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
DIMENSIONS_OF: dict[Measurable, tuple[Dimension, ...]] = {
    "action": DIMENSIONS,
    "figure": ("year", "measure", "authority"),
}
"""What each kind can be grouped by: official counts name neither entities nor violations."""

AnyOf = tuple[str, ...]
"""Values of which one must match."""

CODE_FILTERS: dict[str, ListName] = {
    "category": "categories",
    "measure": "measures",
    "authority": "authorities",
    "region": "regions",
    "subject_kind": "subject_kinds",
    "campaign": "campaigns",
    "instrument": "instruments",
}
"""The filters whose values are codes, and the list each takes them from."""

FILTERS_OF: dict[RecordKind, tuple[str, ...]] = {
    "action": ("year", "from", "to", *CODE_FILTERS, "entity", "operator", "document", "basis", "search"),
    "figure": (
        "year",
        "from",
        "to",
        "measure",
        "authority",
        "region",
        "subject_kind",
        "campaign",
        "document",
        "basis",
        "search",
    ),
    "entity": ("year", "from", "to", *CODE_FILTERS, "entity", "document", "basis", "search"),
    "document": (
        "year",
        "from",
        "to",
        "measure",
        "category",
        "authority",
        "region",
        "entity",
        "document",
        "reprint_of",
        "basis",
        "search",
    ),
}
"""Which filters each kind of record answers to."""


class BadQuery(Exception):
    """A question that makes no sense. `parameter` names the offending part, the message says why.

    Not a ValueError: pydantic would wrap it.
    """

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records are wanted. Within one inner tuple any value may match; every outer one must."""

    year: tuple[tuple[int, ...], ...] = ()
    since: date | None = None
    until: date | None = None
    category: tuple[AnyOf, ...] = ()
    measure: tuple[AnyOf, ...] = ()
    authority: tuple[AnyOf, ...] = ()
    region: tuple[AnyOf, ...] = ()
    subject_kind: tuple[AnyOf, ...] = ()
    campaign: tuple[AnyOf, ...] = ()
    instrument: tuple[AnyOf, ...] = ()
    entity: tuple[AnyOf, ...] = ()
    """Entities by id or by any of their names."""
    entity_id: tuple[AnyOf, ...] = ()
    """Entities by id alone: a name may be spelt like another entity's id."""
    operator: tuple[AnyOf, ...] = ()
    """Companies said to run what is named, by id or by any of their names."""
    document: tuple[AnyOf, ...] = ()
    """Documents by id. What a reprint states is what its announcement states, in all its copies."""
    reprint_of: tuple[AnyOf, ...] = ()
    """Canonical copies by id: the reprints of them are wanted."""
    basis: tuple[tuple[Basis, ...], ...] = ()
    search: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises `BadQuery` for what cannot be answered."""
        if self.since and self.until and self.since > self.until:
            raise BadQuery("from", f"from ({self.since}) is after to ({self.until})")
        if sum(map(len, _GROUPS(self))) > MAX_CONDITIONS:
            groups = {name: len(getattr(self, name)) for name in _GROUPED}
            most = max(groups, key=lambda name: groups[name])
            asked = sum(groups.values())
            raise BadQuery(most, f"at most {MAX_CONDITIONS} conditions may be asked at once, not {asked}")

    def having(self, name: str, groups: tuple[Any, ...]) -> Filter:
        """The same with other conditions of one name."""
        changed: dict[str, Any] = {name: groups}
        return replace(self, **changed)

    def canonical(self) -> str:
        """One text for all ways of asking the same: sorted, without repeats and without what is not asked."""
        asked: dict[str, object] = {}
        for name in _GROUPED:
            if value := getattr(self, name):
                asked[name] = sorted({_canonical_group(group) for group in value})
        for name in ("since", "until"):
            if day := getattr(self, name):
                asked[name] = day.isoformat()
        return json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_GROUPED: Final = tuple(each.name for each in fields(Filter) if each.name not in ("since", "until"))
"""The filters that hold conditions, all of which must hold."""
_GROUPS: Final = attrgetter(*_GROUPED)


def _canonical_group(group: tuple[object, ...] | str) -> str:
    if isinstance(group, str):
        return group
    return json.dumps(sorted(set(group), key=str), ensure_ascii=False)


class Key(_Frozen):
    """The place of a record in the order `sort date DESC NULLS LAST, id`."""

    on: date | None
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """One page of records of a kind, at a revision."""

    kind: RecordKind
    filter: Filter = Filter()
    revision: int
    limit: int = DEFAULT_LIMIT
    """0 to `MAX_LIMIT`."""
    after: Key | None = None


class AggregateQuery(_Frozen):
    """Counts of actions or figures by group, at a revision, largest group first."""

    of: Measurable = "action"
    group_by: tuple[Dimension, ...] = Field(min_length=1)
    filter: Filter = Filter()
    revision: int = Field(ge=1)
    limit: int = Field(DEFAULT_LIMIT, ge=0, le=MAX_LIMIT)
    offset: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _countable(self) -> Self:
        for dimension in self.group_by:
            if dimension not in DIMENSIONS_OF[self.of]:
                raise BadQuery("group_by", f"{self.of}s cannot be grouped by {dimension}")
        return self


class AsOf(_Frozen):
    """A point in the history of the store, as the user wrote it."""

    text: str
    revision: int | None = None
    release: str | None = None
    time: datetime | None = None


AS_OF_PATTERN = (
    r"^(r[1-9][0-9]{0,8}"
    r"|[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,4}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2}))$"
)
"""`r17` is a revision, `2026.11.1` a release, an RFC 3339 time with an offset a transaction time."""


def fingerprint(*parts: str) -> str:
    """A short digest that tells one question from another."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
