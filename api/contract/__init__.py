"""The contract: the OpenAPI document, made from the models, the parameters and the operations."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.caching import variant_of
from api.contract.operations import paths
from api.contract.parts import limit_headers, parameters, problem_responses
from api.contract.shapes import component_schemas

VERSION = "1.5.0"
_DESCRIPTION = """\
Normalised, evidenced, versioned records of what Chinese internet regulators announce.

Filters: within a parameter a comma means *or*; a repeated parameter means *and*. In names of entities a comma is
written `\\,` and a backslash `\\\\`. What is unknown is refused, never ignored.

Every answer is of one revision of the record. `as_of` asks for an older one; a cursor keeps to the one of its
first page. In CSV, the values of a list are joined by `|`, and a cell that begins with `=`, `+`, `-`, `@`, a tab or a
carriage return has an apostrophe before it.

An export that breaks off has no end: the connection is closed without one. Methods other than GET, HEAD and OPTIONS
are answered with 405, but for POST to `/v1/citations`, which writes nothing. Errors are problem details (RFC 9457).

So many requests may come from an address, or with a key, as `RateLimit-Policy` says; `RateLimit` tells what is left.
"""
_KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key that allows more requests, from whoever runs the service. Nothing needs one.",
}
_TAGS = {
    "actions": "What regulators did, to whom, for what.",
    "figures": "Official counts.",
    "entities": "Platforms, websites, apps, accounts and their names.",
    "documents": "The announcements.",
    "aggregate": "Counts by group.",
    "series": "Series of figures, how they compare, contradict and overlap, and what they lack.",
    "vocabularies": "The code lists, in Chinese and English.",
    "extraction": "How values are read, and how sure that is.",
    "changes": "What changed, revision by revision and between any two.",
    "exports": "Whole result sets as files.",
    "citations": "Permanent addresses of what was asked of a release and what came out.",
    "releases": "Named revisions and their files, which never change.",
    "service": "The service itself.",
}


@cache
def openapi_document(public_url: str = "") -> dict[str, Any]:
    """The OpenAPI 3.1 document of the service at an address."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Cunzhao 存照", "version": VERSION, "description": _DESCRIPTION},
        "servers": [{"url": public_url or "/"}],
        "security": [{}, {"key": []}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths(),
        "components": {
            "schemas": component_schemas(),
            "parameters": parameters(),
            "headers": limit_headers(),
            "responses": problem_responses(),
            "securitySchemes": {"key": _KEY},
        },
    }


@cache
def openapi_text(public_url: str = "") -> str:
    """The document as it is served and committed: sorted and indented, so that changes show."""
    return json.dumps(openapi_document(public_url), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_contract(folder: Path) -> None:
    """Write the OpenAPI document, the GraphQL schema, and what of them clients may rely on into a folder.

    A promise that is broken stays on that last list until `CHANGES.md` in the folder announces it.
    """
    from api.contract.surface import agreed, announced, surface
    from schema.graphql import sdl

    (folder / "openapi.json").write_text(openapi_text(), encoding="utf-8")
    (folder / "schema.graphql").write_text(sdl(), encoding="utf-8")
    promises, changes = folder / "surface.txt", folder / "CHANGES.md"
    now = surface(openapi_document(), sdl())
    before = promises.read_text(encoding="utf-8").splitlines() if promises.exists() else now
    quoted = announced(changes.read_text(encoding="utf-8"), VERSION) if changes.exists() else set()
    promises.write_text("".join(f"{line}\n" for line in agreed(before, now, quoted)), encoding="utf-8")


async def serve_contract(request: Request) -> Response:
    """The document itself."""
    text = openapi_text(request.app.state.settings.public_url)
    shown = variant_of(request, text, "application/json")
    return shown.not_modified() if shown.known_to(request) else shown.respond(request, text.encode())


ROUTES = [Route("/openapi.json", serve_contract, name="contract")]
