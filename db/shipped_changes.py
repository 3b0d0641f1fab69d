"""What each revision of a dataset changes, as its files say it; made into records only where they are needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any

import orjson

from db.annotations import annotation_of
from db.changes import Change, Correction, digest_of
from schema.annotations import AnnotationKind
from schema.codes import CodeItem
from schema.extraction import Unhandled
from schema.records import RECORD_MODELS, RecordKind, Revision

FILES: dict[RecordKind, str] = {
    "document": "documents.ndjson",
    "entity": "entities.ndjson",
    "action": "actions.ndjson",
    "figure": "figures.ndjson",
}
"""The files of the records, by kind."""
REVISIONS, CODES, CORRECTIONS = "revisions.ndjson", "codes.ndjson", "corrections.ndjson"
ANNOTATIONS = "annotations.ndjson"


def lines_of(folder: Traversable, name: str) -> Iterator[dict[str, Any]]:
    """The lines of a file of a dataset; none where there is no file. Raises `ValueError` naming a line that is none."""
    file = folder.joinpath(name)
    if not file.is_file():
        return
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                found = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise ValueError(f"{name}, line {number}: {error}") from error
            if not isinstance(found, dict):
                raise ValueError(f"{name}, line {number}: not a JSON object")
            yield found


@dataclass
class _Lines:
    """What the files say of one revision."""

    records: list[tuple[RecordKind, str, str]] = field(default_factory=list)
    """Kind, id and JSON text of each record, without the spaces that its line has."""
    closed: list[tuple[RecordKind, str]] = field(default_factory=list)
    codes: list[tuple[int, CodeItem]] = field(default_factory=list)
    closed_codes: list[tuple[str, str]] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    annotations: list[tuple[AnnotationKind, str, str]] = field(default_factory=list)
    """Likewise."""
    closed_annotations: list[tuple[AnnotationKind, str]] = field(default_factory=list)
    unhandled: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def ended(self) -> tuple[tuple[RecordKind, str], ...]:
        """The records closed: a version that gives way to the next one is closed by that."""
        reopened = {record_id for _, record_id, _ in self.records}
        return tuple(key for key in self.closed if key[1] not in reopened)

    @property
    def ended_codes(self) -> tuple[tuple[str, str], ...]:
        """The codes closed, likewise."""
        recoded = {(item.list, item.code) for _, item in self.codes}
        return tuple(key for key in self.closed_codes if key not in recoded)

    @property
    def ended_annotations(self) -> tuple[tuple[AnnotationKind, str], ...]:
        """The annotations closed, likewise."""
        again = {(kind, annotation) for kind, annotation, _ in self.annotations}
        return tuple(key for key in self.closed_annotations if key not in again)


class ShippedChanges(Mapping[int, Change]):
    """The changes of a dataset by the numbers of their revisions. Asking for one validates all that is in it."""

    def __init__(self, revisions: tuple[Revision, ...], folder: Traversable) -> None:
        """Read the files of a dataset. Raises `ValueError` where a line is none of theirs."""
        self._revisions = {revision.number: revision for revision in revisions}
        self._lines: defaultdict[int, _Lines] = defaultdict(_Lines)
        for kind, name in FILES.items():
            for line in lines_of(folder, name):
                self._take_record(kind, line)
        for line in lines_of(folder, CODES):
            self._take_code(line)
        for line in lines_of(folder, ANNOTATIONS):
            self._take_annotation(line)
        for line in lines_of(folder, CORRECTIONS):
            self._lines[line["revision"]].corrections.append(correction_of(line))

    def __getitem__(self, number: int) -> Change:
        revision, lines = self._revisions[number], self._lines[number]
        return Change(
            cause=revision.cause,
            note=revision.note,
            records=tuple(RECORD_MODELS[kind].model_validate_json(body) for kind, _, body in lines.records),
            closed=lines.ended,
            codes=tuple(lines.codes),
            corrections=tuple(lines.corrections),
            annotations=tuple(annotation_of(kind, body) for kind, _, body in lines.annotations),
            closed_annotations=lines.ended_annotations,
            closed_codes=lines.ended_codes,
            unhandled={
                document: tuple(Unhandled.model_validate(clause) for clause in clauses)
                for document, clauses in lines.unhandled.items()
            },
        )

    def __iter__(self) -> Iterator[int]:
        return iter(self._revisions)

    def __len__(self) -> int:
        return len(self._revisions)

    def holds(self, number: int, before: str) -> bool:
        """Whether the files say of a revision what its digest in the ledger was made for; `before` is that before it.

        The lines are hashed as they stand, without a look at what they mean: what has the digest of a revision that a
        store has was validated when the store took it. Where JSON can be written in two ways (numbers), what is in the
        lines is written as records are, before it is said to differ.
        """
        revision, lines = self._revisions[number], self._lines[number]
        head = (number, revision.committed_at, revision.cause, revision.note)
        digest = digest_of(
            before,
            head,
            opened=((kind, body) for kind, _, body in lines.records),
            closed=lines.ended,
            codes=lines.codes,
            closed_codes=lines.ended_codes,
            corrections=(correction.model_dump_json() for correction in lines.corrections),
            annotations=((kind, body) for kind, _, body in lines.annotations),
            closed_annotations=lines.ended_annotations,
        )
        return digest == revision.digest or self[number].digest(before, *head[:2]) == revision.digest

    def _take_record(self, kind: RecordKind, line: Mapping[str, Any]) -> None:
        record = line["record"]
        opened, record_id = self._lines[record["revision"]], record["id"]
        opened.records.append((kind, record_id, orjson.dumps(record).decode()))
        if "unhandled" in line:
            opened.unhandled[record_id] = line["unhandled"]
        if "revision_to" in line:
            self._lines[line["revision_to"]].closed.append((kind, record_id))

    def _take_code(self, line: Mapping[str, Any]) -> None:
        item = CodeItem.model_validate(line["item"])
        self._lines[line["revision"]].codes.append((line["position"], item))
        if "revision_to" in line:
            self._lines[line["revision_to"]].closed_codes.append((item.list, item.code))

    def _take_annotation(self, line: Mapping[str, Any]) -> None:
        kind, annotation = line["kind"], line["annotation"]
        body = orjson.dumps(annotation).decode()
        self._lines[annotation["revision"]].annotations.append((kind, annotation["id"], body))
        if "revision_to" in line:
            self._lines[line["revision_to"]].closed_annotations.append((kind, annotation["id"]))


def correction_of(line: Mapping[str, Any]) -> Correction:
    """The correction in a line of the file of corrections."""
    return Correction.model_validate({name: line[name] for name in Correction.model_fields})
