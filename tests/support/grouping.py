"""Counts by group, said once more over the records themselves."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from schema.query import Measurable


def _values(of: Measurable, record: Mapping[str, Any], dimension: str) -> set[Any]:
    """What a record has in a dimension; that of a year says whether there is more than one."""
    if dimension == "entity":
        return {one["entity"] for one in record["entities"]} or {None}
    if dimension == "measure" and of == "figure":
        return {record["measure"]}
    if dimension != "year":
        plural = {"category": "categories", "measure": "measures", "authority": "authorities"}[dimension]
        return set(record[plural]) or {None}
    if of == "action":
        return {(int(record["acted_on"][:4]) if record["acted_on"] else None, False)}
    if record["period"] is None:
        return {(None, False)}
    first, last = (int(record["period"][end][:4]) for end in ("start", "end"))
    return {(last, False) if first == last else (None, True)}


def grouped(of: Measurable, records: Sequence[Mapping[str, Any]], dimensions: Sequence[str]) -> Counter[Any]:
    """How many records each group has: one for every value that a record has in each dimension."""
    return Counter(
        group
        for record in records
        for group in itertools.product(*(sorted(_values(of, record, one), key=str) for one in dimensions))
    )
