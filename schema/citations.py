"""Citations: which release was asked what, what came out, and all of it in a text that fits an address.

Nothing is stored: the token is the citation. It begins with the number of its form and a full stop; the rest is
base64url (without padding) of a raw DEFLATE stream followed by six bytes. The stream holds the canonical JSON of
`[release, rows, sha256, query]`; the six bytes are the first of the SHA-256 of the stream, so that a token that was
cut short or mistyped is told from one whose result has changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import zlib
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schema.canonical import canonical_json
from schema.releases import RELEASE_PATTERN, SHA256_PATTERN

LONGEST_TOKEN = 4_096
"""Most characters of a token: what is longer does not survive every mail program, proxy and reference manager."""
CITATION_PATTERN = r"^1\.[A-Za-z0-9_-]{16,4094}$"
_LONGEST_TEXT = 2**16
"""Most bytes that a token may unfold to."""
_CHECK = 6
_TOKEN = re.compile(CITATION_PATTERN, re.ASCII)


class BadToken(Exception):
    """A text that is no token of a citation. The message says why."""


class TooLongToCite(Exception):
    """A query that does not fit an address."""


class GraphQLText(BaseModel):
    """A GraphQL request: one operation with the fragments it needs, and the values of its variables."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: str = Field(min_length=1, description="The document, with one operation.")
    variables: dict[str, Any] = Field(
        {}, exclude_if=lambda variables: not variables, description="Values of the variables; absent without any."
    )


class GraphQLQuery(BaseModel):
    """A query that is asked by GraphQL."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    graphql: GraphQLText = Field(description="The request.")


CitedQuery = str | GraphQLQuery
"""A canonical query: a path with its parameters, or a GraphQL request."""


class Citation(BaseModel):
    """What a token says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    release: str = Field(pattern=RELEASE_PATTERN, description="The release that was asked.")
    rows: int = Field(ge=0, lt=2**53, strict=True, description="How many records, groups, codes or changes came out.")
    sha256: str = Field(pattern=SHA256_PATTERN, description="SHA-256 of the canonical result.")
    query: CitedQuery = Field(description="What was asked, in its canonical form.")


def encode_citation(citation: Citation) -> str:
    """The token of a citation. Raises `TooLongToCite`."""
    text = canonical_json(list(citation.model_dump(mode="json").values())).encode()
    squeeze = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    stream = squeeze.compress(text) + squeeze.flush()
    token = f"1.{_encoded(stream + _check(stream))}"
    if len(token) > LONGEST_TOKEN or len(text) > _LONGEST_TEXT:
        raise TooLongToCite(
            f"the address of this citation would have {len(token)} characters, and {LONGEST_TOKEN} is the maximum: "
            "ask for less, or for the whole list"
        )
    return token


def decode_citation(token: str) -> Citation:
    """The citation of a token. Raises `BadToken`."""
    if not token.startswith("1."):
        raise BadToken("this is no citation: its address ends in a token that begins with `1.`")
    if not _TOKEN.fullmatch(token):
        raise BadToken("this token was cut short, or holds characters that no token has")
    text = _unpacked(token[2:])
    try:
        release, rows, sha256, query = json.loads(text)
        citation = Citation(release=release, rows=rows, sha256=sha256, query=query)
    except (ValueError, TypeError, RecursionError, ValidationError):
        raise BadToken("this token holds no citation") from None
    if canonical_json(list(citation.model_dump(mode="json").values())).encode() != text:
        raise BadToken("this token is not written as ours are")
    return citation


def _check(stream: bytes) -> bytes:
    return hashlib.sha256(stream).digest()[:_CHECK]


def _unpacked(encoded: str) -> bytes:
    """The text in a token. Never unfolds more than a citation may have."""
    damaged = BadToken("this token is damaged: it was cut short, or a character of it was changed")
    try:
        packed = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise damaged from None
    stream = packed[:-_CHECK]
    if packed[-_CHECK:] != _check(stream) or _encoded(packed) != encoded:
        raise damaged
    unfold = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        text = unfold.decompress(stream, _LONGEST_TEXT)
    except zlib.error:
        raise damaged from None
    if not unfold.eof or unfold.unused_data:
        raise BadToken("this token holds no citation")
    return text


def _encoded(packed: bytes) -> str:
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")
