"""How likely an entity is what a text means, in points that say how they came about.

The text is compared with every name of the entity; the name that fits best decides. A name that is equal in an
earlier form (`Folded`) gets more points than one that is equal only in a later one, and one that is merely alike gets
fewer than any of these, in proportion to how alike it is: no two ways of being alike end at the same bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import Prefix

from api.reconciling.folding import Folded, folded, unbracketed

How = Literal["id", "exact", "script", "marks", "pinyin", "generic", "homophone", "similar"]
_POINTS: Final[Mapping[How, float]] = {
    "id": 100, "exact": 100, "script": 99, "marks": 97, "pinyin": 95, "generic": 92,
}  # fmt: skip
"""What a name is worth that is equal, by the form in which it is."""
_ALIKE, _HOMOPHONE = 88.0, 80.0
_BEGINNING = 0.1
"""The share of likeness that follows from the beginnings alone."""
_LESS: Final[Mapping[str, float]] = {"alias": 0.5, "former": 2.0}
"""What an equal name is worth less for not being one the entity is called by now and first."""
_OTHER_TYPE, _PROPERTIES = 0.9, 0.15
"""What is left of the points where the type is another, and the share of them that properties decide."""
SURE, AHEAD = 90.0, 5.0
"""So many points, and so many more than the next, make a match."""
LEAST = 35.0
"""What has fewer points is no candidate."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How one name fits a text."""

    points: float
    how: How
    name: str
    kind: str
    """How the name relates to the entity."""
    alike: float
    """How alike the two are in letters, 0 to 100."""


@dataclass(frozen=True, slots=True)
class Scored:
    """An entity with its points."""

    entity: Mapping[str, Any]
    score: float
    fit: Fit
    """The name that decided."""
    typed: bool | None = None
    """Whether it is of the type that was asked for; None where none was."""
    properties: Mapping[str, float] = field(default_factory=dict)
    """By property, the share of the conditions on it that hold."""
    match: bool = False

    @property
    def features(self) -> list[tuple[str, str, bool | float]]:
        """What the points follow from: id, name and value of each."""
        equal = self.fit.how
        found: list[tuple[str, str, bool | float]] = [
            ("id", "the text is the id", equal == "id"),
            ("name_exact", "a name is equal as written", equal == "exact"),
            ("script_folded", "a name is equal in one script, width and case", equal == "script"),
            ("marks_folded", "a name is equal but for spaces and marks", equal == "marks"),
            ("pinyin", "a name is read the same", equal in ("pinyin", "homophone")),
            ("generic_folded", "a name is equal but for words like App or 网站", equal == "generic"),
            ("former", "the name that matched is a former one", self.fit.kind == "former"),
            ("similarity", "letters that the names have in common, 0 to 100", round(self.fit.alike, 1)),
        ]
        if self.typed is not None:
            found.append(("type", "is of the type asked for", self.typed))
        found += [(f"property_{pid}", f"share of the values of {pid} found", v) for pid, v in self.properties.items()]
        return found


def fit_of(text: str, entity: Mapping[str, Any]) -> Fit:
    """How the name of an entity that fits a text best does."""
    if text == entity["id"]:
        return Fit(_POINTS["id"], "id", entity["name"], "primary", 100.0)
    asked = folded(text)
    return max(
        (_fit(asked, one, name["kind"]) for name in entity["names"] for one in unbracketed(name["name"])), key=_order
    )


def _order(fit: Fit) -> tuple[float, bool]:
    return fit.points, fit.kind == "primary"


def _fit(asked: Folded, name: str, kind: str) -> Fit:
    known = folded(name)
    alike = fuzz.ratio(asked.bare, known.bare)
    how = _equal(asked, known)
    if how is not None and kind == "transliteration":
        how = "pinyin"
    if how is not None:
        return Fit(_POINTS[how] - _LESS.get(kind, 0.0), how, name, kind, alike)
    if asked.han and known.han and asked.sound and asked.sound == known.sound:
        return Fit(_HOMOPHONE + (_ALIKE - _HOMOPHONE) * alike / 100, "homophone", name, kind, alike)
    return Fit(_alike(asked, known) * _ALIKE / 100, "similar", name, kind, alike)


def _equal(asked: Folded, known: Folded) -> How | None:
    """The first form in which two names are equal."""
    if asked.text == known.text:
        return "exact"
    if asked.key == known.key:
        return "script"
    if asked.bare and asked.bare == known.bare:
        return "marks"
    if asked.sound and asked.sound == known.sound and not asked.han:
        return "pinyin"
    if asked.core and asked.core == known.core:
        return "generic"
    return None


def _alike(asked: Folded, known: Folded) -> float:
    """How alike two names are that are not equal, 0 to 100 and below."""
    # What names begin with tells them apart better than what they end with.
    begun = 100 * Prefix.normalized_similarity(asked.core, known.core)
    found = (1 - _BEGINNING) * fuzz.ratio(asked.core, known.core) + _BEGINNING * begun
    if not asked.han and not known.han:
        found = max(
            found, fuzz.token_sort_ratio(asked.key, known.key), 0.85 * fuzz.token_set_ratio(asked.key, known.key)
        )
    elif not asked.han and asked.sound and known.sound:
        found = max(found, fuzz.ratio(asked.sound, known.sound))
    short, long = sorted((asked.core, known.core), key=len)
    if len(short) > 1 and short in long:
        # A part of a name stands for it more often than as many letters here and there.
        found = max(found, 50 + 45 * len(short) / len(long))
    return found


def points_of(fit: Fit, *, typed: bool | None, properties: Mapping[str, float]) -> float:
    """The points of an entity, 0 to 100."""
    points = fit.points
    if properties:
        held = sum(properties.values()) / len(properties)
        points = (1 - _PROPERTIES) * points + 100 * _PROPERTIES * held
    return round(points * (_OTHER_TYPE if typed is False else 1.0), 2)


def ranked(found: Iterable[Scored], limit: int) -> Sequence[Scored]:
    """The likeliest first. The first is a match where it is sure, and clearly more so than the second."""
    order = sorted(
        (one for one in found if one.score >= LEAST), key=lambda one: (-one.score, -one.fit.alike, one.entity["id"])
    )
    if not order:
        return order
    first, second = order[0], order[1].score if len(order) > 1 else 0.0
    if first.score >= SURE and first.score - second >= AHEAD and first.typed is not False:
        order[0] = replace(first, match=True)
    return order[:limit]
