"""Streams of records, taken whole."""

from __future__ import annotations

from typing import Any

import orjson

from schema.ports import Reader
from schema.query import Filter
from schema.records import RecordKind


async def streamed(reader: Reader, kind: RecordKind, filter: Filter, revision: int) -> list[bytes]:
    """The JSON of every record, as it is stored."""
    lines: list[bytes] = []
    async for chunk in reader.stream(kind, filter, revision):
        assert chunk.endswith(b"\n")
        lines += chunk[:-1].split(b"\n")
    return lines


async def streamed_ids(reader: Reader, kind: RecordKind, filter: Filter, revision: int) -> list[Any]:
    """The id of every record, in the order of the stream."""
    return [orjson.loads(line)["id"] for line in await streamed(reader, kind, filter, revision)]
