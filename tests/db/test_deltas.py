"""Deltas and the feed of changes say of random histories of edits what a plain account of them says."""

from __future__ import annotations

import json
import os
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from db.pool import connect, open_pool
from db.reader import PostgresReader
from schema.changes import CHANGED_TABLES, ChangedTable, ChangeQuery, ChangeRow, RevisionRow
from schema.query import Filter
from tests.support.databases import fresh_database
from tests.support.histories import TABLE_OF, History, fold, ordered
from tests.support.streams import streamed

HISTORIES = int(os.environ.get("HISTORIES", "1"))
LENGTH = 13


@pytest_asyncio.fixture(scope="module", params=range(HISTORIES))
async def told(
    request: pytest.FixtureRequest, server: str, template: str
) -> AsyncIterator[tuple[History, PostgresReader]]:
    async with fresh_database(server, template) as dsn:
        connection = await connect(dsn, role="cunzhao_writer")
        history = History(connection, random.Random(request.param))  # noqa: S311
        await history.begin()
        while len(history.revisions) < LENGTH - 3:
            await history.edit()
        await history.turn_back()
        await connection.close()
        pool = await open_pool(dsn, size=2, statement_timeout=10)
        yield history, PostgresReader(pool)
        await pool.close()


async def delta_of(reader: PostgresReader, since: int, until: int) -> bytes:
    chunks = [chunk async for chunk in reader.delta(since, until)]
    assert all(chunk.endswith(b"\n") for chunk in chunks)
    return b"".join(chunks)


def _net(history: History, since: int, until: int) -> dict[tuple[ChangedTable, str], tuple[str, int, str | None]]:
    """Operation, last revision responsible and record of whatever differs, from the account alone."""
    before, after = history.states[since], history.states[until]
    found = {}
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            op = "DEL" if key not in after else "MOD" if key in before else "ADD"
            last = max(n for n in range(since + 1, until + 1) if _differs(history, n, key))
            found[key] = op, last, after.get(key)
    return found


def _differs(history: History, number: int, key: tuple[ChangedTable, str]) -> bool:
    return history.states[number].get(key) != history.states[number - 1].get(key)


async def test_exports_hold_what_stood(told: tuple[History, PostgresReader]) -> None:
    history, reader = told
    for number, state in history.states.items():
        if number:
            files = ordered(state)
            for kind, table in TABLE_OF.items():
                lines = await streamed(reader, kind, Filter(), number) if files[table] else []
                assert b"".join(line + b"\n" for line in lines) == files[table], (number, table)


async def test_a_delta_is_the_difference_of_what_stood(told: tuple[History, PostgresReader]) -> None:
    history, reader = told
    revisions = {revision.number: revision for revision in history.revisions}
    ops: set[str] = set()
    for until in range(LENGTH + 1):
        # Every pair takes its time: the tests of releases try others, and `make fuzz` tries all.
        for since in range(until + 1) if HISTORIES > 1 or until in (7, LENGTH) else range(max(0, until - 1), until):
            delta = await delta_of(reader, since, until)
            assert fold(history.states[since], delta) == history.states[until], (since, until)
            lines: list[dict[str, Any]] = [json.loads(line) for line in delta.decode().split("\n")[:-1]]
            expected = _net(history, since, until)
            told_of = {(line["table"], line["id"]): (line["op"], line["revision"]) for line in lines}
            assert len(told_of) == len(lines)
            assert told_of == {key: (op, last) for key, (op, last, _) in expected.items()}
            for line in lines:
                assert list(line)[:6] == ["op", "table", "id", "revision", "cause", "note"]
                assert (line["cause"], line["note"]) == (
                    revisions[line["revision"]].cause,
                    revisions[line["revision"]].note,
                )
            assert lines == sorted(
                lines, key=lambda c: (CHANGED_TABLES.index(c["table"]), c["op"] != "DEL", c["revision"], c["id"])
            )
            if since:
                ops |= {line["op"] for line in lines}
    assert ops == {"ADD", "MOD", "DEL"}


async def test_the_feed_tells_each_change_once_in_order(told: tuple[History, PostgresReader]) -> None:
    history, reader = told
    for since, tables, limit in ((0, CHANGED_TABLES, 500), (1, CHANGED_TABLES, 7), (3, ("codes", "figures"), 1)):
        query = ChangeQuery(since=since, until=LENGTH, tables=frozenset(tables), limit=limit, bodies=True)
        rows: list[ChangeRow] = []
        while True:
            page = await reader.changes(query)
            rows += page.rows
            if not page.more:
                break
            assert len(page.rows) == limit
            query = query.model_copy(update={"after": page.rows[-1].key})
        expected = [
            (number, table, id_, op, body)
            for number in range(since + 1, LENGTH + 1)
            for (table, id_), (op, _, body) in sorted(
                _net(history, number - 1, number).items(), key=lambda c: (CHANGED_TABLES.index(c[0][0]), c[0][1])
            )
            if table in tables
        ]
        assert [(r.revision, r.table, r.id, r.op, r.body.decode() if r.body else None) for r in rows] == expected
        assert await reader.count_changes(query) == len(expected)
        assert len({row.op for row in rows}) == 3


async def test_revisions_are_told_with_what_they_changed(told: tuple[History, PostgresReader]) -> None:
    history, reader = told
    query = ChangeQuery(since=2, until=LENGTH, tables=frozenset(["codes", "actions"]), limit=4)
    found: list[RevisionRow] = []
    before = LENGTH + 1
    while True:
        rows = await reader.changed_revisions(query, before)
        found += rows[:4]
        if len(rows) <= 4:
            break
        before = rows[3].revision.number
    expected = []
    for number in range(LENGTH, 2, -1):
        counts: dict[tuple[str, str], int] = {}
        for (table, _), (op, _, _) in _net(history, number - 1, number).items():
            if table in query.tables:
                counts[table, op] = counts.get((table, op), 0) + 1
        if counts:
            expected.append((number, counts))
    assert [(row.revision.number, dict(row.counts)) for row in found] == expected
    assert [row.revision for row in found] == [history.revisions[number - 1] for number, _ in expected]
