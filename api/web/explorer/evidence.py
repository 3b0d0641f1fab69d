"""The evidence of a record, shown in the lines of the text that it stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_AROUND = 160
"""Most characters of a line shown before the first and after the last piece of evidence in it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a line, and the fields that they are evidence of, if any."""

    text: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text with evidence in it."""

    start: int
    """Its first code point shown, in the text layer."""
    pieces: tuple[Piece, ...]
    cut_before: bool
    cut_after: bool


def evidence_lines(text: str, anchors: Sequence[Mapping[str, Any]]) -> list[Line]:
    """The lines of a text layer that anchors point into, the evidence marked.

    An anchor that goes over several lines is shown in each of them. Overlapping anchors are cut into pieces, each of
    which names the fields of all anchors there.
    """
    lines: list[Line] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        inside = [anchor for anchor in anchors if anchor["start"] < end and anchor["end"] > start]
        if inside:
            lines.append(_line(text, start, end, inside))
        start = end + 1
    return lines


def _line(text: str, start: int, end: int, anchors: Sequence[Mapping[str, Any]]) -> Line:
    first = max(start, min(anchor["start"] for anchor in anchors) - _AROUND)
    last = min(end, max(anchor["end"] for anchor in anchors) + _AROUND)
    edges = {first, last}
    for anchor in anchors:
        edges |= {max(first, anchor["start"]), min(last, anchor["end"])}
    cuts = sorted(edges)
    pieces = []
    for left, right in pairwise(cuts):
        fields = (anchor["field"] for anchor in anchors if anchor["start"] <= left and anchor["end"] >= right)
        pieces.append(Piece(text[left:right], tuple(dict.fromkeys(fields))))
    return Line(first, tuple(pieces), first > start, last < end)
