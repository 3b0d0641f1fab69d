"""What is kept of a copy to know its reprints by, and the keys under which it is found again.

A sketch holds no sentence: what the copy announces, and hashes of some of its words. It is small, the
same for the same text on every machine, and enough to compare two copies without their texts. It is
no record: it has no versions, and may be made anew from the text at any time.
"""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from schema.extraction import Period

HASHES_LIMIT = 4096
"""Most hashes kept of one text; of longer ones the lowest are."""
SAMPLED = 2**30
"""Hashes below this are kept: a quarter of them, the same quarter in every text."""
MASK = "某"
"""Stands for the part of a name that is kept back. Other words for unnamed subjects are everybody's."""
_SHORTEST_TITLE = 8
_SHORTEST_PHRASE = 6
_GRAM_KEYS = 24
_NAME_KEYS = 4
_STEP = math.log(1.1)
"""Counts are found in steps of a tenth: 近100万 and 96万余 lie in steps that touch."""


class Count(BaseModel):
    """One number that a copy states, with what was counted."""

    model_config = ConfigDict(frozen=True)

    of: str
    """Measure and kind of subject; in titles, the measure word."""
    low: int | None
    high: int | None

    @property
    def value(self) -> int:
        """The number itself, whether it is a floor, a ceiling or exact."""
        return self.low if self.low is not None else self.high or 0

    @property
    def exact(self) -> bool:
        """Whether it is stated as exactly this many."""
        return self.low is not None and self.low == self.high


class Sketch(BaseModel):
    """One copy, as far as its reprints are known by it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: str | None
    """Its address without what tells how a reader came to it."""
    origin: str | None
    """The same of the address it says it was taken from."""
    title: str
    """The letters of its title, folded."""
    issuer: str | None
    published_on: date | None
    period: Period | None
    places: tuple[str, ...] = ()
    """Provinces named in the title."""
    batches: tuple[str, ...] = ()
    """`2024-7` is the seventh batch of a year, `42` the 42nd of all."""
    phases: tuple[str, ...] = ()
    campaign: tuple[str, ...] = ()
    """Words of the campaign the title names."""
    headline: tuple[Count, ...] = ()
    """What the title counts."""
    figures: tuple[Count, ...] = ()
    amounts: tuple[int, ...] = ()
    """Fines, in yuan."""
    names: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    stated: int = 0
    """How many facts it states, those that are plainly of another authority (links to other news) apart."""
    letters: int
    """Length of the cleaned text, in letters."""
    grams: str
    """The sampled hashes of its pieces: little-endian 32-bit numbers in base64."""

    official: bool = False
    """Whether a regulator itself published this copy."""
    digest: bool = False
    """Whether the title says it is one of several things the page tells."""

    @property
    def hashes(self) -> frozenset[int]:
        """The sampled hashes."""
        return _unpacked(self.grams)

    @property
    def cut(self) -> int | None:
        """The greatest hash kept, where there were more than are kept."""
        return max(self.hashes) if len(self.hashes) >= HASHES_LIMIT else None


@dataclass(frozen=True)
class StoredSketch:
    """The sketch of one document, as made from one text of it."""

    document: str
    sha256: str
    sketch: Sketch

    @property
    def keys(self) -> list[str]:
        """The keys under which the document is found."""
        return sorted(keys_of(self.sketch))


def packed(hashes: Iterable[int]) -> str:
    """Hashes as a sketch holds them."""
    kept = sorted(h for h in hashes if h < SAMPLED)[:HASHES_LIMIT]
    return b64encode(b"".join(h.to_bytes(4, "little") for h in kept)).decode()


@lru_cache(maxsize=2048)
def _unpacked(grams: str) -> frozenset[int]:
    data = b64decode(grams)
    return frozenset(int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), 4))


def keys_of(sketch: Sketch) -> set[str]:
    """The keys under which a copy is found."""
    return {*_lasting(sketch), *_dated(sketch, [_month(sketch.published_on)], (0,))}


def keys_asked(sketch: Sketch) -> set[str]:
    """The keys under which its reprints would be found: those of the months about, and of counts nearby."""
    day = sketch.published_on
    months = [] if day is None else [_month(day, step) for step in (-1, 0, 1)]
    return {*_lasting(sketch), *_dated(sketch, [*months, _month(None)], (-1, 0, 1))}


def _lasting(sketch: Sketch) -> Iterator[str]:
    yield from (f"page {page}" for page in (sketch.page, sketch.origin) if page)
    if len(sketch.title) >= _SHORTEST_TITLE:
        yield f"title {sketch.title}"
    yield from (f"batch {batch}" for batch in sketch.batches)
    yield from (f"words {number}" for number in sorted(sketch.hashes)[:_GRAM_KEYS])


def _dated(sketch: Sketch, months: Iterable[str], steps: Iterable[int]) -> Iterator[str]:
    """What is common enough to need a date beside it."""
    counts = {(c.of, round(math.log(c.value) / _STEP) + step)
              for c in (*sketch.headline, *sketch.figures) if c.value > 1 for step in steps}  # fmt: skip
    facts = [f"count {of} {place}" for of, place in sorted(counts)]
    facts += [f"fine {amount}" for amount in sketch.amounts]
    facts += [f"name {name}" for name in sketch.names[:_NAME_KEYS]]
    facts += [f"masked {phrase}" for phrase in sketch.unnamed if MASK in phrase and len(phrase) >= _SHORTEST_PHRASE]
    facts += [f"campaign {word}" for word in sketch.campaign]
    yield from (f"{fact} {month}" for fact in facts for month in months)


def _month(day: date | None, step: int = 0) -> str:
    if day is None:
        return "undated"
    year, month = divmod(day.year * 12 + day.month - 1 + step, 12)
    return f"{year}-{month + 1}"
