"""Re-reading keeps ids: matches what was read now with what stood before, by evidence and subject × measure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from schema.extraction import Anchor
from schema.records import Action, Figure

R = TypeVar("R", Action, Figure)
_ENOUGH = 0.2
"""The least share of common traits for two readings to be of the same record."""
_SURELY = 1 / 3
"""The same for a record that is gone: what it takes with it is lost, so a faint likeness is not enough.

Where its text has changed since, its offsets count for nothing; the words and what was done still give as much.
"""


def _evidence(anchors: Sequence[Anchor], same_text: bool) -> set[tuple[object, ...]]:
    # In a changed text offsets mean nothing, but the words quoted still do.
    traits: set[tuple[object, ...]] = {(a.field, a.exact) for a in anchors}
    return traits | ({(a.field, a.start, a.end) for a in anchors} if same_text else set())


def _traits(record: Action | Figure, same_text: bool) -> set[tuple[object, ...]]:
    traits = _evidence(record.anchors, same_text)
    if isinstance(record, Figure):
        return traits | {("counts", record.measure, record.subject_kind, str(record.period))}
    subjects = [mention.entity for mention in record.entities] + [record.unnamed_subject]
    return traits | {("does", s, m) for s in subjects if s is not None for m in record.measures}


def match(
    before: Sequence[R], now: Sequence[R], *, same_text: bool, gone: Collection[str] = frozenset()
) -> dict[int, R]:
    """Pairs the readings in `now`, by index, with the former records they continue.

    `gone` are the ids of those that no longer stand.
    """
    old = [(record, _traits(record, same_text)) for record in before]
    new = [_traits(record, same_text) for record in now]
    scores = sorted(
        (-len(mine & theirs) / len(mine | theirs), record.id, index, place)
        for place, (record, theirs) in enumerate(old)
        for index, mine in enumerate(new)
    )
    pairs: dict[int, R] = {}
    taken: set[int] = set()
    for score, _, index, place in scores:
        enough = _SURELY if before[place].id in gone else _ENOUGH
        if -score >= enough and index not in pairs and place not in taken:
            pairs[index] = before[place]
            taken.add(place)
    return pairs
