"""Writes the rows of records, all of one kind together: a page may give a hundred thousand of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

from db.changes import Change, record_json
from db.matching import match_key
from db.order import newest_first
from db.pool import SCHEMA, Connection
from db.searched import Searched
from db.statements import statement
from schema.extraction import Period
from schema.records import Action, Document, Entity, Figure

_ACTION_LISTS = (
    "measures", "categories", "authorities", "instruments", "campaigns", "regions", "subject_kinds",
)  # fmt: skip
_FIGURE_LISTS = ("authorities", "regions")
_PLACE = "version id newest_first revision_from"
"""What ties a row to the version of an action, and puts it in the order of lists."""
_TOGETHER = 1000
"""So many records are on their way at once."""
_ANCHORS_TOGETHER = 50_000
"""So many anchors go into one statement, which reads the text of their document once to check them."""

T = TypeVar("T")
_AnchorRow = tuple[int | None, int | None, int, str, str, str | None, int, int, str, str | None, float | None]


async def write_records(connection: Connection, change: Change) -> None:
    """Write the records of a change: first what the others refer to."""
    documents = [record for record in change.records if isinstance(record, Document)]
    # All at once: one of them may be a reprint of another.
    await connection.executemany(statement("insert_document"), [(record.id, record.url) for record in documents])
    searched = Searched()
    for document in documents:
        await _write_document(connection, document, change, searched)
    for entities in _parts([record for record in change.records if isinstance(record, Entity)]):
        await _write_entities(connection, entities, searched)
    anchors: list[_AnchorRow] = []
    for actions in _parts([record for record in change.records if isinstance(record, Action)]):
        anchors += await _write_actions(connection, actions, searched)
    for figures in _parts([record for record in change.records if isinstance(record, Figure)]):
        anchors += await _write_figures(connection, figures, searched)
    for rows in _parts(anchors, _ANCHORS_TOGETHER):
        await connection.execute(statement("insert_anchors"), *map(list, zip(*rows, strict=True)))
    await connection.execute(statement("insert_latin_words"), sorted(searched.latin))


def _parts(whole: Sequence[T], size: int = _TOGETHER) -> Iterator[list[T]]:
    rest = iter(whole)
    while part := list(islice(rest, size)):
        yield part


def _ends(period: Period | None) -> tuple[object, object]:
    return (period.start, period.end) if period else (None, None)


async def _copy(connection: Connection, table: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
    """Insert rows that hang on a version: there are many of them, and each by itself would take several times as long.

    Keys and triggers look at them as at any row.
    """
    if rows:
        await connection.copy_records_to_table(table, records=rows, columns=columns.split(), schema_name=SCHEMA)


async def _versions(connection: Connection, name: str, rows: Sequence[Sequence[object]]) -> list[int]:
    """Run a statement that returns a version for every row, and give the versions in that order."""
    return [row["version"] for row in await connection.fetchmany(statement(name), rows)]


async def _write_document(connection: Connection, record: Document, change: Change, searched: Searched) -> None:
    if record.sha256 is not None:
        await connection.execute(statement("insert_text_layer"), record.sha256, record.length, None)
        await connection.execute(statement("insert_document_text"), record.id, record.sha256)
    clauses = record.clauses
    version = await connection.fetchval(
        statement("insert_document_version"),
        record.id, record.revision, record.original_url, record.title, record.publisher, record.issuer,
        record.published_on, *_ends(record.period), record.sha256, record.source_sha256, record.reprint_of,
        clauses and clauses.extracted, clauses and clauses.ignored, clauses and clauses.unhandled, record.basis,
        record.extractor, searched.key_of(record), record_json(record),
    )  # fmt: skip
    rows = [(version, n, c.start, c.end, c.reason) for n, c in enumerate(change.unhandled.get(record.id, ()))]
    await _copy(connection, "unhandled_clause", "version position start end reason", rows)


async def _write_entities(connection: Connection, records: Sequence[Entity], searched: Searched) -> None:
    await connection.execute(statement("insert_entity"), [record.id for record in records])
    versions = await _versions(
        connection,
        "insert_entity_version",
        [
            (record.id, record.revision, record.kind, record.name, record.name_en, searched.key_of(record),
             record_json(record))
            for record in records
        ],
    )  # fmt: skip
    await _copy(
        connection,
        "entity_name",
        "version position name language kind match_key",
        [
            (version, n, e.name, e.language, e.kind, match_key(e.name))
            for version, record in zip(versions, records, strict=True)
            for n, e in enumerate(record.names)
        ],
    )


async def _write_actions(connection: Connection, records: Sequence[Action], searched: Searched) -> list[_AnchorRow]:
    await connection.execute(statement("insert_action"), [record.id for record in records])
    rows = [_action_row(record) for record in records]
    written = list(zip(await _versions(connection, "insert_action_version", rows), records, strict=True))
    placed = [
        ((version, record.id, newest_first(record.acted_on), record.revision), record) for version, record in written
    ]
    await _copy(
        connection,
        "action_words",
        f"{_PLACE} basis search_key",
        [(*place, record.basis, searched.key_of(record)) for place, record in placed],
    )
    await _copy(
        connection,
        "action_code",
        f"{_PLACE} list code position",
        [
            (*place, name, code, n)
            for place, record in placed
            for name in _ACTION_LISTS
            for n, code in enumerate(getattr(record, name))
        ],
    )
    await _copy(
        connection,
        "action_entity",
        f"{_PLACE} position entity name kind operator operator_name",
        [
            (*place, n, m.entity, m.name, m.kind, m.operator, m.operator_name)
            for place, record in placed
            for n, m in enumerate(record.entities)
        ],
    )
    return [row for version, record in written for row in _anchor_rows(record, version, None)]


def _action_row(record: Action) -> Sequence[object]:
    return (
        record.id, record.revision, record.document.id, record.acted_on, record.date_basis, record.decided_on,
        *_ends(record.period), record.unnamed_subject, record.open_ended, record.amount_cny, record.confidence,
        record.basis, record.extractor, record.gist_zh, record.gist_en,
        record_json(record),
    )  # fmt: skip


async def _write_figures(connection: Connection, records: Sequence[Figure], searched: Searched) -> list[_AnchorRow]:
    await connection.execute(statement("insert_figure"), [record.id for record in records])
    rows = [_figure_row(record, searched) for record in records]
    written = list(zip(await _versions(connection, "insert_figure_version", rows), records, strict=True))
    await _copy(
        connection,
        "figure_code",
        "version list code position",
        [
            (version, name, code, n)
            for version, record in written
            for name in _FIGURE_LISTS
            for n, code in enumerate(getattr(record, name))
        ],
    )
    return [row for version, record in written for row in _anchor_rows(record, None, version)]


def _figure_row(record: Figure, searched: Searched) -> Sequence[object]:
    return (
        record.id, record.revision, record.document.id, record.measure, record.subject_kind, record.campaign,
        record.value_min, record.value_max, record.qualifier, record.unit, record.wording,
        *_ends(record.period), record.confidence, record.basis, record.extractor, record.gist_zh, record.gist_en,
        searched.key_of(record), record_json(record),
    )  # fmt: skip


def _anchor_rows(record: Action | Figure, action: int | None, figure: int | None) -> Iterator[_AnchorRow]:
    for n, a in enumerate(record.anchors):
        yield action, figure, n, record.document.id, a.field, a.value, a.start, a.end, a.exact, a.rule, a.confidence
