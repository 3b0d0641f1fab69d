"""Brings transcribed facts into the store: one transaction a page, nothing where the store says so already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from db.changes import Change
from db.ingest.known import document_at, known_of
from db.migrate import LOCK_KEY
from db.pool import Connection
from db.statements import statement
from db.transcribing.format import Page
from db.transcribing.records import change_of, mentions
from db.writer import commit
from schema.codes import shipped_codes
from schema.ids import mint
from schema.records import Revision


class UnknownOriginal(Exception):
    """A page is said to be a reprint of one that neither the store nor an earlier line knows."""


@dataclass(frozen=True)
class Transcribed:
    """What became of one page."""

    status: Literal["new", "changed", "unchanged", "held"]
    """held: the text of the page is in the store, so that nothing is taken on trust; nothing was changed."""
    change: Change | None
    revision: Revision | None
    """None where nothing changed."""


async def transcribe(connection: Connection, page: Page) -> Transcribed:
    """Write what was transcribed from one page, unless the store says so already or has read the text itself.

    Raises `UnknownOriginal`.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
        document_id = await document_at(connection, page.url) or mint("document", page.url)
        known = await known_of(connection, document_id, mentions(page))
        if known.document is not None and known.document.basis == "text":
            return Transcribed("held", None, None)
        change = change_of(page, known, await _original(connection, page), shipped_codes())
        if change.empty:
            return Transcribed("unchanged", change, None)
        revision = await commit(connection, change)
    return Transcribed("changed" if known.document else "new", change, revision)


async def _original(connection: Connection, page: Page) -> str | None:
    if page.reprint_of is None:
        return None
    known = await document_at(connection, page.reprint_of)
    # A reprint points to the canonical copy, which that page may not be.
    family = await connection.fetch(statement("family_members"), [known] if known else [])
    canonical: str | None = next((row["id"] for row in family if row["reprint_of"] is None), known)
    if canonical is None:
        raise UnknownOriginal(f"{page.url}: reprint_of: no document of this store has the address {page.reprint_of}")
    return canonical
