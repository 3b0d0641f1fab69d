"""Why a sentence, from some word on, acts on nobody: it quotes law, states a plan, tells of effort."""

from __future__ import annotations

import re

from db.ingest import words
from db.ingest.clauses import Sentence

_NEXT_POINT = re.compile(r"\W*[二三四五六七八九十]是")
_FIRST_POINT = "一是"
_POINTS_REACH = 1500


class Reasons:
    """Where in a sentence each reason first shows; every pattern is tried at most once."""

    def __init__(self, text: str, sentence: Sentence) -> None:
        self._text = text
        self._sentence = sentence
        self._ends: dict[str, int | None] = {}

    def says(self, reason: str, end: int) -> bool:
        """Whether the reason shows before a position."""
        if reason not in self._ends:
            pattern = words.ignored_patterns()[reason]
            found = pattern.search(self._text, self._begin(reason), self._sentence.end)
            self._ends[reason] = found.end() if found else None
        first = self._ends[reason]
        return first is not None and first <= end

    def _begin(self, reason: str) -> int:
        """Where to look from: a plan told in points (一是…。二是…) is one from its first point on."""
        start = self._sentence.start
        if reason != "intent" or not _NEXT_POINT.match(self._text, start):
            return start
        first = self._text.rfind(_FIRST_POINT, max(0, start - _POINTS_REACH), start)
        return self._text.rfind("。", 0, first) + 1 if first >= 0 else start
