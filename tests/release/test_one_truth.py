"""One question has one answer: in REST, in GraphQL, in exports and in the files of a release.

What a filter means is said once more in plain Python (`tests/support/oracle.py`) over the files. `QUESTIONS=2000 SEED=7
make test ARGS=tests/release/test_one_truth.py` is the long form.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
import pytest_asyncio
from strawberry.utils.str_converters import to_camel_case

from api.params import list_parameters
from api.rest.questions import read_query
from api.rest.records import PLURALS
from db.changes import Change
from db.pool import connect
from db.release.cutting import cut
from db.release.places import Places
from db.writer import commit
from schema.codes import shipped_codes
from schema.query import CODE_FILTERS, DIMENSIONS_OF, FILTERS_OF, Measurable
from schema.records import RECORD_MODELS, RecordKind
from tests.support import corpus
from tests.support.databases import fresh_database
from tests.support.grouping import grouped
from tests.support.oracle import World
from tests.support.serving import served_by

QUESTIONS = int(os.environ.get("QUESTIONS", "60"))
SEED = int(os.environ.get("SEED", "20261122"))
RELEASE = "2031.1.1"
LATER = (2012, 2013, 2014)
"""Years that are added after the release, so that it is not the latest revision."""


@dataclass(frozen=True)
class Truth:
    """The files of a release, and a client of a service that has gone on since."""

    client: httpx.Client
    dsn: str
    rows: dict[RecordKind, list[dict[str, Any]]]

    def world(self) -> World:
        """What the files hold, as records."""

        def all_of(kind: RecordKind) -> tuple[Any, ...]:
            return tuple(RECORD_MODELS[kind].model_validate(row) for row in self.rows[kind])

        return World(all_of("action"), all_of("document"), all_of("entity"), all_of("figure"), shipped_codes())


@pytest_asyncio.fixture(scope="module")
async def truth(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Truth]:
    async with fresh_database(server, template) as dsn:
        places = Places(tmp_path_factory.mktemp("releases"))
        connection = await connect(dsn, role="cunzhao_writer")
        await corpus.fill(connection)
        await cut(connection, places, RELEASE)
        for year in LATER:
            await commit(connection, corpus.document_change(year))
        await connection.close()
        rows = {
            kind: [json.loads(line) for line in (places.of(RELEASE) / f"{plural}.ndjson").read_bytes().splitlines()]
            for kind, plural in PLURALS.items()
        }
        with served_by(dsn, Path(places.folder)) as url, httpx.Client(base_url=url) as client:
            yield Truth(client, dsn, rows)


def asked(truth: Truth, choose: random.Random) -> tuple[RecordKind, dict[str, list[str]]]:
    """A kind of record, and values for some of its filters, which stand in one of its records or another."""
    kind: RecordKind = choose.choice(get_args(RecordKind))
    names = choose.sample(sorted(FILTERS_OF[kind]), choose.choice([0, 1, 1, 2, 2, 3]))
    given: dict[str, list[str]] = {}
    for name in names:
        values = [
            value for row in choose.sample(truth.rows["action"] + truth.rows["figure"], 3) for value in _in(row, name)
        ]
        if values:
            many = 1 if name in ("from", "to", "search") else choose.choice([1, 1, 2])
            given[name] = choose.sample(values, min(many, len(values)))
    if "from" in given and "to" in given:
        given["from"], given["to"] = sorted([given["from"], given["to"]])
    return kind, given


def _in(row: dict[str, Any], name: str) -> list[str]:
    """What one may ask a filter for so that a record matches."""
    if name in CODE_FILTERS:
        values = row.get(CODE_FILTERS[name], row.get(name))
        return values if isinstance(values, list) else [values] if values else []
    day = row.get("acted_on") or (row.get("period") or {}).get("end")
    mentions = row.get("entities", [])
    found: dict[str, Sequence[str | None]] = {
        "year": [day and day[:4]],
        "from": [day],
        "to": [day],
        "entity": [one[key] for one in mentions for key in ("entity", "name")],
        "operator": [one.get("operator") for one in mentions],
        "document": [row["document"]["id"]],
        "basis": ["text", "transcribed"],
        "reprint_of": [row["document"]["id"]],
        "search": [row["gist_zh"][:2], row["gist_en"].split()[0], *(one["name"] for one in mentions)],
    }
    return [value for value in found[name] if value]


def by_rest(truth: Truth, kind: RecordKind, query: httpx.QueryParams, limit: int) -> list[str]:
    """The ids that the pages of a list have; each page tells how many there are."""
    ids, totals, url = [], set(), f"/v1/{PLURALS[kind]}?{query.set('limit', limit)}"
    while url:
        page = truth.client.get(url).json()
        ids += [record["id"] for record in page["data"]]
        totals.add(page["total"]["value"])
        url = page["next"]
    assert totals == {len(ids)}
    return ids


def by_graphql(truth: Truth, kind: RecordKind, given: dict[str, list[str]], limit: int) -> list[str]:
    """The ids that the pages of a connection have."""
    arguments = " ".join(f"{to_camel_case(name)}:{_literal(name, values)}" for name, values in given.items())
    query = f"""query($after: Cursor) {{
        found: {PLURALS[kind]}(asOf: "{RELEASE}" first: {limit} after: $after {arguments}) {{
            totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ id }} }} }}"""
    ids: list[str] = []
    after = None
    while True:
        answer = truth.client.post("/graphql", json={"query": query, "variables": {"after": after}}).json()
        assert "errors" not in answer, answer
        found = answer["data"]["found"]
        ids += [node["id"] for node in found["nodes"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            assert found["totalCount"] == len(ids)
            return ids


def _literal(name: str, values: list[str]) -> str:
    """The values of a filter as they stand in a query."""
    if name in ("from", "to", "search"):
        return json.dumps(values[0])
    written = [value if name == "year" else value.upper() if name == "basis" else json.dumps(value) for value in values]
    return f"[{','.join(written)}]"


def _pairs(given: dict[str, list[str]], *more: tuple[str, str]) -> httpx.QueryParams:
    """The filters as they stand in an address."""
    values = {
        name: each[0]
        if name in ("from", "to", "search")
        else ",".join(value.replace("\\", "\\\\").replace(",", "\\,") for value in each)
        for name, each in given.items()
    }
    return httpx.QueryParams({**values, **dict(more)})


def test_a_question_has_one_answer_everywhere(truth: Truth) -> None:
    choose, world, some = random.Random(SEED), truth.world(), 0  # noqa: S311  # chance, not secrecy
    for _ in range(QUESTIONS):
        kind, given = asked(truth, choose)
        filter = read_query(str(_pairs(given)).encode(), list_parameters(kind)).filter(kind)
        in_files = [record.id for record in world.of(kind, filter)]
        dated, limit = _pairs(given, ("as_of", RELEASE)), choose.randint(1, 40)
        exported = truth.client.get(f"/v1/exports/{PLURALS[kind]}.ndjson", params=dated).text.splitlines()
        assert by_rest(truth, kind, dated, limit) == in_files, (kind, given)
        assert by_graphql(truth, kind, given, limit) == in_files, (kind, given)
        assert [json.loads(line)["id"] for line in exported] == in_files, (kind, given)
        some += 0 < len(in_files) < len(truth.rows[kind])
    assert some > QUESTIONS / 4


def test_groups_are_what_the_listed_records_come_to(truth: Truth) -> None:
    choose, world = random.Random(SEED + 1), truth.world()  # noqa: S311
    for _ in range(QUESTIONS // 2):
        of: Measurable = choose.choice(get_args(Measurable))
        given: dict[str, list[str]] = {}
        while set(given) - set(FILTERS_OF[of]) or not given:
            _, given = asked(truth, choose)
        filter = read_query(str(_pairs(given)).encode(), list_parameters(of)).filter(of)
        listed = [record.model_dump(mode="json") for record in world.of(of, filter)]
        dimensions = choose.sample(DIMENSIONS_OF[of], choose.choice([1, 2]))
        asks = _pairs(given, ("of", of), ("group_by", ",".join(dimensions)), ("limit", "500"), ("as_of", RELEASE))
        answer = truth.client.get("/v1/aggregate", params=asks).json()
        found = {
            tuple((one["year"], one["multi_year"]) if name == "year" else one[name] for name in dimensions): one[
                "count"
            ]
            for one in answer["data"]
        }
        assert found == dict(grouped(of, listed, dimensions)), (of, asks)
        assert answer["total"]["value"] == len(found)


@pytest.mark.parametrize("kind", ["action", "figure", "document"])
def test_pages_visit_each_record_once_while_others_write(truth: Truth, kind: RecordKind) -> None:
    before = len(truth.client.get(f"/v1/exports/{PLURALS[kind]}.ndjson").text.splitlines())
    years = itertools.count({"action": 1990, "figure": 1960, "document": 1930}[kind])
    with Writing(truth.dsn, lambda: corpus.document_change(next(years))) as written:
        url, ids, totals = f"/v1/{PLURALS[kind]}?limit=3", [], set()
        while url:
            page = truth.client.get(url).json()
            ids += [record["id"] for record in page["data"]]
            totals.add(page["total"]["value"])
            url, revision = page["next"], page["meta"]["revision"]
            deadline = time.monotonic() + 20
            while written[-1] <= revision:  # the pages after the first come while others have written
                assert time.monotonic() < deadline, "nothing was written meanwhile"
                time.sleep(0.01)
    assert totals == {len(ids)}
    assert len(set(ids)) == len(ids) >= before
    at = truth.client.get(f"/v1/exports/{PLURALS[kind]}.ndjson", params={"as_of": f"r{revision}"}).text.splitlines()
    assert ids == [json.loads(line)["id"] for line in at]


class Writing:
    """Revisions come one after the other for as long as the block lasts."""

    def __init__(self, dsn: str, change: Callable[[], Change]) -> None:
        self._dsn, self._change = dsn, change
        self._stop, self._numbers = threading.Event(), [0]

    def __enter__(self) -> list[int]:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._write()))
        self._thread.start()
        return self._numbers

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    async def _write(self) -> None:
        connection = await connect(self._dsn, role="cunzhao_writer")
        while not self._stop.is_set() and len(self._numbers) < 25:
            self._numbers.append((await commit(connection, self._change())).number)
        await connection.close()
