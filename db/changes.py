"""What one revision changes, and the digest by which it is known on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from db.sketches import StoredSketch
from schema.annotations import AnnotationKind, AnyAnnotation, annotation_json, annotation_kind
from schema.codes import CodeItem
from schema.extraction import Unhandled
from schema.records import AnyRecord, Cause, RecordKind

BEFORE_ALL = "0" * 64
"""The digest before the first revision."""
KIND_OF: dict[str, RecordKind] = {
    "Action": "action",
    "Figure": "figure",
    "Entity": "entity",
    "Document": "document",
}


def record_kind(record: AnyRecord) -> RecordKind:
    """The kind of a record."""
    return KIND_OF[type(record).__name__]


def record_json(record: AnyRecord) -> str:
    """The one JSON text of a record version: what is stored, served, exported and hashed."""
    return record.model_dump_json()


@dataclass(frozen=True)
class Text:
    """A text layer. The body is None where only its hash and length are known."""

    sha256: str
    length: int
    body: str | None = None


class Correction(BaseModel):
    """What a person set right in one record: kept, so that reading the announcement again does not undo it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    """By which it is known in every store: one made again elsewhere keeps it."""
    action: Literal["correct", "retract"]
    kind: RecordKind
    id: str
    document: str | None
    """None for entities, which belong to no document."""
    sha256: str | None
    """The text the document had."""
    fields: dict[str, Any]
    """The fields vouched for, as they are in JSON; none where the record was retracted."""
    match: dict[str, Any]
    """The record as it stood before: by its evidence, measures and subjects it is known again."""


@dataclass(frozen=True)
class Change:
    """Everything one revision opens and closes. Opening a record closes its former version."""

    cause: Cause
    note: str
    records: Sequence[AnyRecord] = ()
    closed: Sequence[tuple[RecordKind, str]] = ()
    codes: Sequence[tuple[int, CodeItem]] = ()
    """Code list items to open, each with its place in its list."""
    closed_codes: Sequence[tuple[str, str]] = ()
    texts: Sequence[Text] = ()
    sketches: Sequence[StoredSketch] = ()
    """By what reprints are known. Like texts they follow from what is read, and are no part of the revision."""
    corrections: Sequence[Correction] = ()
    """What people set right by this change."""
    annotations: Sequence[AnyAnnotation] = ()
    """What is said about figures."""
    closed_annotations: Sequence[tuple[AnnotationKind, str]] = ()
    unhandled: Mapping[str, Sequence[Unhandled]] = field(default_factory=dict)
    """Clauses that no rule could read, by document."""

    @property
    def empty(self) -> bool:
        """Whether nothing on record would change."""
        kept = self.records or self.closed or self.codes or self.closed_codes
        return not (kept or self.annotations or self.closed_annotations)

    def digest(self, before: str, number: int, committed_at: datetime, bodies: Sequence[str] | None = None) -> str:
        """SHA-256 over the digest before and this change, in an order that does not depend on how it was made.

        `bodies` are the JSON texts of the records, where they were made already.
        """
        texts = map(record_json, self.records) if bodies is None else bodies
        return digest_of(
            before,
            (number, committed_at, self.cause, self.note),
            opened=zip(map(record_kind, self.records), texts, strict=True),
            closed=self.closed,
            codes=self.codes,
            closed_codes=self.closed_codes,
            corrections=(correction.model_dump_json() for correction in self.corrections),
            annotations=((annotation_kind(one), annotation_json(one)) for one in self.annotations),
            closed_annotations=self.closed_annotations,
        )


def digest_of(
    before: str,
    head: tuple[int, datetime, str, str],
    *,
    opened: Iterable[tuple[str, str]],
    closed: Iterable[tuple[str, str]],
    codes: Iterable[tuple[int, CodeItem]],
    closed_codes: Iterable[tuple[str, str]],
    corrections: Iterable[str],
    annotations: Iterable[tuple[str, str]] = (),
    closed_annotations: Iterable[tuple[str, str]] = (),
) -> str:
    """The digest of a revision from its number, time, cause and note and from what it opens and closes.

    Records come as kind and JSON text, so that a revision read back from a store is hashed as it stands there.
    """
    number, committed_at, cause, note = head
    stamp = [number, committed_at.astimezone(UTC).isoformat(), cause, note]
    whole = hashlib.sha256("\n".join([before, json.dumps(stamp, ensure_ascii=False)]).encode())
    for lines in (
        (f"open {kind} {body}" for kind, body in opened),
        (f"close {kind} {record_id}" for kind, record_id in closed),
        (f"open code {position} {item.model_dump_json()}" for position, item in codes),
        (f"close code {list_name} {code}" for list_name, code in closed_codes),
        (f"correct {body}" for body in corrections),
        (f"open annotation {kind} {body}" for kind, body in annotations),
        (f"close annotation {kind} {annotation}" for kind, annotation in closed_annotations),
    ):
        # A revision may have a hundred thousand lines: as UTF-8, which sorts the same, they take half the room.
        for line in sorted(line.encode() for line in lines):
            whole.update(b"\n")
            whole.update(line)
    return whole.hexdigest()
