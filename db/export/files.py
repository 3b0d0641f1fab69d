"""The file formats of exports. A file is a head, rows in batches, and a tail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import orjson

from db.export.csv_file import CsvFile
from schema.records import RecordKind

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson", "json": "application/json"}
"""By the suffix of a file."""


class FileFormat(Protocol):
    """How a file is written."""

    def head(self) -> bytes:
        """What stands before the first row."""
        ...

    def rows(self, lines: bytes) -> bytes:
        """Some records, given as JSON with a line each."""
        ...

    def tail(self) -> bytes:
        """What stands after the last row."""
        ...


def file_of(kind: RecordKind, suffix: str, meta: Mapping[str, Any], *, bom: bool = False) -> FileFormat:
    """A new file of one kind of record. `meta` is what JSON says about the whole, `bom` is for CSV."""
    if suffix == "csv":
        return CsvFile(kind, bom=bom)
    return JsonFile(meta) if suffix == "json" else NdjsonFile()


class NdjsonFile:
    """One record a line."""

    def head(self) -> bytes:
        return b""

    def rows(self, lines: bytes) -> bytes:
        return lines

    def tail(self) -> bytes:
        return b""


class JsonFile:
    """The same envelope as a list, with every record in it."""

    def __init__(self, meta: Mapping[str, Any]) -> None:
        self._meta = meta
        self._count = 0

    def head(self) -> bytes:
        return b'{"data":['

    def rows(self, lines: bytes) -> bytes:
        separator = b",\n" if self._count else b"\n"
        self._count += lines.count(b"\n")
        return separator + lines[:-1].replace(b"\n", b",\n")

    def tail(self) -> bytes:
        rest = {"total": {"value": self._count, "relation": "eq"}, "next": None, "meta": self._meta}
        return b"\n]," + orjson.dumps(rest)[1:] + b"\n"
