"""Reads the texts that point into the store: `as_of` values and cursors."""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import UTC, date, datetime

from schema.query import AS_OF_PATTERN, AsOf, BadQuery, Key

_AS_OF = re.compile(AS_OF_PATTERN, re.ASCII)
_CURSOR = re.compile(r"^[A-Za-z0-9_-]{8,400}$", re.ASCII)
_NOT_OURS = "this cursor does not come from this question; start again without it"


def parse_as_of(text: str) -> AsOf:
    """Read an `as_of` value. Raises `BadQuery` when it is neither revision, release nor time."""
    if not _AS_OF.fullmatch(text):
        raise BadQuery(
            "as_of", f"{text!r} is neither a revision (r17), a release (2026.11.1) nor an RFC 3339 time with an offset"
        )
    if text.startswith("r"):
        return AsOf(text=text, revision=int(text[1:]))
    if "." in text and "-" not in text and ":" not in text:
        return AsOf(text=text, release=text)
    try:
        return AsOf(text=text, time=datetime.fromisoformat(text.upper()).astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise BadQuery("as_of", f"{text!r} is not a time: {error}") from None


def encode_cursor(revision: int, fingerprint: str, place: Key | int) -> str:
    """The opaque text of a place in a list (a key) or among groups (a number), at a revision."""
    where = place if isinstance(place, int) else [place.on.isoformat() if place.on else None, place.id]
    text = json.dumps([revision, fingerprint, where], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(text: str, fingerprint: str) -> tuple[int, Key | int]:
    """Revision and place of a cursor. Raises `BadQuery` unless it was made for the same question."""
    if not _CURSOR.fullmatch(text):
        raise BadQuery("cursor", _NOT_OURS)
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        revision, print_of, where = json.loads(decoded)
        place = _place(where)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise BadQuery("cursor", _NOT_OURS) from None
    genuine = type(revision) is int and 0 < revision < 2**31 and print_of == fingerprint
    if not genuine or encode_cursor(revision, fingerprint, place) != text:
        raise BadQuery("cursor", _NOT_OURS)
    return revision, place


def _place(where: object) -> Key | int:
    if type(where) is int:
        if not 0 <= where < 2**31:
            raise ValueError("no such place")
        return where
    if not isinstance(where, list):
        raise TypeError("a place is a number or a pair")
    on, record_id = where
    return Key(on=None if on is None else date.fromisoformat(on), id=record_id)
