"""Lists of records with the filters that narrow them, and the search over all of them."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from api.params import AS_OF, CURSOR, filters_of
from api.rest.questions import check_codes, key_of, read_query
from api.rest.records import PLURALS
from api.web.explorer.asking import some
from api.web.page import LANG, Page, html_page, open_page, query_text
from schema.codes import ListName
from schema.pages import list_fingerprint
from schema.points import encode_cursor
from schema.query import CODE_FILTERS, FILTERS_OF, Filter
from schema.records import RecordKind

_ON_A_PAGE = 25
_OF_EACH = 8
_SEARCHED: tuple[RecordKind, ...] = ("entity", "action", "figure", "document")
_CHOSEN = ("measure", "category", "authority", "subject_kind", "campaign")
"""The code filters that a form offers; an address may hold them all."""


@html_page
async def records(kind: RecordKind, request: Request) -> Response:
    """One page of a list."""
    parameters = {**filters_of(kind), "as_of": AS_OF, "cursor": CURSOR}
    # A form sends the fields that were left empty, too: they ask for nothing.
    request.scope["query_string"] = _without_empty(request.scope["query_string"])
    asked = read_query(request.scope["query_string"], {**parameters, "lang": LANG})
    filter = asked.filter(kind)
    fingerprint = list_fingerprint(kind, filter)
    page = await open_page(request, parameters, fingerprint)
    if (answer := page.shown.ready(request)) is not None:
        return answer
    check_codes(filter, page.book)
    found = await some(page, kind, filter, _ON_A_PAGE, key_of(kind, page.place))
    pairs = [pair for pair in page.asked if pair[0] != "cursor"]
    following = None
    if found.last is not None:
        cursor = encode_cursor(page.revision.number, fingerprint, found.last)
        following = f"{page.path}?{query_text([*pairs, ('cursor', cursor), ('lang', page.language)])}"
    return page.render(
        "records.html",
        kind=kind,
        plural=PLURALS[kind],
        found=found,
        following=following,
        pairs=pairs,
        data=query_text(pairs),
        feed=query_text([*(pair for pair in pairs if pair[0] != "as_of"), ("lang", page.language)]),
        form=[(name, CODE_FILTERS[name]) for name in _CHOSEN if name in FILTERS_OF[kind]],
        chosen=dict(pairs),
        years=range(page.revision.committed_at.year, 2008, -1),
        codes=partial(_codes, page),
    )


def _without_empty(query: bytes) -> bytes:
    return b"&".join(pair for pair in query.split(b"&") if not pair.endswith(b"="))


def _codes(page: Page, list_name: ListName) -> list[tuple[str, str]]:
    """The codes of a list that are in use, by label."""
    items = [item for item in page.book.items(list_name) if item.replaced_by is None]
    return sorted(((item.code, page.label(list_name, item.code)) for item in items), key=lambda pair: pair[1])


@html_page
async def search(request: Request) -> Response:
    """What holds some words, of each kind of record."""
    request.scope["query_string"] = _without_empty(request.scope["query_string"])
    page = await open_page(request, {"search": filters_of("action")["search"], "as_of": AS_OF})
    if (answer := page.shown.ready(request)) is not None:
        return answer
    words = page.question.values.get("search", ())
    filter = Filter(search=words)
    found = {kind: await some(page, kind, filter, _OF_EACH) for kind in _SEARCHED} if words else {}
    return page.render("search.html", words=words, found=found, plurals=PLURALS)
