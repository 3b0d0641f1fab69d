"""Questions that only we are asked, or that are compared with a bare limit: history, depth, counts, search, caches."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count, cycle
from urllib.parse import quote

from db.pool import Connection
from schema.pages import list_fingerprint
from schema.points import encode_cursor
from schema.query import Filter, Key
from tests.bench import asks
from tests.bench.client import Ask, fetch
from tests.bench.measure import CONNECTIONS, AnswersDiffer, Effort, Sample, sample, timed
from tests.bench.questions import Supply, unlike
from tests.bench.services import Bench
from tests.bench.store.words import WORDS

_DEEP = """
query Deep($after: Cursor!) { actions(first: 50, after: $after) { nodes { id actedOn gistZh } } }
"""
_TOTAL = """
query Total($value: [CategoryCode!], $from: Date, $to: Date) {
  actions(category: $value, from: $from, to: $to) { totalCount }
}
"""
_NEWEST = "query Newest($search: String!) { actions(search: $search, first: 50) { nodes { id actedOn gistZh } } }"
_ORACLE = """
SELECT count(*) FROM cunzhao.action_version v WHERE revision_to IS NULL AND (
    gist_zh LIKE $1 OR unnamed_subject LIKE $1
    OR EXISTS (SELECT FROM cunzhao.action_entity e WHERE e.version = v.version AND e.name LIKE $1)
    OR EXISTS (SELECT FROM cunzhao.anchor a WHERE a.action_version = v.version AND a.exact LIKE $1))
"""
WORDS_ASKED = ("云雀", "约谈", "日报", *(word.zh for word in WORDS[1:40:3]))
"""Two characters each: a name often met, a word of every third record, one that is nowhere, and others."""


@dataclass(frozen=True)
class Single:
    """One question to one service."""

    key: str
    label: str
    requests: Iterator[Ask]
    service: str = "ours"
    connections: int = CONNECTIONS
    most: int | None = None
    longer: float = 1.0
    """How many times as long as other questions it may take."""


async def singles(bench: Bench, connection: Connection, supply: Supply) -> list[Single]:
    """All of them, prepared."""
    last = int(await connection.fetchval("SELECT max(number) FROM cunzhao.revision"))
    half = int(await connection.fetchval("SELECT count(*) FROM cunzhao.action")) // 2
    ids = [row["id"] for row in await connection.fetch("SELECT id FROM cunzhao.action ORDER BY md5(id) LIMIT 2000")]
    now, then = asks.ours_graphql(50), asks.ours_graphql(50, as_of=f"r{last // 2 + 1}")
    page, again = now.ask(supply.fixed(1)[0]), map(now.ask, cycle(supply.fixed()))
    size = len(await fetch(bench.services["ours"].url, page))
    return [
        Single("as_of", "latest revision", map(now.ask, supply.windows.of("as of"))),
        Single("as_of", "as of half the revisions", map(then.ask, supply.windows.of("as of"))),
        Single("depth", "first pages", await _pages(connection, last, 0)),
        Single("depth", f"pages {half:,} records deep", await _pages(connection, last, half)),
        Single("entity", "50 actions of an entity", _of_entities(supply)),
        Single("remembered", "50 actions seen before, on pages asked for anew", map(unlike, again, count())),
        Single("cached", "Cunzhao", cycle([page])),
        Single("cached", "a route that does nothing", cycle([Ask(f"/nothing?bytes={size}")]), "rest"),
        Single("record", "one record by id", (Ask(f"/v1/actions/{one}") for one in cycle(ids))),
        Single("total", "totalCount of a category within months", _totals(supply)),
        Single("aggregate", "by year and measure, of a category", _aggregates(supply), most=200),
        Single(
            "search_count", "how many hold a word", _searches(_counted), connections=1, most=len(WORDS_ASKED), longer=5
        ),
        Single(
            "search_newest", "newest 50 with a word", _searches(_newest), connections=1, most=len(WORDS_ASKED), longer=5
        ),
    ]


async def measure_singles(
    bench: Bench, connection: Connection, supply: Supply, effort: Effort, tell: Callable[[Sample], None]
) -> list[Sample]:
    """Ask each of them, in turn and repeatedly."""
    await check_search(bench, connection, WORDS_ASKED[:3])
    prepared, samples = await singles(bench, connection, supply), []
    for _ in range(effort.repeats):
        for one in prepared:
            allowed = replace(effort, seconds=one.longer * effort.seconds)
            load, cpu = await timed(
                bench, one.service, one.requests, allowed, connections=one.connections, most=one.most
            )  # fmt: skip
            samples.append(sample(one.key, "", one.label, load, cpu))
            tell(samples[-1])
    return samples


async def check_search(bench: Bench, connection: Connection, words: Iterable[str]) -> None:
    """Raise `AnswersDiffer` unless a search finds as many records as hold the word, or fails, which shows later."""
    for word in words:
        held = await connection.fetchval(_ORACLE, f"%{word}%")
        try:
            found = asks.rest("/v1/actions", 0).read(await fetch(bench.services["ours"].url, _counted(word)))
        except RuntimeError as error:
            print(f"the search for {word} fails: {str(error)[:200]}", flush=True)  # noqa: T201
            continue
        if found["total"]["value"] != held:
            raise AnswersDiffer(f"{held} records hold {word}, the search finds {found['total']['value']}")


async def _pages(connection: Connection, revision: int, depth: int) -> Iterator[Ask]:
    """Pages that begin at records around a depth, in an order of their own, again and again."""
    rows = await connection.fetch(
        "SELECT acted_on, id FROM cunzhao.action_version WHERE revision_to IS NULL"
        " ORDER BY acted_on DESC NULLS LAST, id OFFSET $1 LIMIT 2000",
        depth,
    )
    question = list_fingerprint("action", Filter())
    cursors = [encode_cursor(revision, question, Key(on=row["acted_on"], id=row["id"])) for row in rows]
    random.Random(depth).shuffle(cursors)  # noqa: S311  # chance, not secrecy
    return (Ask("/graphql", {"query": _DEEP, "variables": {"after": cursor}}) for cursor in cycle(cursors))


def _of_entities(supply: Supply) -> Iterator[Ask]:
    ask = asks.ours_graphql(50).ask
    return (ask(window) for window in supply.windows.of("entities") if window.by == "entity")


def _totals(supply: Supply) -> Iterator[Ask]:
    for window in supply.windows.of("totals"):
        if window.by == "category":
            variables = {"value": [window.value], "from": window.since.isoformat(), "to": window.until.isoformat()}
            yield Ask("/graphql", {"query": _TOTAL, "variables": variables})


def _aggregates(supply: Supply) -> Iterator[Ask]:
    for window in supply.windows.of("aggregates"):
        if window.by == "category":
            asked = f"group_by=year,measure&category={window.value}&from={window.since}&to={window.until}"
            yield Ask(f"/v1/aggregate?{asked}")


def _searches(ask: Callable[[str], Ask]) -> Iterator[Ask]:
    return (ask(word) for word in cycle(WORDS_ASKED))


def _counted(word: str) -> Ask:
    return Ask(f"/v1/actions?search={quote(word)}&limit=0")


def _newest(word: str) -> Ask:
    return Ask("/graphql", {"query": _NEWEST, "variables": {"search": word}})
