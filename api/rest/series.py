"""Series of figures, what is said of them, comparisons, sums, and how figures overlap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.caching import variant
from api.errors import NotFound
from api.params import COMPARE_PARAMETERS, DETAIL_PARAMETERS, SUM_PARAMETERS, Parameters
from api.rest.envelope import Listing, reader_of, respond_detail
from api.rest.questions import Question, read_query, settle
from schema.annotations import ANNOTATION_KINDS, AnnotationKind
from schema.asking import compare_series, figure_links, series_detail, sum_series
from schema.codes import CodeBook
from schema.ports import Reader
from schema.query import BadQuery

_Answer = Callable[[Reader, Question, CodeBook, int], Any]


async def list_annotations(kind: AnnotationKind, request: Request) -> Response:
    """All annotations of a kind: there are few."""
    reader = reader_of(request)
    question = read_query(request.scope["query_string"], DETAIL_PARAMETERS)
    revision, _ = await settle(reader, question)
    shown = variant(request, question.pairs, revision, pinned=question.pinned)
    if (answer := shown.ready(request)) is not None:
        return answer
    items = (await reader.codebook(revision.number)).annotations.all(kind)
    return Listing(map(_json, items), len(items)).respond(request, question, shown)


async def get_annotation(kind: AnnotationKind, request: Request) -> Response:
    """One annotation by its id; of a series, all that belongs to it."""

    async def made(reader: Reader, _: Question, book: CodeBook, revision: int) -> BaseModel:
        wanted = request.path_params["id"]
        found = book.annotations.one(kind, wanted)
        if found is None:
            raise NotFound(f"there is no {wanted[:100]!r} among the {kind} at revision r{revision}")
        return await series_detail(reader, wanted, book, revision) if kind == "series" else found

    return await _answered(request, DETAIL_PARAMETERS, made)


async def compare(request: Request) -> Response:
    """Figures of one series in several periods, and what became of them."""

    async def made(reader: Reader, question: Question, book: CodeBook, revision: int) -> BaseModel:
        asked: Sequence[str] = question.values["series"]
        if len(set(asked)) > 1:
            raise BadQuery("series", "one series is compared at a time: series are not like for like")
        force = question.values.get("force", False)
        return await compare_series(reader, asked[0], question.values["periods"], book, revision, force=force)

    return await _answered(request, COMPARE_PARAMETERS, made)


async def sum_figures(request: Request) -> Response:
    """The sum of the figures of some series in some periods, unless they overlap."""

    async def made(reader: Reader, question: Question, book: CodeBook, revision: int) -> BaseModel:
        return await sum_series(reader, question.values["series"], question.values["periods"], book, revision)

    return await _answered(request, SUM_PARAMETERS, made)


async def get_figure_links(request: Request) -> Response:
    """How one figure overlaps with others."""

    async def made(reader: Reader, _: Question, book: CodeBook, revision: int) -> BaseModel:
        wanted = request.path_params["id"]
        found = await figure_links(reader, wanted, book, revision)
        if found is None:
            raise NotFound(f"there is no figure {wanted[:100]!r} at revision r{revision}")
        return found

    return await _answered(request, DETAIL_PARAMETERS, made)


async def _answered(request: Request, parameters: Parameters, make: Any) -> Response:
    """What is made of a question, as one answer."""
    reader = reader_of(request)
    question = read_query(request.scope["query_string"], parameters)
    revision, _ = await settle(reader, question)
    shown = variant(request, question.pairs, revision, pinned=question.pinned)
    if (answer := shown.ready(request)) is not None:
        return answer
    made: BaseModel = await make(reader, question, await reader.codebook(revision.number), revision.number)
    return respond_detail(request, _json(made), shown)


def _json(one: BaseModel) -> bytes:
    return one.model_dump_json().encode()


ROUTES = [
    Route("/v1/compare", compare, name="compare"),
    Route("/v1/sum", sum_figures, name="sum"),
    Route("/v1/figures/{id}/links", get_figure_links, name="get_figure_links"),
    *(
        route
        for kind in ANNOTATION_KINDS
        for route in (
            Route(f"/v1/{kind}", partial(list_annotations, kind), name=f"list_{kind}"),
            Route(f"/v1/{kind}/{{id}}", partial(get_annotation, kind), name=f"get_{kind}"),
        )
    ),
]
