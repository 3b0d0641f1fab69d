"""Writes the SQL that counts records by group."""

from __future__ import annotations

import asyncpg

from db.filters import Conditions
from db.statements import statement
from schema.ports import Group
from schema.query import AggregateQuery, Dimension, Measurable

_ONE_YEAR = "date_part('year', v.period_start) = date_part('year', v.period_end)"
_COLUMNS: dict[Measurable, dict[Dimension, tuple[str, ...]]] = {
    "action": {
        "year": ("date_part('year', v.acted_on)::int AS year",),
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


def aggregate_sql(query: AggregateQuery, made: Conditions) -> tuple[str, str]:
    """The statement for the groups of a page, and the one for their number alone."""
    dimensions = list(dict.fromkeys(query.group_by))
    columns = [column for dimension in dimensions for column in _COLUMNS[query.of][dimension]]
    names = [column.rsplit(" AS ", 1)[1] for column in columns]
    parts = {
        "kind": query.of,
        "columns": ", ".join(columns),
        "joins": " ".join(_join(query.of, dimension) for dimension in dimensions),
        "where": made.where,
        "positions": ", ".join(str(place) for place in range(1, len(columns) + 1)),
    }
    count_sql = statement("group_count").format(**parts)
    order = ", ".join(f"{name} NULLS LAST" for name in names)
    limit, offset = made.bind(query.limit), made.bind(query.offset)
    return statement("aggregate").format(**parts, order=order, limit=limit, offset=offset), count_sql


def group_of(row: asyncpg.Record) -> Group:
    """A group from its row."""
    fields = {name: value for name, value in row.items() if name not in ("records", "groups")}
    return Group(count=row["records"], **fields)
