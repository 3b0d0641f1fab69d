"""Writes the SQL of lists, totals and exports: which rows are read first, and how they lead to records.

Where actions are asked for by a code, an entity or a document, the rows of the table that ties them to it come
first: they are few, and its index has them in the order of lists. The other conditions are tried on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from db.conditions import Conditions
from db.filters import (
    bind_codes,
    bind_documents,
    conditions,
    copies,
    link_conditions,
    word_conditions,
)
from db.lookups import Lookups
from db.order import SORTED_ON, day_of, newest_first
from db.searching import add_words, bind_entities
from db.statements import statement
from schema.query import CODE_FILTERS, Filter, Key, PageQuery, Within
from schema.records import RecordKind

Sql = tuple[str, list[object]]
"""A statement and the values of its parameters."""
_LEADING = (
    "entity_id", "entity", "operator", "document", "instrument", "campaign", "category", "measure", "authority",
    "region", "subject_kind",
)  # fmt: skip
"""The filters that can lead, first those that usually leave the fewest actions."""
_NEAR = 3000
"""So many of the newest records are looked at before an index of words is asked."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows `l` or `v`, and the conditions on them."""

    rows: str
    """The table, with its alias."""
    made: Conditions
    place: str
    """By what the rows are sorted, before their id."""
    of: str = ""
    """The column by which they are found, if they tie actions to something."""
    values: str = ""
    """The values looked for there, as an array."""
    one: bool = False
    """Whether it is known to hold one value."""

    @property
    def found(self) -> str:
        """All conditions."""
        return f"{self.of} = ANY({self.values}) AND {self.made.where}" if self.of else self.made.where


def select(
    kind: RecordKind, filter: Filter, revision: int, lookups: Lookups, *, walked: bool = False, near: bool = False
) -> Selection:
    """The rows that lead to the records asked for, whatever their words if `near`. Raises as `conditions` does."""
    name = next((name for name in _LEADING if getattr(filter, name)), None) if kind == "action" else None
    if name is None and kind == "action" and filter.search:
        made = word_conditions(filter, revision, lookups, walked=walked, near=near)
        return Selection("action_words l", made, "l.newest_first")
    if name is None:
        # Actions are tried one by one; of the other kinds there are few enough to leave it to Postgres.
        filter = filter.having("search", ()) if near else filter
        made = conditions(kind, filter, revision, lookups, walked=walked and kind == "action")
        return Selection(f"{kind}_version v", made, f"newest_first({SORTED_ON[kind]})")
    group, *others = getattr(filter, name)
    rest = filter.having(name, tuple(others))
    if name == "document":
        made = conditions(kind, rest, revision, lookups, walked=walked)
        return Selection(
            "action_version v", made, "newest_first(v.acted_on)", "v.document", bind_documents(made, group)
        )
    made = link_conditions(rest, revision, lookups, walked=walked)
    if name in CODE_FILTERS:
        made.add(f"l.list = '{CODE_FILTERS[name]}'")
        rows, column, values = "action_code l", "l.code", bind_codes(made, name, group)
    else:
        rows, column = "action_entity l", "l.operator" if name == "operator" else "l.entity"
        values = made.bind_texts(group) if name == "entity_id" else bind_entities(made, group)
    return Selection(rows, made, "l.newest_first", column, values, one=len(cast("list[str]", made.values[-1])) == 1)


def page_sql(query: PageQuery, lookups: Lookups, *, few: bool = False, whole: bool = False) -> Sql:
    """The rows of a page, and one more if more follow; with their JSON if they are to be read `whole`.

    `few` says that not many records match in all.
    """
    if query.filter.search:
        # What is found by its words is put in order afterwards, unless other rows that lead to it are in order.
        chosen = select(query.kind, query.filter, query.revision, lookups)
        if few or not chosen.of:
            return _page("keys_found", chosen, query, lookups, whole=whole)
    chosen = select(query.kind, query.filter, query.revision, lookups, walked=True)
    keys = ("keys_one" if chosen.one else "keys_led") if chosen.of else "keys"
    return _page(keys, chosen, query, lookups, whole=whole)


def near_page_sql(query: PageQuery, lookups: Lookups) -> Sql | None:
    """The same for a search that may well be answered by the newest records: common words are in many of them.

    Its answer is right only if it is a full page and one more. None where looking there first gains nothing.
    """
    if not query.filter.search:
        return None
    chosen = select(query.kind, query.filter, query.revision, lookups, walked=True, near=True)
    return None if chosen.of else _page("keys_near", chosen, query, lookups)


