"""The properties of entities that columns can be filled with, and that questions may set conditions on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from api.reconciling.asked import Condition
from db.matching import match_key
from schema.codes import CodeBook, ListName
from schema.facts import EntityFacts
from schema.query import BadQuery
from schema.records import NameKind

Value = Mapping[str, Any]
"""A value as the protocol writes it: `str`, `int`, `date`, or `id` and `name` of an entity."""
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Property:
    """One property."""

    id: str
    name: str
    description: str
    read: Callable[[Body, EntityFacts, CodeBook, str], Sequence[Value]]
    """Its values, from the record, what the actions say, the code lists, and how codes are to be written."""
    type: str | None = None
    """The type of its values, where these are entities."""
    of_codes: bool = False
    """Whether its values are codes, so that it can be set how they are written."""


def type_name(book: CodeBook, code: str) -> str:
    """What a kind of entities is called, in both languages."""
    item = book.item("subject_kinds", code)
    return f"{item.label_zh} {item.label_en}"


def _names(*kinds: str) -> Callable[[Body, EntityFacts, CodeBook, str], Sequence[Value]]:
    def read(body: Body, _facts: EntityFacts, _book: CodeBook, _shown: str) -> Sequence[Value]:
        return [{"str": name["name"]} for name in body["names"] if name["kind"] in kinds]

    return read


def _codes(list_name: ListName, codes: Sequence[str], book: CodeBook, shown: str) -> Sequence[Value]:
    if shown == "code":
        return [{"str": code} for code in codes]
    return [{"str": getattr(book.item(list_name, code), shown)} for code in codes]


def _day(day: date | None) -> Sequence[Value]:
    return [{"date": f"{day.isoformat()}T00:00:00Z"}] if day else []


PROPERTIES: Mapping[str, Property] = {
    each.id: each
    for each in (
        Property("name", "名称 name", "The name in simplified characters.", lambda b, f, c, s: [{"str": b["name"]}]),
        Property("name_en", "英文名 English name", "The English name, where one is known.",
                 lambda b, f, c, s: [{"str": b["name_en"]}] if b["name_en"] else []),
        Property("names", "全部名称 all names", "All known names, in both scripts and in pinyin.",
                 _names(*get_args(NameKind))),
        Property("former_names", "曾用名 former names", "Names it no longer has.", _names("former")),
        Property("kind", "主体类型 kind", "What it was first called.",
                 lambda b, f, c, s: _codes("subject_kinds", [b["kind"]], c, s), of_codes=True),
        Property("actions", "处置次数 actions", "How many actions name it.", lambda b, f, c, s: [{"int": f.actions}]),
        Property("operated", "所运营平台被处置次数 actions on what it runs",
                 "How many actions name something that it is said to run.", lambda b, f, c, s: [{"int": f.operated}]),
        Property("first_action", "首次处置 first action", "The day of the earliest dated action that names it.",
                 lambda b, f, c, s: _day(f.first)),
        Property("last_action", "最近处置 last action", "The day of the latest one.", lambda b, f, c, s: _day(f.last)),
        Property("measures", "处置措施 measures", "What was done to it, most often first.",
                 lambda b, f, c, s: _codes("measures", f.measures, c, s), of_codes=True),
        Property("categories", "违法违规类别 categories", "What for, most often first.",
                 lambda b, f, c, s: _codes("categories", f.categories, c, s), of_codes=True),
        Property("authorities", "处置机关 authorities", "Who acted, most often first.",
                 lambda b, f, c, s: _codes("authorities", f.authorities, c, s), of_codes=True),
        Property("operator", "运营者 operator", "The companies that announcements say run it.",
                 lambda b, f, c, s: [{"id": key, "name": name} for key, name in f.operators], type="company"),
    )
}  # fmt: skip
"""All properties, in the order in which they are proposed."""
SHOWN = {"label_zh": "中文名称 Chinese label", "label_en": "英文名称 English label", "code": "代码 code"}
"""How codes can be written: the setting `shown` of the properties of codes."""


def property_of(pid: str) -> Property:
    """A property by its id. Raises `BadQuery`."""
    if pid not in PROPERTIES:
        raise BadQuery("properties", f"no property {pid[:80]!r}; there are: {', '.join(PROPERTIES)}")
    return PROPERTIES[pid]


def shown_of(one: Property, settings: Mapping[str, Any] | None) -> str:
    """How codes are to be written, by the settings of a property. Raises `BadQuery`."""
    shown = (settings or {}).get("shown") or "label_zh"
    if shown not in SHOWN:
        raise BadQuery("properties", f"{one.id}: shown is one of {', '.join(SHOWN)}")
    return str(shown)


def held(condition: Condition, body: Body, facts: EntityFacts, book: CodeBook) -> float | None:
    """The share of a condition that an entity fulfils; None where it has no values of the property."""
    one = property_of(condition.property)
    writings = tuple(SHOWN) if one.of_codes else ("label_zh",)
    known = {
        match_key(str(part)) for s in writings for value in one.read(body, facts, book, s) for part in value.values()
    }
    if not known:
        return None
    found = [match_key(value) in known or _day_of(value) in known for value in condition.values]
    match condition.quantifier:
        case "any":
            return float(any(found))
        case "all":
            return sum(found) / len(found) if found else 1.0
        case "none":
            return float(not any(found))


def _day_of(value: str) -> str:
    """A day as values of properties write it."""
    return match_key(f"{value}T00:00:00Z")
