"""Brings announcements into the store: read, extract, resolve, write; one transaction a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from db.changes import Change
from db.ingest.clean import clean
from db.ingest.extract import EXTRACTOR, extract_notice
from db.ingest.known import known_for
from db.ingest.notice import read_notice
from db.ingest.resolve import resolve
from db.ingest.sketches import sketch_of
from db.migrate import LOCK_KEY
from db.pool import Connection
from db.writer import commit, hold_sketches, hold_texts
from schema.codes import shipped_codes
from schema.records import Revision


@dataclass(frozen=True)
class Outcome:
    """What became of one document."""

    status: Literal["new", "changed", "unchanged"]
    change: Change
    revision: Revision | None
    """None where nothing changed, or on a dry run."""
    reprint_of: str | None = None
    """The canonical copy of the announcement, where this one is a reprint."""


async def ingest(
    connection: Connection, data: bytes, *, url: str | None = None, name: str | None = None, dry_run: bool = False
) -> Outcome:
    """Read one document and write what it says, unless the store says so already.

    `url` is where the bytes came from, where the document does not say so itself. On a dry run
    nothing is written. Raises `Refused` if the bytes hold no readable announcement.
    """
    notice = read_notice(data, url=url, name=name)
    cleaned = clean(notice)
    extraction = extract_notice(notice, cleaned)
    sketch = sketch_of(extraction, cleaned)
    async with connection.transaction():
        # Taken before reading what is known, so that two ingests cannot both find a document new.
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
        known = await known_for(connection, extraction, sketch)
        change = resolve(extraction, notice.layer.text, sketch, known, shipped_codes(), EXTRACTOR)
        revision = None
        if change.empty and not dry_run:
            await hold_texts(connection, change)
            await hold_sketches(connection, change.sketches)
        elif not dry_run:
            revision = await commit(connection, change)
    relation = known.families.relation(known.document_id).reprint_of
    if change.empty:
        return Outcome("unchanged", change, None, relation)
    return Outcome("changed" if known.document else "new", change, revision, relation)
