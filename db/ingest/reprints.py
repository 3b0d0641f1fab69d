"""Decides whether two copies are of the same announcement, and on what that rests.

Nothing is decided by the text alone: the regular circulars of one authority share up to nine tenths of
their words, and a digest may have a fifteenth of the announcement it passes on. What agrees is weighed,
and one thing that cannot be true of both copies outweighs everything.

The numbers below were measured on a hundred announcements with seventeen known reprints among them
(`tests/ingest/test_shared_reprints.py` measures them again). Of the known reprints that are known by their
facts the weakest weighs 3.1; of all other pairs that are near in time and do not contradict each other the
strongest weighs 1.7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from db.ingest.agreement import Agreement, compare, has_body, information
from db.sketches import Sketch
from schema.records import ReprintBasis

ENOUGH = 2.5
"""The least weight for two copies to be of one announcement."""
_SAME_TEXT = 0.95
"""Share of common pieces from which on two texts are one. Different circulars came to 0.86."""
_NEAR_DAYS = 14
"""A circular comes at most twice a month, and is passed on within two weeks. Ambiguous ones lie a month apart."""
_SAME_BATCH_DAYS = 180
_TITLE_DAYS = 3
"""A bare title that names a campaign: the campaign reports rarely, and all papers the same day."""
_PASSING = 0.25
"""Share of title and text below which a count in common is a mention in passing."""
_UNMISTAKABLE = 6.0
"""Weight of names, counts and sums from which on no date is needed: three numbers of two digits and three names."""
_SURER: dict[ReprintBasis, float] = {
    "correction": 100.0, "page": 80.0, "text": 60.0, "batch": 40.0, "facts": 0.0, "campaign": 0.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison came to."""

    agreement: Agreement
    weight: float
    basis: ReprintBasis | None
    """What makes them one announcement; None where nothing does."""

    @property
    def rank(self) -> float:
        """How surely they are one: between copies that fit several announcements the surest pair decides."""
        return self.weight + (_SURER[self.basis] if self.basis else 0.0)


def judge(one: Sketch, other: Sketch) -> Verdict:
    """Whether two copies are of one announcement. The order of the two makes no difference."""
    agreement = compare(one, other)
    weight = weigh(agreement, one, other)
    basis = None if agreement.contradictions else _basis(agreement, weight, one, other)
    return Verdict(agreement, weight, basis)


def weigh(agreement: Agreement, one: Sketch, other: Sketch) -> float:
    """How much agrees."""
    return facts_weight(agreement) + sum(_circumstances(agreement, one, other))


def facts_weight(agreement: Agreement) -> float:
    """How much of what is announced agrees: counts by their digits, names and sums one by one."""
    return (
        information(agreement.figures)
        + 0.8 * min(agreement.names, 5)
        + 0.8 * min(len(agreement.amounts), 4)
        + min(0.15 * agreement.phrase, 1.5)
    )


def _circumstances(agreement: Agreement, one: Sketch, other: Sketch) -> Iterator[float]:
    yield 3.0 * max(0.0, agreement.title - 0.3)
    if agreement.title < _PASSING and agreement.overlap < _PASSING:
        yield -1.0  # a page on something else that mentions it
    if has_body(one) and has_body(other):
        yield 3.0 * max(0.0, agreement.overlap - 0.2)
    if agreement.days is not None:
        yield 1.0 if agreement.days <= 3 else 0.5 if agreement.days <= _NEAR_DAYS else -1.0
    if agreement.issuer:
        yield 0.5


def _basis(agreement: Agreement, weight: float, one: Sketch, other: Sketch) -> ReprintBasis | None:
    facts = facts_weight(agreement)
    near = agreement.days is not None and agreement.days <= _NEAR_DAYS
    if agreement.page:
        return "page"
    if agreement.alike >= _SAME_TEXT and has_body(one) and has_body(other) and (facts or near):
        return "text"
    if agreement.batch and (agreement.issuer or facts) and _within(agreement.days, _SAME_BATCH_DAYS):
        return "batch"
    if weight >= ENOUGH and facts and (near or facts >= _UNMISTAKABLE):
        return "facts"
    if agreement.campaign and _within(agreement.days, _TITLE_DAYS) and not (has_body(one) and has_body(other)):
        return "campaign"
    return None


def _within(days: int | None, limit: int) -> bool:
    return days is not None and days <= limit
