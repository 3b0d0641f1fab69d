"""Why a sentence, from some word on, acts on nobody: it quotes law, states a plan, tells of effort."""

from __future__ import annotations

from db.ingest import words
from db.ingest.clauses import Sentence


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
            found = pattern.search(self._text, self._sentence.start, self._sentence.end)
            self._ends[reason] = found.end() if found else None
        first = self._ends[reason]
        return first is not None and first <= end
