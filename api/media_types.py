"""Chooses among media types by an Accept header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache

_RANGE = re.compile(r"\s*([!#$%&'*+.^_`|~0-9a-z-]+)/([!#$%&'*+.^_`|~0-9a-z-]+)\s*((?:;[^,]*)?)", re.ASCII)
_QUALITY = re.compile(r";\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*(?=;|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Media:
    """A media type on offer. Of several that only a wildcard names, the one of the highest `fallback` is taken."""

    name: str
    fallback: int


def choose_media(accept: Sequence[str], offers: Sequence[Media]) -> str | None:
    """The media type the client likes best, None if it likes none. Of equals the first offered wins.

    A type that is named wins over one that is only covered by a wildcard of the same quality.
    """
    ranges = _ranges(",".join(accept) or "*/*")
    best: tuple[float, int, int] = (0.0, 0, 0)
    chosen = None
    for offer in offers:
        exactness, quality = max((_match(offer.name, each) for each in ranges), default=(0, 0.0))
        rank = (quality, exactness, offer.fallback if exactness < _EXACT else 0)
        if quality > 0 and rank > best:
            best, chosen = rank, offer.name
    return chosen


@lru_cache(maxsize=64)
def is_json(header: str) -> bool:
    """Whether a `Content-Type` is JSON in UTF-8."""
    content_type = Message()
    content_type["content-type"] = header
    charset = content_type.get_content_charset("utf-8")
    return content_type.get_content_type() == "application/json" and charset in ("utf-8", "utf8")


_EXACT = 3


def _ranges(accept: str) -> list[tuple[str, str, float]]:
    found = []
    for text in accept.lower().split(","):
        if match := _RANGE.fullmatch(text):
            quality = _QUALITY.search(match[3])
            found.append((match[1], match[2], float(quality[1]) if quality else 1.0))
    return found


def _match(name: str, range_: tuple[str, str, float]) -> tuple[int, float]:
    """How exactly a range names a type, and how much the client likes it then. The most exact one counts."""
    type_, subtype, quality = range_
    if f"{type_}/{subtype}" == name:
        return _EXACT, quality
    if subtype == "*" and type_ == name.split("/")[0]:
        return 2, quality
    return (1, quality) if type_ == subtype == "*" else (0, 0.0)
