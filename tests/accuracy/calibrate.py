"""What the confidences are worth: counted by rule, and tried on announcements that were left out of the count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from schema.rules import Tally, added, confidences
from tests.accuracy.judge import Judged

BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95)
"""Where the classes of confidence begin; the last one ends with 1."""
_Z = 1.96
"""Standard deviations of an interval that holds the true share 95 times of 100."""


@dataclass(frozen=True, slots=True)
class Said:
    """How sure the parser would have been of a value, had it not known its announcement, and whether it was right."""

    confidence: float
    right: bool


def tallies(judged: Iterable[Judged]) -> dict[str, Tally]:
    """The counts by rule."""
    values, right = Counter[str](), Counter[str]()
    for one in judged:
        values[one.rule] += 1
        right[one.rule] += one.right
    return {rule: Tally(number, right[rule]) for rule, number in values.items()}


def left_out(documents: Sequence[Sequence[Judged]], others: Sequence[Sequence[Judged]] = ()) -> Iterator[Said]:
    """The values of each document with the confidences that all but this one give, `others` included."""
    each = [tallies(document) for document in documents]
    total = added([*each, *map(tallies, others)])
    for document, own in zip(documents, each, strict=True):
        worth = confidences({rule: tally - own.get(rule, Tally()) for rule, tally in total.items()})
        for one in document:
            confidence = worth[one.rule]
            if confidence is not None:
                yield Said(confidence, one.right)


def binned(said: Iterable[Said]) -> list[list[Said]]:
    """The values by class of confidence."""
    found: list[list[Said]] = [[] for _ in BINS]
    for one in said:
        found[max(place for place, start in enumerate(BINS) if one.confidence >= start)].append(one)
    return found


def wilson(right: int, number: int) -> tuple[float, float]:
    """The interval of a share by Wilson's score (1927), 95 %."""
    share, spread = right / number, _Z * _Z / number
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * sqrt(share * (1 - share) / number + spread / (4 * number)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def brier(said: Sequence[Said]) -> float:
    """The mean squared distance of what was said from what came true (Brier 1950); 0 is best."""
    return sum((one.confidence - one.right) ** 2 for one in said) / len(said)


def calibration_error(said: Sequence[Said]) -> float:
    """How far the share of right values lies from what was said, on average over the classes of confidence."""
    return sum(abs(sum(one.confidence - one.right for one in held)) for held in binned(said)) / len(said)


def reliability(said: Sequence[Said]) -> str:
    """The classes of confidence with what came true of them, as a Markdown table, and two scores below it."""
    rows = ["| said | values | mean said | right | share right | 95 % interval |",
            "| --- | ---: | ---: | ---: | ---: | --- |"]  # fmt: skip
    for start, end, held in zip(BINS, (*BINS[1:], 1.0), binned(said), strict=True):
        if not held:
            continue
        number, right = len(held), sum(one.right for one in held)
        mean, (low, high) = sum(one.confidence for one in held) / number, wilson(right, number)
        bracket = "]" if end == 1.0 else ")"
        rows.append(
            f"| [{start:.2f}, {end:.2f}{bracket} | {number} | {mean:.3f} | {right} | {right / number:.3f} | "
            f"{low:.3f}–{high:.3f} |"
        )
    error, square = calibration_error(said), brier(said)
    return "\n".join([*rows, "", f"Expected calibration error {error:.3f}, Brier score {square:.3f}."])
