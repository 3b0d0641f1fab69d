"""Fetches files of a release from wherever they are served, and goes on where an earlier attempt was cut off."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import httpx
import orjson
from pydantic import ValidationError

from api.downloading import CannotDownload
from schema.releases import FILE_PATTERN, INDEX, MANIFEST_FORMAT, Manifest, Resource

LATEST = "latest"
_SERVICE = "/v1/releases"
_TRIES = 5
"""How often in a row a server may fail to send anything."""
_FIRST_WAIT, _REDIRECTS, _SECONDS = 0.1, 5, 30
_CHUNK = 2**18
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
"""Statuses that may be gone in a moment."""
_AGENT = "cunzhao-download/1"

Told = Callable[[int], None]
"""Is told how many bytes of a file are there."""


class _CutOff(Exception):
    """The answer was not all that was asked for; what has come can be gone on from."""


class _OtherBytes(Exception):
    """What came is not what the manifest says."""


def open_client() -> httpx.Client:
    """A client that follows few redirects and takes files as they are stored."""
    headers = {"Accept-Encoding": "identity", "User-Agent": _AGENT}
    return httpx.Client(headers=headers, timeout=_SECONDS, follow_redirects=True, max_redirects=_REDIRECTS)


def digest_of(file: BinaryIO) -> hashlib._Hash:
    """The SHA-256 of the rest of a file, to be gone on with."""
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest


class _Begun:
    """A file that may not be whole yet: its beginning is there, and the digest of that is known."""

    def __init__(self, file: BinaryIO, told: Told) -> None:
        """`file` is open for reading and appending, at its start."""
        self._file, self._told = file, told
        self.digest = digest_of(file)
        self.length = file.tell()
        told(self.length)

    def add(self, chunk: bytes) -> None:
        """What comes next."""
        self._file.write(chunk)
        self.digest.update(chunk)
        self.length += len(chunk)
        self._told(self.length)

    def clear(self) -> None:
        """Begin anew."""
        self._file.truncate(0)
        self.digest, self.length = hashlib.sha256(), 0

    def finish(self) -> None:
        """See that it is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())


class Source:
    """Releases at an address: of this service, or of any server that has their folders."""

    def __init__(self, client: httpx.Client, address: str) -> None:
        """`address` is what the folders of the releases lie under, or that of the service itself."""
        self._client = client
        self._address = address.rstrip("/")

    def manifest(self, release: str) -> tuple[Manifest, bytes]:
        """The manifest of a release, or of the `latest`, and its bytes. Raises `CannotDownload`."""
        answer = self._get(f"{self._address}/{release}/{INDEX}")
        if answer.status_code == 404 and not self._address.endswith(_SERVICE):
            of_service = self._get(f"{self._address}{_SERVICE}/{release}/{INDEX}")
            if of_service.headers.get("content-type", "").endswith(("/json", "+json")):
                answer = of_service
                self._address += _SERVICE
        if not answer.is_success:
            raise CannotDownload(_refusal(answer))
        manifest = _read_manifest(answer)
        if release not in (manifest.name, LATEST):
            raise CannotDownload(f"{answer.url} is the manifest of release {manifest.name}")
        return manifest, answer.content

    def fetch(self, release: str, resource: Resource, part: Path, told: Told) -> None:
        """Make `part` the whole file, from what it holds on. Raises `CannotDownload`; what has come stays."""
        url = f"{self._address}/{release}/{resource.url}"
        failures, wrong = 0, 0
        while True:
            before = part.stat().st_size if part.exists() else 0
            try:
                return self._go_on(url, resource, part, told)
            except (httpx.TransportError, _CutOff) as error:
                failures = 0 if part.stat().st_size > before else failures + 1
                if failures == _TRIES:
                    raise CannotDownload(_cannot(url, error)) from None
                time.sleep(_FIRST_WAIT * 2**failures)
            except _OtherBytes as error:
                part.unlink()
                wrong += 1
                if not before or wrong > 1:  # else what was there from an earlier attempt may have been at fault
                    raise CannotDownload(f"{url}: {error}") from None
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise CannotDownload(_cannot(url, error)) from None

    def _go_on(self, url: str, resource: Resource, part: Path, told: Told) -> None:
        with part.open("a+b") as file:
            file.seek(0)
            begun = _Begun(file, told)
            if begun.length < resource.bytes:
                self._append(url, resource.bytes, begun)
            begun.finish()
            if begun.digest.hexdigest() != resource.sha256:
                raise _OtherBytes(f"the bytes that came are not those of SHA-256 {resource.sha256}")

    def _append(self, url: str, length: int, begun: _Begun) -> None:
        """Fetch what is missing, or all of it from a server that has no parts."""
        with self._client.stream("GET", url, headers=self._after(url, begun.length)) as answer:
            if answer.status_code in (200, 416):
                begun.clear()
            if answer.status_code == 416:
                raise _CutOff("the server does not have the rest of what is here already")
            if answer.status_code in _TRY_AGAIN:
                raise _CutOff(f"{answer.status_code} {answer.reason_phrase}")
            if not answer.is_success:
                answer.read()
                raise CannotDownload(_refusal(answer))
            if answer.headers.get("content-range", f"bytes {begun.length}-").split("-")[0] != f"bytes {begun.length}":
                raise CannotDownload(f"{url}: the server sent another part than that asked for")
            for chunk in answer.iter_raw():  # as they come: what waits for a fuller chunk would be lost in a cut
                begun.add(chunk)
                if begun.length > length:
                    raise _OtherBytes(f"more than {length} bytes came")
        if begun.length < length:
            raise _CutOff(f"the answer ended after {begun.length} of {length} bytes")

    def _after(self, url: str, have: int) -> dict[str, str]:
        """The headers that ask for what follows the first bytes, of the file as it is served now."""
        if not have:
            return {}
        etag = self._client.head(url).headers.get("etag", "")
        return {"Range": f"bytes={have}-", **({"If-Range": etag} if etag.startswith('"') else {})}

    def _get(self, url: str) -> httpx.Response:
        for tries_left in reversed(range(_TRIES)):
            try:
                return self._client.get(url)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if not tries_left or not isinstance(error, (httpx.ReadError, httpx.RemoteProtocolError)):
                    raise CannotDownload(_cannot(url, error)) from None
        raise AssertionError("the last try gives an answer or says why not")


def _cannot(url: str, error: Exception) -> str:
    return f"{url} cannot be fetched: {str(error) or type(error).__name__}"


def _refusal(answer: httpx.Response) -> str:
    """What a server says of why it does not answer, in its own words if it has some."""
    try:
        detail = orjson.loads(answer.content)["detail"]
    except (ValueError, TypeError, KeyError):
        detail = None
    return f"{answer.url}: {answer.status_code} {answer.reason_phrase}" + (f": {detail}" if detail else "")


def _read_manifest(answer: httpx.Response) -> Manifest:
    try:
        shape = orjson.loads(answer.content)["format"]
        if shape != MANIFEST_FORMAT:
            raise CannotDownload(f"{answer.url} is of format {shape}, and this program reads {MANIFEST_FORMAT}")
        manifest = Manifest.model_validate_json(answer.content)
    except (ValueError, TypeError, KeyError, ValidationError):
        raise CannotDownload(f"{answer.url} is no manifest of a release") from None
    for resource in manifest.resources:
        if not re.fullmatch(FILE_PATTERN, resource.url):
            raise CannotDownload(f"{answer.url} names a file {resource.url[:80]!r}, which no release has")
    return manifest
