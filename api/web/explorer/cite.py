"""The page that makes a citation of a query, for readers without a program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.citations.bodies import read_request
from api.citations.citing import Citing, NothingReleased
from api.citations.styles import line_of, reference_of
from api.params import AS_OF, Parameter
from api.rest.envelope import address
from api.web.page import html_page, open_page
from schema.citations import TooLongToCite, encode_citation
from schema.references import bibtex, csl_json

_QUERY = Parameter("query", "once", "What is cited: an address from `/v1` on.", {"type": "string"}, str, required=True)


def cite_page(citing: Citing) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint that makes citations."""

    @html_page
    async def cite(request: Request) -> Response:
        page = await open_page(request, {"query": _QUERY, "as_of": AS_OF})
        asked = read_request({"query": page.data_url(page.question.values["query"])})
        try:
            outcome = await citing.cite(page.reader, asked.query, asked.release, ())
            token = encode_citation(outcome.citation)
        except TooLongToCite as error:
            raise HTTPException(413, str(error)) from None
        except NothingReleased as error:
            raise HTTPException(409, str(error)) from None
        released = outcome.release.committed_at.date() if outcome.release else None
        permanent = address(request, f"/v1/citations/{token}")
        reference = reference_of(outcome.citation, permanent, released)
        return page.render(
            "cite.html",
            outcome=outcome,
            permanent=permanent,
            line=line_of(reference),
            bibtex=bibtex(reference),
            csl=csl_json(reference),
        )

    return cite
