"""Parts of a file that a `Range` header asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_PARTS = 50
"""Who asks for more parts than these at once gets the whole file: the heads alone would outweigh them."""
_RANGES = re.compile(r"bytes=(.+)", re.IGNORECASE | re.ASCII)
_ONE = re.compile(r"[ \t]*(\d{0,19})-(\d{0,19})[ \t]*", re.ASCII)


class NotThere(Exception):
    """Nothing of what is asked for lies within the file."""


def parts_of(header: str, length: int) -> list[range] | None:
    """The bytes asked for, in the order asked; those that overlap are made one. None: the whole file.

    A header that is no list of byte ranges is passed over, as the RFC has it. Raises `NotThere`.
    """
    match = _RANGES.fullmatch(header)
    texts = [text for text in match[1].split(",") if text.strip(" \t")] if match else []
    if not 0 < len(texts) <= MAX_PARTS:
        return None
    found: list[range] = []
    for text in texts:
        one = _part(text, length)
        if one is None:
            return None
        if one:
            found.append(one)
    if not found:
        raise NotThere
    return _united(found)


def _part(text: str, length: int) -> range | None:
    """One range, cut to the file: empty if nothing of it is there, None if it is none."""
    match = _ONE.fullmatch(text)
    if not match or not (match[1] or match[2]):
        return None
    if not match[1]:
        return range(max(0, length - int(match[2])), length)
    first, last = int(match[1]), int(match[2]) if match[2] else length - 1
    if match[2] and last < first:
        return None
    return range(first, min(last + 1, length))


def _united(parts: Sequence[range]) -> list[range]:
    """The parts, those that overlap or touch made one that stands where the first of them stood."""
    united: list[range] = []
    for part in parts:
        start, stop, place = part.start, part.stop, len(united)
        for number, other in reversed(list(enumerate(united))):
            if other.start <= stop and start <= other.stop:
                start, stop, place = min(start, other.start), max(stop, other.stop), number
                del united[number]
        united.insert(place, range(start, stop))
    return united
