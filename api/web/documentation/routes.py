"""The addresses of the documentation."""

from __future__ import annotations

from importlib import resources

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from api.caching import variant_of
from api.errors import NotFound
from api.web.documentation import library, reference
from api.web.page import html_page, open_page
from api.web.routing import page_route


@html_page
async def document(request: Request) -> Response:
    """One document."""
    page = await open_page(request, {})
    name = request.path_params.get("name", library.START)
    found = library.written(name, page.language)
    if found is None:
        raise NotFound(f"there is no document {name[:80]!r}; there are {', '.join(library.names())}")
    return page.render("document_page.html", name=name, written=found, library=library)


@html_page
async def rest(request: Request) -> Response:
    """The reference of the REST interface, with forms to try it."""
    page = await open_page(request, {})
    return page.render("rest.html", name="rest", library=library, tags=reference.by_tag(), about=reference.document())


@html_page
async def try_it(request: Request) -> Response:
    """Leads to the address that a form of the reference asks for."""
    operation = request.path_params["operation"]
    address = reference.address_of(operation, request.query_params.multi_items())
    return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})


async def figure(request: Request) -> Response:
    """The chart in the document on speed."""
    text = resources.files("api.web").joinpath("docs/benchmarks.svg").read_text(encoding="utf-8")
    return variant_of(request, text, "image/svg+xml").respond(request, text.encode())


ROUTES: list[BaseRoute] = [
    page_route("/docs", document),
    page_route("/docs/benchmarks.svg", figure),
    page_route("/docs/rest", rest),
    page_route("/docs/rest/{operation}", try_it),
    page_route("/docs/{name}", document),
]
