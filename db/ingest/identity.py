"""Re-reading keeps ids: matches what was read now with what stood before, by evidence and subject × measure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import product
from typing import TypeVar

from schema.extraction import Anchor
from schema.records import Action, Figure

R = TypeVar("R", Action, Figure)
_Traits = set[tuple[object, ...]]
_FEW = 100_000
"""So many pairs of records are all compared."""
_RARE = 8
"""Beyond that, a trait that more of the former records have tells none from the others."""
_ENOUGH = 0.2
"""The least share of common traits for two readings to be of the same record."""
_SURELY = 1 / 3
"""The same for a record that is gone: what it takes with it is lost, so a faint likeness is not enough.

Where its text has changed since, its offsets count for nothing; the words and what was done still give as much.
"""
_STATED = {"Figure": 3 / 4, "Action": 1 / 2}
"""The least share of what a record states, where it has no evidence to be known by.

Of measure, subject, period and value of a figure three must agree; of an action a subject and half of the rest.
"""


def _evidence(anchors: Sequence[Anchor], same_text: bool) -> _Traits:
    # In a changed text offsets mean nothing, but the words quoted still do.
    traits: _Traits = {(a.field, a.exact) for a in anchors}
    return traits | ({(a.field, a.start, a.end) for a in anchors} if same_text else set())


def _traits(record: Action | Figure, same_text: bool) -> _Traits:
    traits = _evidence(record.anchors, same_text)
    if isinstance(record, Figure):
        return traits | {("counts", record.measure, record.subject_kind, str(record.period))}
    subjects = [mention.entity for mention in record.entities] + [record.unnamed_subject]
    return traits | {("does", s, m) for s in subjects if s is not None for m in record.measures}


def _facts(record: Action | Figure) -> set[tuple[object, ...]]:
    """What a record says, without its evidence."""
    if isinstance(record, Figure):
        number = record.value_max if record.value_min is None else record.value_min
        return {
            ("counts", record.measure), ("among", record.subject_kind), ("in", str(record.period)), ("as", number),
        }  # fmt: skip
    facts = {("acts on", subject) for subject in _subjects(record)}
    facts |= {("does", measure) for measure in record.measures}
    return facts | ({("fines", str(record.amount_cny))} if record.amount_cny is not None else set())


def _subjects(record: Action) -> set[str]:
    """The entities, or the one subject without a name: the words for it may be ours."""
    return {mention.entity for mention in record.entities} or {""}


def _says_too(one: Action | Figure, other: Action | Figure) -> float:
    """How much of the shorter of two records the other says too; nothing where they are about different subjects."""
    if isinstance(one, Action) and isinstance(other, Action) and not _subjects(one) & _subjects(other):
        return 0
    mine, theirs = _facts(one), _facts(other)
    return len(mine & theirs) / min(len(mine), len(theirs))


def _likely(old: Sequence[_Traits], new: Sequence[_Traits]) -> Iterable[tuple[int, int]]:
    """The pairs worth comparing, by place: all of them, but on a page of very many records those with a rare trait."""
    if len(old) * len(new) <= _FEW:
        return product(range(len(old)), range(len(new)))
    having: dict[object, list[int]] = {}
    for place, traits in enumerate(old):
        for trait in traits:
            having.setdefault(trait, []).append(place)
    return {
        (place, index)
        for index, traits in enumerate(new)
        for trait in traits
        if len(places := having.get(trait, ())) <= _RARE
        for place in places
    }


def match(
    before: Sequence[R], now: Sequence[R], *, same_text: bool, gone: Collection[str] = frozenset()
) -> dict[int, R]:
    """Pairs the readings in `now`, by index, with the former records they continue.

    `gone` are the ids of those that no longer stand.
    """
    old = [_traits(record, same_text) for record in before]
    new = [_traits(record, same_text) for record in now]
    scores: list[tuple[float, str, int, int]] = []
    for place, index in _likely(old, new):
        former, record = before[place], now[index]
        if former.anchors and record.anchors:
            mine, theirs = new[index], old[place]
            score = len(mine & theirs) / len(mine | theirs)
            enough = _SURELY if former.id in gone else _ENOUGH
        else:
            score, enough = _says_too(former, record), _STATED[type(former).__name__]
        if score >= enough:
            scores.append((-score, former.id, index, place))
    pairs: dict[int, R] = {}
    taken: set[int] = set()
    for _, _, index, place in sorted(scores):
        if index not in pairs and place not in taken:
            pairs[index] = before[place]
            taken.add(place)
    return pairs
