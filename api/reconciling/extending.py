"""Data extension: columns filled with properties of the entities that were matched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from api.reconciling.asked import check_count, read_texts
from api.reconciling.properties import PROPERTIES, Property, Value, property_of, shown_of, type_name
from schema.codes import CodeBook
from schema.facts import EntityFacts
from schema.ports import Reader
from schema.query import BadQuery

MOST_IDS = 200


@dataclass(frozen=True, slots=True)
class Extension:
    """Which properties of which entities are wanted, and how codes are to be written in each."""

    ids: tuple[str, ...]
    columns: tuple[tuple[Property, str], ...]


def read_extension(given: Any) -> Extension:
    """A question for properties; both versions of the protocol write it alike. Raises `BadQuery`."""
    if not isinstance(given, dict) or not isinstance(given.get("properties"), list):
        raise BadQuery("extend", "a data extension query is an object with ids and properties")
    ids = read_texts(given.get("ids"), "ids")
    check_count(ids, MOST_IDS, "ids")
    check_count(given["properties"], len(PROPERTIES), "properties")
    return Extension(ids, tuple(_column(each) for each in given["properties"]))


def _column(given: Any) -> tuple[Property, str]:
    if not isinstance(given, dict) or not isinstance(given.get("id"), str):
        raise BadQuery("properties", "a property is an object with an id")
    settings = given.get("settings")
    if settings is not None and not isinstance(settings, dict):
        raise BadQuery("properties", "the settings of a property are an object")
    one = property_of(given["id"])
    return one, shown_of(one, settings)


Cells = Mapping[str, Mapping[str, Sequence[Value]]]
"""By entity, by property, the values. An entity that is not on record has none."""


async def read_cells(reader: Reader, asked: Extension, revision: int, book: CodeBook) -> Cells:
    """The values that were asked for."""
    ids = list(dict.fromkeys(asked.ids))
    bodies = {key: orjson.loads(row.body) for key, row in (await reader.get("entity", ids, revision)).items()}
    facts = await reader.entity_facts(ids, revision) if ids else {}
    return {
        key: {
            one.id: one.read(bodies[key], facts.get(key, EntityFacts()), book, shown) if key in bodies else []
            for one, shown in asked.columns
        }
        for key in ids
    }


def meta_json(asked: Extension, book: CodeBook) -> list[dict[str, Any]]:
    """The columns of the answer."""
    return [
        {
            "id": one.id,
            "name": one.name,
            **({"type": {"id": one.type, "name": type_name(book, one.type)}} if one.type else {}),
        }
        for one, _ in asked.columns
    ]


def draft_rows(cells: Cells) -> list[dict[str, Any]]:
    """The rows as the draft of 1.0 has them."""
    return [
        {"id": key, "properties": [{"id": pid, "values": values} for pid, values in row.items()]}
        for key, row in cells.items()
    ]
