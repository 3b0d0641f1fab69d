"""Writes revisions: one transaction each, one writer at a time, everything or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from db.changes import BEFORE_ALL, Change, record_json, record_kind
from db.matching import match_key
from db.migrate import LOCK_KEY
from db.pool import Connection
from db.sketches import StoredSketch
from db.statements import statement
from schema.extraction import Anchor, Period
from schema.records import Action, AnyRecord, Document, Entity, Figure, RecordKind, Revision

_ORDER: tuple[RecordKind, ...] = ("document", "entity", "action", "figure")
_ACTION_LISTS = (
    "measures", "categories", "authorities", "instruments", "campaigns", "regions", "subject_kinds",
)  # fmt: skip


class RevisionDiffers(Exception):
    """A revision does not come out as its ledger says: the data or the ledger was altered."""


async def commit(connection: Connection, change: Change, *, ledger: Revision | None = None) -> Revision:
    """Write a change as the next revision and return it.

    With `ledger`, the change is a revision made elsewhere: it takes that number and time, and
    `RevisionDiffers` is raised unless its digest comes out the same.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
        revision, change = _numbered(change, await latest(connection), ledger)
        await connection.execute(
            statement("insert_revision"),
            revision.number, revision.committed_at, revision.cause, revision.note, revision.digest,
        )  # fmt: skip
        await _write_codes(connection, change, revision.number)
        await hold_texts(connection, change)
        await _close(connection, change, revision.number)
        # All at once: one of them may be a reprint of another.
        documents = [(record.id, record.url) for record in change.records if isinstance(record, Document)]
        await connection.executemany(statement("insert_document"), documents)
        for kind in _ORDER:
            for record in change.records:
                if record_kind(record) == kind:
                    await _write_record(connection, record, change)
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


def _numbered(change: Change, last: Revision | None, ledger: Revision | None) -> tuple[Revision, Change]:
    number = last.number + 1 if last else 1
    if ledger is not None and ledger.number != number:
        raise RevisionDiffers(f"revision {ledger.number} cannot follow revision {number - 1}")
    now = ledger.committed_at if ledger else datetime.now(UTC)
    if last and now < last.committed_at:
        now = last.committed_at  # the clock went back; the order of revisions does not
    stamped = tuple(record.model_copy(update={"revision": number}) for record in change.records)
    change = replace(change, records=stamped)
    digest = change.digest(last.digest if last else BEFORE_ALL, number, now)
    if ledger is not None and ledger.digest != digest:
        raise RevisionDiffers(f"revision {number} does not have the content its ledger entry was made for")
    return Revision(number=number, committed_at=now, cause=change.cause, note=change.note, digest=digest), change


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
    for kind in _ORDER:
        keys = [(record_id, number) for of, record_id in ended if of == kind]
        await connection.executemany(statement("close_version").format(kind=kind), keys)


async def _write_record(connection: Connection, record: AnyRecord, change: Change) -> None:
    if isinstance(record, Document):
        await _write_document(connection, record, change)
    elif isinstance(record, Entity):
        await _write_entity(connection, record)
    elif isinstance(record, Action):
        await _write_action(connection, record)
    else:
        await _write_figure(connection, record)


def _ends(period: Period | None) -> tuple[object, object]:
    return (period.start, period.end) if period else (None, None)


def _search_key(*texts: str | None) -> str:
    """What search looks at. The parts stand on lines of their own, so that no match spans two."""
    return "\n".join(match_key(text) for text in texts if text)


async def _write_document(connection: Connection, record: Document, change: Change) -> None:
    if record.sha256 is not None:
        await connection.execute(statement("insert_text_layer"), record.sha256, record.length, None)
        await connection.execute(statement("insert_document_text"), record.id, record.sha256)
    clauses = record.clauses
    version = await connection.fetchval(
        statement("insert_document_version"),
        record.id, record.revision, record.original_url, record.title, record.publisher, record.issuer,
        record.published_on, *_ends(record.period), record.sha256, record.source_sha256, record.reprint_of,
        clauses and clauses.extracted, clauses and clauses.ignored, clauses and clauses.unhandled, record.basis,
        record.extractor, _search_key(record.title, record.publisher, record.url, record.original_url),
        record_json(record),
    )  # fmt: skip
    await connection.executemany(
        statement("insert_unhandled_clause"),
        [(version, n, c.start, c.end, c.reason) for n, c in enumerate(change.unhandled.get(record.id, ()))],
    )


async def _write_entity(connection: Connection, record: Entity) -> None:
    await connection.execute(statement("insert_entity"), record.id)
    version = await connection.fetchval(
        statement("insert_entity_version"),
        record.id, record.revision, record.kind, record.name, record.name_en,
        _search_key(*(name.name for name in record.names)), record_json(record),
    )  # fmt: skip
    await connection.executemany(
        statement("insert_entity_name"),
        [(version, n, e.name, e.language, e.kind, match_key(e.name)) for n, e in enumerate(record.names)],
    )


async def _write_action(connection: Connection, record: Action) -> None:
    await connection.execute(statement("insert_action"), record.id)
    mentioned = (mention.name for mention in record.entities)
    quoted = dict.fromkeys(anchor.exact for anchor in record.anchors)
    version = await connection.fetchval(
        statement("insert_action_version"),
        record.id, record.revision, record.document.id, record.acted_on, record.date_basis, record.decided_on,
        *_ends(record.period), record.unnamed_subject, record.open_ended, record.amount_cny, record.confidence,
        record.basis, record.extractor, record.gist_zh, record.gist_en,
        _search_key(record.gist_zh, record.gist_en, record.unnamed_subject, *mentioned, *quoted),
        record_json(record),
    )  # fmt: skip
    await connection.executemany(
        statement("insert_action_code"),
        [(version, name, code, n) for name in _ACTION_LISTS for n, code in enumerate(getattr(record, name))],
    )
    await connection.executemany(
        statement("insert_action_entity"),
        [(version, n, m.entity, m.name, m.kind, m.operator, m.operator_name) for n, m in enumerate(record.entities)],
    )
    await _write_anchors(connection, (version, None), record.document.id, record.anchors)


async def _write_figure(connection: Connection, record: Figure) -> None:
    await connection.execute(statement("insert_figure"), record.id)
    quoted = dict.fromkeys(anchor.exact for anchor in record.anchors)
    version = await connection.fetchval(
        statement("insert_figure_version"),
        record.id, record.revision, record.document.id, record.measure, record.subject_kind, record.campaign,
        record.value_min, record.value_max, record.qualifier, record.unit, record.wording,
        *_ends(record.period), record.confidence, record.basis, record.extractor, record.gist_zh, record.gist_en,
        _search_key(record.gist_zh, record.gist_en, record.wording, *quoted), record_json(record),
    )  # fmt: skip
    lists = {"authorities": record.authorities, "regions": record.regions}
    await connection.executemany(
        statement("insert_figure_code"),
        [(version, name, code, n) for name, codes in lists.items() for n, code in enumerate(codes)],
    )
    await _write_anchors(connection, (None, version), record.document.id, record.anchors)


async def _write_anchors(
    connection: Connection, versions: tuple[int | None, int | None], document: str, anchors: tuple[Anchor, ...]
) -> None:
    await connection.executemany(
        statement("insert_anchor"),
        [(*versions, n, document, a.field, a.value, a.start, a.end, a.exact) for n, a in enumerate(anchors)],
    )
