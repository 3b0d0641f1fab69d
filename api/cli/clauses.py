"""How much of the announcements was dealt with, in words: what `cunzhao extract` says beside its output."""

from __future__ import annotations

from collections import Counter

from schema.extraction import ExtractedDocument


class ClauseShares:
    """The clauses of some documents, by what became of them."""

    def __init__(self) -> None:
        self._outcomes: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self.documents = 0

    def add(self, document: ExtractedDocument) -> None:
        """Count the clauses of one document."""
        self.documents += 1
        self._outcomes.update(document.clauses.model_dump())
        self._reasons.update(document.ignored_for)

    def __str__(self) -> str:
        """One line: the share of each outcome, and the reasons for which clauses were ignored, the commonest first."""
        total = self._outcomes.total()
        if not total:
            return "no clauses"
        shares = {name: f"{number / total:.1%} {name}" for name, number in self._outcomes.items()}
        if self._reasons:
            reasons = sorted(self._reasons.items(), key=lambda one: (-one[1], one[0]))
            shares["ignored"] += f" ({', '.join(f'{name} {number / total:.1%}' for name, number in reasons)})"
        return f"{total} clause{'' if total == 1 else 's'}: {', '.join(shares.values())}"
