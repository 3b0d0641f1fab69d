"""Writes records: those of a kind together, each table with one COPY, whose rows are made while Postgres takes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from itertools import chain

from db.changes import Change, record_kind
from db.pool import SCHEMA, Connection
from db.record_rows import TABLES, Opened, Writing
from db.statements import statement
from schema.records import Action, AnyRecord, Document, Figure, RecordKind

_CHUNK = 64 * 1024
"""So many characters of rows are sent at once: Postgres works on some while the next are made."""
_ORDER: tuple[RecordKind, ...] = ("document", "entity", "action", "figure")


async def write_records(connection: Connection, change: Change, bodies: Sequence[str]) -> None:
    """Write the records of a change, first what the others refer to. `bodies` are their JSON texts."""
    together: dict[RecordKind, list[tuple[AnyRecord, str]]] = {kind: [] for kind in _ORDER}
    for record, body in zip(change.records, bodies, strict=True):
        together[record_kind(record)].append((record, body))
    writing = Writing(change.unhandled)
    await _make_documents_known(connection, [record for record, _ in together["document"]])
    for kind, records in together.items():
        if not records:
            continue
        if kind != "document":
            await connection.execute(statement("insert_id").format(kind=kind), [record.id for record, _ in records])
        stated_by = {record.document.id for record, _ in records if isinstance(record, Action | Figure)}
        writing.texts = await _texts(connection, stated_by)
        versions = await connection.fetchval(statement("next_versions").format(kind=kind), len(records))
        opened = [Opened(record, version, body) for (record, body), version in zip(records, versions, strict=True)]
        for table in TABLES[kind]:
            lines = (line for one in opened for line in table.lines(one, writing))
            await _copy(connection, table.name, table.columns, lines)
    await connection.execute(statement("insert_latin_words"), sorted(writing.searched.latin))


async def _make_documents_known(connection: Connection, records: Sequence[AnyRecord]) -> None:
    """All at once: one of them may be a reprint of another."""
    documents = [record for record in records if isinstance(record, Document)]
    held = [record for record in documents if record.sha256 is not None]
    ids, texts = [record.id for record in held], [record.sha256 for record in held]
    await connection.execute(
        statement("insert_document"), [record.id for record in documents], [record.url for record in documents]
    )
    await connection.execute(statement("insert_known_text"), texts, [record.length for record in held])
    await connection.execute(statement("insert_document_text"), ids, texts)


async def _texts(connection: Connection, documents: Collection[str]) -> dict[str, str | None]:
    """The texts that documents have now."""
    if not documents:
        return {}
    rows = await connection.fetch(statement("texts_of_documents"), list(documents))
    return {row["id"]: row["sha256"] for row in rows}


async def _copy(connection: Connection, table: str, columns: str, lines: Iterator[str]) -> None:
    """Copy rows into a table. Keys and triggers look at them as at any row."""
    first = next(lines, None)
    if first is not None:
        await connection.copy_to_table(
            table, source=_chunks(chain([first], lines)), columns=columns.split(), schema_name=SCHEMA
        )


async def _chunks(lines: Iterable[str]) -> AsyncIterator[bytes]:
    waiting: list[str] = []
    length = 0
    for line in lines:
        waiting.append(line)
        length += len(line)
        if length > _CHUNK:
            waiting.append("")
            yield "\n".join(waiting).encode()
            waiting, length = [], 0
    waiting.append("")
    yield "\n".join(waiting).encode()
