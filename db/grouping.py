"""Writes the SQL that counts records by group."""

from __future__ import annotations

import asyncpg

from db.lookups import Lookups
from db.order import day_of
from db.selecting import Selection, Sql, select
from db.statements import statement
from schema.ports import Group
from schema.query import AggregateQuery, Dimension, Measurable

_ONE_YEAR = "date_part('year', v.period_start) = date_part('year', v.period_end)"
_COLUMNS: dict[Measurable, dict[Dimension, tuple[str, ...]]] = {
    "action": {
        "year": ("v.year AS year",),
        "category": ("category.code AS category",),
        "measure": ("measure.code AS measure",),
        "authority": ("authority.code AS authority",),
        "entity": ("entity.entity AS entity",),
    },
    "figure": {
        "year": (
            f"CASE WHEN {_ONE_YEAR} THEN date_part('year', v.period_end)::int END AS year",
            f"coalesce(NOT {_ONE_YEAR}, false) AS multi_year",
        ),
        "measure": ("v.measure AS measure",),
        "authority": ("authority.code AS authority",),
    },
}
_NO_LIMIT = 2**62
_LISTS = {"category": "categories", "measure": "measures", "authority": "authorities"}


def _join(of: Measurable, dimension: Dimension) -> str:
    """The link table of a dimension. Left, so that a record without a value counts in a group of its own."""
    if dimension == "year" or (of == "figure" and dimension == "measure"):
        return ""
    if dimension == "entity":
        return "LEFT JOIN action_entity entity ON entity.version = v.version"
    return (
        f"LEFT JOIN {of}_code {dimension} ON {dimension}.version = v.version"
        f" AND {dimension}.list = '{_LISTS[dimension]}'"
    )


def _matching(of: Measurable, chosen: Selection) -> str:
    """What is counted: the records that match, each once, with what they are grouped by themselves."""
    alias = chosen.made.alias
    if of == "figure":
        columns = "v.version, v.period_start, v.period_end, v.measure"
    else:
        columns = f"{alias}.version, date_part('year', {day_of(chosen.place)})::int AS year"
    once = "DISTINCT " if chosen.of else ""
    return f"SELECT {once}{columns} FROM {chosen.rows} WHERE {chosen.found}"  # noqa: S608  # fixed names


def aggregate_sql(query: AggregateQuery, lookups: Lookups) -> tuple[Sql, Sql]:
    """The statement for the groups of a page, and the one for their number alone."""
    chosen = select(query.of, query.filter, query.revision, lookups)
    made = chosen.made
    dimensions = list(dict.fromkeys(query.group_by))
    columns = [column for dimension in dimensions for column in _COLUMNS[query.of][dimension]]
    names = [column.rsplit(" AS ", 1)[1] for column in columns]
    parts = {
        "matching": _matching(query.of, chosen),
        # The codes of a record differ from each other; an entity may be named twice.
        "count": "count(DISTINCT v.version)" if "entity" in dimensions else "count(*)",
        "columns": ", ".join(columns),
        "joins": " ".join(_join(query.of, dimension) for dimension in dimensions),
        "positions": ", ".join(str(place) for place in range(1, len(columns) + 1)),
    }
    count = statement("group_count").format(**parts), list(made.values)
    order = ", ".join(f"{name} NULLS LAST" for name in names)
    limit, offset = made.bind(query.limit), made.bind(query.offset)
    return (statement("aggregate").format(**parts, order=order, limit=limit, offset=offset), made.values), count


def all_groups_sql(query: AggregateQuery, lookups: Lookups) -> Sql:
    """The statement for all groups, in the order of their pages."""
    every, _ = aggregate_sql(query.model_copy(update={"limit": _NO_LIMIT, "offset": 0}), lookups)
    return every


def group_of(row: asyncpg.Record) -> Group:
    """A group from its row."""
    fields = {name: value for name, value in row.items() if name not in ("records", "groups")}
    return Group(count=row["records"], **fields)
