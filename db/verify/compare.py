"""The comparisons `cunzhao verify` makes: pure, each naming what is wrong in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from schema.extraction import Anchor, Period
from schema.records import RECORD_MODELS, Action, AnyRecord, Document, Entity, Figure, RecordKind

LISTS = ("codes", "entities", "anchors", "names")
"""Columns that hold the rows of another table as JSON; null where there are none."""
_PLAIN: dict[RecordKind, tuple[str, ...]] = {
    "document": ("id", "url", "original_url", "title", "publisher", "issuer", "published_on", "sha256",
                 "source_sha256", "length", "reprint_of", "basis", "extractor"),
    "entity": ("id", "kind", "name", "name_en"),
    "action": ("id", "acted_on", "date_basis", "decided_on", "unnamed_subject", "open_ended", "amount_cny",
               "confidence", "basis", "extractor", "gist_zh", "gist_en"),
    "figure": ("id", "measure", "subject_kind", "campaign", "value_min", "value_max", "qualifier", "unit", "wording",
               "confidence", "basis", "extractor", "gist_zh", "gist_en"),
}  # fmt: skip
_CODE_LISTS: dict[RecordKind, tuple[str, ...]] = {
    "action": ("authorities", "campaigns", "categories", "instruments", "measures", "regions", "subject_kinds"),
    "figure": ("authorities", "regions"),
}  # in the order of the names, as the rows come


def text_fault(text: str, digest: str, length: int) -> str | None:
    """What is wrong with a text layer, if anything."""
    if len(text) != length:
        return f"text {digest}: {len(text)} code points, not {length}"
    if sha256(text.encode()).hexdigest() != digest:
        return f"text {digest}: its SHA-256 is another"
    return None


def anchor_fault(text: str, anchor: Mapping[str, Any]) -> str | None:
    """What is wrong with an anchor, if the text does not have at its offsets what it quotes."""
    start, end, exact = anchor["start"], anchor["end"], anchor["exact"]
    if text[start:end] == exact:
        return None
    where = f"{anchor['id']} r{anchor['revision']}: the anchor of {anchor['field']} at {start}–{end}"
    return f"{where} quotes {exact!r}, the text has {text[start:end]!r}"


def record_fault(kind: RecordKind, row: Mapping[str, Any]) -> str | None:
    """What is wrong with a record version, if its JSON does not say what its rows say."""
    where = f"{kind} {row['id']} r{row['revision_from']}"
    try:
        record = RECORD_MODELS[kind].model_validate_json(row["body"])
    except ValidationError as error:
        first = error.errors()[0]
        return f"{where}: its JSON is no {kind}: {'.'.join(map(str, first['loc']))}: {first['msg']}"
    wrong = [name for name, value in _said(kind, record) if row[name] != value]
    return f"{where}: JSON and rows differ in {', '.join(wrong)}" if wrong else None


def _said(kind: RecordKind, record: AnyRecord) -> Iterator[tuple[str, object]]:
    """What a record says, column by column."""
    yield "revision_from", record.revision
    yield from ((name, getattr(record, name)) for name in _PLAIN[kind])
    if isinstance(record, Document):
        yield from _period(record.period)
        clauses = record.clauses
        yield "clauses_extracted", clauses and clauses.extracted
        yield "clauses_ignored", clauses and clauses.ignored
        yield "clauses_unhandled", clauses and clauses.unhandled
        yield "unhandled", clauses.unhandled if clauses else 0
    elif isinstance(record, Entity):
        yield "names", [[name.name, name.language, name.kind] for name in record.names]
    else:
        yield from _stated(kind, record)


def _stated(kind: RecordKind, record: Action | Figure) -> Iterator[tuple[str, object]]:
    yield "document", record.document.id
    yield "document_url", record.document.url
    yield from _period(record.period)
    yield "codes", [[name, code] for name in _CODE_LISTS[kind] for code in getattr(record, name)]
    yield "anchors", [_anchor(record.document.id, anchor) for anchor in record.anchors]
    if isinstance(record, Action):
        yield (
            "entities",
            [
                [mention.entity, mention.name, mention.kind, mention.operator, mention.operator_name]
                for mention in record.entities
            ],
        )


def _period(period: Period | None) -> Iterator[tuple[str, object]]:
    yield "period_start", period.start if period else None
    yield "period_end", period.end if period else None


def _anchor(document: str, anchor: Anchor) -> list[object]:
    place = [anchor.start, anchor.end, anchor.exact]
    return [document, anchor.field, anchor.value, *place, anchor.rule, anchor.confidence]
