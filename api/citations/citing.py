"""Cites queries and confirms citations: asks them as of a release, and says what came out and in what it differs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.citations.addresses import read_address
from api.citations.asked import Asked, Result
from api.citations.bodies import CitableGraphQL, Difference
from api.citations.graphql import read_graphql
from schema.citations import Citation, GraphQLQuery
from schema.codes import UnknownCode
from schema.coverage import Coverage, days_asked, names_asked
from schema.graphql import Engine
from schema.ports import Reader, StoreUnavailable
from schema.query import AsOf, BadQuery, Filter
from schema.records import Revision
from schema.releases import Release


class NothingReleased(Exception):
    """There is no release that could be cited."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A citation beside what its query gives here. What could not be found out is None."""

    citation: Citation
    release: Release | None
    revision: Revision
    """The revision that the release is, else the latest."""
    asked: Asked | None
    found: Result | None
    differences: Sequence[Difference] = ()
    coverage: Coverage | None = None
    """What the record holds about the time asked for, where nothing was found."""


Query = str | CitableGraphQL | GraphQLQuery


class Citing:
    """Asks citable queries, so many at a time and no more: each may read a whole list."""

    def __init__(self, engine: Engine, at_once: int, patience: float) -> None:
        """`patience` is for how long one may wait for others, in seconds."""
        self._engine = engine
        self._room = asyncio.Semaphore(at_once)
        self._patience = patience

    async def cite(self, reader: Reader, query: Query, release: str | None, origins: Iterable[str]) -> Outcome:
        """What a query gives as of a release, by default the latest.

        Raises `BadQuery` and `UnknownCode` for what cannot be asked, `NothingReleased` where there is no release,
        `StoreUnavailable` where too many others are asked for too long.
        """
        asked = self._read(query, origins)
        chosen = await _chosen(reader, release, asked.as_of)
        _, revision = await released(reader, chosen.name)
        found = await self._result(reader, asked, revision)
        citation = Citation(release=chosen.name, rows=found.rows, sha256=found.sha256, query=asked.canonical)
        return Outcome(citation, chosen, revision, asked, found, coverage=await _coverage(reader, found, revision))

    async def confirm(self, reader: Reader, citation: Citation) -> Outcome:
        """What the query of a citation gives now, and in what that differs."""
        release, revision = await released(reader, citation.release)
        try:
            asked = self._read(citation.query, ())
        except BadQuery as error:
            return Outcome(citation, release, revision, None, None, [_cannot_be_asked(error)])
        if release is None:
            unknown = Difference(what="release", detail=f"there is no release {citation.release} here")
            return Outcome(citation, None, revision, asked, None, [unknown])
        try:
            found = await self._result(reader, asked, revision)
        except (BadQuery, UnknownCode) as error:
            return Outcome(citation, release, revision, asked, None, [_cannot_be_asked(error)])
        coverage = await _coverage(reader, found, revision)
        return Outcome(citation, release, revision, asked, found, _differences(citation, found), coverage)

    def _read(self, query: Query, origins: Iterable[str]) -> Asked:
        match query:
            case str():
                return read_address(query, origins)
            case GraphQLQuery():
                return read_graphql(self._engine, query.graphql.query, query.graphql.variables)
        request = query.graphql
        return read_graphql(self._engine, request.query, request.variables, request.operation_name or None)

    async def _result(self, reader: Reader, asked: Asked, revision: Revision) -> Result:
        try:
            async with asyncio.timeout(self._patience):
                await self._room.acquire()
        except TimeoutError:
            raise StoreUnavailable("too many citations are being asked at once") from None
        try:
            return await asked.result(reader, revision)
        finally:
            self._room.release()


async def released(reader: Reader, name: str) -> tuple[Release | None, Revision]:
    """A release with its revision; None and the latest revision where there is no release of that name."""
    release = next((one for one in await reader.releases() if one.name == name), None)
    return release, await reader.revision(AsOf(text=name, release=name) if release else None)


async def _chosen(reader: Reader, name: str | None, as_of: AsOf | None) -> Release:
    """The release that is to be asked: the one named, else the one that the query is of, else the latest."""
    releases = await reader.releases()
    if not releases:
        raise NothingReleased("only releases are cited, and there is none yet: `cunzhao release` makes one")
    named = next((one for one in releases if one.name == name), None)
    if name is not None and named is None:
        raise BadQuery("release", f"there is no release {name!r}; the latest is {releases[0].name}")
    if as_of is None:
        return named or releases[0]
    number = (await reader.revision(as_of)).number
    meant = next((one for one in releases if one.revision == number), None)
    if meant is None:
        raise BadQuery("as_of", f"only releases are cited, and {as_of.text} is none")
    if named is not None and named != meant:
        raise BadQuery("as_of", f"{as_of.text} is the release {meant.name}, and the release named is {name}")
    return meant


def _cannot_be_asked(error: Exception) -> Difference:
    return Difference(what="query", detail=f"the query cannot be asked here: {error}")


def _differences(citation: Citation, found: Result) -> list[Difference]:
    differences = []
    if found.rows != citation.rows:
        differences.append(Difference(what="rows", detail=f"cited were {citation.rows}, and there are {found.rows}"))
    if found.sha256 != citation.sha256:
        detail = f"the result cited has {citation.sha256}, and this one has {found.sha256}"
        differences.append(Difference(what="sha256", detail=detail))
    return differences


async def _coverage(reader: Reader, found: Result, revision: Revision) -> Coverage | None:
    if found.rows:
        return None
    filter = found.filter or Filter()
    return await reader.coverage(days_asked(filter), names_asked(filter), revision.number)
