"""The pure pipeline: the bytes of one announcement in, everything read from it out."""

from __future__ import annotations

import json
from collections import Counter

from db.ingest.audit import EXTRACTED, UNHANDLED, Verdict, audit
from db.ingest.clean import Cleaned, clean
from db.ingest.notice import Notice, read_notice
from db.ingest.reading import Reading
from db.ingest.records import Maker
from db.ingest.scope import document_period, issuer
from db.ingest.statements import read_statements
from schema.extraction import ClauseCounts, ExtractedDocument, Extraction, Period, Unhandled

EXTRACTOR = "cunzhao/2"
"""Name and version of the rules; it changes whenever the same bytes may give other records."""


def extract(data: bytes, *, url: str | None = None, name: str | None = None) -> Extraction:
    """Read one announcement. Raises `Refused` where the bytes hold no readable text."""
    return extract_notice(read_notice(data, url=url, name=name))


def extract_notice(notice: Notice, cleaned: Cleaned | None = None) -> Extraction:
    """Read an announcement that is decoded already, and may be cleaned already."""
    cleaned = cleaned or clean(notice)
    readings = [Reading(segment, index) for index, segment in enumerate(cleaned.segments)]
    result = read_statements(readings)
    period = document_period(readings, cleaned)
    maker = Maker(notice.layer.text, period, cleaned.published_on)
    verdicts = list(audit(readings, result))
    return Extraction(
        document=_document(notice, cleaned, readings, period.spot.period if period else None, verdicts),
        figures=maker.figures(result.counts),
        actions=maker.actions(result.drafts),
        unhandled=tuple(_unhandled(verdict) for verdict in verdicts if verdict.outcome == UNHANDLED),
    )


def to_json(extraction: Extraction) -> str:
    """One line of JSON: document, figures, actions, unhandled."""
    return json.dumps(extraction.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))


def _document(
    notice: Notice,
    cleaned: Cleaned,
    readings: list[Reading],
    period: Period | None,
    verdicts: list[Verdict],
) -> ExtractedDocument:
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    return ExtractedDocument(
        title=cleaned.title,
        url=cleaned.url,
        original_url=cleaned.original_url,
        publisher=cleaned.publisher,
        published_on=cleaned.published_on,
        issuer=issuer(cleaned, readings),
        period=period,
        sha256=notice.layer.sha256,
        source_sha256=notice.layer.source_sha256,
        length=notice.layer.length,
        clauses=ClauseCounts(
            extracted=outcomes[EXTRACTED],
            unhandled=outcomes[UNHANDLED],
            ignored=len(verdicts) - outcomes[EXTRACTED] - outcomes[UNHANDLED],
        ),
        ignored_for={name: outcomes[name] for name in sorted(outcomes.keys() - {EXTRACTED, UNHANDLED})},
    )


def _unhandled(verdict: Verdict) -> Unhandled:
    start, end = verdict.reading.segment.span(verdict.clause.start, verdict.clause.end)
    return Unhandled(start=start, end=end, reason=verdict.reason)
