"""What a synthetic store will hold, block by block, before anything of it is made.

Everything follows from the number of actions and the seed. Each block is made without the others, so that
several processes can work, and the numbers of its revisions and versions are known beforehand.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schema.records import RecordKind

FIRST_YEAR, LAST_YEAR = 2009, 2026
GROWTH = 1.22
"""How much more announcements a year has than the one before."""
ENTITIES_PER_BLOCK, DOCUMENTS_PER_BLOCK = 500, 50
LAG = 4
"""A block is corrected once this many blocks more are on record."""
CORRECTED = 0.02
"""Share of the records of a block that its correction closes, nearly all to open them anew."""
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_KINDS: tuple[RecordKind, ...] = ("document", "entity", "action", "figure")
Counts = dict[RecordKind, int]


@dataclass(frozen=True)
class Plan:
    """How large the store is to be, and by which chance."""

    actions: int
    seed: int

    @property
    def entities(self) -> int:
        """How many entities there are to be spoken of."""
        return max(40, self.actions // 20)


@dataclass(frozen=True)
class Block:
    """Some entities, or some documents with what they state, and one correction of them."""

    number: int
    entities: range
    documents: range
    sizes: tuple[tuple[int, int], ...]
    """How many actions and figures each of its documents states."""
    revision: int
    """Number of its first revision: one for its entities, or one for each of its documents."""
    correction: int
    """Number of the revision that corrects it."""
    versions: Counts
    """The first version of each kind that its own revisions open."""
    corrected_versions: Counts
    """The first version of each kind that its correction opens."""

    @property
    def held(self) -> Counts:
        """How many records of each kind it opens."""
        actions, figures = (sum(pair[n] for pair in self.sizes) for n in (0, 1))
        return {
            "entity": len(self.entities), "document": len(self.documents), "action": actions, "figure": figures,
        }  # fmt: skip

    @property
    def corrected(self) -> Counts:
        """How many records of each kind its correction opens anew."""
        return corrected(self.held)


def corrected(held: Counts) -> Counts:
    """How many of so many records are opened anew by a correction; figures are only ever withdrawn."""
    return {kind: 0 if kind == "figure" else min(held[kind], max(1, round(held[kind] * CORRECTED))) for kind in _KINDS}


def committed_at(revision: int) -> datetime:
    """When a revision was made."""
    return _BEGUN + timedelta(seconds=7 * revision)


def _sizes(plan: Plan) -> Iterator[tuple[int, int]]:
    """What each document states: most a few actions, some hundreds."""
    choose, left = random.Random(f"{plan.seed} sizes"), plan.actions  # noqa: S311  # chance, not secrecy
    while left:
        actions = min(left, int(4 * choose.paretovariate(1.25)), 400)
        left -= actions
        yield actions, choose.choice((0, 0, 1, 2, 2, 3, 6))


def _contents(plan: Plan) -> Iterator[tuple[range, range, tuple[tuple[int, int], ...]]]:
    for first in range(0, plan.entities, ENTITIES_PER_BLOCK):
        yield range(first, min(first + ENTITIES_PER_BLOCK, plan.entities)), range(0), ()
    sizes = list(_sizes(plan))
    for first in range(0, len(sizes), DOCUMENTS_PER_BLOCK):
        some = tuple(sizes[first : first + DOCUMENTS_PER_BLOCK])
        yield range(0), range(first, first + len(some)), some


def blocks(plan: Plan, first_revision: int = 2) -> list[Block]:
    """All blocks, with their places in the order in which everything is written."""
    contents = list(_contents(plan))
    revisions, corrections = [0] * len(contents), [0] * len(contents)
    versions: list[Counts] = [{}] * len(contents)
    again: list[Counts] = [{}] * len(contents)
    revision, version = first_revision, dict.fromkeys(_KINDS, 1)
    for place, correcting in order(len(contents)):
        made = Block(place, *contents[place], 0, 0, {}, {})
        if correcting:
            corrections[place], again[place] = revision, dict(version)
            revision, opened = revision + 1, made.corrected
        else:
            revisions[place], versions[place] = revision, dict(version)
            revision, opened = revision + max(1, len(made.documents)), made.held
        version = {kind: version[kind] + opened[kind] for kind in _KINDS}
    return [Block(n, *contents[n], revisions[n], corrections[n], versions[n], again[n]) for n in range(len(contents))]


def order(count: int) -> Iterator[tuple[int, bool]]:
    """The order in which blocks are written, and whether it is the block itself or its correction."""
    for place in range(count):
        yield place, False
        if place >= LAG:
            yield place - LAG, True
    for place in range(max(0, count - LAG), count):
        yield place, True
