"""Whole result sets as files, streamed with constant memory."""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.caching import GZIP_LEVEL, variant
from api.params import export_parameters
from api.rest.envelope import reader_of
from api.rest.formats import MEDIA_TYPES, CsvFile, FileFormat, JsonFile, NdjsonFile
from api.rest.questions import Question, check_codes, read_query, settle
from api.rest.records import PLURALS
from schema.ports import Row
from schema.records import RecordKind


def _file(kind: RecordKind, suffix: str, question: Question, revision: int) -> FileFormat:
    if suffix == "csv":
        return CsvFile(kind, bom=question.values.get("bom", False))
    return JsonFile(revision) if suffix == "json" else NdjsonFile()


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
    batches = reader.stream(kind, filter, revision.number)
    counter = request.app.state.metrics.export_rows.labels(PLURALS[kind], suffix)
    body = await begun(_written(_file(kind, suffix, question, revision.number), batches, counter.inc))
    if shown.encoding == "gzip":
        body = zipped(body)
    return StreamingResponse(body, headers=headers, media_type=shown.media_type)


async def _written(
    file: FileFormat, batches: AsyncIterator[Sequence[Row]], count: Callable[[int], None]
) -> AsyncIterator[bytes]:
    """The file, batch by batch. An error of the store goes through: the connection breaks, and no end is written."""
    head = file.head()
    # A client that has left must not keep a connection to the store until the garbage is collected.
    async with _closing(batches):
        async for rows in batches:
            yield head + file.rows(rows)
            head = b""
            count(len(rows))
    yield head + file.tail()


@asynccontextmanager
async def _closing(batches: AsyncIterator[Sequence[Row]]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        if isinstance(batches, AsyncGenerator):
            await batches.aclose()


async def begun(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same chunks, the first of which is there: until then an error still gets a status of its own."""
    first = await anext(chunks)

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    return all_of_them()


async def zipped(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks as one gzip stream."""
    squeeze = zlib.compressobj(GZIP_LEVEL, wbits=zlib.MAX_WBITS | 16)
    async for chunk in chunks:
        if squeezed := squeeze.compress(chunk):
            yield squeezed
    yield squeeze.flush()


ROUTES = [
    Route(f"/v1/exports/{plural}.{suffix}", partial(export, kind, suffix), name=f"export_{plural}_{suffix}")
    for kind, plural in PLURALS.items()
    for suffix in MEDIA_TYPES
]
