"""Sorts copies into families, one for each announcement, and finds the canonical copy of each.

The result depends on the copies and on what people decided, never on the order in which they came.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from db.ingest.agreement import Agreement, has_body
from db.ingest.reprints import Verdict, judge
from db.sketches import Sketch
from schema.records import ReprintBasis, ReprintEvidence


@dataclass(frozen=True)
class Decided:
    """What people have decided about copies, and what stands where nothing can be compared."""

    reprints: Mapping[str, str] = field(default_factory=dict)
    """Copies said to be reprints of another."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """Copies that stay reprints of another because they cannot be compared: their texts were never held."""
    originals: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Copies said to be no reprint, with those they are therefore kept apart from."""

    def pinned(self, copy: str) -> bool:
        """Whether a copy was made canonical by hand."""
        return copy in self.originals or (copy in self.reprints.values() and copy not in self.reprints)


@dataclass(frozen=True)
class Relation:
    """What a copy is a reprint of, if of anything."""

    reprint_of: str | None = None
    evidence: ReprintEvidence | None = None


class Families:
    """The families of some copies."""

    def __init__(self, sketches: Mapping[str, Sketch | None], decided: Decided) -> None:
        self._sketches = sketches
        self._decided = decided
        self._verdicts = {
            (one, other): judge(first, second)
            for one, other in combinations(sorted(sketches), 2)
            if (first := sketches[one]) is not None and (second := sketches[other]) is not None
        }
        self._family = {copy: frozenset((copy,)) for copy in sketches}
        self._join()

    @property
    def copies(self) -> list[str]:
        """All copies."""
        return sorted(self._sketches)

    @property
    def families(self) -> list[list[str]]:
        """Each family, the canonical copy first and then the others in the order of their worth."""
        return sorted(sorted(family, key=self._worth) for family in set(self._family.values()))

    def relation(self, copy: str) -> Relation:
        """What one copy is a reprint of, and why."""
        canonical = min(self._family[copy], key=self._worth)
        if canonical == copy:
            return Relation()
        return Relation(canonical, self._evidence(copy, canonical))

    def compared(self, copy: str) -> bool:
        """Whether the evidence of a copy can be told anew."""
        canonical = min(self._family[copy], key=self._worth)
        if copy in self._decided.reprints:
            return True
        return self._sketches[copy] is not None and self._sketches[canonical] is not None

    def _join(self) -> None:
        for copy, original in sorted([*self._decided.reprints.items(), *self._decided.kept.items()]):
            if copy in self._family and original in self._family:
                self._unite(copy, original)
        surest = sorted((-v.rank, pair) for pair, v in self._verdicts.items() if v.basis)
        for _, (one, other) in surest:
            if not any(self._apart(a, b) for a in self._family[one] for b in self._family[other]):
                self._unite(one, other)

    def _unite(self, one: str, other: str) -> None:
        family = self._family[one] | self._family[other]
        self._family.update(dict.fromkeys(family, family))

    def _apart(self, one: str, other: str) -> bool:
        """Whether two copies cannot be in one family."""
        if one == other or self._decided.reprints.get(one) == other or self._decided.reprints.get(other) == one:
            return False
        if self._decided.pinned(one) and self._decided.pinned(other):
            return True
        if other in self._decided.originals.get(one, ()) or one in self._decided.originals.get(other, ()):
            return True
        verdict = self._verdict(one, other)
        return verdict is not None and bool(verdict.agreement.contradictions)

    def _verdict(self, one: str, other: str) -> Verdict | None:
        return self._verdicts.get((min(one, other), max(one, other)))

    def _worth(self, copy: str) -> tuple[bool, bool, bool, bool, bool, int, date, int, str]:
        """The smallest is canonical: what people chose, then the whole, the original, the fuller, the earlier copy."""
        sketch = self._sketches[copy]
        said = self._decided.reprints
        chosen = (copy in said or copy in self._decided.kept, not self._decided.pinned(copy))
        if sketch is None:
            # Nothing is known of it, so it stays canonical where it is.
            return (*chosen, False, False, False, 0, date.min, 0, copy)
        when = sketch.published_on or date.max
        lost = not has_body(sketch)
        return (*chosen, lost, sketch.digest, not sketch.official, -sketch.stated, when, sketch.letters, copy)

    def _evidence(self, copy: str, canonical: str) -> ReprintEvidence:
        verdict = self._verdict(copy, canonical)
        if self._decided.reprints.get(copy) == canonical:
            return evidence_of("correction", verdict)
        if verdict is not None and verdict.basis is not None:
            return evidence_of(verdict.basis, verdict)
        basis, via = self._path(copy, canonical)
        return evidence_of(basis, verdict, via)

    def _path(self, copy: str, canonical: str) -> tuple[ReprintBasis, str | None]:
        """The surest of the copies that both are tied to; where there is none, a longer way leads there."""
        ties = [(self._tie(copy, other), other) for other in sorted(self._family[copy] - {copy})]
        known = [(tie[1], other, tie[0]) for tie, other in ties if tie is not None]
        if not known:
            return "correction", None
        direct = [one for one in known if self._tie(one[1], canonical)]
        _, via, basis = max(direct or known)
        return basis, via

    def _tie(self, one: str, other: str) -> tuple[ReprintBasis, float] | None:
        if other in (self._decided.reprints.get(one), one) or self._decided.reprints.get(other) == one:
            return "correction", float("inf")
        verdict = self._verdict(one, other)
        return (verdict.basis, verdict.rank) if verdict is not None and verdict.basis is not None else None


def evidence_of(basis: ReprintBasis, verdict: Verdict | None, via: str | None = None) -> ReprintEvidence:
    """What is put on record of a comparison. Without a comparison there is the basis alone."""
    agreed: Agreement | None = verdict.agreement if verdict else None
    return ReprintEvidence(
        basis=basis,
        weight=round(verdict.weight * 100) if verdict else 0,
        overlap=round(agreed.overlap * 100) if agreed else 0,
        title=round(agreed.title * 100) if agreed else 0,
        issuer=agreed.issuer if agreed else False,
        batch=agreed.batch if agreed else None,
        figures=len(agreed.figures) if agreed else 0,
        names=agreed.names if agreed else 0,
        amounts=len(agreed.amounts) if agreed else 0,
        days=agreed.days if agreed else None,
        via=via,
    )


ALONE = Families({}, Decided())
"""No families: nothing is compared."""
