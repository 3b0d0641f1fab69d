"""What the charts show: the same groups as `/v1/aggregate`, as rows with a code, a label and a count."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from api.web.explorer.asking import by_id
from api.web.page import Page, query_text
from schema.codes import ListName
from schema.ports import Group
from schema.query import AggregateQuery, Dimension, Filter

ChartName = Literal["actions-by-year", "measures", "categories", "entities", "authorities"]
CHARTS: tuple[ChartName, ...] = get_args(ChartName)
MOST = 10
_DIMENSION: dict[ChartName, Dimension] = {
    "actions-by-year": "year",
    "measures": "measure",
    "categories": "category",
    "entities": "entity",
    "authorities": "authority",
}
_LIST: dict[Dimension, ListName] = {"measure": "measures", "category": "categories", "authority": "authorities"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar of a chart."""

    code: str | None
    """A year, a code or an id; None where the record has none."""
    label: str
    count: int | None
    """None is a gap, not nothing: no announcement of that year is on record."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The data of a chart."""

    name: ChartName
    dimension: Dimension
    marks: Sequence[Mark]
    source: str
    """Where the same groups come from: a path with its query."""


async def chart_of(page: Page, name: ChartName, filter: Filter) -> Chart:
    """The data of a chart of the actions that match."""
    dimension = _DIMENSION[name]
    limit = 200 if dimension == "year" else MOST
    query = AggregateQuery(group_by=(dimension,), filter=filter, revision=page.revision.number, limit=limit)
    groups = (await page.reader.aggregate(query)).groups
    marks = _years(page, groups) if dimension == "year" else await _coded(page, dimension, groups)
    asked = [pair for pair in page.asked if pair[0] not in ("theme", "width")]
    source = f"/v1/aggregate?{query_text([('group_by', dimension), *asked, ('limit', str(limit))])}"
    return Chart(name, dimension, marks, source)


def _years(page: Page, groups: Sequence[Group]) -> list[Mark]:
    """Year after year: one without a count stays a gap."""
    counts = {group.year: group.count for group in groups}
    known = [year for year in counts if year is not None]
    years = range(min(known), max(known) + 1) if known else ()
    marks = [Mark(str(year), str(year), counts.get(year)) for year in years]
    return marks + ([Mark(None, page.text("undated"), counts[None])] if None in counts else [])


async def _coded(page: Page, dimension: Dimension, groups: Sequence[Group]) -> list[Mark]:
    codes = [(getattr(group, dimension), group.count) for group in groups]
    if dimension == "entity":
        found = await by_id(page, "entity", [code for code, _ in codes if code])
        labels = {code: entity["name"] for code, entity in found.items()}
    else:
        labels = {code: page.label(_LIST[dimension], code) for code, _ in codes if code}
    unknown = page.text("chart.unknown")
    return [Mark(code, labels.get(code, code) if code else unknown, count) for code, count in codes]


def as_csv(chart: Chart) -> bytes:
    """The data as CSV: code, label, count. A gap has an empty count."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((chart.dimension, "label", "count"))
    writer.writerows((mark.code or "", mark.label, "" if mark.count is None else mark.count) for mark in chart.marks)
    return text.getvalue().encode()
