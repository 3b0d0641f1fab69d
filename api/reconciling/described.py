"""Candidates and suggestions as JSON, in the forms that both versions of the protocol share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.reconciling.properties import Body, type_name
from api.reconciling.scoring import Scored
from schema.codes import CodeBook

_KINDS = {
    "primary": "name", "alias": "alias", "former": "former name", "translation": "translation",
    "transliteration": "pinyin",
}  # fmt: skip


def type_json(book: CodeBook, code: str) -> Mapping[str, Any]:
    """A type: a code of `subject_kinds`."""
    definition = book.item("subject_kinds", code).definition
    return {"id": code, "name": type_name(book, code), **({"description": definition} if definition else {})}


def candidate_json(one: Scored, book: CodeBook, *, named_features: bool) -> dict[str, Any]:
    """A candidate with its points and what they follow from."""
    kind = one.entity["kind"]
    return {
        "id": one.entity["id"],
        "name": one.entity["name"],
        "description": description_of(one, book),
        "type": [{"id": kind, "name": type_name(book, kind)}],
        "score": one.score,
        "features": [
            {"id": key, "name": name, "value": value} if named_features else {"id": key, "value": value}
            for key, name, value in one.features
        ],
        "match": one.match,
    }


def description_of(one: Scored, book: CodeBook) -> str:
    """A line that tells a candidate from others, and says which of its names matched."""
    parts = [summary_of(one.entity, book)]
    if one.fit.how != "id":
        parts.append(f"matched {one.fit.name} ({_KINDS[one.fit.kind]})")
    return "; ".join(parts)


def summary_of(body: Body, book: CodeBook) -> str:
    """What an entity is, in a few words."""
    return ", ".join(filter(None, (body["name_en"], type_name(book, body["kind"]))))
