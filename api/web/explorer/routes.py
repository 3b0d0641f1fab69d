"""The addresses of the pages about the record."""

from __future__ import annotations

from functools import partial

from starlette.routing import BaseRoute

from api.citations.citing import Citing
from api.rest.records import PLURALS
from api.web.explorer import codes, home, listing, records
from api.web.explorer.cite import cite_page
from api.web.routing import page_route


def explorer_routes(citing: Citing) -> list[BaseRoute]:
    """The pages about the record, and the one that cites."""
    return [*_ROUTES, page_route("/cite", cite_page(citing))]


_ROUTES: list[BaseRoute] = [
    page_route("/", home.home),
    page_route("/search", listing.search),
    *(page_route(f"/{plural}", partial(listing.records, kind)) for kind, plural in PLURALS.items()),
    *(page_route(f"/{plural}/{{id}}", records.PAGES[kind]) for kind, plural in PLURALS.items()),
    page_route("/vocabularies", codes.vocabularies),
    page_route("/vocabularies/{list}", codes.vocabulary),
    page_route("/vocabularies/{list}/{code}", codes.code),
]
