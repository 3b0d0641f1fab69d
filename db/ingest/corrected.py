"""Keeps what people have set right when an announcement is read again.

A correction vouches for the fields it changed: whatever is read later, they stay as corrected, until
they are corrected again. Everything else of the record is read anew. A retracted record is known again
by its evidence, and stays retracted. Entities are the exception: nothing that stands refers to a
retracted one, so one that is named again has come back for a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from db.changes import Correction
from db.correcting import document_of, gist_of
from schema.codes import CodeBook
from schema.records import Action, Document, Entity, Figure

R = TypeVar("R", Action, Figure)
T = TypeVar("T", Action, Figure, Entity, Document)


class Corrections:
    """The corrections and retractions that bear on one document, the oldest first."""

    def __init__(self, made: Sequence[Correction], book: CodeBook, texts: Mapping[str, str | None]) -> None:
        """`texts` are the hashes of the texts that documents have now."""
        self._book = book
        self._fields: dict[str, dict[str, Any]] = {}
        self._as_read: dict[str, dict[str, Any]] = {}
        self._retracted = {c.id: c for c in made if c.action == "retract" and c.kind != "entity"}
        self._documents = {correction.id: correction.document for correction in made}
        for correction in made:
            # Offsets hold in the text they were corrected for only.
            same = correction.document is None or texts.get(correction.document) == correction.sha256
            fields = {n: v for n, v in correction.fields.items() if n != "anchors" or same}
            self._fields.setdefault(correction.id, {}).update(fields)
            read = {name: correction.match.get(name) for name in fields}  # what was null may be left out
            self._as_read[correction.id] = read | self._as_read.get(correction.id, {})

    def vouched(self, record_id: str) -> bool:
        """Whether a person has looked at a record and left it standing."""
        return bool(self._fields.get(record_id)) and record_id not in self._retracted

    def is_retracted(self, record_id: str) -> bool:
        """Whether a record was retracted."""
        return record_id in self._retracted

    def retracted(self, model: type[R]) -> list[R]:
        """The retracted records of a kind, as they were read: what may be read again, and must not come back."""
        kind = model.__name__.lower()
        return [self.as_read(model.model_validate(c.match)) for c in self._retracted.values() if c.kind == kind]

    def as_read(self, record: R) -> R:
        """A record with what was read in place of what was corrected, by which it is known again."""
        return self._with(record, self._as_read.get(record.id))

    def apply(self, record: T) -> T:
        """A record just read, with the fields that were corrected."""
        return self._with(record, self._fields.get(record.id))

    def _with(self, record: T, fields: dict[str, Any] | None) -> T:
        if not fields:
            return record
        if document_of(record) != self._documents[record.id]:
            fields = {name: value for name, value in fields.items() if name != "anchors"}
        made = type(record).model_validate({**record.model_dump(), **fields})
        return made.model_copy(update=gist_of(made, self._book))
