"""What a release is made of: the records of one revision, read from one state of the store in batches of one size."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson

from db.conditions import as_of
from db.copying import copied
from db.order import SORTED_ON
from db.pool import Connection
from db.statements import statement
from schema.annotations import ANNOTATION_KINDS, AnnotationKind
from schema.codes import CodeBook, CodeItem
from schema.records import RecordKind

BATCH = 1_000
"""Records that are worked on at a time. The files do not depend on it, but for the places of pages in SQLite."""
_TEXT = 64
"""Length of the hash that stands before each record with anchors."""
_HAS_ANCHORS = ("action", "figure")


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records of a kind."""

    kind: RecordKind
    lines: bytes
    """As JSON, with a line each."""
    records: Sequence[Mapping[str, Any]]
    texts: Sequence[str]
    """The hash of the text that the anchors of each lie in; nothing for kinds that have no anchors."""


class Snapshot:
    """One revision, read through a connection that is in a transaction with one view of the store."""

    def __init__(self, connection: Connection, revision: int) -> None:
        self.connection = connection
        self.revision = revision

    def sql(self, name: str, **parts: str) -> str:
        """A named statement about what stands at the revision, which is its first parameter."""
        return statement(name).format(where=as_of("v"), **parts)

    async def row(self, name: str) -> Mapping[str, Any]:
        """The only row of a named statement."""
        found = await self.connection.fetchrow(self.sql(name), self.revision)
        assert found is not None  # noqa: S101  # they all count
        return dict(found.items())

    async def codes(self) -> tuple[CodeBook, bytes]:
        """The code lists, and the lines of their file."""
        rows = await self.connection.fetch(self.sql("codes"), self.revision)
        sql = self.sql("released_codes", code_rows=statement("code_rows"))
        lines = [row["body"].encode() + b"\n" for row in await self.connection.fetch(sql, self.revision)]
        return CodeBook(CodeItem(**row) for row in rows), b"".join(lines)

    async def annotations(self) -> dict[AnnotationKind, bytes]:
        """The lines of the files of annotations, of the kinds of which there are any."""
        found: dict[AnnotationKind, bytes] = {}
        for kind in ANNOTATION_KINDS:
            rows = await self.connection.fetch(self.sql("released_annotations"), self.revision, kind)
            if rows:
                found[kind] = b"".join(row["body"].encode() + b"\n" for row in rows)
        return found

    async def lines(self, kind: RecordKind) -> AsyncIterator[bytes]:
        """The JSON of all records of a kind, a line each, in the order of lists."""
        sql = self.sql("released", kind=kind, on=SORTED_ON[kind], text="")
        async with aclosing(copied(self.connection, sql, [self.revision])) as chunks:
            async for chunk in chunks:
                yield chunk

    async def batches(self, kind: RecordKind) -> AsyncIterator[Batch]:
        """All records of a kind, in the order of lists."""
        with_texts = kind in _HAS_ANCHORS
        text = statement("text_of_anchors").format(kind=kind) if with_texts else ""
        sql = self.sql("released", kind=kind, on=SORTED_ON[kind], text=text)
        async with aclosing(copied(self.connection, sql, [self.revision])) as chunks:
            async for lines in _in_batches(chunks):
                texts = [line[:_TEXT].decode() for line in lines] if with_texts else []
                bodies = [line[_TEXT:] for line in lines] if with_texts else lines
                yield Batch(kind, b"\n".join([*bodies, b""]), orjson.loads(b"[" + b",".join(bodies) + b"]"), texts)


async def _in_batches(chunks: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """The lines of some chunks, so many at a time wherever the chunks were cut."""
    waiting: list[bytes] = []
    async for chunk in chunks:
        waiting += chunk.splitlines()
        while len(waiting) >= BATCH:
            yield waiting[:BATCH]
            del waiting[:BATCH]
    if waiting:
        yield waiting
