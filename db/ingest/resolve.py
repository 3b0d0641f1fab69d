"""Turns an extraction into the change it makes to the store: records with ids, nothing for what is the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from db.changes import Change, Text
from db.ingest.continuity import UNSTAMPED, continue_records, same
from db.ingest.corrected import Corrections
from db.ingest.entities import Entities
from db.ingest.known import Known
from schema.codes import CodeBook
from schema.extraction import ExtractedAction, ExtractedFigure, Extraction
from schema.gist import action_gist, figure_gist
from schema.ids import mint
from schema.records import (
    Action,
    AnyRecord,
    Cause,
    DateBasis,
    Document,
    DocumentReference,
    EntityMention,
    Figure,
    RecordKind,
)


def resolve(extraction: Extraction, text: str, known: Known, book: CodeBook, extractor: str) -> Change:
    """The change that makes the store say what the extraction says. It is empty if it says so already."""
    read = _Reading(extraction, known, book, extractor)
    corrections = Corrections(known.corrections, book, extraction.document.sha256)
    if corrections.is_retracted(known.document_id):
        return Change(cause=_cause(known, False), note=_note(extraction, known, extractor))
    document = corrections.apply(read.document())
    entities = Entities(known)
    same_text = known.document is not None and known.document.sha256 == document.sha256
    actions = [read.action(action, entities) for action in extraction.actions]
    figures = [read.figure(figure) for figure in extraction.figures]
    changed: list[AnyRecord] = [] if same(known.document, document) else [document]
    named = [corrections.apply(entity) for entity in entities.changed()]
    changed += [entity for entity in named if not same(known.entities.get(entity.id), entity)]
    closed: list[tuple[RecordKind, str]] = []
    changed += continue_records(Action, known.actions, actions, same_text, corrections, closed)
    changed += continue_records(Figure, known.figures, figures, same_text, corrections, closed)
    return Change(
        cause=_cause(known, same_text),
        note=_note(extraction, known, extractor),
        records=changed,
        closed=closed,
        texts=[Text(sha256=extraction.document.sha256, length=extraction.document.length, body=text)],
        unhandled={document.id: extraction.unhandled},
    )


def _cause(known: Known, same_text: bool) -> Cause:
    if known.document is None or known.document.basis == "transcribed":
        return "new_source"
    return "our_correction" if same_text else "source_changed"


def _note(extraction: Extraction, known: Known, extractor: str) -> str:
    first = known.document is None or known.document.basis == "transcribed"
    verb = "Read" if first else "Read again"
    where = extraction.document.url or f"a text with the hash {extraction.document.sha256[:12]}"
    return f"{verb} by {extractor}: {where}"


class _Reading:
    """One extraction on its way to becoming records."""

    def __init__(self, extraction: Extraction, known: Known, book: CodeBook, extractor: str) -> None:
        self._read = extraction
        self._id = known.document_id
        self._book = book
        self._extractor = extractor
        # A text that comes without an address may be known by its hash: its document keeps the address it has.
        self._url = extraction.document.url or (known.document.url if known.document else None)
        self._reference = DocumentReference(id=self._id, url=self._url)

    def document(self) -> Document:
        read = self._read.document
        return Document(
            id=self._id,
            url=self._url,
            original_url=read.original_url,
            title=read.title,
            publisher=read.publisher,
            issuer=read.issuer,
            published_on=read.published_on,
            period=read.period,
            sha256=read.sha256,
            source_sha256=read.source_sha256,
            length=read.length,
            reprint_of=read.reprint_of,
            clauses=read.clauses,
            extractor=self._extractor,
            revision=UNSTAMPED,
        )

    def action(self, read: ExtractedAction, entities: Entities) -> Action:
        mentions = tuple(
            EntityMention(
                entity=entities.id_of(mention),
                name=mention.name,
                kind=mention.kind,
                operator=entities.operator_of(mention),
                operator_name=mention.operator,
            )
            for mention in read.entities
        )
        acted_on, basis = self._acted_on(read.decided_on)
        gist_zh, gist_en = action_gist(read, self._book)
        kinds = [*(mention.kind for mention in mentions), *filter(None, [read.unnamed_kind])]
        subjects = [mention.entity for mention in mentions] + [read.unnamed_subject]
        return Action(
            id=mint("action", self._id, read.anchors[0].start, *subjects, *read.measures),
            document=self._reference,
            confidence=read.confidence,
            extractor=self._extractor,
            anchors=read.anchors,
            revision=UNSTAMPED,
            acted_on=acted_on,
            date_basis=basis,
            decided_on=read.decided_on,
            period=self._read.document.period,
            entities=mentions,
            unnamed_subject=read.unnamed_subject,
            open_ended=read.open_ended,
            subject_kinds=tuple(dict.fromkeys(kinds)),
            measures=read.measures,
            categories=read.categories,
            authorities=read.authorities,
            instruments=read.instruments,
            campaigns=read.campaigns,
            regions=self._regions(read.authorities),
            amount_cny=read.amount_cny,
            gist_zh=gist_zh,
            gist_en=gist_en,
        )

    def figure(self, read: ExtractedFigure) -> Figure:
        gist_zh, gist_en = figure_gist(read, self._book)
        return Figure(
            id=mint("figure", self._id, read.anchors[0].start, read.measure, read.subject, read.period),
            document=self._reference,
            confidence=read.confidence,
            extractor=self._extractor,
            anchors=read.anchors,
            revision=UNSTAMPED,
            measure=read.measure,
            subject_kind=read.subject,
            value_min=read.value_min,
            value_max=read.value_max,
            qualifier=read.qualifier,
            unit=read.unit,
            wording=read.wording,
            period=read.period,
            authorities=read.authorities,
            regions=self._regions(read.authorities),
            campaign=read.campaign,
            gist_zh=gist_zh,
            gist_en=gist_en,
        )

    def _acted_on(self, decided_on: date | None) -> tuple[date | None, DateBasis]:
        document = self._read.document
        if decided_on is not None:
            return decided_on, "decided"
        if document.period is not None:
            return document.period.end, "period_end"
        return document.published_on, "published" if document.published_on else "none"

    def _regions(self, authorities: Iterable[str]) -> tuple[str, ...]:
        regions = (self._book.item("authorities", code).region for code in authorities)
        return tuple(dict.fromkeys(region for region in regions if region))
