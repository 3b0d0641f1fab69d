"""Compares the code lists of this build with those of the store."""

from __future__ import annotations

import asyncpg

from db.changes import Change
from db.pool import Connection
from db.statements import statement
from db.writer import commit
from schema.codes import LIST_NAMES, CodeBook, CodeItem, shipped_codes
from schema.records import Revision


async def bring_vocabulary(connection: Connection) -> Revision | None:
    """Give the store the code lists of this build, as a revision, if it has others."""
    change = await vocabulary_change(connection, shipped_codes())
    return None if change.empty else await commit(connection, change)


async def vocabulary_change(connection: Connection, shipped: CodeBook) -> Change:
    """What has to change for the store to have the code lists of this build.

    Codes the build no longer has are closed, not deleted: records keep pointing to them.
    """
    rows = await connection.fetch(statement("all_code_versions"))
    standing = {(row["list"], row["code"]): row for row in rows if row["revision_to"] is None}
    wanted = {(i.list, i.code): (n, i) for name in LIST_NAMES for n, i in enumerate(shipped.items(name))}
    opened = [
        (position, item)
        for key, (position, item) in wanted.items()
        if key not in standing or (position, item) != _place_and_item(standing[key])
    ]
    closed = [key for key in standing if key not in wanted]
    note = f"Code lists of this build: {len(opened)} items opened, {len(closed)} closed."
    return Change(cause="vocabulary", note=note, codes=opened, closed_codes=closed)


def _place_and_item(row: asyncpg.Record) -> tuple[int, CodeItem]:
    fields = dict(row.items())
    position = fields.pop("position")
    del fields["revision_from"], fields["revision_to"]
    return position, CodeItem(**fields)
