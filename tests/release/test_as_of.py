"""Releases of random histories of edits, compared with what the service says after many more revisions.

Deltas lead from the files of one release to those of another; whatever is asked as of a release is answered from what
its files hold.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from db.pool import connect
from db.release.cutting import cut
from db.release.places import Places
from schema.annotations import ANNOTATION_KINDS
from schema.changes import KIND_OF_TABLE, ChangedTable
from schema.codes import LIST_NAMES
from schema.query import DIMENSIONS, DIMENSIONS_OF, Measurable
from tests.support.databases import fresh_database
from tests.support.grouping import grouped
from tests.support.histories import History, fold, ordered
from tests.support.serving import served_by

HISTORIES = int(os.environ.get("HISTORIES", "1"))
RELEASED = (2, 5, 8, 11)
LENGTH = 14
RECORD_TABLES: tuple[ChangedTable, ...] = tuple(KIND_OF_TABLE)
QUERY = """query($at: AsOf, $after: Cursor) {
  actions(asOf: $at, first: 50, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id actedOn openEnded gistZh measures { code label(lang: EN) } campaigns { code label(lang: EN) }
            entities { name entity { id name nameEn } } document { id title } anchors { start exact } } } }"""


@dataclass
class Released:
    """One release: its name, and its files."""

    name: str
    folder: Path

    def bytes_of(self, table: ChangedTable, suffix: str = "ndjson") -> bytes:
        file = self.folder / f"{table}.{suffix}"
        return file.read_bytes() if file.exists() or table not in ANNOTATION_KINDS else b""

    def rows(self, table: ChangedTable) -> list[dict[str, Any]]:
        """What the file of a table holds, in its order."""
        return [json.loads(line) for line in self.bytes_of(table).splitlines()]

    @cached_property
    def state(self) -> dict[tuple[ChangedTable, str], str]:
        """The line of each record and code."""
        found: dict[tuple[ChangedTable, str], str] = {}
        for table in (*RECORD_TABLES, "codes", *ANNOTATION_KINDS):
            for line in self.bytes_of(table).decode().split("\n")[:-1]:
                row = json.loads(line)
                found[table, row["id"] if table != "codes" else f"{row['list']}/{row['code']}"] = line
        return found

    def labels(self, list_name: str) -> dict[str, str]:
        """The English label of each code of a list."""
        return {row["code"]: row["label_en"] for row in self.rows("codes") if row["list"] == list_name}


@dataclass
class Told:
    """A history that went on after its releases were cut, and a client of the service over it."""

    client: httpx.Client
    releases: Sequence[Released]

    def get(self, path: str, **parameters: object) -> httpx.Response:
        answer = self.client.get(path, params={name: str(value) for name, value in parameters.items()} or None)
        assert answer.status_code == 200, answer.text
        return answer


@pytest_asyncio.fixture(scope="module", params=range(HISTORIES))
async def told(
    request: pytest.FixtureRequest, server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Told]:
    async with fresh_database(server, template) as dsn:
        places = Places(tmp_path_factory.mktemp("releases"))
        connection = await connect(dsn, role="cunzhao_writer")
        history = History(connection, random.Random(1000 + request.param))  # noqa: S311
        await history.begin()
        releases: list[Released] = []
        while len(history.revisions) < LENGTH:
            if (number := len(history.revisions)) in RELEASED:
                name = f"2031.1.{len(releases) + 1}"
                await cut(connection, places, name)
                releases.append(Released(name, places.of(name)))
                assert ordered(history.states[number]) == ordered(releases[-1].state)
            if number == RELEASED[1]:
                await history.turn_back()
            else:
                await history.edit()
        await connection.close()
        with served_by(dsn) as url, httpx.Client(base_url=url, headers={"Accept-Encoding": "identity"}) as client:
            yield Told(client, releases)


@pytest.fixture(params=range(len(RELEASED)))
def release(told: Told, request: pytest.FixtureRequest) -> Released:
    number: int = request.param
    return told.releases[number]


def test_deltas_lead_from_the_files_of_one_release_to_those_of_another(told: Told) -> None:
    for before, after in itertools.combinations_with_replacement(told.releases, 2):
        delta = told.get(f"/v1/releases/{before.name}...{after.name}.ndjson").content
        files = ordered(fold(before.state, delta))
        for table, content in files.items():
            assert content == after.bytes_of(table), (before.name, after.name, table)


def test_each_release_has_the_delta_from_the_one_before(told: Told) -> None:
    assert not (told.releases[0].folder / "delta.ndjson").exists()
    for before, after in itertools.pairwise(told.releases):
        delta = (after.folder / "delta.ndjson").read_bytes()
        assert delta == told.get(f"/v1/releases/{before.name}...{after.name}.ndjson").content
        assert delta


@pytest.mark.parametrize("table", RECORD_TABLES)
def test_lists_and_exports_hold_the_files(told: Told, release: Released, table: ChangedTable) -> None:
    for suffix in ("ndjson", "csv"):
        exported = told.get(f"/v1/exports/{table}.{suffix}", as_of=release.name).content
        assert exported == release.bytes_of(table, suffix)
    rows = release.rows(table)
    whole = told.get(f"/v1/exports/{table}.json", as_of=release.name).json()
    assert (whole["data"], whole["meta"]["release"]) == (rows, release.name)
    found: list[dict[str, Any]] = []
    url = f"/v1/{table}?limit=13&as_of={release.name}"
    while url:
        page = told.get(url).json()
        assert page["total"]["value"] == len(rows)
        found += page["data"]
        url = page["next"]
    assert found == rows


@pytest.mark.parametrize("table", RECORD_TABLES)
def test_single_records_are_those_of_the_files(told: Told, release: Released, table: ChangedTable) -> None:
    here = {row["id"]: row for row in release.rows(table)}
    everywhere = {row["id"] for each in told.releases for row in each.rows(table)}
    for record_id in sorted(everywhere)[::2] + sorted(everywhere - here.keys()):
        answer = told.client.get(f"/v1/{table}/{record_id}?as_of={release.name}")
        assert answer.status_code == (200 if record_id in here else 404)
        if record_id in here:
            assert answer.json()["data"] == here[record_id]


def test_code_lists_are_those_of_the_files(told: Told, release: Released) -> None:
    rows = release.rows("codes")
    for name in LIST_NAMES:
        items = sorted((row for row in rows if row["list"] == name), key=lambda row: (row["position"], row["code"]))
        listed = told.get(f"/v1/vocabularies/{name}", as_of=release.name).json()["data"]
        assert listed == [{key: value for key, value in item.items() if key != "position"} for item in items]


def _groupings() -> Iterator[tuple[Measurable, tuple[str, ...]]]:
    for of, dimensions in DIMENSIONS_OF.items():
        yield from ((of, chosen) for many in (1, 2) for chosen in itertools.combinations(dimensions, many))


def test_groups_are_counted_over_the_files(told: Told, release: Released) -> None:
    rows = {"action": release.rows("actions"), "figure": release.rows("figures")}
    for of, dimensions in _groupings():
        parameters = {"of": of, "group_by": ",".join(dimensions), "limit": 500, "as_of": release.name}
        answer = told.get("/v1/aggregate", **parameters).json()["data"]
        found = {
            tuple((group["year"], group["multi_year"]) if one == "year" else group[one] for one in dimensions): group[
                "count"
            ]
            for group in answer
        }
        assert found == dict(grouped(of, rows[of], dimensions)), (of, dimensions)


def test_graphql_answers_from_the_files(told: Told, release: Released) -> None:
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        answer = told.client.post(
            "/graphql", json={"query": QUERY, "variables": {"at": release.name, "after": after}}
        ).json()
        assert "errors" not in answer
        nodes += answer["data"]["actions"]["nodes"]
        after = answer["data"]["actions"]["pageInfo"]["endCursor"]
        if not answer["data"]["actions"]["pageInfo"]["hasNextPage"]:
            break
    names = {row["id"]: row for row in release.rows("entities")}
    titles = {row["id"]: row["title"] for row in release.rows("documents")}
    labels = {name: release.labels(name) for name in ("measures", "campaigns")}
    assert nodes == [
        {
            "id": row["id"],
            "actedOn": row["acted_on"],
            "openEnded": row["open_ended"],
            "gistZh": row["gist_zh"],
            **{name: [{"code": c, "label": labels[name][c]} for c in row[name]] for name in ("measures", "campaigns")},
            "entities": [
                {"name": one["name"],
                 "entity": {"id": one["entity"], "name": names[one["entity"]]["name"],
                            "nameEn": names[one["entity"]]["name_en"]}}
                for one in row["entities"]
            ],
            "document": {"id": row["document"]["id"], "title": titles[row["document"]["id"]]},
            "anchors": [{"start": one["start"], "exact": one["exact"]} for one in row["anchors"]],
        }
        for row in release.rows("actions")
    ]  # fmt: skip


def test_graphql_counts_over_the_files(told: Told, release: Released) -> None:
    query = """query($at: AsOf) {
      figures(asOf: $at) { totalCount } entities(asOf: $at) { totalCount } documents(asOf: $at) { totalCount }
      aggregate(asOf: $at, groupBy: [YEAR, MEASURE], first: 500) {
        groups { year multiYear measure { code label(lang: EN) } count } } }"""
    answer = told.client.post("/graphql", json={"query": query, "variables": {"at": release.name}}).json()["data"]
    for table in ("figures", "entities", "documents"):
        assert answer[table]["totalCount"] == len(release.rows(table))
    labels = release.labels("measures")
    found = {
        ((group["year"], group["multiYear"]), group["measure"]["code"]): group["count"]
        for group in answer["aggregate"]["groups"]
        if group["measure"]["label"] == labels[group["measure"]["code"]]
    }
    assert found == dict(grouped("action", release.rows("actions"), ("year", "measure")))


def test_the_question_makes_a_difference(told: Told) -> None:
    # Otherwise all of the above would hold of a service that knows one state only.
    for table in (*RECORD_TABLES, "codes"):
        assert len({each.bytes_of(table) for each in told.releases}) > 1, table
    assert set(DIMENSIONS) == {one for _, dimensions in _groupings() for one in dimensions}
