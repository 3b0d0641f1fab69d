"""Judges every value that was read, by the rule it was read by, against the labels of its announcement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.accuracy.compare import (
    AMOUNTS,
    FIGURE_FIELDS,
    UNNAMED,
    Json,
    Key,
    allowed,
    amounts,
    name_of,
    names,
    paired,
    pairs,
    readings,
)

BOUNDS = ("value_min", "value_max", "qualifier")
_COUNTED = ("value", "measure", "subject")


@dataclass(frozen=True, slots=True)
class Judged:
    """One value that was read, and whether the labels have it."""

    rule: str
    right: bool


def judge(label: Json, given: Json) -> Iterator[Judged]:
    """The values of one document that the labels can judge; `given` is what `cunzhao extract` prints.

    A code is right where the labels have that very code. What they do not state (the law a measure rests on,
    the campaign, authority and own period of a count) is left out.
    """
    yield from _Actions(label["actions"]).judge(given["actions"])
    yield from _figures(label["figures"], given["figures"])
    yield from _periods(label, given["figures"])


@dataclass
class _Actions:
    """What the labels of a document allow its actions to say."""

    labels: Sequence[Json]
    left: dict[str, Counter[Key]] = field(default_factory=dict)
    """By field, the keys not used up: a name may be read again and again, each subject without one only once."""
    _taken: dict[tuple[str, Key], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        values = {
            "entities": names,
            "measures": pairs("measures", str),
            "categories": pairs("categories", str),
            "authorities": pairs("authorities", str),
            "amount_cny": amounts,
        }
        self.left = {
            name: allowed(self.labels, one, ("entities", "unnamed_subject", name)) for name, one in values.items()
        }
        self.days = {one.get("decided_on") for label in self.labels for one in readings(label, ["decided_on"])}

    def judge(self, actions: Sequence[Json]) -> Iterator[Judged]:
        for action in actions:
            named = [name_of(entity["name"]) for entity in action["entities"]]
            subjects = [one for one in named if (one,) in self.left["entities"]] or named or [UNNAMED]
            self._taken = {}
            rights = [(anchor, self._is_right(anchor, subjects)) for anchor in action["anchors"]]
            # A group without a name is right where something was done to such a one.
            acted_on = any(right for anchor, right in rights if anchor["field"] == "measures")
            for anchor, right in rights:
                if anchor["field"] == "unnamed_subject":
                    yield Judged(anchor["rule"], acted_on)
                elif right is not None:
                    yield Judged(anchor["rule"], right)

    def _is_right(self, anchor: Json, subjects: Sequence[str]) -> bool | None:
        name, value = anchor["field"], anchor["value"]
        match name:
            case "entities":
                return (name_of(value),) in self.left[name]
            case "measures" | "categories" | "authorities":
                # Of a long list of names some may be wrong; that is no fault of what was done to the others.
                return 2 * sum(self._take(name, (subject, value)) for subject in subjects) > len(subjects)
            case "amount_cny":
                return self._take(name, (AMOUNTS, value))
            case "decided_on":
                return value in self.days
        return None

    def _take(self, name: str, key: Key) -> bool:
        """Whether a key is allowed still; each action uses up one of a key."""
        if (name, key) not in self._taken:
            self._taken[name, key] = self.left[name][key] > 0
            self.left[name][key] -= key[0] in (UNNAMED, AMOUNTS)
        return self._taken[name, key]


def _figures(labels: Sequence[Json], given: Sequence[Json]) -> Iterator[Judged]:
    """A figure that a label accepts is right in all; of another each part is compared with labels of its number."""
    owners = paired(labels, given)
    for index, figure in enumerate(given):
        alike = [
            one for label in labels for one in readings(label, FIGURE_FIELDS)
            if all(one[name] == figure[name] for name in BOUNDS)
        ]  # fmt: skip
        right = {"value": bool(alike)} | {
            name: any(one[name] == figure[name] for one in alike) for name in ("measure", "subject")
        }
        for anchor in figure["anchors"]:
            if anchor["field"] in _COUNTED:
                yield Judged(anchor["rule"], index in owners or right[anchor["field"]])


def _periods(label: Json, given: Sequence[Json]) -> Iterator[Judged]:
    """Labels have the period of the document only; that is what a count takes over from it."""
    accepted = [one["period"] for one in readings(label, ["period"])]
    for figure in given:
        for anchor in figure["anchors"]:
            if anchor["field"] == "period" and anchor["rule"] == "period_of_document":
                yield Judged(anchor["rule"], figure["period"] in accepted)
