"""What changed, as it can be cited: the changes up to a release, and its difference from what was before."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

from api.citations.asked import Asked, asked_at, hashed
from api.rest.changes import change_json, changed_tables, revision_since
from api.rest.deltas import address_of
from api.rest.questions import Question
from schema.changes import ALL_TABLES, ChangeKey, ChangeQuery
from schema.points import parse_as_of
from schema.ports import Reader
from schema.query import MAX_LIMIT, AsOf, BadQuery
from schema.records import Revision
from schema.releases import RELEASE_PATTERN

_POINT = f"r[1-9][0-9]{{0,8}}|{RELEASE_PATTERN.strip('^$')}"
DELTA_PATTERN = rf"/v1/releases/(?P<earlier>{_POINT})[.]{{3}}(?P<later>{_POINT})[.]ndjson"
"""The path of a delta. `latest` is no end of it here: what it means changes."""


def cited_changes(question: Question) -> Asked:
    """All changes from one point in history to the release, oldest first."""
    since: AsOf | None = question.values.get("since")
    tables = changed_tables(question)
    bodies: bool = question.values.get("records", False)

    async def lines(reader: Reader, revision: Revision) -> AsyncGenerator[bytes, None]:
        begin = await _begin(reader, since, revision)
        after: ChangeKey | None = None
        more = True
        while more:
            query = ChangeQuery(
                since=begin, until=revision.number, tables=tables, limit=MAX_LIMIT, bodies=bodies, after=after
            )
            page = await reader.changes(query)
            yield b"".join(change_json(row) + b"\n" for row in page.rows)
            more, after = page.more, page.rows[-1].key if page.rows else None

    pairs = [
        *([("since", _written(since))] if since else []),
        *([("table", ",".join(sorted(tables)))] if tables != ALL_TABLES else []),
        *([("records", "true")] if bodies else []),
    ]
    return asked_at(question.as_of, "/v1/changes", pairs, lines, source=[("limit", str(MAX_LIMIT))])


async def _begin(reader: Reader, since: AsOf | None, revision: Revision) -> int:
    """The revision after which to begin. A time after that of the release means the release itself, for good."""
    number = await revision_since(reader, since)
    if since is not None and since.time is not None:
        return min(number, revision.number)
    if number > revision.number:
        raise BadQuery("since", f"since (r{number}) comes after the release (r{revision.number})")
    return number


def _written(point: AsOf) -> str:
    """A point in history, written in one way."""
    return point.text if point.time is None else point.time.isoformat().replace("+00:00", "Z")


def cited_delta(_: Question, earlier: str, later: str) -> Asked:
    """The difference of two releases or revisions. It is cited of the later one, which must be a release."""
    ends = [parse_as_of(text) for text in (earlier, later)]
    path = address_of(earlier, later)

    async def lines(reader: Reader, revision: Revision) -> AsyncGenerator[bytes, None]:
        before, after = [(await reader.revision(end)).number for end in ends]
        if after != revision.number:
            raise BadQuery(
                "query", f"a delta that ends at {later} is not one of the release that is r{revision.number}"
            )
        if before > after:
            raise BadQuery("query", f"{earlier} comes after {later}: a delta leads from the earlier to the later")
        async with aclosing(cast("AsyncGenerator[bytes, None]", reader.delta(before, after))) as chunks:
            async for chunk in chunks:
                yield chunk

    return Asked(path, lambda _: path, ends[1], hashed(lines))
