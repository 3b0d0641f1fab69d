"""Settles anew what copies state together, when a person says which are copies of one announcement."""

from __future__ import annotations

from db.ingest.extract import EXTRACTOR
from db.ingest.known import known_together
from db.ingest.relatives import families_of
from db.ingest.resolve import Settled, settle
from db.pool import Connection
from schema.codes import CodeBook
from schema.records import Document


async def related_anew(connection: Connection, document: Document, book: CodeBook) -> Settled:
    """What follows from a document being, or not being, a reprint: for itself and for the other copies.

    What it states besides the copies it was among is read from its text; where that is not held, it
    comes on record when the text is ingested again.
    """
    families = await families_of(connection, document.id, None, {document.id: document.reprint_of})
    known = await known_together(connection, document.id, families, None)
    documents = {**known.documents, document.id: document}
    return settle(documents, known.readings, known, known.corrected(book, {}), book, EXTRACTOR)
