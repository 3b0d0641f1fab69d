"""Sentences and clauses of a segment; what stands in quotation marks or brackets is not cut."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from db.ingest.blocks import Segment

_MARK = re.compile("[“”‘’《》（）。！？；，：]")
_CLOSES = {"”": "“", "’": "‘", "》": "《", "）": "（"}
_OPENS = frozenset(_CLOSES.values())
_ENDS_SENTENCE = frozenset("。！？")
_LONGEST_NEST = 300


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between two commas or stronger marks; positions are those of its segment."""

    start: int
    end: int
    closer: str
    """The mark that ends it, empty at the end of the segment."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The clauses between two full stops."""

    clauses: tuple[Clause, ...]

    @property
    def start(self) -> int:
        return self.clauses[0].start

    @property
    def end(self) -> int:
        return self.clauses[-1].end


def split(segment: Segment) -> tuple[Sentence, ...]:
    """The sentences of a segment."""
    sentences: list[Sentence] = []
    held: list[Clause] = []
    for clause in _clauses(segment.folded):
        held.append(clause)
        if clause.closer in _ENDS_SENTENCE:
            sentences.append(Sentence(tuple(held)))
            held = []
    if held:
        sentences.append(Sentence(tuple(held)))
    return tuple(sentences)


def _clauses(text: str) -> Iterator[Clause]:
    nests = _nests(text)
    starts = [start for start, _ in nests]
    at = 0
    for found in _MARK.finditer(text):
        position, mark = found.start(), found.group()
        if mark in _CLOSES or mark in _OPENS or _inside(nests, starts, position):
            continue
        yield from _trimmed(text, at, position, mark)
        at = position + 1
    yield from _trimmed(text, at, len(text), "")


def _trimmed(text: str, start: int, end: int, closer: str) -> Iterator[Clause]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    # A sentence that ends right after a quotation still needs its full stop.
    if start < end:
        yield Clause(start, end, closer)


def _nests(text: str) -> list[tuple[int, int]]:
    """The outermost pairs of marks that do match; a stray mark nests nothing."""
    open_marks: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for found in _MARK.finditer(text):
        mark = found.group()
        if mark in _OPENS:
            open_marks.append((mark, found.start()))
        elif (opener := _CLOSES.get(mark)) is not None:
            while open_marks:
                opened, start = open_marks.pop()
                if opened == opener:
                    if found.start() - start <= _LONGEST_NEST:
                        pairs.append((start, found.start()))
                    break
    return _outermost(sorted(pairs))


def _outermost(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in pairs:
        if not kept or start > kept[-1][1]:
            kept.append((start, end))
    return kept


def _inside(nests: list[tuple[int, int]], starts: list[int], position: int) -> bool:
    index = bisect_right(starts, position) - 1
    return index >= 0 and position < nests[index][1]
