"""The shapes answers have: lists and details, spliced from records that are JSON already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.caching import Variant
from api.errors import path_of
from api.rest.questions import Question
from schema.highlights import Highlight
from schema.ports import Reader
from schema.series import FigureContext


def reader_of(request: Request) -> Reader:
    """The store that answers."""
    reader: Reader = request.app.state.reader
    return reader


def meta(revision: int | None, release: str | None = None) -> dict[str, Any]:
    """What is said about every answer: the revision it is of, and the release that this is, if it is one."""
    return {"revision": revision, "release": release, "errata": []}


def address(request: Request, path: str) -> str:
    """A path of ours as a link: absolute when the public address is known."""
    public_url: str = request.app.state.settings.public_url
    return public_url + path


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list."""

    items: Iterable[bytes]
    total: int
    cursor: str | None = None
    highlights: Mapping[str, Sequence[Highlight]] | None = None
    """By the id of each item, where it holds what was searched for; None where nobody asked."""
    context: Mapping[str, FigureContext] | None = None
    """By the id of a figure, what is said about it."""

    def respond(self, request: Request, question: Question, variant: Variant) -> Response:
        """The page as an answer, with the link to the next one."""
        headers, link = {}, None
        if self.cursor is not None:
            link = address(request, f"{path_of(request.scope)}?{question.with_cursor(self.cursor)}")
            headers["Link"] = f'<{link}>; rel="next"'
        parts = (
            b'{"data":[',
            b",".join(self.items),
            b'],"total":',
            orjson.dumps({"value": self.total, "relation": "eq"}),
            *self._highlighted(),
            *in_context(self.context),
            b',"next":',
            orjson.dumps(link),
            b',"meta":',
            orjson.dumps(meta(variant.revision, variant.release)),
            b"}",
        )
        return variant.respond(request, b"".join(parts), headers)

    def _highlighted(self) -> tuple[bytes, ...]:
        if self.highlights is None:
            return ()
        found = {key: [place.model_dump() for place in places] for key, places in self.highlights.items()}
        return b',"highlights":', orjson.dumps(found)


def in_context(context: Mapping[str, FigureContext] | FigureContext | None) -> tuple[bytes, ...]:
    """What is said about the figures of an answer; nothing where nothing is."""
    if not context:
        return ()
    if isinstance(context, FigureContext):
        return b',"context":', context.model_dump_json().encode()
    said = b",".join(b'"%b":%b' % (key.encode(), one.model_dump_json().encode()) for key, one in context.items())
    return b',"context":{', said, b"}"


def respond_detail(
    request: Request, body: bytes, variant: Variant, *, keep: bool = True, context: FigureContext | None = None
) -> Response:
    """One record as an answer. `keep` as in `Variant.respond`."""
    parts = (
        b'{"data":',
        body,
        *in_context(context),
        b',"meta":',
        orjson.dumps(meta(variant.revision, variant.release)),
        b"}",
    )
    return variant.respond(request, b"".join(parts), keep=keep)
