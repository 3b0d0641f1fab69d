"""How values are read: the rules of this build, with what each has been found to be worth."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.caching import variant
from api.rest.envelope import Listing, reader_of
from api.rest.questions import read_query, settle
from schema.rules import extraction_rules


async def list_extraction_rules(request: Request) -> Response:
    """All rules, in their order. They belong to the build: no revision has others."""
    question = read_query(request.scope["query_string"], {})
    revision, _ = await settle(reader_of(request), question)
    shown = variant(request, question.pairs, revision, pinned=False)
    if (answer := shown.ready(request)) is not None:
        return answer
    rules = extraction_rules()
    bodies = (rule.model_dump_json().encode() for rule in rules)
    return Listing(bodies, len(rules)).respond(request, question, shown)


ROUTES = [Route("/v1/extraction/rules", list_extraction_rules)]
