"""Readers that ask on and on while servers come and go, and whose answers are all looked at afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

GRAPHQL = "{ actions(first: %d, year: %d) { totalCount nodes { id actedOn } pageInfo { endCursor } } }"
PAUSE_SECONDS = 0.01
LOOKED_AT = int(os.environ.get("LOOKED_AT", "60"))
"""How many answers of a test are asked for again elsewhere."""


@dataclass(frozen=True)
class Answered:
    """One answer of status 200."""

    path: str
    """What was asked; a question of GraphQL begins with `{`."""
    revision: int
    said: str
    """The records in it."""


@dataclass
class Readings:
    """What readers met with."""

    answers: list[Answered] = field(default_factory=list)
    refused: int = 0
    """Answers of status 503, each with `Retry-After`."""
    broken_off: int = 0
    """Exports that ended before their end, which every client notices."""
    failed: list[str] = field(default_factory=list)
    """Anything else."""
    longest: float = 0.0
    """Seconds that the slowest answer took."""


def question(chance: Random) -> str:
    """One that was hardly asked before, so that nothing which is remembered answers it."""
    year, limit = chance.choice((2022, 2023, 2024)), chance.randint(1, 90)
    return chance.choice(
        (
            f"/v1/actions?limit={limit}",
            f"/v1/figures?limit={limit}&year={year}",
            f"/v1/actions?limit={limit}&from={year}-01-{1 + limit % 28:02}",
            f"/v1/aggregate?group_by=year,measure&from={year}-0{1 + limit % 9}-01",
            f"/v1/exports/actions.ndjson?from={year - limit % 7}-01-01",
            GRAPHQL % (limit % 100 + 1, year),
        )
    )


async def ask(client: httpx.AsyncClient, asked: str, as_of: int | None = None) -> httpx.Response:
    """The answer to a question, at a revision if one is given."""
    if asked.startswith("{"):
        pinned = asked if as_of is None else asked.replace("actions(", f'actions(asOf: "r{as_of}", ')
        return await client.post("/graphql", json={"query": pinned})
    return await client.get(asked if as_of is None else f"{asked}&as_of=r{as_of}")


def said(asked: str, answer: httpx.Response) -> str:
    """The records of an answer, without what names its revision."""
    if "/exports/" in asked:
        return answer.text
    body: dict[str, Any] = answer.json()
    if asked.startswith("{"):
        assert "errors" not in body, body
        body["data"]["actions"].pop("pageInfo")
    return json.dumps([body["data"], body.get("total")], ensure_ascii=False)


def revision_of(answer: httpx.Response) -> int:
    """The revision that an answer is of."""
    return int(answer.headers["x-revision"])


async def _read(client: httpx.AsyncClient, readings: Readings, chance: Random, stop: asyncio.Event) -> None:
    while not stop.is_set():
        asked, began = question(chance), time.monotonic()
        try:
            answer = await ask(client, asked)
        except httpx.RemoteProtocolError as error:
            readings.broken_off += "/exports/" in asked
            if "/exports/" not in asked:
                readings.failed.append(f"{asked}: {error!r}")
            continue
        except httpx.HTTPError as error:
            readings.failed.append(f"{asked}: {error!r}")
            continue
        finally:
            readings.longest = max(readings.longest, time.monotonic() - began)
        if answer.status_code == 200:
            readings.answers.append(Answered(asked, revision_of(answer), said(asked, answer)))
        elif answer.status_code == 503 and "retry-after" in answer.headers:
            readings.refused += 1
        else:
            readings.failed.append(f"{asked}: {answer.status_code} {answer.text[:300]}")
        await asyncio.sleep(PAUSE_SECONDS)


@asynccontextmanager
async def reading(url: str, *, seed: int, readers: int = 3) -> AsyncIterator[Readings]:
    """Several readers, for as long as it is entered."""
    readings, stop = Readings(), asyncio.Event()
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        chance = Random(seed)  # noqa: S311
        tasks = [
            asyncio.create_task(_read(client, readings, Random(chance.random()), stop))  # noqa: S311
            for _ in range(readers)
        ]
        try:
            yield readings
        finally:
            stop.set()
            await asyncio.gather(*tasks)


async def wrong(url: str, readings: Readings) -> list[Answered]:
    """The answers that another service, over the primary alone, does not give as of their revision.

    `LOOKED_AT` of those that differ are looked at, drawn by chance.
    """
    answers = list(dict.fromkeys(readings.answers))
    if len(answers) > LOOKED_AT:
        answers = Random(len(answers)).sample(answers, LOOKED_AT)  # noqa: S311
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        return [one for one in answers if one.said != said(one.path, await ask(client, one.path, one.revision))]
