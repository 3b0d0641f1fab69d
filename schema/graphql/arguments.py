"""The filter arguments of lists and aggregates, and how they become a `schema.query.Filter`."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import GenericAlias
from typing import Annotated, Any, Final

import strawberry

from schema.graphql.scalars import CODE_SCALARS, Cursor, PointInTime
from schema.graphql.values import Basis
from schema.query import (
    CODE_FILTERS,
    DEFAULT_LIMIT,
    FILTERS_OF,
    FIRST_YEAR,
    LAST_YEAR,
    MAX_LIMIT,
    MAX_TEXT,
    MAX_VALUES,
    BadQuery,
    Filter,
)
from schema.records import RecordKind

"""A question of more conditions than this takes the store longer to plan than to answer."""
_RENAMED: Final = {"from": "since", "to": "until"}
"""`from` cannot be a name in Python. The names on the right are those of `Filter`."""
_SINGLE: Final = ("from", "to", "search")

_CODE_HELP: Final = {
    "category": "Violation categories; a broad one stands for all below it.",
    "measure": "Measures taken.",
    "authority": "Bodies that acted, or whose count it is.",
    "region": "Regions of the authorities.",
    "subject_kind": "Kinds of the subjects.",
    "campaign": "Campaigns stated.",
    "instrument": "Legal bases stated.",
}
_OTHERS: Final[dict[str, tuple[Any, str]]] = {
    "year": (int, f"Years, {FIRST_YEAR} to {LAST_YEAR}. What has no date matches none."),
    "from": (date, "First day. Figures match where their period touches the days asked for."),
    "to": (date, "Last day, included."),
    "entity": (str, "Entities, each by id or by any of its names, in either script or in pinyin."),
    "operator": (str, "Companies said to run what is named, each by id or by any of its names."),
    "document": (strawberry.ID, "Documents, by id. Of facts, those of all copies of the announcement."),
    "reprint_of": (strawberry.ID, "Documents whose reprints are wanted, by id."),
    "basis": (Basis, "What the record rests on: the text of the page, or facts transcribed from one that is not held."),
    "search": (
        str,
        "Words that must stand in the names, titles or wording. Pinyin, of whole syllables, finds the entities that "
        "are read so and the actions that name them.",
    ),
}


def _list_of(python: Any) -> Any:
    return GenericAlias(list, (python,))


def _annotation(name: str) -> tuple[Any, str]:
    """The type of a filter and what it means."""
    if name in CODE_FILTERS:
        return _list_of(CODE_SCALARS[CODE_FILTERS[name]]), _CODE_HELP[name] + " Any of the codes may match."
    python, help_text = _OTHERS[name]
    if name in _SINGLE:
        return python, help_text
    return _list_of(python), help_text + " Any of the values may match."


def _conjunct(kind: RecordKind) -> type:
    """The input object of `and`: the filters of a kind without the days, which `from` and `to` give once."""
    names = [name for name in FILTERS_OF[kind] if name not in _RENAMED]
    annotations = {name: _annotation(name)[0] | None for name in names}
    fields = {name: strawberry.field(description=_annotation(name)[1], default=strawberry.UNSET) for name in names}
    made = type(f"{kind.capitalize()}Filter", (), {"__annotations__": annotations, "__module__": __name__, **fields})
    return strawberry.input(made, description=f"More conditions on {kind} records, all of which must hold.")


CONJUNCTS: Final[dict[RecordKind, type]] = {kind: _conjunct(kind) for kind in FILTERS_OF}


def _parameter(name: str, annotation: Any, description: str, default: object = strawberry.UNSET) -> inspect.Parameter:
    argument = strawberry.argument(description=description, name=name if name in (*_RENAMED, "and") else None)
    python = {**_RENAMED, "and": "and_"}.get(name, name)
    return inspect.Parameter(
        python, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[annotation, argument]
    )


def filter_parameters(kind: RecordKind) -> list[inspect.Parameter]:
    """The filter arguments of a kind of record."""
    own = [_parameter(name, _annotation(name)[0] | None, _annotation(name)[1]) for name in FILTERS_OF[kind]]
    more = "More conditions. The values of one argument are alternatives; all of these must hold as well."
    return [*own, _parameter("and", _list_of(CONJUNCTS[kind]) | None, more)]


def page_parameters(things: str) -> list[inspect.Parameter]:
    """The arguments that choose a page."""
    first = f"How many {things} to give, 0 to {MAX_LIMIT}."
    after = "The `endCursor` of the page before. Reads at the revision of that page."
    return [_parameter("first", int | None, first, DEFAULT_LIMIT), _parameter("after", Cursor | None, after)]


def as_of_parameter() -> inspect.Parameter:
    """The argument that chooses a point in the history of the store."""
    return _parameter("as_of", PointInTime | None, "The point in the history of the store; by default the latest.")


def taking(parameters: Iterable[inspect.Parameter], resolver: Callable[..., Any]) -> Callable[..., Any]:
    """The resolver with these arguments instead of its `**given`, for Strawberry to see."""
    own = inspect.signature(resolver).parameters.values()
    kept = [p for p in own if p.kind is not inspect.Parameter.VAR_KEYWORD]
    resolver.__signature__ = inspect.Signature([*kept, *parameters])  # type: ignore[attr-defined]
    return resolver


def page_size(given: Mapping[str, Any]) -> int:
    """The number of records asked for. Raises `BadQuery` when it is not in bounds."""
    first = given.get("first")
    if first is None:
        return DEFAULT_LIMIT
    if not 0 <= first <= MAX_LIMIT:
        raise BadQuery("first", f"first is 0 to {MAX_LIMIT}, not {first}")
    return int(first)


def optional(given: Mapping[str, Any], name: str) -> Any:
    """An argument, None when it is not given."""
    value = given.get(name)
    return None if value is strawberry.UNSET else value


def filter_of(kind: RecordKind, given: Mapping[str, Any], **fixed: str) -> Filter:
    """The filter that arguments ask for. `fixed` adds what a nested list is limited to."""
    also = optional(given, "and_") or ()
    groups: dict[str, tuple[Any, ...]] = {name: ((value,),) for name, value in fixed.items()}
    for conditions in (given, *(vars(each) for each in also)):
        for name in FILTERS_OF[kind]:
            value = conditions.get(name)
            if value is not None and value is not strawberry.UNSET and name not in _RENAMED:
                groups[name] = (*groups.get(name, ()), checked(name, value))
    return Filter(since=optional(given, "since"), until=optional(given, "until"), **groups)


def checked(name: str, value: Any) -> Any:
    """The value of a filter, as `Filter` wants it. Raises `BadQuery` for what cannot be asked."""
    if name == "search":
        return check_text(name, value)
    if len(value) > MAX_VALUES:
        raise BadQuery(name, f"at most {MAX_VALUES} values, not {len(value)}")
    if name == "year":
        for year in value:
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise BadQuery(name, f"a year is {FIRST_YEAR} to {LAST_YEAR}, not {year}")
    if name == "basis":
        return tuple(basis.value for basis in value)
    if name in ("entity", "document", "reprint_of"):
        return tuple(check_text(name, text) for text in value)
    return tuple(value)


def check_text(name: str, text: str) -> str:
    """The text, if the store can be asked for it."""
    if len(text) > MAX_TEXT:
        raise BadQuery(name, f"at most {MAX_TEXT} characters, not {len(text)}")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise BadQuery(name, "the text holds a character that no text can hold (NUL or a lone surrogate)")
    return text
