"""The code lists, and one code with what is recorded of it."""

from __future__ import annotations

from typing import get_args

from starlette.requests import Request
from starlette.responses import Response

from api.errors import NotFound
from api.params import AS_OF
from api.web.explorer.asking import by_id, counted, some
from api.web.page import html_page, open_page
from schema.codes import LIST_NAMES, CodeItem, ListName, list_title
from schema.query import CODE_FILTERS, FILTERS_OF, Dimension, Filter

_BESIDE = 15
FILTER_OF: dict[ListName, str] = {list_name: name for name, list_name in CODE_FILTERS.items()}
_DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)


def _list_name(request: Request) -> ListName:
    given = request.path_params["list"]
    for name in LIST_NAMES:
        if name == given:
            return name
    raise NotFound(f"there is no code list {given[:80]!r}")


@html_page
async def vocabularies(request: Request) -> Response:
    """All code lists."""
    page = await open_page(request, {"as_of": AS_OF})
    which = 0 if page.language == "zh" else 1
    lists = [(name, list_title(name)[which], len(page.book.items(name))) for name in LIST_NAMES]
    return page.render("vocabularies.html", lists=lists)


@html_page
async def vocabulary(request: Request) -> Response:
    """The codes of one list."""
    page = await open_page(request, {"as_of": AS_OF})
    name = _list_name(request)
    items = page.book.items(name)
    below: dict[str | None, list[CodeItem]] = {}
    known = {item.code for item in items}
    for item in items:
        below.setdefault(item.parent if item.parent in known else None, []).append(item)
    return page.render("vocabulary.html", name=name, title=list_title(name)[page.language == "en"], below=below)


@html_page
async def code(request: Request) -> Response:
    """One code: what it means, how often it is recorded, and of whom."""
    page = await open_page(request, {"as_of": AS_OF})
    if (answer := page.shown.ready(request)) is not None:
        return answer
    name = _list_name(request)
    given = request.path_params["code"]
    if not page.book.has(name, given):
        raise NotFound(f"the list {name} has no code {given[:80]!r}")
    item = page.book.item(name, given)
    filtered = FILTER_OF[name]
    mine = Filter().having(filtered, ((given,),))
    named = await counted(page, "entity", mine)
    entities = await by_id(page, "entity", [group.entity for group in named if group.entity])
    return page.render(
        "code.html",
        name=name,
        title=list_title(name)[page.language == "en"],
        item=item,
        below=[one for one in page.book.items(name) if one.parent == given],
        filtered=filtered,
        years=await counted(page, "year", mine, 50),
        named=[(entities[group.entity], group.count) for group in named if group.entity in entities],
        actions=await some(page, "action", mine, _BESIDE),
        figures=await some(page, "figure", mine, _BESIDE) if filtered in FILTERS_OF["figure"] else None,
    )
