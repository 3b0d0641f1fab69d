"""What is cited: a canonical query, and how its whole result is counted and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from schema.citations import CitedQuery
from schema.ports import Reader
from schema.query import AsOf, Filter
from schema.records import Revision


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of a query."""

    rows: int
    sha256: str
    filter: Filter | None = None
    """What was asked of the records; None where it was not for records of some time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that can be cited."""

    canonical: CitedQuery
    source: Callable[[str], str]
    """The path, with its query, that gives the lines of the result at a release."""
    as_of: AsOf | None
    """The point in history it was asked of, if it names one."""
    result: Callable[[Reader, Revision], Awaitable[Result]]
    """Asks the whole of it as of a revision. Raises `BadQuery` and `UnknownCode` where that revision has no answer."""


Lines = Callable[[Reader, Revision], AsyncGenerator[bytes, None]]
"""Gives the result of a query as of a revision, in chunks of whole lines."""


def hashed(lines: Lines, filter: Filter | None = None) -> Callable[[Reader, Revision], Awaitable[Result]]:
    """Counts and hashes the lines of a result as they come; none of them is kept."""

    async def result(reader: Reader, revision: Revision) -> Result:
        rows, digest = 0, hashlib.sha256()
        async with aclosing(lines(reader, revision)) as chunks:
            async for chunk in chunks:
                rows += chunk.count(b"\n")
                digest.update(chunk)
        return Result(rows, digest.hexdigest(), filter)

    return result


Pairs = Iterable[tuple[str, str]]
"""Parameters of a path."""


def asked_at(
    as_of: AsOf | None,
    path: str,
    pairs: Pairs,
    lines: Lines,
    *,
    source: Pairs = (),
    at: str = "",
    filter: Filter | None = None,
) -> Asked:
    """The query of a path. The lines of its result stand at another, `at`, where a list has them page by page."""
    known = sorted(pairs)

    def of_release(release: str) -> str:
        return _text(at or path, [*known, *source, ("as_of", release)])

    return Asked(_text(path, known), of_release, as_of, hashed(lines, filter))


def _text(path: str, pairs: Pairs) -> str:
    """A path with its query."""
    query = urlencode(list(pairs), safe=",:", quote_via=quote)
    return f"{path}?{query}" if query else path
