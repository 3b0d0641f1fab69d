"""The addresses of the feeds: /feeds/{actions|figures|corrections}.{atom|json}, with the filters of lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from api.caching import variant
from api.errors import path_of
from api.feeds.entries import Entry, Feed, correction_entry, record_entry
from api.feeds.formats import JSON_FEED, atom, json_feed
from api.params import LIMIT, REVISION_PARAMETERS, Parameters, filters_of
from api.rest.atom import MEDIA_TYPE, TAG
from api.rest.changes import changed_tables
from api.rest.envelope import reader_of
from api.rest.questions import Question, check_codes, read_query
from api.rest.records import PLURALS
from api.web.embeds.oembed import home_of
from api.web.language import Language, texts
from api.web.page import LANG, query_text
from api.web.routing import page_route
from schema.changes import ChangeQuery
from schema.ports import Reader
from schema.records import Cause, RecordKind, Revision

_CORRECTING: frozenset[Cause] = frozenset(("our_correction", "retraction"))
_WRITTEN: Mapping[str, tuple[str, Callable[[Feed, str], bytes]]] = {
    "atom": (MEDIA_TYPE, atom),
    "json": (JSON_FEED, json_feed),
}
_BESIDE: Parameters = {"limit": LIMIT, "lang": LANG}
_CORRECTIONS: Parameters = {**_BESIDE, "table": REVISION_PARAMETERS["table"]}
_FED: Sequence[RecordKind] = ("action", "figure")


async def records(kind: RecordKind, form: str, request: Request) -> Response:
    """The actions or figures that were put on record last, each as it stands now."""
    question = read_query(request.scope["query_string"], {**filters_of(kind), **_BESIDE})
    filter, home, plural = question.filter(kind), home_of(request), PLURALS[kind]

    async def entries(reader: Reader, revision: Revision) -> list[Entry]:
        check_codes(filter, await reader.codebook(revision.number))
        found = await reader.recent(kind, filter, question.limit, revision.number)
        return [record_entry(home, kind, plural, one, _language(question)) for one in found]

    return await _feed(request, question, plural, form, entries)


async def corrections(form: str, request: Request) -> Response:
    """The revisions that set something right or took something back."""
    question, home = read_query(request.scope["query_string"], _CORRECTIONS), home_of(request)

    async def entries(reader: Reader, revision: Revision) -> list[Entry]:
        tables = changed_tables(question)
        query = ChangeQuery(until=revision.number, tables=tables, limit=question.limit, causes=_CORRECTING)
        found = await reader.changed_revisions(query, revision.number + 1)
        return [correction_entry(home, row, query) for row in found[: question.limit]]

    return await _feed(request, question, "corrections", form, entries)


def _language(question: Question) -> Language:
    """Chinese unless another one is asked for: readers of feeds send no preferences of a person."""
    language: Language = question.values.get("lang", "zh")
    return language


async def _feed(
    request: Request,
    question: Question,
    name: str,
    form: str,
    read: Callable[[Reader, Revision], Awaitable[list[Entry]]],
) -> Response:
    reader, home, language = reader_of(request), home_of(request), _language(question)
    revision = await reader.revision()
    media_type, written = _WRITTEN[form]
    shown = variant(request, [*question.pairs, ("home", home)], revision, media_type, pinned=False)
    if (answer := shown.ready(request)) is not None:
        return answer
    entries = await read(reader, revision)
    narrowing = query_text([pair for pair in question.pairs if pair[0] not in _BESIDE])
    made = Feed(
        id=f"{TAG}feed/{name}" + (f"?{narrowing}" if narrowing else ""),
        title=texts(language)[f"feed.{name}"] + (f" ({narrowing})" if narrowing else ""),
        language=language,
        home=_page(home, name, narrowing, language),
        updated=max((one.updated for one in entries), default=revision.committed_at),
        entries=entries,
    )
    asked = query_text(list(question.pairs))
    here = home + path_of(request.scope) + (f"?{asked}" if asked else "")
    # The addresses in it follow from the name that the service was asked by: it is not given to those who use another.
    return shown.respond(request, written(made, here), keep=False)


def _page(home: str, name: str, narrowing: str, language: Language) -> str:
    """The page about the same as a feed; corrections have none of their own."""
    if name == "corrections":
        return f"{home}/?lang={language}"
    return f"{home}/{name}?{narrowing}{'&' if narrowing else ''}lang={language}"


ROUTES: list[BaseRoute] = [
    *(page_route(f"/feeds/{PLURALS[kind]}.{form}", partial(records, kind, form)) for kind in _FED for form in _WRITTEN),
    *(page_route(f"/feeds/corrections.{form}", partial(corrections, form)) for form in _WRITTEN),
]
