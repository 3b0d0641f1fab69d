"""Turns a `Filter` into SQL conditions with bound parameters. Nothing a user wrote becomes SQL text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from db.matching import match_key
from db.order import UNDATED, day_of, newest_first
from schema.codes import CodeBook
from schema.query import CODE_FILTERS, AnyOf, BadQuery, Filter
from schema.records import Basis, RecordKind


def as_of(alias: str) -> str:
    """The versions that stood at the revision bound as the first parameter."""
    return f"{alias}.revision_from <= $1 AND ({alias}.revision_to IS NULL OR {alias}.revision_to > $1)"


class Conditions:
    """Conditions on the rows that one alias stands for, and the values bound to their parameters.

    The rows are record versions or, with `of_links`, those that tie actions to codes or entities. With `walked`
    they are looked at in order until a page is full, and each is tried against the conditions by itself.
    """

    def __init__(
        self, alias: str, book: CodeBook, values: list[object], *, of_links: bool = False, walked: bool = False
    ) -> None:
        self.alias = alias
        self.book = book
        self.values = values
        self.of_links = of_links
        self.walked = walked
        self.texts = [as_of(alias)]

    def bind(self, value: object) -> str:
        """The parameter that stands for a value."""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, text: str) -> None:
        """One more condition that must hold."""
        self.texts.append(text)

    def add_exists(self, rows: str) -> None:
        """There must be one of some rows, which the row of the alias leads to."""
        # A subquery with an offset stays one: without, Postgres may join first all that match, to show fifty.
        self.add(f"EXISTS (SELECT FROM {rows}{' OFFSET 0' if self.walked else ''})")

    def within(self, alias: str, *, of_links: bool = False) -> Conditions:
        """Conditions for a subquery of the same statement: its parameters are numbered on."""
        return Conditions(alias, self.book, self.values, of_links=of_links, walked=self.walked)

    def place(self, column: str) -> str:
        """The number by which the rows are sorted, where they are sorted by a date column of the version."""
        return f"{self.alias}.newest_first" if self.of_links else f"newest_first({self.alias}.{column})"

    @property
    def where(self) -> str:
        """All conditions, joined."""
        return " AND ".join(self.texts)


def conditions(kind: RecordKind, filter: Filter, revision: int, book: CodeBook, *, walked: bool = False) -> Conditions:
    """The conditions on `v` for records of a kind at a revision.

    The filter has only what `FILTERS_OF` allows for the kind. Raises `UnknownCode`, and `BadQuery` for a
    search without a word.
    """
    made = Conditions("v", book, [revision], walked=walked)
    _ADDERS[kind](made, filter)
    return made


def link_conditions(filter: Filter, revision: int, book: CodeBook, *, walked: bool) -> Conditions:
    """The conditions for actions, on rows `l` that tie them to codes or entities."""
    made = Conditions("l", book, [revision], of_links=True, walked=walked)
    _on_actions(made, filter)
    return made


def bind_codes(made: Conditions, name: str, group: AnyOf) -> str:
    """The codes asked for, as an array: a broad category stands for all it covers, other codes for themselves."""
    list_name = CODE_FILTERS[name]
    if name == "category":
        group = tuple(dict.fromkeys(c for code in group for c in made.book.with_descendants(list_name, code)))
    return f"{made.bind(list(group))}::text[]"


def bind_entities(made: Conditions, group: AnyOf) -> str:
    """The entities asked for by id or by any of their names, as an array."""
    ids, keys = made.bind(list(group)), made.bind([match_key(name) for name in group])
    return (
        f"ARRAY(SELECT unnest({ids}::text[]) UNION SELECT e.id FROM entity_name n"  # noqa: S608  # fixed names
        f" JOIN entity_version e USING (version) WHERE n.match_key = ANY({keys}::text[]) AND {as_of('e')})"
    )


def copies(which: str) -> str:
    """Selects the ids of all copies of the announcements whose copies `d` are those."""
    return (
        "SELECT f.id FROM document_version d"  # noqa: S608  # fixed names
        " JOIN document_version f ON coalesce(f.reprint_of, f.id) = coalesce(d.reprint_of, d.id)"
        f" WHERE {which} AND {as_of('d')} AND {as_of('f')}"
    )


def bind_documents(made: Conditions, ids: AnyOf) -> str:
    """All copies of the announcements asked for, as an array: whichever is named, the facts are those of all."""
    return f"ARRAY({copies(f'd.id = ANY({made.bind(list(ids))}::text[])')})"


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


def add_words(made: Conditions, filter: Filter, *, indexed: bool = False) -> None:
    """The texts searched for must be among the words of the rows; `indexed` where the table has an index of them."""
    for text in filter.search:
        key = match_key(text)
        if not key:
            raise BadQuery("search", "there is nothing to search for in blank text")
        characters = sorted({character for character in key if not character.isascii()})
        if indexed and characters and not made.walked:
            made.add(f"characters({made.alias}.search_key) @> {made.bind(characters)}::text[]")
        made.add(f"strpos({made.alias}.search_key, {made.bind(key)}) > 0")


def _stated(made: Conditions, filter: Filter) -> None:
    """What the versions of actions and figures themselves are asked for."""
    for ids in filter.document:
        made.add(f"{made.alias}.document = ANY({bind_documents(made, ids)})")
    _bases(made, filter)
    add_words(made, filter, indexed=True)


def _on_actions(made: Conditions, filter: Filter) -> None:
    _days(made, filter, "acted_on")
    _linked_codes(made, filter, "action_code", CODE_FILTERS)
    wanted = [f"a.entity = ANY({bind_entities(made, group)})" for group in filter.entity]
    wanted += [f"a.operator = ANY({bind_entities(made, group)})" for group in filter.operator]
    wanted += [f"a.entity = ANY({made.bind(list(group))}::text[])" for group in filter.entity_id]
    for which in wanted:
        made.add_exists(f"action_entity a WHERE a.version = {made.alias}.version AND {which}")
    if not made.of_links:
        _stated(made, filter)
    elif filter.document or filter.basis or filter.search:
        version = made.within("w")
        version.texts = [f"w.version = {made.alias}.version"]  # the link says when it stood
        _stated(version, filter)
        made.add_exists(f"action_version w WHERE {version.where}")


def _on_figures(made: Conditions, filter: Filter) -> None:
    _spans(made, filter, "period_start", "period_end")
    _linked_codes(made, filter, "figure_code", ("authority", "region"))
    _stated(made, filter)
    for name in ("measure", "subject_kind", "campaign"):
        for group in getattr(filter, name):
            made.add(f"{made.alias}.{name} = ANY({bind_codes(made, name, group)})")


def _on_entities(made: Conditions, filter: Filter) -> None:
    """What is not about the entity itself is about an action that names it: one action, all of it."""
    for group in filter.entity:
        made.add(f"{made.alias}.id = ANY({bind_entities(made, group)})")
    for group in filter.subject_kind:
        made.add(f"{made.alias}.kind = ANY({bind_codes(made, 'subject_kind', group)})")
    add_words(made, filter)
    of_actions = filter.model_copy(update={"entity": (), "subject_kind": (), "search": ()})
    if of_actions == Filter():
        return
    inner = made.within("i", of_links=True)
    _on_actions(inner, of_actions)
    made.add_exists(f"action_entity i WHERE i.entity = {made.alias}.id AND {inner.where}")


def _on_documents(made: Conditions, filter: Filter) -> None:
    """Dates are those of publication; codes and names are those of one action or figure it states."""
    _days(made, filter, "published_on")
    for ids in filter.document:
        made.add(f"{made.alias}.id = ANY({made.bind(list(ids))}::text[])")
    for ids in filter.reprint_of:
        made.add(f"{made.alias}.reprint_of = ANY({made.bind(list(ids))}::text[])")
    _bases(made, filter)
    add_words(made, filter)
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
