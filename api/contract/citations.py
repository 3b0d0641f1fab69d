"""The operations on citations."""

from __future__ import annotations

from typing import Any

from api.citations.bodies import CitationRequest
from api.citations.styles import BIBTEX, CSL_JSON
from api.contract import parts
from api.contract.shapes import CITATION, REF
from schema.citations import CITATION_PATTERN

CITE_REFUSALS = (400, 409, 413, 414, 415, 500, 503)
CONFIRM_REFUSALS = (400, 413, 414, 500, 503)
_EXAMPLE: dict[str, Any] = {"query": "/v1/actions?year=2023&entity=%E7%99%BE%E5%BA%A6"}


def _forms() -> dict[str, Any]:
    """The citation as JSON, and as reference managers take it."""
    return {
        **parts.content(CITATION),
        CSL_JSON: {"schema": {"type": "object", "description": "The citation as an item of CSL-JSON."}},
        BIBTEX: {"schema": {"type": "string", "description": "The citation as an entry of BibTeX."}},
    }


def _cite() -> dict[str, Any]:
    answer = {
        "description": "The citation, with its permanent address.",
        "headers": parts.headers(("Cache-Control", "Vary", "X-Revision", "X-Request-Id")) | parts.LIMITS,
        "content": _forms(),
        "links": {
            "get_citation": {"operationId": "get_citation", "parameters": {"token": "$response.body#/data/token"}}
        },
    }
    body = {"schema": {"$ref": REF.format(model=CitationRequest.__name__)}, "example": _EXAMPLE}
    return {
        "operationId": "cite",
        "tags": ["citations"],
        "summary": "Cites a query as of a release",
        "description": "Asks the query of the whole release, not of one page, and answers with a permanent address: it "
        "says what was asked of which release, how many rows came out, and their SHA-256. Nothing is stored. An "
        "address whose end would be longer than 4,096 characters is refused with 413, and where there is no release "
        "yet, any with 409.",
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {"200": answer, **parts.problems(*CITE_REFUSALS)},
    }


def _confirm() -> dict[str, Any]:
    answer = parts.answer("The citation, and whether the same comes out now.", _forms())
    return {
        "operationId": "get_citation",
        "tags": ["citations"],
        "summary": "Confirms a citation",
        "description": "Asks the query of the citation again, of its release, and says whether the same comes out: "
        "what differs stands in `differences`. A token that is damaged is refused with 400.",
        "parameters": [{"$ref": "#/components/parameters/if_none_match"}],
        "responses": {"200": answer, "304": parts.not_modified(), **parts.problems(*CONFIRM_REFUSALS)},
    }


def citation_paths() -> dict[str, Any]:
    """The paths of citations and what can be done there."""
    token = {
        "name": "token",
        "in": "path",
        "required": True,
        "description": "The citation, from `token` of the answer that made it.",
        "schema": {"type": "string", "pattern": CITATION_PATTERN, "format": "citation-token"},
    }
    return {
        "/v1/citations": {"post": _cite()},
        "/v1/citations/{token}": {"get": _confirm(), "parameters": [token]},
    }
