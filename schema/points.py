"""Reads the texts that point into the store: `as_of` values and cursors."""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import UTC, date, datetime

from schema.changes import CHANGED_TABLES, ChangeKey
from schema.query import AS_OF_PATTERN, AsOf, BadQuery, Key

_AS_OF = re.compile(AS_OF_PATTERN, re.ASCII)
_CURSOR = re.compile(r"^[A-Za-z0-9_-]{8,400}$", re.ASCII)
_CHANGED_ID = re.compile(r"^[a-z0-9_/-]{1,200}$", re.ASCII)
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


Place = Key | ChangeKey | int
"""A place in a list of records, in one of changes, or among groups or revisions."""


def encode_cursor(revision: int, fingerprint: str, place: Place) -> str:
    """The opaque text of a place, at a revision."""
    text = json.dumps([revision, fingerprint, _written(place)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _written(place: Place) -> object:
    match place:
        case Key():
            return [place.on.isoformat() if place.on else None, place.id]
        case ChangeKey():
            return [place.revision, place.table, place.id]
    return place


def decode_cursor(text: str, fingerprint: str) -> tuple[int, Place]:
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


def _place(where: object) -> Place:
    if type(where) is int:
        return _number(where)
    if not isinstance(where, list):
        raise TypeError("a place is a number or a list")
    if len(where) == 3:
        number, table, changed_id = where
        if not isinstance(changed_id, str) or not _CHANGED_ID.fullmatch(changed_id):
            raise ValueError("no such id")
        return ChangeKey(_number(number), CHANGED_TABLES[CHANGED_TABLES.index(table)], changed_id)
    on, record_id = where
    return Key(on=None if on is None else date.fromisoformat(on), id=record_id)


def _number(where: object) -> int:
    if type(where) is not int or not 0 <= where < 2**31:
        raise ValueError("no such place")
    return where
