"""Citable queries: a permanent address for what was asked of a release and what came out, with nothing stored."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.caching import variant
from api.citations.absence import absence_of
from api.citations.bodies import CitationAnswer, Found, read_request
from api.citations.citing import Citing, NothingReleased, Outcome, released
from api.citations.styles import BIBTEX, CSL_JSON, line_of, reference_of
from api.media_types import Media, choose_media, is_json
from api.params import Parameters
from api.rest.envelope import address, meta, reader_of
from api.rest.questions import read_query
from schema.citations import BadToken, TooLongToCite, decode_citation, encode_citation
from schema.query import BadQuery
from schema.references import Reference, bibtex, csl_item

PATH = "/v1/citations"
JSON = "application/json"
_NO_PARAMETERS: Parameters = {}
_OFFERED = (Media(JSON, fallback=2), Media(CSL_JSON, fallback=1), Media(BIBTEX, fallback=0))
_TYPES = {BIBTEX: f"{BIBTEX}; charset=utf-8"}
_VARY = "Accept, Accept-Encoding"


def citation_routes(citing: Citing) -> list[BaseRoute]:
    """The addresses of citations."""

    async def cite(request: Request) -> Response:
        """Ask a query of a release and give the citation of it. Nothing is written."""
        read_query(request.scope["query_string"], _NO_PARAMETERS)
        asked = read_request(await _body(request))
        try:
            outcome = await citing.cite(reader_of(request), asked.query, asked.release, _origins(request))
            token = encode_citation(outcome.citation)
        except TooLongToCite as error:
            raise HTTPException(413, str(error)) from None
        except NothingReleased as error:
            raise HTTPException(409, str(error)) from None
        media = _media(request)
        headers = {"Cache-Control": "no-store", "Vary": "Accept", "X-Revision": str(outcome.revision.number)}
        body = _written(request, token, outcome, media)
        return Response(body, headers=headers, media_type=_TYPES.get(media, media))

    async def confirm(request: Request) -> Response:
        """Ask the query of a citation again, and say whether the same comes out."""
        question = read_query(request.scope["query_string"], _NO_PARAMETERS)
        token: str = request.path_params["token"]
        try:
            citation = decode_citation(token)
        except BadToken as error:
            raise BadQuery("token", str(error)) from None
        reader, media = reader_of(request), _media(request)
        _, revision = await released(reader, citation.release)
        shown = variant(request, question.pairs, revision, _TYPES.get(media, media), pinned=False, vary=_VARY)
        if shown.known_to(request):
            return shown.not_modified()
        body = _written(request, token, await citing.confirm(reader, citation), media)
        # Not kept: whoever asks is to hear what the store says now.
        return shown.respond(request, body, keep=False)

    return [
        Route(PATH, cite, methods=["POST"], name="cite"),
        Route(f"{PATH}/{{token}}", confirm, name="get_citation"),
    ]


def _media(request: Request) -> str:
    """The form of the answer: JSON unless the client prefers another."""
    return choose_media(request.headers.getlist("accept"), _OFFERED) or JSON


def _origins(request: Request) -> Sequence[str]:
    """How our addresses begin: as they are published, and as this request came."""
    host = request.headers.get("host", "")
    return (request.app.state.settings.public_url, *([f"http://{host}", f"https://{host}"] if host else []))


async def _body(request: Request) -> object:
    """The body, which is to be JSON. One that is too long was refused before."""
    if not is_json(request.headers.get("content-type", "")):
        raise HTTPException(415, "the body is application/json in UTF-8")
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise BadQuery("body", "the body is not JSON in UTF-8") from None
    except ClientDisconnect:
        raise BadQuery("body", "the body broke off") from None


def _written(request: Request, token: str, outcome: Outcome, media: str) -> bytes:
    """The answer in the form asked for."""
    release = outcome.release
    url = address(request, f"{PATH}/{token}")
    reference = reference_of(outcome.citation, url, release.committed_at.date() if release else None)
    if media == BIBTEX:
        return bibtex(reference).encode()
    if media == CSL_JSON:
        return orjson.dumps(csl_item(reference))
    about = meta(outcome.revision.number, release.name if release else None)
    return b'{"data":' + to_json(_answer(request, token, outcome, reference)) + b',"meta":' + orjson.dumps(about) + b"}"


def _answer(request: Request, token: str, outcome: Outcome, reference: Reference) -> CitationAnswer:
    citation, release, found, asked = outcome.citation, outcome.release, outcome.found, outcome.asked
    return CitationAnswer(
        token=token,
        address=reference.url or "",
        release=citation.release,
        revision=release.revision if release else None,
        committed_at=release.committed_at if release else None,
        query=citation.query,
        source=address(request, asked.source(citation.release)) if asked else None,
        rows=citation.rows,
        sha256=citation.sha256,
        confirmed=found is not None and not outcome.differences,
        found=Found(rows=found.rows, sha256=found.sha256) if found else None,
        differences=list(outcome.differences),
        text=line_of(reference),
        bibtex=bibtex(reference),
        csl=csl_item(reference),
        absence=absence_of(citation.release, outcome.coverage) if outcome.coverage else None,
        coverage=outcome.coverage,
    )
