"""From questions to entities with their points: the store is asked twice for a batch, three times with conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

import anyio.to_thread
import orjson

from api.reconciling.asked import MOST_CANDIDATES, Asked, Condition
from api.reconciling.properties import Body, held
from api.reconciling.scoring import LEAST, Fit, Scored, fit_of, points_of, ranked
from schema.codes import CodeBook
from schema.facts import EntityFacts
from schema.ports import Reader
from schema.query import MAX_TEXT

_LOOKED_AT = 60
"""So many entities are compared with each name."""


async def find(reader: Reader, batch: Sequence[Asked], revision: int) -> Sequence[Sequence[Scored]]:
    """The candidates of each question, the likeliest first."""
    texts = list(dict.fromkeys(text for asked in batch for text in (*asked.names, *asked.ids) if _usable(text)))
    found = await reader.entity_candidates(texts, _LOOKED_AT, revision) if texts else []
    likely = dict(zip(texts, found, strict=True))
    ids = list(dict.fromkeys(chain.from_iterable(found)))
    bodies: dict[str, Body] = {
        key: orjson.loads(row.body) for key, row in (await reader.get("entity", ids, revision)).items()
    }
    # Comparing takes the processor: others are answered meanwhile.
    scored = await anyio.to_thread.run_sync(lambda: [_named(asked, likely, bodies) for asked in batch])
    if any(asked.conditions for asked in batch):
        scored = await _conditioned(reader, batch, scored, revision)
    return [ranked(each, asked.limit) for asked, each in zip(batch, scored, strict=True)]


def _usable(text: str) -> bool:
    """Whether there is anything to look for. A text longer than any name is none."""
    return 0 < len(text) <= MAX_TEXT


def _named(asked: Asked, likely: Mapping[str, Sequence[str]], bodies: Mapping[str, Body]) -> list[Scored]:
    """The entities that one of the texts of a question may mean, by their names and types."""
    fits: dict[str, Fit] = {}
    for text in filter(_usable, asked.names):
        for key in likely[text]:
            if key in bodies:
                fit = fit_of(text, bodies[key])
                fits[key] = max(fits.get(key, fit), fit, key=lambda one: one.points)
    if asked.ids:
        own = {key: fit_of(key, bodies[key]) for key in asked.ids if key in bodies}
        fits = {key: max(fit, fits.get(key, fit), key=lambda one: one.points) for key, fit in own.items()}
    found = [_typed(asked, bodies[key], fit) for key, fit in fits.items()]
    return [one for one in found if not (asked.strict and one.typed is False)]


def _typed(asked: Asked, body: Body, fit: Fit) -> Scored:
    typed = body["kind"] in asked.types if asked.types else None
    return Scored(body, points_of(fit, typed=typed, properties={}), fit, typed)


async def _conditioned(
    reader: Reader, batch: Sequence[Asked], scored: Sequence[list[Scored]], revision: int
) -> list[list[Scored]]:
    """The same with what the conditions on properties make of their points."""
    near = [list(ranked(each, MOST_CANDIDATES)) for each in scored]
    ids = {one.entity["id"] for asked, each in zip(batch, near, strict=True) if asked.conditions for one in each}
    facts = await reader.entity_facts(sorted(ids), revision)
    book = await reader.codebook(revision)
    return [
        [one for one in (_with_conditions(asked, each, facts, book) for each in found) if one is not None]
        for asked, found in zip(batch, near, strict=True)
    ]


def _with_conditions(asked: Asked, one: Scored, facts: Mapping[str, EntityFacts], book: CodeBook) -> Scored | None:
    """A candidate with its points anew; None where it lacks what is required."""
    shares: dict[str, list[float]] = {}
    for condition in asked.conditions:
        share = held(condition, one.entity, facts.get(one.entity["id"], EntityFacts()), book)
        if condition.required and not _enough(condition, share):
            return None
        if share is not None:  # of what nothing is known nothing follows
            shares.setdefault(condition.property, []).append(share)
    properties = {pid: sum(each) / len(each) for pid, each in shares.items()}
    score = points_of(one.fit, typed=one.typed, properties=properties)
    return replace(one, score=score, properties=properties, match=False) if score >= LEAST else None


def _enough(condition: Condition, share: float | None) -> bool:
    return share == 1.0 or (share is None and condition.quantifier == "none")
