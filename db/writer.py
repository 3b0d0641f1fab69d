"""Writes revisions: one transaction each, one writer at a time, everything or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from db.changes import BEFORE_ALL, Change, record_json, record_kind
from db.migrate import LOCK_KEY
from db.pool import Connection
from db.record_writing import write_records
from db.sketches import StoredSketch
from db.statements import statement
from schema.annotations import annotation_json, annotation_kind
from schema.records import RecordKind, Revision

_ORDER: tuple[RecordKind, ...] = ("document", "entity", "action", "figure")


class RevisionDiffers(Exception):
    """A revision does not come out as its ledger says: the data or the ledger was altered."""

    @classmethod
    def content(cls, number: int) -> RevisionDiffers:
        """What the revision holds is not what its digest was made for."""
        return cls(f"revision {number} does not have the content its ledger entry was made for")


async def commit(connection: Connection, change: Change, *, ledger: Revision | None = None) -> Revision:
    """Write a change as the next revision and return it.

    With `ledger`, the change is a revision made elsewhere: it takes that number and time, and
    `RevisionDiffers` is raised unless its digest comes out the same.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
        revision, change, bodies = _numbered(change, await latest(connection), ledger)
        await connection.execute(
            statement("insert_revision"),
            revision.number, revision.committed_at, revision.cause, revision.note, revision.digest,
        )  # fmt: skip
        await _write_codes(connection, change, revision.number)
        await hold_texts(connection, change)
        await _write_annotations(connection, change, revision.number)
        await _close(connection, change, revision.number)
        await write_records(connection, change, bodies)
        await connection.executemany(
            statement("insert_correction"),
            [(revision.number, c.kind, c.id, c.document, c.model_dump_json()) for c in change.corrections],
        )
        await hold_sketches(connection, change.sketches)
    return revision


async def latest(connection: Connection) -> Revision | None:
    """The newest revision, if there is any."""
    row = await connection.fetchrow(statement("latest_revision"))
    return Revision(**row) if row else None


def _numbered(change: Change, last: Revision | None, ledger: Revision | None) -> tuple[Revision, Change, Sequence[str]]:
    """The revision that a change makes, its records as of then, and their JSON texts."""
    number = last.number + 1 if last else 1
    if ledger is not None and ledger.number != number:
        raise RevisionDiffers(f"revision {ledger.number} cannot follow revision {number - 1}")
    now = ledger.committed_at if ledger else datetime.now(UTC)
    if last and now < last.committed_at:
        now = last.committed_at  # the clock went back; the order of revisions does not
    stamped = tuple(
        record if record.revision == number else record.model_copy(update={"revision": number})
        for record in change.records
    )
    annotations = tuple(one.model_copy(update={"revision": number}) for one in change.annotations)
    change, bodies = replace(change, records=stamped, annotations=annotations), tuple(map(record_json, stamped))
    digest = change.digest(last.digest if last else BEFORE_ALL, number, now, bodies)
    if ledger is not None and ledger.digest != digest:
        raise RevisionDiffers.content(number)
    revision = Revision(number=number, committed_at=now, cause=change.cause, note=change.note, digest=digest)
    return revision, change, bodies


async def _write_codes(connection: Connection, change: Change, number: int) -> None:
    items = [item for _, item in change.codes]
    ended = [*change.closed_codes, *((item.list, item.code) for item in items)]
    await connection.executemany(statement("close_code"), [(*key, number) for key in ended])
    await connection.executemany(statement("insert_code"), [(item.list, item.code) for item in items])
    await connection.executemany(
        statement("insert_code_version"),
        [
            (item.list, item.code, number, position, item.label_zh, item.label_en, item.definition, item.parent,
             item.replaced_by, item.legal_nature, item.kind, item.region)
            for position, item in change.codes
        ],
    )  # fmt: skip


async def _write_annotations(connection: Connection, change: Change, number: int) -> None:
    made = [(annotation_kind(one), one) for one in change.annotations]
    ended = [*change.closed_annotations, *((kind, one.id) for kind, one in made)]
    await connection.executemany(statement("close_annotation"), [(*key, number) for key in ended])
    await connection.executemany(statement("insert_annotation"), [(kind, one.id) for kind, one in made])
    await connection.executemany(
        statement("insert_annotation_version"), [(kind, one.id, number, annotation_json(one)) for kind, one in made]
    )


async def hold_texts(connection: Connection, change: Change) -> None:
    """Keep the texts of a change. They are the same on every machine that has them, so no revision is made."""
    texts = [(text.sha256, text.length, text.body) for text in change.texts]
    await connection.executemany(statement("insert_text_layer"), texts)


async def hold_sketches(connection: Connection, sketches: Sequence[StoredSketch]) -> None:
    """Keep by what the reprints of documents are known. It follows from their texts, so no revision is made."""
    rows = [(one.document, one.sha256, one.sketch.model_dump_json()) for one in sketches]
    await connection.executemany(statement("upsert_sketch"), rows)
    await connection.execute(statement("delete_sketch_keys"), [one.document for one in sketches])
    keys = [(one.document, key) for one in sketches for key in one.keys]
    await connection.executemany(statement("insert_sketch_key"), keys)


async def _close(connection: Connection, change: Change, number: int) -> None:
    ended = [*change.closed, *((record_kind(record), record.id) for record in change.records)]
    actions = [record_id for kind, record_id in ended if kind == "action"]
    if actions:
        await connection.execute(statement("close_action_links"), actions, number)
    for kind in _ORDER:
        ids = [record_id for of, record_id in ended if of == kind]
        if ids:
            await connection.execute(statement("close_versions").format(kind=kind), ids, number)
