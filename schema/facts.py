"""What the record says about an entity as a whole: counted and gathered from the actions that name it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EntityFacts:
    """The actions that name an entity, in numbers, days and codes."""

    actions: int = 0
    """How many actions name it."""
    operated: int = 0
    """How many actions name something that it is said to run."""
    first: date | None = None
    """The day of the earliest dated action that names it."""
    last: date | None = None
    measures: tuple[str, ...] = ()
    """Codes of `measures`, those of the most actions first."""
    categories: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    operators: tuple[tuple[str, str], ...] = ()
    """The companies said to run it: the id of each with its name as stated."""
