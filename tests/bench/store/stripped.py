"""Tables without indexes, keys and triggers while much is copied into them; all come back, checked, afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from db.pool import SCHEMA, Connection

_CONSTRAINTS = """
SELECT conrelid::regclass::text AS "table", quote_ident(conname) AS name, contype::text AS kind,
       pg_get_constraintdef(oid) AS made
FROM pg_constraint
WHERE connamespace = $1::regnamespace AND contype IN ('p', 'u', 'f')
  AND (conrelid::regclass::text = ANY($2) OR confrelid::regclass::text = ANY($2))
ORDER BY contype = 'f', contype, conname
"""
_INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made
FROM pg_index WHERE indrelid::regclass::text = ANY($1)
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
ORDER BY 1
"""


@asynccontextmanager
async def stripped(connection: Connection, tables: Sequence[str]) -> AsyncIterator[None]:
    """Run the body with the tables bare. Only their CHECK and NOT NULL rules hold meanwhile.

    The keys are checked as a whole when they come back; what triggers would have refused is not looked at.
    """
    constraints = await connection.fetch(_CONSTRAINTS, SCHEMA, list(tables))
    indexes = await connection.fetch(_INDEXES, list(tables))
    for row in reversed(constraints):
        await connection.execute(f"ALTER TABLE {row['table']} DROP CONSTRAINT {row['name']}")
    for row in indexes:
        await connection.execute(f"DROP INDEX {row['name']}")
    for table in tables:
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for row in constraints:
        if row["kind"] != "f":
            await _add(connection, row)
    for row in indexes:
        await connection.execute(row["made"])
    for row in constraints:
        if row["kind"] == "f":
            await _add(connection, row)
    for table in tables:
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


async def _add(connection: Connection, row: asyncpg.Record) -> None:
    await connection.execute(f"ALTER TABLE {row['table']} ADD CONSTRAINT {row['name']} {row['made']}")
