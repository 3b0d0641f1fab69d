"""What changed between revisions: the feed of changes, and the net difference of two revisions."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from db.copying import copied
from db.pool import Connection
from db.statements import statement
from schema.changes import (
    CHANGED_TABLES,
    KIND_OF_TABLE,
    ChangedTable,
    ChangeKey,
    ChangePage,
    ChangeQuery,
    ChangeRow,
    Operation,
    RevisionRow,
)
from schema.records import Revision


def _rows(table: ChangedTable) -> str:
    kind = KIND_OF_TABLE.get(table)
    if kind is not None:
        return f"{kind}_version"
    return f"({statement('code_rows') if table == 'codes' else statement('annotation_rows').format(kind=table)})"


async def changes(connection: Connection, query: ChangeQuery) -> ChangePage:
    """A page of changes, oldest first."""
    values: list[object] = [query.until, query.limit + 1]
    sql = statement("changes").format(of_each=" UNION ALL ".join(_changed(query, values)))
    found = await connection.fetch(sql, *values)
    shown = found[: query.limit]
    rows = [
        ChangeRow(op, CHANGED_TABLES[place], id_, revision, committed_at, cause, note)
        for place, op, id_, _, revision, committed_at, cause, note in shown
    ]
    if query.bodies:
        rows = await _with_bodies(connection, rows, [each["version"] for each in shown])
    return ChangePage(rows, more=len(found) > query.limit)


def _changed(query: ChangeQuery, values: list[object]) -> list[str]:
    """The first changes of each table asked for, as statements whose parameters are added to the values."""
    found = []
    for table in query.wanted:
        after = _after(query, table)
        values += [after.revision, after.id]
        found.append(
            statement("changed").format(
                rows=_rows(table),
                place=CHANGED_TABLES.index(table),
                revision=f"${len(values) - 1}::integer",
                id=f"${len(values)}::text",
            )
        )
    return found


def _after(query: ChangeQuery, table: ChangedTable) -> ChangeKey:
    """Where to begin in one table: every id is greater than an empty one."""
    start = query.after
    if start is None:
        return ChangeKey(query.since + 1, table, "")
    place, of_start = CHANGED_TABLES.index(table), CHANGED_TABLES.index(start.table)
    if place == of_start:
        return start
    return ChangeKey(start.revision + (place < of_start), table, "")


async def _with_bodies(
    connection: Connection, rows: Sequence[ChangeRow], versions: Sequence[int | None]
) -> list[ChangeRow]:
    bodies: dict[tuple[ChangedTable, int | None], bytes] = {}
    for table in {row.table for row in rows}:
        wanted = [version for row, version in zip(rows, versions, strict=True) if row.table == table]
        found = await connection.fetch(statement("changed_bodies").format(rows=_rows(table)), wanted)
        bodies |= {(table, version): body.encode() for version, body in found}
    return [replace(row, body=bodies.get((row.table, version))) for row, version in zip(rows, versions, strict=True)]


async def count_changes(connection: Connection, query: ChangeQuery) -> int:
    """How many changes there are, whatever the page."""
    counts = " + ".join(statement("change_count").format(rows=_rows(table)) for table in query.wanted)
    return int(await connection.fetchval(f"SELECT {counts}", query.since, query.until))


async def changed_revisions(connection: Connection, query: ChangeQuery, before: int) -> list[RevisionRow]:
    """The newest revisions before one that changed something in the tables asked for, at most one more than asked."""
    touched = " OR ".join(statement("touched").format(rows=_rows(table)) for table in query.wanted)
    sql = statement("changed_revisions").format(touched=touched)
    causes = None if query.causes is None else sorted(query.causes)
    revisions = [Revision(**row) for row in await connection.fetch(sql, query.since, before, query.limit + 1, causes)]
    counts: dict[int, dict[tuple[ChangedTable, Operation], int]] = {each.number: {} for each in revisions}
    of_each = (
        statement("changes_of_revisions").format(rows=_rows(table), place=CHANGED_TABLES.index(table))
        for table in query.wanted
    )
    for revision, place, op, many in await connection.fetch(" UNION ALL ".join(of_each), list(counts)):
        counts[revision][CHANGED_TABLES[place], op] = many
    return [RevisionRow(each, counts[each.number]) for each in revisions]


async def delta(connection: Connection, since: int, until: int) -> AsyncGenerator[bytes, None]:
    """What is otherwise at a revision than at an earlier one, as lines of JSON in chunks of whole lines.

    Table by table, first what is gone, then what is there, each in the order of the revisions responsible and of ids.
    What was opened and closed in between is in neither. Memory is constant, and what later revisions write meanwhile
    changes nothing. `since` may be 0: all that stands is added then.
    """
    for table in CHANGED_TABLES:
        line = statement("delta_line").format(table=table)
        for name in ("delta_gone", "delta_here"):
            rows = _rows(table)
            sql = statement(name).format(line=line, rows=rows, gone=statement("gone").format(rows=rows))
            # Codes and annotations are few, and in no index by what is their id here.
            walked = name == "delta_here" and table in KIND_OF_TABLE
            async with aclosing(copied(connection, sql, [since, until], walked=walked)) as chunks:
                async for chunk in chunks:
                    yield chunk


async def dropped_without_cause(connection: Connection, since: int, until: int) -> str | None:
    """A record that stood at a revision and does not at a later one though none says why; None if there is none."""
    for table, kind in KIND_OF_TABLE.items():
        sql = statement("dropped").format(gone=statement("gone").format(rows=_rows(table)))
        if (found := await connection.fetchval(sql, since, until)) is not None:
            return f"{kind} {found}"
    return None
