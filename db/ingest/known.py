"""What the store already knows of a document and of the names in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from db.changes import Correction
from db.ingest.gazetteer import operator_mention
from db.matching import match_key
from db.pool import Connection
from db.statements import statement
from schema.extraction import ExtractedMention, Extraction
from schema.ids import mint
from schema.records import Action, Document, Entity, Figure


@dataclass(frozen=True)
class Known:
    """The part of the store that bears on one document."""

    document_id: str
    document: Document | None = None
    actions: tuple[Action, ...] = ()
    figures: tuple[Figure, ...] = ()
    entities: Mapping[str, Entity] = field(default_factory=dict)
    """By id."""
    corrections: tuple[Correction, ...] = ()
    """What people have set right, the oldest first."""
    named: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Ids by (match key of a name, kind)."""


async def known_for(connection: Connection, extraction: Extraction) -> Known:
    """Look up what bears on an extraction."""
    return await known_of(connection, await _document_id(connection, extraction), list(_mentions(extraction)))


async def known_of(connection: Connection, document_id: str, mentions: Sequence[ExtractedMention]) -> Known:
    """Look up what is known of a document and of those mentioned in it."""
    body = await connection.fetchval(statement("standing_document"), document_id)
    actions = await connection.fetch(statement("standing_actions"), document_id)
    figures = await connection.fetch(statement("standing_figures"), document_id)
    keys = sorted({match_key(mention.name) for mention in mentions})
    entities: dict[str, Entity] = {}
    named: dict[tuple[str, str], str] = {}
    for row in await connection.fetch(statement("entities_by_name"), keys):
        entity = Entity.model_validate_json(row["body"])
        entities[entity.id] = entity
        named.setdefault((row["match_key"], entity.kind), entity.id)
    # Also by the id its name would give it: a corrected entity may no longer have the name it was made from.
    ids = {mention.entity or mint("entity", mention.kind, match_key(mention.name)) for mention in mentions}
    for row in await connection.fetch(statement("entities_by_id"), sorted(ids)):
        entity = Entity.model_validate_json(row["body"])
        entities[entity.id] = entity
    corrections = await connection.fetch(statement("corrections"), document_id, list(entities))
    return Known(
        document_id=document_id,
        document=Document.model_validate_json(body) if body else None,
        actions=tuple(Action.model_validate_json(row["body"]) for row in actions),
        figures=tuple(Figure.model_validate_json(row["body"]) for row in figures),
        corrections=tuple(Correction.model_validate_json(row["body"]) for row in corrections),
        entities=entities,
        named=named,
    )


def _mentions(extraction: Extraction) -> Iterator[ExtractedMention]:
    """What is named, and the companies that are said to run it."""
    for action in extraction.actions:
        for mention in action.entities:
            yield mention
            if mention.operator:
                yield operator_mention(mention.operator)


async def document_at(connection: Connection, url: str) -> str | None:
    """The id of the document with an address, if there is one."""
    known: str | None = await connection.fetchval(statement("document_by_url"), url)
    return known


async def _document_id(connection: Connection, extraction: Extraction) -> str:
    """A copy is known by its address; one without an address by its text."""
    document = extraction.document
    if document.url is not None:
        return await document_at(connection, document.url) or mint("document", document.url)
    known = await connection.fetchval(statement("document_by_text"), document.sha256)
    return str(known) if known else mint("document", document.sha256)
