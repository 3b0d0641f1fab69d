"""GraphQL requests that can be cited: asked as of a release, and only where every list in them is whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

from api.citations.asked import Asked, Result
from schema.canonical import canonical_json
from schema.citations import GraphQLQuery
from schema.graphql import Engine
from schema.graphql.citable import CitableRequest, citable_request, rows_in
from schema.graphql.engine import Answer, Request
from schema.ports import Groups, Page, Reader, StoreUnavailable
from schema.query import AggregateQuery, AsOf, BadQuery, Filter, PageQuery, Within
from schema.records import Revision
from schema.releases import Release

SOURCE = "/graphql"


class _UpTo:
    """A store as it was at one revision: nothing of it is later. It remembers what was asked, and what was cut off."""

    def __init__(self, reader: Reader, revision: Revision) -> None:
        self._reader = reader
        self._revision = revision
        self.filters: set[Filter] = set()
        self.cut_off: str | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    async def revision(self, as_of: AsOf | None = None) -> Revision:
        """The revision meant, by default the one that the store is taken at."""
        if as_of is None:
            return self._revision
        found = await self._reader.revision(as_of)
        if found.number > self._revision.number:
            raise BadQuery("as_of", f"{as_of.text!r} is later than the release that is cited")
        return found

    async def releases(self) -> Sequence[Release]:
        """The releases up to the one that is cited."""
        releases = await self._reader.releases()
        return [release for release in releases if release.revision <= self._revision.number]

    async def page(self, query: PageQuery) -> Page:
        """A page of records."""
        page = await self._reader.page(query)
        self._note(query.filter, f"{query.kind} list", part=page.more or query.after is not None)
        return page

    async def total(self, kind: Any, filter: Filter, revision: int) -> int:
        """How many records match."""
        self._note(filter)
        return await self._reader.total(kind, filter, revision)

    async def pages_within(self, query: PageQuery, within: Within, parents: Sequence[str]) -> Mapping[str, Page]:
        """A page of each parent."""
        pages = await self._reader.pages_within(query, within, parents)
        if any(page.more for page in pages.values()):
            self.cut_off = f"{query.kind} list below a record"
        return pages

    async def aggregate(self, query: AggregateQuery) -> Groups:
        """A page of groups."""
        groups = await self._reader.aggregate(query)
        self._note(query.filter, "list of groups", part=len(groups.groups) < groups.total)
        return groups

    def _note(self, filter: Filter, what: str = "", *, part: bool = False) -> None:
        self.filters.add(filter)
        if part:
            self.cut_off = what


def read_graphql(
    engine: Engine, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None
) -> Asked:
    """What a GraphQL request asks. Raises `BadQuery` for one that cannot be run or cited."""
    request = citable_request(engine, query, variables or {}, operation_name)

    async def result(reader: Reader, revision: Revision) -> Result:
        return await _result(engine, request, reader, revision)

    return Asked(GraphQLQuery(graphql=request.text), lambda _: SOURCE, None, result)


async def _result(engine: Engine, request: CitableRequest, reader: Reader, revision: Revision) -> Result:
    store = _UpTo(reader, revision)
    answer = await engine.answer(Request(request.text.query, request.text.variables), cast(Reader, store))
    _check(answer)
    if store.cut_off:
        raise BadQuery(
            "query",
            f"a citation is of whole results, and this query has a page of a longer {store.cut_off}: ask for more "
            "with `first`, for fewer records, or cite the address of the list in place of GraphQL",
        )
    data = answer.data
    text = f"{canonical_json(data)}\n".encode()
    filter = next(iter(store.filters)) if len(store.filters) == 1 else None
    return Result(rows_in(request, data), hashlib.sha256(text).hexdigest(), filter)


def _check(answer: Answer) -> None:
    """Raise what kept a request from being answered."""
    if answer.outcome == "unavailable":
        raise StoreUnavailable("the store cannot answer now")
    if not answer.errors:
        return
    codes = {error["extensions"].get("code") for error in answer.errors}
    first = answer.errors[0]["message"]
    if "UNAVAILABLE" in codes:
        raise StoreUnavailable("the store cannot answer now")
    if "INTERNAL" in codes:
        raise RuntimeError(f"a GraphQL field failed: {first}")
    raise BadQuery("query", first)
