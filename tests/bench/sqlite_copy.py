"""The peer's tables as an SQLite file, for Datasette."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

from db.pool import Connection

_CODES = "id TEXT PRIMARY KEY, label_zh TEXT, label_en TEXT"
_LINK = "action_id TEXT NOT NULL REFERENCES action, position INTEGER NOT NULL"
_TABLES = {
    "measure": _CODES,
    "category": _CODES,
    "authority": _CODES,
    "document": "id TEXT PRIMARY KEY, url TEXT, title TEXT, published_on TEXT",
    "entity": "id TEXT PRIMARY KEY, kind TEXT, name TEXT, name_en TEXT",
    "action": "id TEXT PRIMARY KEY, acted_on TEXT, gist_zh TEXT, gist_en TEXT, document_id TEXT REFERENCES document, "
    "body TEXT",
    "action_measure": f"{_LINK}, measure_id TEXT REFERENCES measure, PRIMARY KEY (action_id, position)",
    "action_category": f"{_LINK}, category_id TEXT REFERENCES category, acted_on TEXT, "
    "PRIMARY KEY (action_id, position)",
    "action_authority": f"{_LINK}, authority_id TEXT REFERENCES authority, PRIMARY KEY (action_id, position)",
    "action_entity": f"{_LINK}, entity_id TEXT REFERENCES entity, name TEXT, kind TEXT, acted_on TEXT, "
    "PRIMARY KEY (action_id, position)",
}
_QUERIES = {
    "action": "SELECT a.id, a.acted_on, a.gist_zh, a.gist_en, a.document_id, v.body FROM peer.action a"
    " JOIN cunzhao.action_version v ON v.id = a.id AND v.revision_to IS NULL",
}
_INDEXES = (
    "CREATE INDEX by_day ON action (acted_on DESC, id)",
    "CREATE INDEX by_category ON action_category (category_id, acted_on DESC, action_id)",
    "CREATE INDEX by_entity ON action_entity (entity_id, acted_on DESC, action_id)",
    "ANALYZE",
)


async def copy_to_sqlite(connection: Connection, file: Path) -> None:
    """Write the tables anew."""
    file.unlink(missing_ok=True)
    store = sqlite3.connect(file)
    try:
        store.execute("PRAGMA synchronous = off")
        store.execute("PRAGMA journal_mode = off")
        for table, columns in _TABLES.items():
            store.execute(f"CREATE TABLE {table} ({columns})")
            await _fill(connection, store, table)
        for statement in _INDEXES:
            store.execute(statement)
        store.commit()
    finally:
        store.close()


async def _fill(connection: Connection, store: sqlite3.Connection, table: str) -> None:
    names = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
    query = _QUERIES.get(table, f"SELECT {', '.join(names)} FROM peer.{table}")  # noqa: S608  # our own names
    insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})"  # noqa: S608
    async with connection.transaction(readonly=True):
        cursor = await connection.cursor(query)
        while rows := await cursor.fetch(10_000):
            store.executemany(insert, [[_plain(value) for value in row.values()] for row in rows])


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
