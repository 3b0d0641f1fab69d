"""Answers that are files which never change: whole, in parts, or as something the client has already."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.caching import matches
from api.rest.exports import FileStream
from api.rest.ranges import NotThere, parts_of

CHUNK = 2**20
"""Bytes that are read at once. With the usual 64 KB a file goes out at a quarter of the speed."""
IMMUTABLE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that never changes, and what is known of it."""

    path: Path
    name: str
    """What it is called where it is saved."""
    media_type: str
    length: int
    sha256: str
    saved: bool = True
    """Whether a browser offers to save it, rather than to show it."""
    encoding: str | None = None
    """The `Content-Encoding` that it is sent under: what the file holds is called `name` and has `media_type`."""

    def standing_for(self, plain: StoredFile, encoding: str) -> StoredFile:
        """This compressed file as an answer to who asks for the plain one."""
        return replace(self, name=plain.name, media_type=plain.media_type, saved=plain.saved, encoding=encoding)

    @property
    def etag(self) -> str:
        """Strong validator of the bytes: their digest."""
        return f'"{self.sha256}"'

    @property
    def headers(self) -> dict[str, str]:
        """What a whole, a part and a 304 have in common."""
        coded = {"Content-Encoding": self.encoding} if self.encoding else {}
        return {
            "ETag": self.etag,
            "Cache-Control": IMMUTABLE,
            "Vary": "Accept-Encoding",
            "Accept-Ranges": "bytes",
            "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(self.sha256)).decode()}:",
            "Content-Disposition": f'{"attachment" if self.saved else "inline"}; filename="{self.name}"',
            **coded,
        }


class Damaged(Exception):
    """A file on this machine is not what its manifest says. Nothing the client did."""


async def answer_file(request: Request, file: StoredFile, also: dict[str, str]) -> Response:
    """The file, or the parts of it that are asked for. `also` are headers more.

    Raises `HTTPException` with status 416 where nothing of what is asked for is there, `Damaged` if the file is.
    """
    headers = {**file.headers, **also}
    known = request.headers.get("if-none-match", "").strip()
    if known == "*" or matches(known, file.etag):
        return Response(status_code=304, headers=headers)
    parts = _asked_for(request, file)
    await run_sync(_check, file)
    if parts is None:
        headers["Content-Length"] = str(file.length)
        pieces: list[bytes | range] = [] if request.method == "HEAD" else [range(file.length)]
        return FileStream(_read(file.path, pieces), headers, file.media_type)
    if len(parts) == 1:
        headers |= {"Content-Length": str(len(parts[0])), "Content-Range": _content_range(parts[0], file)}
        return FileStream(_read(file.path, parts), headers, file.media_type, 206)
    boundary = f"cunzhao-{file.sha256[:24]}"
    pieces = _multipart(file, parts, boundary)
    headers["Content-Length"] = str(sum(map(len, pieces)))
    return FileStream(_read(file.path, pieces), headers, f"multipart/byteranges; boundary={boundary}", 206)


def _asked_for(request: Request, file: StoredFile) -> list[range] | None:
    """The parts asked for; None where it is the whole, also because the client holds parts of other bytes."""
    header = request.headers.get("range")
    if header is None or request.method == "HEAD" or request.headers.get("if-range", file.etag).strip() != file.etag:
        return None
    try:
        return parts_of(header, file.length)
    except NotThere:
        raise HTTPException(
            416,
            f"{file.name} has {file.length} bytes, and none of them are in {header[:80]!r}",
            {"Content-Range": f"bytes */{file.length}", "Accept-Ranges": "bytes", "ETag": file.etag},
        ) from None


def _content_range(part: range, file: StoredFile) -> str:
    return f"bytes {part.start}-{part.stop - 1}/{file.length}"


def _multipart(file: StoredFile, parts: Sequence[range], boundary: str) -> list[bytes | range]:
    """The body of an answer of several parts: heads as they are sent, and what is to be read between them."""
    pieces: list[bytes | range] = []
    for number, part in enumerate(parts):
        before = "\r\n" if number else ""
        head = f"Content-Type: {file.media_type}\r\nContent-Range: {_content_range(part, file)}\r\n\r\n"
        pieces += [f"{before}--{boundary}\r\n{head}".encode(), part]
    return [*pieces, f"\r\n--{boundary}--\r\n".encode()]


def _check(file: StoredFile) -> None:
    """What can be told without reading it."""
    try:
        found = os.stat(file.path, follow_symlinks=False)
    except OSError as error:
        raise Damaged(f"{file.path}: {error.strerror}") from error
    if found.st_size != file.length:
        raise Damaged(f"{file.path} has {found.st_size} bytes, its manifest says {file.length}")


async def _read(path: Path, pieces: Sequence[bytes | range]) -> AsyncGenerator[bytes, None]:
    """What stands in the pieces, and what they say is to be read, chunk by chunk."""
    file = await run_sync(os.open, path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        for piece in pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            for start in range(piece.start, piece.stop, CHUNK):
                wanted = min(CHUNK, piece.stop - start)
                chunk = await run_sync(os.pread, file, wanted, start)
                if len(chunk) != wanted:
                    raise Damaged(f"{path} became shorter while it was read")
                yield chunk
    finally:
        os.close(file)
