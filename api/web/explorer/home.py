"""The first page: what the record holds, how fresh it is, and what came last."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.params import AS_OF
from api.web.explorer.asking import by_id, counted, some
from api.web.page import html_page, open_page
from schema.query import Filter
from schema.records import RecordKind

_FEATURED = ("cac_talks", "cac_fines", "cac_closures", "cac_app_removals")
"""The series that the first page shows, where they are on record: what the national office reports on itself."""
_NEWEST = 6
_NAMED = 15
_COUNTED: tuple[tuple[str, RecordKind], ...] = (
    ("actions", "action"), ("figures", "figure"), ("entities", "entity"), ("documents", "document"),
)  # fmt: skip


@html_page
async def home(request: Request) -> Response:
    """What the record holds."""
    page = await open_page(request, {"as_of": AS_OF})
    number = page.revision.number
    series = page.book.annotations.series
    totals = {plural: await page.reader.total(kind, Filter(), number) for plural, kind in _COUNTED}
    named = await counted(page, "entity", Filter(), _NAMED)
    entities = await by_id(page, "entity", [group.entity for group in named if group.entity])
    return page.render(
        "home.html",
        totals=totals,
        featured=[series[name] for name in _FEATURED if name in series] or list(series.values())[:1],
        series=list(series.values()),
        coverage=await page.reader.coverage(None, (), number),
        newest=(await some(page, "action", Filter(), _NEWEST)).records,
        named=[(entities[group.entity], group.count) for group in named if group.entity in entities],
    )
