"""A value and the words it was read from, and the anchors made of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from db.ingest.blocks import Segment
from schema.extraction import EXACT_LIMIT, Anchor, Confidence
from schema.rules import confidence_of


class Evidence(NamedTuple):
    """One value, read at one place of one segment."""

    value: str
    segment: Segment
    start: int
    end: int


CONFIDENCE: tuple[Confidence, ...] = ("high", "medium", "low")
"""By reach: the statement itself, an earlier one of its paragraph, the document as a whole."""


def anchor(layer: str, field: str, evidence: Evidence, rule: str) -> Anchor:
    """The anchor of a value in the text layer; an over-long phrase is anchored by its beginning.

    Its confidence is what the rule it was read by has been found to be worth.
    """
    start, end = evidence.segment.span(evidence.start, evidence.end)
    end = min(end, start + EXACT_LIMIT)
    return Anchor(
        field=field,
        value=evidence.value,
        start=start,
        end=end,
        exact=layer[start:end],
        rule=rule,
        confidence=confidence_of(rule),
    )


def codes(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """The values, each once, in the order of the text."""
    return tuple(dict.fromkeys(one.value for one in evidence))


def first_of_each(evidence: Iterable[Evidence]) -> list[Evidence]:
    """The first evidence of every value."""
    found: dict[str, Evidence] = {}
    for one in evidence:
        found.setdefault(one.value, one)
    return list(found.values())