def _page(keys: str, chosen: Selection, query: PageQuery, lookups: Lookups, *, whole: bool = False) -> Sql:
    made = chosen.made
    if query.after is not None:
        _start_after(chosen, query.kind, query.after)
    parts = {"rows": chosen.rows, "alias": made.alias, "place": chosen.place, "where": made.where}
    parts |= {"limit": made.bind(query.limit + 1), "of": chosen.of, "values": chosen.values}
    if keys == "keys_found":
        parts |= {"once": "DISTINCT" if chosen.of else "", "found": chosen.found}
    if keys == "keys_near":
        wanted = Conditions("near", lookups, made.values, walked=True)
        wanted.texts = []
        add_words(wanted, query.kind, query.filter)
        parts |= {"many": made.bind(_NEAR), "wanted": wanted.where}
    return _page_text(keys, query.kind if whole else None, tuple(parts.items())), made.values


@lru_cache(maxsize=512)
def _page_text(keys: str, whole: RecordKind | None, parts: tuple[tuple[str, str], ...]) -> str:
    """The statement of a page: questions of the same shape have the same, which need not be put together again."""
    body = statement("body").format(kind=whole) if whole else "NULL::bytea"
    return statement("page").format(day=day_of("found.place"), keys=statement(keys).format(**dict(parts)), body=body)


def _start_after(chosen: Selection, kind: RecordKind, key: Key) -> None:
    """Only what follows a key in the order of lists."""
    made = chosen.made
    record_id = f"{made.bind(key.id)}::text"
    if kind == "entity":
        made.add(f"v.id > {record_id}")
    else:
        place = made.bind(newest_first(key.on))
        made.add(f"({chosen.place}, {made.alias}.id) > ({place}::integer, {record_id})")


_BELONGING: dict[Within, str] = {
    "entity_id": "l.entity = parent.id",
    "document": f"v.document IN ({copies('d.id = parent.id')})",
    "reprint_of": "v.reprint_of = parent.id",
}
"""What ties a row to a parent, in a statement that calls its id `parent.id`: the same as the filters of these names."""


def _within(
    query: PageQuery, within: Within, parents: Sequence[str], lookups: Lookups
) -> tuple[Selection, dict[str, str]]:
    if within == "entity_id":
        made = link_conditions(query.filter, query.revision, lookups, walked=True)
        chosen = Selection("action_entity l", made, "l.newest_first")
    else:
        made = conditions(query.kind, query.filter, query.revision, lookups)
        chosen = Selection(f"{query.kind}_version v", made, f"newest_first({SORTED_ON[query.kind]})")
    parts = {"rows": chosen.rows, "alias": made.alias, "place": chosen.place, "where": made.where}
    return chosen, {**parts, "belongs": _BELONGING[within], "parents": made.bind(list(parents))}


def pages_within_sql(query: PageQuery, within: Within, parents: Sequence[str], lookups: Lookups) -> Sql:
    """The first page below each of several parents, with one row more if more follow."""
    chosen, parts = _within(query, within, parents, lookups)
    limit = chosen.made.bind(query.limit + 1)
    return statement("pages_within").format(**parts, day=day_of("found.place"), limit=limit), chosen.made.values


def totals_within_sql(query: PageQuery, within: Within, parents: Sequence[str], lookups: Lookups) -> Sql:
    """How many records match below each of several parents."""
    chosen, parts = _within(query, within, parents, lookups)
    return statement("totals_within").format(**parts), chosen.made.values


def total_sql(kind: RecordKind, filter: Filter, revision: int, lookups: Lookups) -> Sql:
    """How many records match."""
    chosen = select(kind, filter, revision, lookups)
    name = "total_led" if chosen.of else "total"
    parts = {"rows": chosen.rows, "alias": chosen.made.alias, "where": chosen.found}
    return statement(name).format(**parts), chosen.made.values


def stream_sql(kind: RecordKind, filter: Filter, revision: int, lookups: Lookups) -> tuple[str, list[object], bool]:
    """All records that match, in the order of lists, and whether to read them in that order, trying one by one."""
    chosen, where, walked = _of_versions(kind, filter, revision, lookups)
    name = "stream" if walked else "stream_found"
    return statement(name).format(kind=kind, on=SORTED_ON[kind], where=where), chosen.made.values, walked


def recent_sql(kind: RecordKind, filter: Filter, limit: int, revision: int, lookups: Lookups) -> Sql:
    """The records that match, those put on record last first."""
    chosen, where, _ = _of_versions(kind, filter, revision, lookups)
    parts = {"kind": kind, "on": SORTED_ON[kind], "where": where, "limit": chosen.made.bind(limit)}
    return statement("recent").format(**parts), chosen.made.values


def _of_versions(kind: RecordKind, filter: Filter, revision: int, lookups: Lookups) -> tuple[Selection, str, bool]:
    """Conditions on the versions `v` of a kind, and whether they are best tried one by one."""
    walked = not filter.search
    chosen = select(kind, filter, revision, lookups, walked=walked)
    if chosen.of:
        walked, chosen = False, select(kind, filter, revision, lookups)
    where = chosen.found
    if chosen.made.of_links:
        where = f"v.version IN (SELECT l.version FROM {chosen.rows} WHERE {where})"  # noqa: S608  # fixed names
    return chosen, where, walked
