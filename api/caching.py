"""Validators and encodings: strong ETags, 304 before any query for data, gzip where it is asked for."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from api import answers
from api.errors import path_of
from schema.records import Revision

Encoding = Literal["identity", "gzip"]
GZIP_LEVEL = 1
"""Level 6 takes nearly three times as long for bodies a fifth smaller."""
_REVALIDATE = "public, no-cache"
_AN_HOUR = "public, max-age=3600"
"""For answers about a named revision: the records never change, notes of errata and the name of a release may be
added."""
_SOMETHING = 0.001
"""How much plain is liked by a client that does not say: less than anything it names."""
_ETAGS = re.compile(r'(?:W/)?("[^"]*")')
_CODING = re.compile(r"^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*[qQ]=([01](?:\.[0-9]{0,3})?)\s*)?$")


@cache
def build_id() -> str:
    """A digest of our own code and what it ships, so that answers made by another build have other validators."""
    digest = hashlib.sha256()
    for package in ("api", "db", "schema"):
        for path, source in sorted(_sources(resources.files(package), package)):
            digest.update(path.encode())
            digest.update(source)
    return digest.hexdigest()[:16]


def _sources(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _sources(entry, f"{path}/{entry.name}")
        elif entry.name.endswith((".py", ".sql", ".json", ".html")):
            found.append((f"{path}/{entry.name}", entry.read_bytes()))
    return found


def negotiate(accepted: str) -> Encoding:
    """The encoding to answer in, from the `Accept-Encoding` of a request.

    gzip where it is wanted at least as much as plain; what excludes everything gets plain.
    """
    return "gzip" if choose_encoding(accepted, ("gzip",)) == "gzip" else "identity"


def choose_encoding(accepted: str, offers: Sequence[str]) -> str:
    """The encoding on offer that an `Accept-Encoding` likes best; of equals the first, plain (`identity`) the last.

    Plain is always on offer: it is what a client gets that accepts nothing else we have.
    """
    qualities: dict[str, float] = {}
    for part in accepted.split(","):
        if match := _CODING.fullmatch(part):
            qualities[match[1].lower().removeprefix("x-")] = float(match[2] or 1)
    others = qualities.get("*")
    wanted = {offer: qualities.get(offer, others or 0.0) for offer in offers}
    wanted["identity"] = qualities.get("identity", _SOMETHING if others is None else others)
    best = max(wanted, key=lambda offer: wanted[offer])
    return best if wanted[best] > 0 else "identity"


def matches(if_none_match: str, etag: str) -> bool:
    """Whether a validator is among those of an `If-None-Match`. The comparison is weak, as that header asks."""
    return etag in if_none_match and etag in _ETAGS.findall(if_none_match)


@dataclass(frozen=True, slots=True)
class Variant:
    """One representation of one answer, known before the answer is."""

    etag: str
    encoding: Encoding
    media_type: str
    revision: int | None
    """The revision answered from, where the answer comes from the record."""
    release: str | None
    """The release that the revision is, if it is one."""
    cache_control: str
    vary: str = "Accept-Encoding"
    """The headers of a request that choose among the representations."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers that a 200 and a 304 share."""
        return {
            "ETag": self.etag,
            "Cache-Control": self.cache_control,
            "Vary": self.vary,
            **({"X-Revision": str(self.revision)} if self.revision else {}),
            **({"Content-Encoding": self.encoding} if self.encoding != "identity" else {}),
        }

    def known_to(self, request: Request, *, any_will_do: bool = False) -> bool:
        """Whether the client holds these very bytes, or any, where it is known that there are some (`*`)."""
        known = request.headers.get("if-none-match", "").strip()
        return known == "*" if any_will_do and known == "*" else matches(known, self.etag)

    def not_modified(self) -> Response:
        """The answer to a client that holds these bytes."""
        return Response(status_code=304, headers=self.headers)

    def ready(self, request: Request) -> Response | None:
        """The answer where nothing need be asked for it: the client holds it."""
        return self.not_modified() if self.known_to(request) else None

    def respond(
        self, request: Request, body: bytes, headers: dict[str, str] | None = None, *, keep: bool = True
    ) -> Response:
        """The whole answer, or 304 to a client that wants it only where there is none.

        It is kept to be given again, unless it must be made anew each time.
        """
        if self.known_to(request, any_will_do=True):
            return self.not_modified()
        if self.encoding == "gzip":
            # mtime=0: a strong validator promises the same bytes each time.
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        if keep:
            answers.keep(request.scope)
        return Response(body, headers={**self.headers, **(headers or {})}, media_type=self.media_type)


def variant(
    request: Request,
    pairs: Sequence[tuple[str, str]],
    revision: Revision,
    media_type: str = "application/json",
    *,
    pinned: bool,
    vary: str = "Accept-Encoding",
) -> Variant:
    """Which representation a request gets of the answer at a revision."""
    encoding = negotiate(request.headers.get("accept-encoding", ""))
    release = request.app.state.reader.release_of(revision.number)
    # The digest of a revision tells the histories of two stores apart, where both have the same number.
    parts = [
        build_id(),
        request.app.state.settings.public_url,
        f"{revision.number} {revision.digest} {release}",
        path_of(request.scope),
        repr(tuple(pairs)),
        media_type,
        encoding,
    ]
    cache = _AN_HOUR if pinned else _REVALIDATE
    return Variant(_etag(*parts), encoding, media_type, revision.number, release, cache, vary)


def variant_of(request: Request, text: str, media_type: str) -> Variant:
    """Which representation a request gets of a text that has nothing to do with the record."""
    encoding = negotiate(request.headers.get("accept-encoding", ""))
    return Variant(_etag(text, media_type, encoding), encoding, media_type, None, None, _REVALIDATE)


def _etag(*parts: str) -> str:
    return f'"{hashlib.sha256(chr(31).join(parts).encode()).hexdigest()[:32]}"'
