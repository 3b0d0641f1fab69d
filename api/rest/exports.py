"""Whole result sets as files, streamed with constant memory."""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from functools import partial

import anyio
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Send

from api.caching import GZIP_LEVEL, variant
from api.params import export_parameters
from api.rest.envelope import meta, reader_of
from api.rest.questions import check_codes, read_query, settle
from api.rest.records import PLURALS
from db.export.files import MEDIA_TYPES, FileFormat, file_of
from schema.records import RecordKind


async def export(kind: RecordKind, suffix: str, request: Request) -> Response:
    """All records that match, as one file."""
    reader = reader_of(request)
    question = read_query(request.scope["query_string"], export_parameters(kind, suffix))
    filter = question.filter(kind)
    revision, _ = await settle(reader, question)
    shown = variant(request, question.pairs, revision, MEDIA_TYPES[suffix], pinned=question.pinned)
    if shown.known_to(request, any_will_do=True):
        return shown.not_modified()
    check_codes(filter, await reader.codebook(revision.number))
    name = f"cunzhao-{PLURALS[kind]}-r{revision.number}.{suffix}"
    headers = {**shown.headers, "Content-Disposition": f'attachment; filename="{name}"'}
    if request.method == "HEAD":
        return StreamingResponse((), headers=headers, media_type=shown.media_type)
    chunks = reader.stream(kind, filter, revision.number)
    counter = request.app.state.metrics.export_rows.labels(PLURALS[kind], suffix)
    file = file_of(kind, suffix, meta(revision.number, shown.release), bom=question.values.get("bom", False))
    body = await request.app.state.turns.begun(_written(file, chunks, counter.inc))
    return FileStream(zipped(body) if shown.encoding == "gzip" else body, headers, shown.media_type)


async def _written(
    file: FileFormat, chunks: AsyncIterator[bytes], count: Callable[[int], None]
) -> AsyncGenerator[bytes, None]:
    """The file, chunk by chunk. An error of the store goes through: the connection breaks, and no end is written."""
    head = file.head()
    try:
        async for lines in chunks:
            rows = file.rows(lines)
            yield head + rows if head else rows
            head = b""
            count(lines.count(b"\n"))
    finally:
        if isinstance(chunks, AsyncGenerator):
            await chunks.aclose()
    yield head + file.tail()


async def zipped(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The chunks as one gzip stream."""
    squeeze = zlib.compressobj(GZIP_LEVEL, wbits=zlib.MAX_WBITS | 16)
    async with aclosing(chunks):
        async for chunk in chunks:
            if squeezed := squeeze.compress(chunk):
                yield squeezed
    yield squeeze.flush()


class FileStream(StreamingResponse):
    """Streams chunks, and lets go of their source also when the client has left."""

    def __init__(
        self, chunks: AsyncGenerator[bytes, None], headers: dict[str, str], media_type: str, status: int = 200
    ) -> None:
        super().__init__(chunks, status, headers, media_type)
        self._chunks = chunks

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        finally:
            # A connection to the store is given back in order, whatever has cancelled us.
            with anyio.CancelScope(shield=True):
                await self._chunks.aclose()


ROUTES = [
    Route(f"/v1/exports/{plural}.{suffix}", partial(export, kind, suffix), name=f"export_{plural}_{suffix}")
    for kind, plural in PLURALS.items()
    for suffix in MEDIA_TYPES
]
