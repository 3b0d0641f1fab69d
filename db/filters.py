"""Turns a `Filter` into SQL conditions with bound parameters. Nothing a user wrote becomes SQL text."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from db.matching import match_key
from schema.codes import CodeBook
from schema.query import CODE_FILTERS, AnyOf, BadQuery, Filter
from schema.records import Basis, RecordKind


def as_of(alias: str) -> str:
    """The versions that stood at the revision bound as the first parameter."""
    return f"{alias}.revision_from <= $1 AND ({alias}.revision_to IS NULL OR {alias}.revision_to > $1)"


class Conditions:
    """Conditions on the versions that one alias stands for, and the values bound to their parameters."""

    def __init__(self, alias: str, book: CodeBook, values: list[object]) -> None:
        self.alias = alias
        self.book = book
        self.values = values
        self.texts = [as_of(alias)]

    def bind(self, value: object) -> str:
        """The parameter that stands for a value."""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, text: str) -> None:
        """One more condition that must hold."""
        self.texts.append(text)

    def within(self, alias: str) -> Conditions:
        """Conditions for a subquery of the same statement: its parameters are numbered on."""
        return Conditions(alias, self.book, self.values)

    @property
    def where(self) -> str:
        """All conditions, joined."""
        return " AND ".join(self.texts)


def conditions(kind: RecordKind, filter: Filter, revision: int, book: CodeBook) -> Conditions:
    """The conditions on `v` for records of a kind at a revision.

    The filter has only what `FILTERS_OF` allows for the kind. Raises `UnknownCode`, and `BadQuery` for a
    search without a word.
    """
    made = Conditions("v", book, [revision])
    _ADDERS[kind](made, filter)
    for text in filter.search:
        key = match_key(text)
        if not key:
            raise BadQuery("search", "there is nothing to search for in blank text")
        made.add(f"strpos(v.search_key, {made.bind(key)}) > 0")
    return made


def _bind_codes(made: Conditions, name: str, group: AnyOf) -> str:
    """A broad category stands for all it covers; the codes of the other lists stand for themselves."""
    list_name = CODE_FILTERS[name]
    if name != "category":
        return f"{made.bind(list(group))}::text[]"
    return f"{made.bind([c for code in group for c in made.book.with_descendants(list_name, code)])}::text[]"


def _linked_codes(made: Conditions, filter: Filter, table: str, names: Iterable[str]) -> None:
    for name in names:
        for group in getattr(filter, name):
            made.add(
                f"EXISTS (SELECT FROM {table} c WHERE c.version = {made.alias}.version"
                f" AND c.list = '{CODE_FILTERS[name]}' AND c.code = ANY({_bind_codes(made, name, group)}))"
            )


def _days(made: Conditions, filter: Filter, first: str, last: str) -> None:
    """Dates match where the span from `first` to `last` touches what is asked; no date matches nothing."""
    first, last = f"{made.alias}.{first}", f"{made.alias}.{last}"
    for years in filter.year:
        made.add(
            f"EXISTS (SELECT FROM unnest({made.bind(list(years))}::int[]) year"
            f" WHERE {first} <= make_date(year, 12, 31) AND {last} >= make_date(year, 1, 1))"
        )
    if filter.since is not None:
        made.add(f"{last} >= {made.bind(filter.since)}::date")
    if filter.until is not None:
        made.add(f"{first} <= {made.bind(filter.until)}::date")


def _named(made: Conditions, group: AnyOf, column: str) -> str:
    """Entities are asked for by id or by any of their names."""
    ids, keys = made.bind(list(group)), made.bind([match_key(name) for name in group])
    return (
        f"({column} = ANY({ids}::text[]) OR {column} IN (SELECT e.id FROM entity_name n"  # noqa: S608  # fixed names
        f" JOIN entity_version e USING (version) WHERE n.match_key = ANY({keys}::text[]) AND {as_of('e')}))"
    )


def copies(which: str) -> str:
    """Selects the ids of all copies of the announcements whose copies `d` are those."""
    return (
        "SELECT f.id FROM document_version d"  # noqa: S608  # fixed names
        " JOIN document_version f ON coalesce(f.reprint_of, f.id) = coalesce(d.reprint_of, d.id)"
        f" WHERE {which} AND {as_of('d')} AND {as_of('f')}"
    )


def _of_documents(made: Conditions, filter: Filter) -> None:
    """Whichever copy of an announcement is asked for, the facts are those of all its copies together."""
    for ids in filter.document:
        made.add(f"{made.alias}.document IN ({copies(f'd.id = ANY({made.bind(list(ids))}::text[])')})")


_BASES: dict[Basis, str] = {"text": "basis = 'text'", "transcribed": "basis = 'transcribed'"}


def _bases(made: Conditions, filter: Filter) -> None:
    for bases in filter.basis:
        # Fixed texts, not parameters: only so does the index of the few transcribed records serve.
        either = [f"{made.alias}.{_BASES[basis]}" for basis in sorted(set(bases))]
        made.add(f"({' OR '.join(either) or 'false'})")  # of no basis at all is nothing


def _on_actions(made: Conditions, filter: Filter) -> None:
    _days(made, filter, "acted_on", "acted_on")
    _linked_codes(made, filter, "action_code", CODE_FILTERS)
    _of_documents(made, filter)
    _bases(made, filter)
    wanted = [_named(made, group, "a.entity") for group in filter.entity]
    wanted += [_named(made, group, "a.operator") for group in filter.operator]
    wanted += [f"a.entity = ANY({made.bind(list(group))}::text[])" for group in filter.entity_id]
    for which in wanted:
        made.add(f"EXISTS (SELECT FROM action_entity a WHERE a.version = {made.alias}.version AND {which})")


def _on_figures(made: Conditions, filter: Filter) -> None:
    _days(made, filter, "period_start", "period_end")
    _linked_codes(made, filter, "figure_code", ("authority", "region"))
    _of_documents(made, filter)
    _bases(made, filter)
    for name in ("measure", "subject_kind", "campaign"):
        for group in getattr(filter, name):
            made.add(f"{made.alias}.{name} = ANY({_bind_codes(made, name, group)})")


def _on_entities(made: Conditions, filter: Filter) -> None:
    """What is not about the entity itself is about an action that names it: one action, all of it."""
    for group in filter.entity:
        made.add(_named(made, group, f"{made.alias}.id"))
    for group in filter.subject_kind:
        made.add(f"{made.alias}.kind = ANY({_bind_codes(made, 'subject_kind', group)})")
    of_actions = filter.model_copy(update={"entity": (), "subject_kind": (), "search": ()})
    if of_actions == Filter():
        return
    inner = made.within("i")
    _on_actions(inner, of_actions)
    made.add(
        f"EXISTS (SELECT FROM action_version i JOIN action_entity a USING (version)"
        f" WHERE a.entity = {made.alias}.id AND {inner.where})"
    )


def _on_documents(made: Conditions, filter: Filter) -> None:
    """Dates are those of publication; codes and names are those of one action or figure it states."""
    _days(made, filter, "published_on", "published_on")
    for ids in filter.document:
        made.add(f"{made.alias}.id = ANY({made.bind(list(ids))}::text[])")
    for ids in filter.reprint_of:
        made.add(f"{made.alias}.reprint_of = ANY({made.bind(list(ids))}::text[])")
    _bases(made, filter)
    of_others = {"year": (), "since": None, "until": None, "document": (), "reprint_of": (), "basis": (), "search": ()}
    stated = filter.model_copy(update=of_others)
    if stated == Filter():
        return
    actions = made.within("i")
    _on_actions(actions, stated)
    found = f"EXISTS (SELECT FROM action_version i WHERE i.document = {made.alias}.id AND {actions.where})"
    if not (stated.category or stated.entity):
        figures = made.within("i")
        _on_figures(figures, stated)
        found += f" OR EXISTS (SELECT FROM figure_version i WHERE i.document = {made.alias}.id AND {figures.where})"
    made.add(f"({found})")


_ADDERS: dict[RecordKind, Callable[[Conditions, Filter], None]] = {
    "action": _on_actions,
    "figure": _on_figures,
    "entity": _on_entities,
    "document": _on_documents,
}
