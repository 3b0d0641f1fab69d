"""The rules by which values are read, and how sure each is: calibrated on labelled announcements.

A rule is a class of ways in which a value can be bound to its record: a measure read in the clause of its
subject, a category carried over from an earlier sentence. `make accuracy ARGS=--write` counts, over all
labelled announcements, how many values each rule gave and how many of them were right. What a value read by
the rule is worth follows from these counts here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from schema.codes import vocabulary_source

PRIOR: Final = 0.5
"""Right and wrong values a kind is given before any is counted: Jeffreys' prior of a share."""
WEIGHT: Final = 10
"""How many samples the share of its kind weighs in the confidence of a rule."""
LOWEST: Final = 0.01
HIGHEST: Final = 0.99
"""No rule is surer than this, however often it was right or wrong."""


class ExtractionRule(BaseModel):
    """A class of ways in which values are read, and how many of those it read were right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(description="The code, as the anchors of records have it.")
    kind: str = Field(description="What kind of value it reads; rules of one kind lend each other weight.")
    label_zh: str = Field(description="Chinese label, in simplified characters.")
    label_en: str = Field(description="English label.")
    labelled: int = Field(ge=0, description="Values it read from labelled announcements that the labels can judge.")
    right: int = Field(ge=0, description="How many of these were right.")
    confidence: float | None = Field(
        ge=0, le=1, description="How likely a value read by it is right; null where the labels judge none of its kind."
    )
    extractor: str = Field(description="Name and version of the extractor that the counts are of.")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many values were judged, and how many were right."""

    labelled: int = 0
    right: int = 0

    def __sub__(self, other: Tally) -> Tally:
        return Tally(self.labelled - other.labelled, self.right - other.right)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.labelled + other.labelled, self.right + other.right)


Tallies = Mapping[str, Tally]
"""By the code of the rule."""


@cache
def kinds_of_rules() -> Mapping[str, str]:
    """Rule → kind of value, in the order of the list."""
    return {item["code"]: item["kind"] for item in vocabulary_source("rules")}


def confidences(tallies: Tallies) -> dict[str, float | None]:
    """What every rule is worth after these counts.

    The share of right values of a kind is estimated with Jeffreys' prior; the share of each rule of the kind
    then starts from that of its kind, as if `WEIGHT` values had been counted already, so that a rule seen
    twice is not thought perfect. None where no value of the kind was judged.
    """
    return {code: _rule_share(tallies.get(code, Tally()), _of_kind(tallies, kind))
            for code, kind in kinds_of_rules().items()}  # fmt: skip


def _of_kind(tallies: Tallies, kind: str) -> Tally:
    return sum((tallies.get(code, Tally()) for code, of in kinds_of_rules().items() if of == kind), Tally())


def _rule_share(rule: Tally, kind: Tally) -> float | None:
    if not kind.labelled:
        return None
    usual = (kind.right + PRIOR) / (kind.labelled + 2 * PRIOR)
    share = (rule.right + WEIGHT * usual) / (rule.labelled + WEIGHT)
    return min(HIGHEST, max(LOWEST, round(share, 2)))


def added(parts: Iterable[Tallies]) -> dict[str, Tally]:
    """The counts of several sets of announcements together."""
    total: dict[str, Tally] = {}
    for part in parts:
        for code, tally in part.items():
            total[code] = total.get(code, Tally()) + tally
    return total


@dataclass(frozen=True)
class Calibration:
    """The counts this build ships, by set of announcements, and the extractor they were made with."""

    extractor: str
    parts: Mapping[str, Tallies]

    @property
    def total(self) -> dict[str, Tally]:
        """All counts together."""
        return added(self.parts.values())


@cache
def calibration() -> Calibration:
    """The counts of this build (`vocabulary/calibration.json`)."""
    text = resources.files("schema.vocabulary").joinpath("calibration.json").read_text(encoding="utf-8")
    raw: Mapping[str, Any] = json.loads(text)
    parts = {
        name: {code: Tally(*counts) for code, counts in rules.items()} for name, rules in raw["announcements"].items()
    }
    return Calibration(raw["extractor"], parts)


def to_json(made: Calibration) -> str:
    """The text of the file that a calibration is shipped in."""
    announcements = {
        name: {code: [tallies[code].labelled, tallies[code].right] for code in kinds_of_rules() if code in tallies}
        for name, tallies in made.parts.items()
    }
    head = "Written by `make accuracy ARGS=--write`: for each rule the values judged, and those that were right."
    lines = [
        f'"{name}": {{\n' + ",\n".join(f"{json.dumps(code)}: {json.dumps(of)}" for code, of in rules.items()) + "\n}"
        for name, rules in announcements.items()
    ]
    return f'{{\n"about": {json.dumps(head)},\n"extractor": {json.dumps(made.extractor)},\n"announcements": {{\n' + (
        ",\n".join(lines) + "\n}\n}\n"
    )


@cache
def _shipped_confidences() -> Mapping[str, float | None]:
    return confidences(calibration().total)


def confidence_of(rule: str) -> float | None:
    """What this build says a value read by a rule is worth. Raises `KeyError` for a rule it does not list."""
    return _shipped_confidences()[rule]


@cache
def extraction_rules() -> tuple[ExtractionRule, ...]:
    """All rules with their calibration, in the order of the list."""
    made, total, worth = calibration(), calibration().total, _shipped_confidences()
    return tuple(
        ExtractionRule(
            code=item["code"],
            kind=item["kind"],
            label_zh=item["zh"],
            label_en=item["en"],
            labelled=total.get(item["code"], Tally()).labelled,
            right=total.get(item["code"], Tally()).right,
            confidence=worth[item["code"]],
            extractor=made.extractor,
        )
        for item in vocabulary_source("rules")
    )
