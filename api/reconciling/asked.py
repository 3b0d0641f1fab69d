"""A question of either version of the protocol, read: which names, of which type, with which properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from api.reconciling.folding import tidied
from schema.query import BadQuery

MOST_QUERIES = 50
"""Queries of one batch; OpenRefine sends ten."""
MOST_CANDIDATES, DEFAULT_CANDIDATES = 50, 10
MOST_CONDITIONS = 20

Quantifier = Literal["any", "all", "none"]


@dataclass(frozen=True, slots=True)
class Condition:
    """What the entity that is meant is said to be, beside its name."""

    property: str
    values: tuple[str, ...]
    quantifier: Quantifier = "any"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: which entity does somebody mean?"""

    names: tuple[str, ...] = ()
    """Texts of which any may be its name."""
    ids: tuple[str, ...] = ()
    """Ids of which any may be its own."""
    types: tuple[str, ...] = ()
    strict: bool = False
    """Whether entities of other types are left out, and not only put behind."""
    conditions: tuple[Condition, ...] = ()
    limit: int = DEFAULT_CANDIDATES


def read_limit(given: Any, where: str) -> int:
    """How many candidates are wanted, never more than there may be. Raises `BadQuery`."""
    if given is None:
        return DEFAULT_CANDIDATES
    if isinstance(given, bool) or not isinstance(given, int | float) or given < 1:
        raise BadQuery(where, f"{where}: the limit is not a positive number")
    return min(int(given), MOST_CANDIDATES)


def read_values(given: Any, where: str) -> tuple[str, ...]:
    """The values of a condition as texts. Raises `BadQuery`."""
    values = given if isinstance(given, list) else [given]
    return tuple(text for text in (tidied(_text(value, where)) for value in values) if text)


def _text(value: Any, where: str) -> str:
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        return str(value["id"])
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise BadQuery(where, f"{where}: a value is neither a text, a number nor an object with an id")


def read_texts(given: Any, where: str) -> tuple[str, ...]:
    """One text or several. Raises `BadQuery`."""
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, Sequence) or not all(isinstance(text, str) for text in texts):
        raise BadQuery(where, f"{where} is neither a text nor a list of texts")
    return tuple(texts)


def check_count(queries: Sequence[object], most: int, what: str) -> None:
    """Refuse what is too much for one request. Raises `BadQuery`."""
    if len(queries) > most:
        raise BadQuery(what, f"{len(queries)} {what} are asked at once, and {most} is the maximum")
