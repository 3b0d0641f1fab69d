"""Turns a `Filter` into SQL conditions with bound parameters. Nothing a user wrote becomes SQL text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from db.conditions import Conditions, as_of
from db.lookups import Lookups
from db.order import UNDATED, day_of, newest_first
from db.searching import add_words, bind_entities
from schema.query import CODE_FILTERS, AnyOf, Filter
from schema.records import Basis, RecordKind


def conditions(
    kind: RecordKind, filter: Filter, revision: int, lookups: Lookups, *, walked: bool = False
) -> Conditions:
    """The conditions on `v` for records of a kind at a revision.

    The filter has only what `FILTERS_OF` allows for the kind. Raises `UnknownCode`, and `BadQuery` for a
    search without a word.
    """
    made = Conditions("v", lookups, [revision], walked=walked)
    _ADDERS[kind](made, filter)
    return made


def link_conditions(filter: Filter, revision: int, lookups: Lookups, *, walked: bool) -> Conditions:
    """The conditions for actions, on rows `l` that tie them to codes or entities."""
    made = Conditions("l", lookups, [revision], of_links=True, walked=walked)
    _on_actions(made, filter)
    return made


def word_conditions(filter: Filter, revision: int, lookups: Lookups, *, walked: bool, near: bool) -> Conditions:
    """The conditions for actions, on rows `l` that hold their words; `near` leaves out those on the words."""
    others = replace(filter, search=(), basis=())
    made = link_conditions(others, revision, lookups, walked=walked)
    _bases(made, filter)
    if not near:
        add_words(made, "action", filter)
    return made


def bind_codes(made: Conditions, name: str, group: AnyOf) -> str:
    """The codes asked for, as an array: a broad category stands for all it covers, other codes for themselves."""
    list_name = CODE_FILTERS[name]
    if name == "category":
        group = tuple(dict.fromkeys(c for code in group for c in made.lookups.book.with_descendants(list_name, code)))
    return made.bind_texts(group)


def copies(which: str) -> str:
    """Selects the ids of all copies of the announcements whose copies `d` are those."""
    return (
        "SELECT f.id FROM document_version d"  # noqa: S608  # fixed names
        " JOIN document_version f ON coalesce(f.reprint_of, f.id) = coalesce(d.reprint_of, d.id)"
        f" WHERE {which} AND {as_of('d')} AND {as_of('f')}"
    )


def bind_documents(made: Conditions, ids: AnyOf) -> str:
    """All copies of the announcements asked for, as an array: whichever is named, the facts are those of all."""
    return f"ARRAY({copies(f'd.id = ANY({made.bind_texts(ids)})')})"


def _linked_codes(made: Conditions, filter: Filter, table: str, names: Iterable[str]) -> None:
    for name in names:
        for group in getattr(filter, name):
            made.add_exists(
                f"{table} c WHERE c.version = {made.alias}.version"
                f" AND c.list = '{CODE_FILTERS[name]}' AND c.code = ANY({bind_codes(made, name, group)})"
            )


def _spans(made: Conditions, filter: Filter, first: str, last: str) -> None:
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


def _days(made: Conditions, filter: Filter, column: str) -> None:
    """One date matches where it lies in what is asked: ranges of the order of lists, so that an index finds them."""
    place = made.place(column)
    for years in filter.year:
        if not years:
            made.add("false")
            continue
        first, last = newest_first(date(max(years), 12, 31)), newest_first(date(min(years), 1, 1))
        made.add(f"{place} BETWEEN {made.bind(first)} AND {made.bind(last)}")
        if max(years) - min(years) + 1 > len(set(years)):
            made.add(f"date_part('year', {day_of(place)}) = ANY({made.bind(list(years))}::int[])")
    if filter.since is not None:
        made.add(f"{place} <= {made.bind(newest_first(filter.since))}")
    if filter.until is not None:
        made.add(f"{place} BETWEEN {made.bind(newest_first(filter.until))} AND {UNDATED - 1}")


_BASES: dict[Basis, str] = {"text": "basis = 'text'", "transcribed": "basis = 'transcribed'"}


def _bases(made: Conditions, filter: Filter) -> None:
    for bases in filter.basis:
        # Fixed texts, not parameters: only so does the index of the few transcribed records serve.
        either = [f"{made.alias}.{_BASES[basis]}" for basis in sorted(set(bases))]
        made.add(f"({' OR '.join(either) or 'false'})")  # of no basis at all is nothing


def _stated(made: Conditions, filter: Filter) -> None:
    """What the versions of actions and figures themselves are asked for."""
    for ids in filter.document:
        made.add(f"{made.alias}.document = ANY({bind_documents(made, ids)})")
    _bases(made, filter)


def _on_actions(made: Conditions, filter: Filter) -> None:
    _days(made, filter, "acted_on")
    _linked_codes(made, filter, "action_code", CODE_FILTERS)
    wanted = [f"a.entity = ANY({bind_entities(made, group)})" for group in filter.entity]
    wanted += [f"a.operator = ANY({bind_entities(made, group)})" for group in filter.operator]
    wanted += [f"a.entity = ANY({made.bind_texts(group)})" for group in filter.entity_id]
    for which in wanted:
        made.add_exists(f"action_entity a WHERE a.version = {made.alias}.version AND {which}")
    if not made.of_links:
        _stated(made, filter)
    elif filter.document or filter.basis:
        version = made.within("w")
        version.texts = [f"w.version = {made.alias}.version"]  # the link says when it stood
        _stated(version, filter)
        made.add_exists(f"action_version w WHERE {version.where}")
    if filter.search:
        words = made.within("w")
        words.texts = [f"w.version = {made.alias}.version"] if made.walked else []
        add_words(words, "action", filter)
        if made.walked:
            made.add_exists(f"action_words w WHERE {words.where}")
        else:
            # All that have the words are found at once, in their index: to take each row to pieces takes far longer.
            rows = f"action_words w WHERE {words.where} OFFSET 0"
            made.add(f"{made.alias}.version IN (SELECT w.version FROM {rows})")  # noqa: S608  # fixed names


def _on_figures(made: Conditions, filter: Filter) -> None:
    _spans(made, filter, "period_start", "period_end")
    _linked_codes(made, filter, "figure_code", ("authority", "region"))
    _stated(made, filter)
    add_words(made, "figure", filter)
    for name in ("measure", "subject_kind", "campaign"):
        for group in getattr(filter, name):
            made.add(f"{made.alias}.{name} = ANY({bind_codes(made, name, group)})")


def _on_entities(made: Conditions, filter: Filter) -> None:
    """What is not about the entity itself is about an action that names it: one action, all of it."""
    for group in filter.entity:
        made.add(f"{made.alias}.id = ANY({bind_entities(made, group)})")
    for group in filter.subject_kind:
        made.add(f"{made.alias}.kind = ANY({bind_codes(made, 'subject_kind', group)})")
    add_words(made, "entity", filter)
    of_actions = replace(filter, entity=(), subject_kind=(), search=())
    if of_actions == Filter():
        return
    inner = made.within("i", of_links=True)
    _on_actions(inner, of_actions)
    made.add_exists(f"action_entity i WHERE i.entity = {made.alias}.id AND {inner.where}")


def _on_documents(made: Conditions, filter: Filter) -> None:
    """Dates are those of publication; codes and names are those of one action or figure it states."""
    _days(made, filter, "published_on")
    for ids in filter.document:
        made.add(f"{made.alias}.id = ANY({made.bind_texts(ids)})")
    for ids in filter.reprint_of:
        made.add(f"{made.alias}.reprint_of = ANY({made.bind_texts(ids)})")
    _bases(made, filter)
    add_words(made, "document", filter)
    stated = replace(filter, year=(), since=None, until=None, document=(), reprint_of=(), basis=(), search=())
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
