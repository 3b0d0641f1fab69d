"""What the pages ask of the store: the same questions as REST, through the same reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from api.web.page import Page
from schema.ports import Group
from schema.query import AggregateQuery, Dimension, Filter, Key, Measurable, PageQuery
from schema.records import RecordKind

Body = dict[str, Any]
"""A record as REST gives it."""


@dataclass(frozen=True, slots=True)
class Some:
    """Some records of a list, and how many it has."""

    records: Sequence[Body]
    total: int
    last: Key | None
    """The place of the last one, where more follow."""


async def some(page: Page, kind: RecordKind, filter: Filter, limit: int, after: Key | None = None) -> Some:
    """The newest records that match."""
    revision = page.revision.number
    total = await page.reader.total(kind, filter, revision)
    query = PageQuery(kind=kind, filter=filter, revision=revision, limit=limit, after=after)
    found = await page.reader.page(query)
    last = found.rows[-1].key if found.more and found.rows else None
    return Some([orjson.loads(row.body) for row in found.rows], total, last)


async def counted(
    page: Page, dimension: Dimension, filter: Filter, limit: int = 10, of: Measurable = "action"
) -> Sequence[Group]:
    """The largest groups of the records that match."""
    query = AggregateQuery(of=of, group_by=(dimension,), filter=filter, revision=page.revision.number, limit=limit)
    return (await page.reader.aggregate(query)).groups


async def by_id(page: Page, kind: RecordKind, ids: Sequence[str]) -> dict[str, Body]:
    """Records by their ids, those that are there."""
    found = await page.reader.get(kind, list(dict.fromkeys(ids)), page.revision.number)
    return {key: orjson.loads(row.body) for key, row in found.items()}
