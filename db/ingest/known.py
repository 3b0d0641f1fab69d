"""What the store already knows of a document, of the other copies of its announcement and of the names in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from db.changes import Correction
from db.ingest.corrected import Corrections
from db.ingest.extract import extract_notice
from db.ingest.families import ALONE, Families
from db.ingest.gazetteer import operator_mention
from db.ingest.notice import Notice, TextLayer
from db.ingest.relatives import families_of
from db.matching import match_key
from db.pool import Connection
from db.sketches import Sketch
from db.statements import statement
from schema.codes import CodeBook
from schema.extraction import ExtractedMention, Extraction, Unhandled
from schema.ids import mint
from schema.records import Action, Document, Entity, Figure


@dataclass(frozen=True)
class Known:
    """The part of the store that bears on one document."""

    document_id: str
    families: Families
    """Of this document and of the copies that are, or were until now, of the same announcement."""
    document: Document | None = None
    documents: Mapping[str, Document] = field(default_factory=dict)
    """The other copies as they stand, by id."""
    readings: Mapping[str, Extraction] = field(default_factory=dict)
    """What the other copies state, read again from the texts that are held."""
    unhandled: Mapping[str, Sequence[Unhandled]] = field(default_factory=dict)
    """What no rule could read of the other copies."""
    actions: tuple[Action, ...] = ()
    """Of all these copies."""
    figures: tuple[Figure, ...] = ()
    entities: Mapping[str, Entity] = field(default_factory=dict)
    """By id."""
    corrections: tuple[Correction, ...] = ()
    """What people have set right, the oldest first."""
    named: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Ids by (match key of a name, kind)."""

    def standing(self, document: str) -> Document | None:
        """A copy as it stands."""
        return self.document if document == self.document_id else self.documents.get(document)

    def corrected(self, book: CodeBook, texts: Mapping[str, str]) -> Corrections:
        """What people have set right; `texts` are the hashes of texts that are being read now."""
        held = {one.id: one.sha256 for one in (self.document, *self.documents.values()) if one is not None}
        return Corrections(self.corrections, book, {**held, **texts})


async def known_for(connection: Connection, extraction: Extraction, sketch: Sketch) -> Known:
    """Look up what bears on an extraction."""
    document_id = await _document_id(connection, extraction, sketch)
    families = await families_of(connection, document_id, sketch)
    return await known_together(connection, document_id, families, extraction)


async def known_of(connection: Connection, document_id: str, mentions: Sequence[ExtractedMention]) -> Known:
    """Look up what is known of a document alone and of those mentioned in it."""
    return await _with_names(connection, await _copies(connection, document_id, ALONE, [document_id]), mentions)


async def known_together(
    connection: Connection, document_id: str, families: Families, extraction: Extraction | None
) -> Known:
    """Look up what bears on some families. `extraction` is the new reading of the document, if there is one."""
    known = await _copies(connection, document_id, families, families.copies)
    own = {} if known.document is None or extraction is not None else {document_id: known.document}
    readings = await _readings(connection, {**known.documents, **own})
    unhandled = await _unhandled(connection, families.copies)
    mentions = [m for one in (*readings.values(), extraction) if one is not None for m in _mentions(one)]
    return await _with_names(connection, replace(known, readings=readings, unhandled=unhandled), mentions)


async def _copies(connection: Connection, document_id: str, families: Families, ids: Sequence[str]) -> Known:
    """Some copies as they stand, with what they state. What was transcribed elsewhere is left as it is."""
    rows = await connection.fetch(statement("standing_documents"), ids)
    documents = {one.id: one for one in (Document.model_validate_json(row["body"]) for row in rows)}
    read = [document_id, *(i for i, one in documents.items() if one.basis == "text" and i != document_id)]
    actions = await connection.fetch(statement("standing_actions"), read)
    figures = await connection.fetch(statement("standing_figures"), read)
    return Known(
        document_id=document_id,
        families=families,
        document=documents.pop(document_id, None),
        documents=documents,
        actions=tuple(Action.model_validate_json(row["body"]) for row in actions),
        figures=tuple(Figure.model_validate_json(row["body"]) for row in figures),
    )


async def _readings(connection: Connection, documents: Mapping[str, Document]) -> dict[str, Extraction]:
    """What is read of documents whose texts are held."""
    found = {}
    hashes = sorted({one.sha256 for one in documents.values() if one.sha256})
    for row in await connection.fetch(statement("held_texts"), hashes):
        for document in documents.values():
            if document.sha256 == row["sha256"]:
                layer = TextLayer(row["body"], row["sha256"], document.source_sha256 or "")
                found[document.id] = extract_notice(Notice(layer, document.url))
    return found


async def _unhandled(connection: Connection, documents: Iterable[str]) -> dict[str, list[Unhandled]]:
    found: dict[str, list[Unhandled]] = {}
    for row in await connection.fetch(statement("standing_unhandled"), list(documents)):
        clause = Unhandled(start=row["start"], end=row["end"], reason=row["reason"])
        found.setdefault(row["id"], []).append(clause)
    return found


async def _with_names(connection: Connection, known: Known, mentions: Sequence[ExtractedMention]) -> Known:
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
    rows = await connection.fetch(statement("corrections"), [known.document_id, *known.documents], list(entities))
    corrections = tuple(Correction.model_validate_json(row["body"]) for row in rows)
    return replace(known, entities=entities, named=named, corrections=corrections)


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


async def _document_id(connection: Connection, extraction: Extraction, sketch: Sketch) -> str:
    """A copy is known by its address, however a reader came to it; one without an address by its text."""
    document = extraction.document
    if document.url is None:
        known = await connection.fetchval(statement("document_by_text"), document.sha256)
        return str(known) if known else mint("document", document.sha256)
    known = await document_at(connection, document.url)
    known = known or await connection.fetchval(statement("document_by_page"), sketch.page)
    return str(known) if known else mint("document", document.url)
