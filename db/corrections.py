"""Corrects and retracts single records: one revision each, with a cause and a note."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from db.changes import Change, Correction
from db.correcting import CannotCorrect, corrected, correction, document_of
from db.ingest.relating import related_anew
from db.migrate import LOCK_KEY
from db.pool import Connection
from db.statements import statement
from db.writer import commit
from schema.codes import CodeBook, CodeItem
from schema.extraction import Unhandled
from schema.ids import kind_of
from schema.records import RECORD_MODELS, Action, AnyRecord, Cause, Document, RecordKind, Revision

_NAMED = 5
"""How many of the records that stand in the way are named."""


@dataclass(frozen=True)
class Corrected:
    """What became of one record."""

    before: AnyRecord
    after: AnyRecord | None
    """None where the record was retracted."""
    kept: Correction
    """What is kept of it, so that it survives another reading."""
    revision: Revision | None
    """None on a dry run."""


async def correct(
    connection: Connection,
    record_id: str,
    changes_for: Callable[[AnyRecord], Mapping[str, Any]],
    *,
    cause: Cause,
    note: str,
    dry_run: bool = False,
    key: str | None = None,
) -> Corrected:
    """Replace the standing version of a record by a corrected one, under the same id.

    `changes_for` gives the fields to change, from the record as it stands; `key` is that of a
    correction made again. Raises `CannotCorrect`.
    """
    async with connection.transaction():
        before = await _standing(connection, record_id, note)
        book = CodeBook(CodeItem(**row) for row in await connection.fetch(statement("standing_codes")))
        after = corrected(before, changes_for(before), book)
        await _refuse_references(connection, before, after)
        records: list[AnyRecord] = [after]
        closed: list[tuple[RecordKind, str]] = []
        if isinstance(after, Document) and after.reprint_of != getattr(before, "reprint_of", None):
            settled = await related_anew(connection, after, book)
            records, closed, after = settled.records, settled.closed, settled.documents[after.id]
        kept = correction(before, after, await _text_of(connection, before), key)
        change = Change(
            cause=cause, note=note, records=records, closed=closed, corrections=[kept],
            unhandled=await _unhandled(connection, records),
        )  # fmt: skip
        return Corrected(before, after, kept, None if dry_run else await commit(connection, change))


async def retract(
    connection: Connection, record_id: str, *, cause: Cause, note: str, dry_run: bool = False, key: str | None = None
) -> Corrected:
    """Close the standing version of a record. Raises `CannotCorrect`, also where others still refer to it."""
    async with connection.transaction():
        before = await _standing(connection, record_id, note)
        kind = kind_of(record_id)
        if kind in ("entity", "document"):
            rows = await connection.fetch(statement(f"refers_to_{kind}"), record_id)
            if rows:
                raise CannotCorrect(
                    f"{record_id} cannot be retracted: {_list([row['id'] for row in rows])} refer to it"
                )
        kept = correction(before, None, await _text_of(connection, before), key)
        change = Change(cause=cause, note=note, closed=[(kind, record_id)], corrections=[kept])
        return Corrected(before, None, kept, None if dry_run else await commit(connection, change))


def _list(ids: list[str]) -> str:
    rest = len(ids) - _NAMED
    return ", ".join(ids[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


async def _standing(connection: Connection, record_id: str, note: str) -> AnyRecord:
    """The record as it stands, with the store held so that nobody changes it meanwhile."""
    if not note.strip():
        raise CannotCorrect("the note is empty: say why")
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
    record = await _version(connection, kind_of(record_id), record_id)
    if record is None:
        raise CannotCorrect(f"no {kind_of(record_id)} with the id {record_id!r} stands in this store")
    return record


async def _version(connection: Connection, kind: RecordKind, record_id: str) -> AnyRecord | None:
    body = await connection.fetchval(statement("standing_version").format(kind=kind), record_id)
    return RECORD_MODELS[kind].model_validate_json(body) if body else None


async def _refuse_references(connection: Connection, before: AnyRecord, after: AnyRecord) -> None:
    """Refuse a record that newly refers to something that does not stand."""
    wanted: list[tuple[RecordKind, str]] = []
    if isinstance(after, Action) and isinstance(before, Action) and after.entities != before.entities:
        named = [one for mention in after.entities for one in (mention.entity, mention.operator)]
        wanted = [("entity", entity) for entity in named if entity is not None]
    if isinstance(after, Document) and after.reprint_of is not None:
        wanted = [("document", after.reprint_of)]
        await _refuse_chain(connection, after.id, after.reprint_of)
    for kind, record_id in wanted:
        if record_id == after.id:
            raise CannotCorrect(f"{record_id} cannot be a reprint of itself")
        if await _version(connection, kind, record_id) is None:
            raise CannotCorrect(f"no {kind} with the id {record_id!r} stands in this store")


async def _refuse_chain(connection: Connection, reprint: str, original: str) -> None:
    """Refuse to call a document a reprint of a reprint, unless the two change places."""
    record = await _version(connection, "document", original)
    further = record.reprint_of if isinstance(record, Document) else None
    if further is not None and further != reprint:
        raise CannotCorrect(f"{original} is itself a reprint of {further}: name that one")


async def _text_of(connection: Connection, record: AnyRecord) -> str | None:
    """The hash of the text that the document of a record has now."""
    sha256: str | None = await connection.fetchval(statement("standing_text"), document_of(record))
    return sha256


async def _unhandled(connection: Connection, records: list[AnyRecord]) -> dict[str, list[Unhandled]]:
    """What no rule could read of a document stays so when the document is corrected."""
    documents = [record.id for record in records if isinstance(record, Document)]
    found: dict[str, list[Unhandled]] = {}
    for row in await connection.fetch(statement("standing_unhandled"), documents):
        clause = Unhandled(start=row["start"], end=row["end"], reason=row["reason"])
        found.setdefault(row["id"], []).append(clause)
    return found
