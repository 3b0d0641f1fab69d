"""Makes records of an extraction: with ids, entities, dates and gists, as they would stand if it stood alone."""

from __future__ import annotations

from db.ingest.continuity import UNSTAMPED
from db.ingest.entities import Entities
from db.ingest.witnesses import Stated
from schema.codes import CodeBook
from schema.extraction import ExtractedAction, ExtractedFigure, Extraction
from schema.gist import action_gist, figure_gist
from schema.ids import mint
from schema.records import Action, Document, DocumentReference, EntityMention, Figure, acted_on


class Recording:
    """One extraction on its way to becoming records."""

    def __init__(self, extraction: Extraction, document: str, url: str | None, book: CodeBook, extractor: str) -> None:
        self._read = extraction
        self._id = document
        self._book = book
        self._extractor = extractor
        self._url = url
        self._reference = DocumentReference(id=document, url=url)

    def stated(self, entities: Entities) -> Stated:
        """Everything it states."""
        actions = [self.action(action, entities) for action in self._read.actions]
        return Stated(actions, [self.figure(figure) for figure in self._read.figures])

    def document(self) -> Document:
        """The copy itself."""
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
            reprint_of=None,
            clauses=read.clauses,
            extractor=self._extractor,
            revision=UNSTAMPED,
        )

    def action(self, read: ExtractedAction, entities: Entities) -> Action:
        """An action it states."""
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
        document = self._read.document
        on, basis = acted_on(read.decided_on, document.period, document.published_on)
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
            acted_on=on,
            date_basis=basis,
            decided_on=read.decided_on,
            period=document.period,
            entities=mentions,
            unnamed_subject=read.unnamed_subject,
            open_ended=read.open_ended,
            subject_kinds=tuple(dict.fromkeys(kinds)),
            measures=read.measures,
            categories=read.categories,
            authorities=read.authorities,
            instruments=read.instruments,
            campaigns=read.campaigns,
            regions=self._book.regions_of(read.authorities),
            amount_cny=read.amount_cny,
            gist_zh=gist_zh,
            gist_en=gist_en,
        )

    def figure(self, read: ExtractedFigure) -> Figure:
        """A figure it states."""
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
            regions=self._book.regions_of(read.authorities),
            campaign=read.campaign,
            gist_zh=gist_zh,
            gist_en=gist_en,
        )
