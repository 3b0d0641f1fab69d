"""Finds where in the texts of a record a search matches, in code points of the texts as they are served."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from db.matching import match_key, sound_key, syllables
from db.searched import searched_fields
from schema.highlights import Highlight
from schema.records import RecordKind

_LONGEST_READING = 12
"""Parts of readings have so many syllables at most, as the SQL function `spoken` has them."""
Span = tuple[int, int]
"""First code point, and one past the last."""


def highlights(kind: RecordKind, record: Mapping[str, Any], search: Sequence[str]) -> list[Highlight]:
    """Where the texts searched for stand in a record (its JSON), and which names are read so in pinyin.

    Matches that overlap are one. Nothing is told of a record that matches by a name it does not show.
    """
    keys = [match_key(text) for text in search]
    sounds = [sound for text in search if (sound := sound_key(text))]
    found: list[Highlight] = []
    for field, text in searched_fields(kind, record):
        spans = list(_matches(text, keys))
        if field.endswith(".name"):
            spans += (span for sound in sounds for span in _readings(text, sound))
        found += (Highlight(field=field, start=start, end=end) for start, end in _united(spans))
    return found


def _united(spans: Iterable[Span]) -> Iterator[Span]:
    """The same code points in order, in spans that do not overlap; those that only touch stay apart."""
    last: Span | None = None
    for span in sorted(spans):
        if last is not None and span[0] < last[1]:
            last = last[0], max(last[1], span[1])
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _matches(text: str, keys: Sequence[str]) -> Iterator[Span]:
    folded = match_key(text)
    if not any(key in folded for key in keys):
        return
    places = _places(text, folded)
    for key in keys:
        starts, start = [], folded.find(key)
        while start >= 0:
            starts.append(start)
            start = folded.find(key, start + 1)
        spans = dict.fromkeys((places[start][0], places[start + len(key) - 1][1]) for start in starts)
        yield from _shortest(list(spans))


def _shortest(spans: Sequence[Span]) -> Iterator[Span]:
    """Spans in order without those that hold another: a code point may stand for several characters of a key."""
    for number, (start, end) in enumerate(spans):
        holds_last = number > 0 and spans[number - 1][0] == start
        holds_next = number + 1 < len(spans) and spans[number + 1][1] == end
        if not holds_last and not holds_next:
            yield start, end


def _places(text: str, folded: str) -> Sequence[Span]:
    """Which code points of a text each character of its key stands for."""
    pieces = list(_pieces(text))
    ends = list(accumulate(map(len, pieces)))
    spread = [
        (character, (end - len(piece), end))
        for piece, end in zip(pieces, ends, strict=True)
        for character in unicodedata.normalize("NFKC", piece).casefold()
    ]
    places: list[Span] = []
    for character, (start, end) in spread:
        if not character.isspace() or (len(places) < len(folded) and places and folded[len(places)] == " "):
            places.append((start, end))
        elif places and folded[len(places) - 1] == " ":
            places[-1] = places[-1][0], end  # a run of spaces is one
    return places


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that are folded by themselves as they are together."""
    piece = ""
    for character in text:
        if piece and _parts(piece, character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _parts(piece: str, character: str) -> bool:
    """Whether what a character folds to neither joins nor changes places with what stands before it."""
    if character.isascii():
        return True
    folded = unicodedata.normalize("NFKC", character)
    if unicodedata.combining(folded[0]):
        return False
    return unicodedata.normalize("NFKC", piece + character) == unicodedata.normalize("NFKC", piece) + folded


def _readings(name: str, sound: str) -> Iterator[Span]:
    """The parts of a name that are read so, whole syllables."""
    read = syllables(name)
    for first in range(len(read)):
        letters = ""
        for syllable, _, end in read[first : first + _LONGEST_READING]:
            letters += syllable
            if letters == sound:
                yield read[first][1], end
            if not sound.startswith(letters):
                break
