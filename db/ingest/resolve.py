"""Turns an extraction into the change it makes to the store: records with ids, nothing for what is the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from db.changes import Change, Text
from db.ingest.continuity import continued, same
from db.ingest.corrected import Corrections
from db.ingest.entities import Entities
from db.ingest.known import Known
from db.ingest.recording import Recording
from db.ingest.witnesses import Stated, together
from db.sketches import Sketch, StoredSketch
from schema.codes import CodeBook
from schema.extraction import Extraction
from schema.records import Action, AnyRecord, Cause, Document, Figure, RecordKind


def resolve(extraction: Extraction, text: str, sketch: Sketch, known: Known, book: CodeBook, extractor: str) -> Change:
    """The change that makes the store say what the extraction says. It is empty if it says so already."""
    corrections = known.corrected(book, {known.document_id: extraction.document.sha256})
    same_text = known.document is not None and known.document.sha256 == extraction.document.sha256
    first = known.document is None or known.document.basis == "transcribed"
    cause: Cause = "new_source" if first else "our_correction" if same_text else "source_changed"
    if corrections.is_retracted(known.document_id):
        return Change(cause=cause, note=_note(extraction, known, extractor, None))
    # A page keeps the address it was first known by; a text without one may be known by its hash.
    url = known.document.url if known.document else extraction.document.url
    read = Recording(extraction, known.document_id, url, book, extractor).document()
    if known.document is not None and same_text:
        # The same text in other bytes (saved in another encoding) is no other announcement: the first bytes stay.
        read = read.model_copy(update={"source_sha256": known.document.source_sha256})
    document = corrections.apply(read)
    documents = {**known.documents, document.id: document}
    readings = {**known.readings, document.id: extraction}
    settled = settle(documents, readings, known, corrections, book, extractor)
    document = settled.documents[document.id]
    return Change(
        cause=cause,
        note=_note(extraction, known, extractor, document.reprint_of),
        records=settled.records,
        closed=settled.closed,
        texts=[Text(sha256=extraction.document.sha256, length=extraction.document.length, body=text)],
        unhandled={**known.unhandled, document.id: extraction.unhandled},
        sketches=[StoredSketch(document.id, extraction.document.sha256, sketch)],
    )


@dataclass(frozen=True)
class Settled:
    """What some families of copies state, as records to open and to close."""

    documents: Mapping[str, Document]
    records: list[AnyRecord]
    closed: list[tuple[RecordKind, str]]


def settle(
    documents: Mapping[str, Document],
    readings: Mapping[str, Extraction],
    known: Known,
    corrections: Corrections,
    book: CodeBook,
    extractor: str,
) -> Settled:
    """Each fact of each family once, with the ids it has had.

    `documents` are all copies concerned as they should stand, their relations apart; what a copy
    without a reading states is what stands of it.
    """
    documents = {i: _related(document, known) for i, document in documents.items()}
    entities = Entities(known)
    stated = {
        i: Recording(reading, i, documents[i].url, book, extractor).stated(entities) for i, reading in readings.items()
    }
    actions: list[Action] = []
    figures: list[Figure] = []
    for family in known.families.families:
        made = together([stated.get(copy) or _standing(known, copy, corrections) for copy in family], book)
        actions += made.actions
        figures += made.figures
    unchanged = {i for i, one in documents.items() if (old := known.standing(i)) and old.sha256 == one.sha256}
    acts = continued(Action, known.actions, actions, unchanged, corrections)
    counts = continued(Figure, known.figures, figures, unchanged, corrections)
    opened: list[AnyRecord] = [one for i, one in documents.items() if not same(known.standing(i), one)]
    named = {one for action in actions for mention in action.entities for one in (mention.entity, mention.operator)}
    changed = [one for one in entities.changed() if one.id in named or one.id in known.entities]
    opened += [one for one in map(corrections.apply, changed) if not same(known.entities.get(one.id), one)]
    opened += [*acts.opened, *counts.opened]
    return Settled(documents, opened, [*acts.closed, *counts.closed])


def _related(document: Document, known: Known) -> Document:
    """The document with its relation; one that cannot be compared keeps the evidence it has."""
    relation = known.families.relation(document.id)
    before = known.standing(document.id)
    evidence = relation.evidence
    if before is not None and relation.reprint_of == before.reprint_of and not known.families.compared(document.id):
        evidence = before.reprint_evidence
    return document.model_copy(update={"reprint_of": relation.reprint_of, "reprint_evidence": evidence})


def _standing(known: Known, document: str, corrections: Corrections) -> Stated:
    """What a copy states that is not read now. What was retracted of it was stated too: no copy brings it back."""
    actions = [*map(corrections.as_read, known.actions), *corrections.retracted(Action)]
    figures = [*map(corrections.as_read, known.figures), *corrections.retracted(Figure)]
    return Stated(
        [one for one in actions if one.document.id == document],
        [one for one in figures if one.document.id == document],
    )


def _note(extraction: Extraction, known: Known, extractor: str, reprint_of: str | None) -> str:
    first = known.document is None or known.document.basis == "transcribed"
    verb = "Read" if first else "Read again"
    where = extraction.document.url or f"a text with the hash {extraction.document.sha256[:12]}"
    return f"{verb} by {extractor}: {where}" + (f", a reprint of {reprint_of}" if reprint_of else "")
