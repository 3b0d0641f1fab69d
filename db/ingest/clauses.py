"""Sentences and clauses of a segment; what stands in quotation marks or brackets is not cut."""

from __future__ import annotations

import re
import sys
from typing import NamedTuple

from db.ingest.blocks import Segment

_MARK = re.compile("[“”‘’《》（）。！？；，：]")
_CLOSES = {"”": "“", "’": "‘", "》": "《", "）": "（"}
_OPENS = frozenset(_CLOSES.values())
_NESTING = frozenset((*_CLOSES, *_OPENS))
_ENDS_SENTENCE = frozenset("。！？")
_LONGEST_NEST = 300
_NO_NEST = (sys.maxsize, sys.maxsize)


class Clause(NamedTuple):
    """A stretch between two commas or stronger marks; positions are those of its segment."""

    start: int
    end: int
    closer: str
    """The mark that ends it, empty at the end of the segment."""


class Sentence(NamedTuple):
    """The clauses between two full stops."""

    clauses: tuple[Clause, ...]
    start: int
    end: int


def split(segment: Segment) -> tuple[Sentence, ...]:
    """The sentences of a segment."""
    sentences: list[Sentence] = []
    held: list[Clause] = []
    for clause in _clauses(segment.folded):
        held.append(clause)
        if clause.closer in _ENDS_SENTENCE:
            sentences.append(_sentence(held))
            held = []
    if held:
        sentences.append(_sentence(held))
    return tuple(sentences)


def _sentence(clauses: list[Clause]) -> Sentence:
    return Sentence(tuple(clauses), clauses[0].start, clauses[-1].end)


def _clauses(text: str) -> list[Clause]:
    marks = [(found.start(), found.group()) for found in _MARK.finditer(text)]
    nests = iter(_nests([one for one in marks if one[1] in _NESTING]))
    nest_start, nest_end = next(nests, _NO_NEST)
    found: list[Clause] = []
    at = 0
    for position, mark in (*marks, (len(text), "")):
        if mark in _NESTING:
            continue
        while nest_end < position:
            nest_start, nest_end = next(nests, _NO_NEST)
        if nest_start < position:
            continue
        # A sentence that ends right after a quotation still needs its full stop.
        words = text[at:position]
        if size := len(words.strip()):
            start = at if size == len(words) else at + len(words) - len(words.lstrip())
            found.append(Clause(start, start + size, mark))
        at = position + 1
    return found


def _nests(marks: list[tuple[int, str]]) -> list[tuple[int, int]]:
    """The outermost pairs of nesting marks that do match; a stray mark nests nothing."""
    open_marks: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for position, mark in marks:
        if mark in _OPENS:
            open_marks.append((mark, position))
            continue
        while open_marks:
            opened, start = open_marks.pop()
            if opened == _CLOSES[mark]:
                if position - start <= _LONGEST_NEST:
                    pairs.append((start, position))
                break
    return _outermost(sorted(pairs))


def _outermost(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in pairs:
        if not kept or start > kept[-1][1]:
            kept.append((start, end))
    return kept
