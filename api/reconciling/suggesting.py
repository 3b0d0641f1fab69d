"""Suggestions while somebody types: entities, properties, types; and proposals of properties for a type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from api.reconciling.described import summary_of, type_json
from api.reconciling.folding import tidied
from api.reconciling.properties import PROPERTIES, Property, type_name
from api.reconciling.scoring import fit_of
from db.matching import match_key
from schema.codes import CodeBook
from schema.ports import Reader
from schema.query import MAX_TEXT, Filter, PageQuery

_SHOWN = 20
_LOOKED_AT = 200


async def entities(reader: Reader, prefix: str, skipped: int, revision: int, book: CodeBook) -> list[dict[str, Any]]:
    """Entities with a name that holds what was typed, in either script or in pinyin, the likeliest first."""
    text = tidied(prefix)[:MAX_TEXT]
    if not text:
        return []
    filter = Filter(search=(text,))
    page = await reader.page(PageQuery(kind="entity", filter=filter, revision=revision, limit=_LOOKED_AT))
    bodies = [orjson.loads(row.body) for row in page.rows]
    fits = {body["id"]: fit_of(text, body) for body in bodies}
    bodies.sort(key=lambda body: (-fits[body["id"]].points, body["id"]))
    return [
        {
            "id": body["id"],
            "name": body["name"],
            "description": summary_of(body, book),
            "notable": [{"id": body["kind"], "name": type_name(book, body["kind"])}],
        }
        for body in bodies[skipped : skipped + _SHOWN]
    ]


def properties(prefix: str, skipped: int) -> list[dict[str, Any]]:
    """Properties whose id or name holds what was typed."""
    return [property_json(one) for one in PROPERTIES.values() if _holds(prefix, one.id, one.name)][skipped:]


def types(prefix: str, skipped: int, book: CodeBook) -> list[dict[str, Any]]:
    """Types whose code or name holds what was typed."""
    found = [
        item.code for item in book.items("subject_kinds") if _holds(prefix, item.code, item.label_zh, item.label_en)
    ]
    return [dict(type_json(book, code)) for code in found[skipped : skipped + _SHOWN]]


def property_json(one: Property) -> dict[str, Any]:
    """A property."""
    return {"id": one.id, "name": one.name, "description": one.description}


def _holds(typed: str, *texts: str) -> bool:
    wanted = match_key(typed)
    return any(wanted in match_key(text) for text in texts)


def proposals(type_id: str | None, limit: int | None) -> dict[str, Any]:
    """All properties, whatever the type: every entity has them."""
    found: Sequence[Property] = list(PROPERTIES.values())[:limit]
    said: dict[str, Any] = {"properties": [property_json(one) for one in found]}
    if type_id is not None:
        said["type"] = type_id
    return said if limit is None else {**said, "limit": limit}
