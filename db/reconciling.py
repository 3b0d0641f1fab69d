"""Finds the entities that texts of others may mean, and gathers what the record says about entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import asyncpg

from db.conditions import as_of
from db.matching import match_key, sound_key
from db.pool import Connection
from db.statements import statement
from schema.facts import EntityFacts

_SHARING = 300
"""So many entities that share one piece of a text are looked at."""


async def entity_candidates(
    connection: Connection, names: Sequence[str], most: int, revision: int
) -> Sequence[Sequence[str]]:
    """The ids of the entities that each of some texts may mean, the likeliest first."""
    found: list[list[str]] = [[] for _ in names]
    keys, sounds = [match_key(name) for name in names], [sound_key(name) for name in names]
    sql = statement("entity_candidates").format(where=as_of("v"))
    for row in await connection.fetch(sql, revision, list(names), keys, sounds, _SHARING, most):
        found[row["place"] - 1].append(row["id"])
    return found


async def entity_facts(connection: Connection, ids: Sequence[str], revision: int) -> Mapping[str, EntityFacts]:
    """What the record says about some entities; those that no action names are left out."""
    rows: dict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in await connection.fetch(statement("entity_facts").format(where=as_of("v")), revision, list(ids)):
        rows[row["entity"]].append(row)
    return {entity: _facts(each) for entity, each in rows.items()}


def _facts(rows: Sequence[asyncpg.Record]) -> EntityFacts:
    of: dict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        of[row["what"]].append(row)
    named = of["actions"][0] if of["actions"] else None
    return EntityFacts(
        actions=named["number"] if named else 0,
        operated=sum(row["number"] for row in of["operated"]),
        first=named["first"] if named else None,
        last=named["last"] if named else None,
        measures=tuple(row["value"] for row in of["measures"]),
        categories=tuple(row["value"] for row in of["categories"]),
        authorities=tuple(row["value"] for row in of["authorities"]),
        operators=tuple((row["value"], row["name"]) for row in of["operators"]),
    )
