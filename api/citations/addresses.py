"""Addresses of ours that can be cited: lists, exports, single records, counts by group, code lists, changes."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterable
from functools import partial
from typing import NamedTuple
from urllib.parse import unquote

import orjson

from api.citations.asked import Asked, asked_at
from api.citations.changed import DELTA_PATTERN, cited_changes, cited_delta
from api.params import (
    AGGREGATE_PARAMETERS,
    CHANGE_PARAMETERS,
    DETAIL_PARAMETERS,
    Parameters,
    export_parameters,
    list_parameters,
    vocabulary_parameters,
)
from api.rest.aggregates import group_body
from api.rest.questions import Question, check_codes, read_query, written
from api.rest.records import PLURALS
from api.rest.vocabularies import sizes_of
from db.export.files import MEDIA_TYPES
from schema.codes import LIST_NAMES, ListName, UnknownCode
from schema.ids import ID_PATTERNS
from schema.ports import Reader
from schema.query import DIMENSIONS, MAX_LIMIT, AggregateQuery, BadQuery, Dimension, Measurable
from schema.records import RecordKind, Revision

CITABLE_PATTERN = r"^(https?://[^\s/?#]+)?/[^\s#]+$"
"""A path, or a whole address, without a fragment."""
_CITABLE = re.compile(CITABLE_PATTERN)
_WHAT = (
    "a list, an export, a single record, /v1/aggregate, /v1/vocabularies and its code lists, /v1/changes, and a delta "
    "(/v1/releases/{a}...{b}.ndjson) between releases or revisions that are named"
)


def read_address(address: str, origins: Iterable[str]) -> Asked:
    """What an address of ours asks. `origins` are the beginnings of ours, without a slash at the end.

    Raises `BadQuery` for one that is not ours, that cannot be cited, or whose parameters make no sense.
    """
    if not _CITABLE.fullmatch(address):
        raise BadQuery("query", "an address has a path, perhaps a query, and neither spaces nor a fragment")
    ours = next((each for each in origins if each and address.startswith(f"{each}/")), "")
    path, _, query = address.removeprefix(ours).partition("?")
    if not path.startswith("/"):
        raise BadQuery("query", f"{address[:80]!r} is not an address of this service")
    for pattern, citable in _CITABLES:
        if match := pattern.fullmatch(unquote(path, errors="replace")):
            return citable.read(read_query(query.encode(), citable.parameters), **match.groupdict())
    raise BadQuery("query", f"{path[:80]!r} cannot be cited; what can is {_WHAT}")


def _records(kind: RecordKind, question: Question) -> Asked:
    """All records of a list, as its export in NDJSON has them: pages and formats of it are the same result."""
    filter = question.filter(kind)

    async def lines(reader: Reader, revision: Revision) -> AsyncGenerator[bytes, None]:
        check_codes(filter, await reader.codebook(revision.number))
        async for chunk in reader.stream(kind, filter, revision.number):
            yield chunk

    plural = PLURALS[kind]
    export = f"/v1/exports/{plural}.ndjson"
    return asked_at(question.as_of, f"/v1/{plural}", written(kind, filter), lines, at=export, filter=filter)


def _record(kind: RecordKind, question: Question, record_id: str) -> Asked:
    """One record, or none."""

    async def lines(reader: Reader, revision: Revision) -> AsyncGenerator[bytes, None]:
        for row in (await reader.get(kind, [record_id], revision.number)).values():
            yield row.body + b"\n"

    return asked_at(question.as_of, f"/v1/{PLURALS[kind]}/{record_id}", (), lines)


def _groups(question: Question) -> Asked:
    """All groups of an aggregate."""
    of: Measurable = question.values.get("of", "action")
    asked: tuple[Dimension, ...] = question.values["group_by"]
    group_by = tuple(dimension for dimension in DIMENSIONS if dimension in asked)
    filter = question.filter(of)
    AggregateQuery(of=of, group_by=group_by, filter=filter, revision=1)  # refuses what cannot be counted

    async def lines(reader: Reader, revision: Revision) -> AsyncGenerator[bytes, None]:
        check_codes(filter, await reader.codebook(revision.number))
        query = AggregateQuery(of=of, group_by=group_by, filter=filter, revision=revision.number)
        async for groups in reader.groups(query):
            yield b"".join(group_body(group, group_by) + b"\n" for group in groups)

    pairs = [*written(of, filter), ("group_by", ",".join(group_by)), *([("of", of)] if of != "action" else [])]
    return asked_at(question.as_of, "/v1/aggregate", pairs, lines, source=[("limit", str(MAX_LIMIT))], filter=filter)


def _code_lists(question: Question) -> Asked:
    """The code lists, with the number of their items."""

    async def lines(reader: Reader, revision: Revision) -> AsyncGenerator[bytes, None]:
        book = await reader.codebook(revision.number)
        yield b"".join(orjson.dumps(each) + b"\n" for each in sizes_of(book))

    return asked_at(question.as_of, "/v1/vocabularies", (), lines)


def _codes(list_name: ListName, question: Question) -> Asked:
    """The codes of a list, all or some, in the order of the list."""
    wanted: tuple[str, ...] = question.values.get("code", ())

    async def lines(reader: Reader, revision: Revision) -> AsyncGenerator[bytes, None]:
        book = await reader.codebook(revision.number)
        for code in wanted:
            if not book.has(list_name, code):
                raise BadQuery("code", str(UnknownCode(list_name, code)))
        items = [item for item in book.items(list_name) if not wanted or item.code in wanted]
        yield b"".join(item.model_dump_json().encode() + b"\n" for item in items)

    pairs = [("code", ",".join(sorted(set(wanted))))] if wanted else []
    return asked_at(question.as_of, f"/v1/vocabularies/{list_name}", pairs, lines)


class _Citable(NamedTuple):
    """A kind of address that can be cited."""

    parameters: Parameters
    read: Callable[..., Asked]


def _citables() -> Iterable[tuple[str, _Citable]]:
    for kind, plural in PLURALS.items():
        yield f"/v1/{plural}", _Citable(list_parameters(kind), partial(_records, kind))
        inner = ID_PATTERNS[kind].removeprefix("^").removesuffix("$")
        yield f"/v1/{plural}/(?P<record_id>{inner})", _Citable(DETAIL_PARAMETERS, partial(_record, kind))
        for suffix in MEDIA_TYPES:
            export = export_parameters(kind, suffix)
            yield f"/v1/exports/{plural}[.]{suffix}", _Citable(export, partial(_records, kind))
    yield "/v1/aggregate", _Citable(AGGREGATE_PARAMETERS, _groups)
    yield "/v1/changes", _Citable(CHANGE_PARAMETERS, cited_changes)
    yield DELTA_PATTERN, _Citable({}, cited_delta)
    yield "/v1/vocabularies", _Citable(DETAIL_PARAMETERS, _code_lists)
    for name in LIST_NAMES:
        yield f"/v1/vocabularies/{name}", _Citable(vocabulary_parameters(name), partial(_codes, name))


_CITABLES = [(re.compile(pattern), citable) for pattern, citable in _citables()]
