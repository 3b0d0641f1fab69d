"""Turns a page with transcribed facts into the change it makes to the store."""

from __future__ import annotations

from db.changes import Change
from db.ingest.continuity import UNSTAMPED, continued, same
from db.ingest.entities import Entities
from db.ingest.known import Known
from db.transcribing.format import Page, StatedAction, StatedFigure
from schema.codes import CodeBook
from schema.extraction import ExtractedMention
from schema.gist import action_gist, figure_gist
from schema.ids import mint
from schema.records import (
    Action,
    AnyRecord,
    Cause,
    Document,
    DocumentReference,
    EntityMention,
    Figure,
    acted_on,
)

TRANSCRIBER = "transcribed/1"
"""Stands as the extractor of what nobody extracted."""


def mentions(page: Page) -> list[ExtractedMention]:
    """Everybody named on a page."""
    return [_mention(action, place) for action in page.actions for place in range(len(action.entities))]


def _mention(action: StatedAction, place: int) -> ExtractedMention:
    return ExtractedMention(**action.entities[place].model_dump())


def change_of(page: Page, known: Known, original: str | None, book: CodeBook) -> Change:
    """The change that makes the store say what was transcribed. It is empty if it says so already.

    `original` is the id of the document that the page is a reprint of.
    """
    cause: Cause = "new_source" if known.document is None else "our_correction"
    note = f"Transcribed ({TRANSCRIBER}), the text is not held: {page.url}" + (f" · {page.note}" if page.note else "")
    corrections = known.corrected(book, {})
    if corrections.is_retracted(known.document_id):
        return Change(cause=cause, note=note)
    made = _Page(page, known.document_id, book)
    entities = Entities(known)
    document = corrections.apply(made.document(original))
    actions = [made.action(action, entities) for action in page.actions]
    figures = [made.figure(figure) for figure in page.figures]
    changed: list[AnyRecord] = [] if same(known.document, document) else [document]
    named = [corrections.apply(entity) for entity in entities.changed()]
    changed += [entity for entity in named if not same(known.entities.get(entity.id), entity)]
    acts = continued(Action, known.actions, actions, [document.id], corrections)
    counts = continued(Figure, known.figures, figures, [document.id], corrections)
    changed += [*acts.opened, *counts.opened]
    return Change(cause=cause, note=note, records=changed, closed=[*acts.closed, *counts.closed])


class _Page:
    """One page on its way to becoming records."""

    def __init__(self, page: Page, document_id: str, book: CodeBook) -> None:
        self._page = page
        self._id = document_id
        self._book = book
        self._reference = DocumentReference(id=document_id, url=page.url)

    def document(self, original: str | None) -> Document:
        page = self._page
        return Document(
            id=self._id,
            url=page.url,
            original_url=None,
            title=page.title,
            publisher=page.publisher,
            issuer=page.issuer,
            published_on=page.published_on,
            period=page.period,
            sha256=None,
            source_sha256=None,
            length=None,
            reprint_of=original,
            clauses=None,
            basis="transcribed",
            extractor=TRANSCRIBER,
            revision=UNSTAMPED,
        )

    def action(self, stated: StatedAction, entities: Entities) -> Action:
        named = [_mention(stated, place) for place in range(len(stated.entities))]
        who = tuple(EntityMention(entity=entities.id_of(one), name=one.name, kind=one.kind) for one in named)
        kinds = [*(one.kind for one in who), *filter(None, [stated.unnamed_kind])]
        period = stated.period_on(self._page)
        on, date_basis = acted_on(stated.decided_on, period, self._page.published_on)
        subjects = [one.entity for one in who] or [stated.unnamed_subject or ""]
        action = Action(
            id=mint("action", self._id, TRANSCRIBER, *subjects, *stated.measures),
            document=self._reference,
            confidence=stated.confidence,
            basis="transcribed",
            extractor=TRANSCRIBER,
            anchors=(),
            revision=UNSTAMPED,
            acted_on=on,
            date_basis=date_basis,
            decided_on=stated.decided_on,
            period=period,
            entities=who,
            unnamed_subject=stated.unnamed_subject,
            open_ended=stated.open_ended,
            subject_kinds=tuple(dict.fromkeys(kinds)),
            measures=stated.measures,
            categories=stated.categories,
            authorities=stated.authorities,
            instruments=stated.instruments,
            campaigns=stated.campaigns,
            regions=self._book.regions_of(stated.authorities),
            amount_cny=stated.amount_cny,
            gist_zh="",
            gist_en="",
        )
        gist_zh, gist_en = action_gist(action, self._book)
        return action.model_copy(update={"gist_zh": gist_zh, "gist_en": gist_en})

    def figure(self, stated: StatedFigure) -> Figure:
        period = stated.period_on(self._page)
        figure = Figure(
            id=mint("figure", self._id, TRANSCRIBER, stated.measure, stated.subject_kind, period),
            document=self._reference,
            confidence=stated.confidence,
            basis="transcribed",
            extractor=TRANSCRIBER,
            anchors=(),
            revision=UNSTAMPED,
            measure=stated.measure,
            subject_kind=stated.subject_kind,
            value_min=stated.value_min,
            value_max=stated.value_max,
            qualifier=stated.qualifier,
            unit=stated.unit,
            wording=stated.wording,
            period=period,
            authorities=stated.authorities,
            regions=self._book.regions_of(stated.authorities),
            campaign=stated.campaign,
            gist_zh="",
            gist_en="",
        )
        gist_zh, gist_en = figure_gist(figure, self._book)
        return figure.model_copy(update={"gist_zh": gist_zh, "gist_en": gist_en})
