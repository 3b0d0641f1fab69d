"""What was transcribed is told from what was read in every answer: REST, GraphQL, exports and the filter alike."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from api.contract.shapes import DETAILS, LISTS
from db.pool import connect
from db.transcribing.format import Page
from db.transcribing.run import transcribe
from tests.support import corpus
from tests.support.databases import fresh_database
from tests.support.serving import served_by

PAGE = Page.model_validate({
    "url": "https://elsewhere.example/2022", "period": {"start": "2022-01-01", "end": "2022-12-31"},
    "figures": [
        {"measure": "regulatory_talk", "subject_kind": "platform", "value_min": 8765, "value_max": 8765,
         "qualifier": "exact", "wording": "8765"},
    ],
    "actions": [{"entities": [{"name": "云雀视频", "kind": "platform"}], "measures": ["fine"], "amount_cny": 777}],
})  # fmt: skip
PLURALS = ["actions", "figures", "documents"]


@pytest_asyncio.fixture(scope="module")
async def mixed_dsn(server: str, template: str) -> AsyncIterator[str]:
    """The invented corpus and one page whose text is not held."""
    async with fresh_database(server, template) as dsn:
        connection = await connect(dsn, role="cunzhao_writer")
        await corpus.fill(connection)
        await transcribe(connection, PAGE)
        await connection.close()
        yield dsn


@pytest.fixture(scope="module")
def mixed(mixed_dsn: str) -> Iterator[httpx.Client]:
    with served_by(mixed_dsn) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.mark.parametrize("plural", PLURALS)
def test_a_list_marks_each_record_and_filters_by_the_mark(mixed: httpx.Client, plural: str) -> None:
    everything = mixed.get(f"/v1/{plural}?limit=500").json()
    LISTS[{"actions": "action", "figures": "figure", "documents": "document"}[plural]].model_validate(everything)  # type: ignore[index]
    marked = [record["id"] for record in everything["data"] if record.get("basis") == "transcribed"]
    assert len(marked) == 1
    only = mixed.get(f"/v1/{plural}?basis=transcribed").json()
    assert [record["id"] for record in only["data"]] == marked
    rest = mixed.get(f"/v1/{plural}?basis=text&limit=0").json()
    assert rest["total"]["value"] == everything["total"]["value"] - 1
    both = mixed.get(f"/v1/{plural}?basis=text,transcribed&limit=0").json()
    assert both["total"] == everything["total"]


def test_a_single_record_says_so_and_has_nothing_to_show_for_it(mixed: httpx.Client) -> None:
    (figure,) = mixed.get("/v1/figures?basis=transcribed").json()["data"]
    detail = mixed.get(f"/v1/figures/{figure['id']}").json()
    DETAILS["figure"].model_validate(detail)
    assert (detail["data"]["basis"], detail["data"]["anchors"]) == ("transcribed", [])
    document = mixed.get(f"/v1/documents/{figure['document']['id']}").json()["data"]
    assert {name: document[name] for name in ("basis", "sha256", "source_sha256", "length", "clauses")} == {
        "basis": "transcribed", "sha256": None, "source_sha256": None, "length": None, "clauses": None,
    }  # fmt: skip
    assert mixed.get("/v1/figures?basis=guessed").status_code == 400


def test_aggregates_can_leave_it_out(mixed: httpx.Client) -> None:
    def counted(query: str) -> int:
        groups = mixed.get(f"/v1/aggregate?of=figure&group_by=measure&measure=regulatory_talk{query}").json()["data"]
        return sum(group["count"] for group in groups)

    assert counted("") == counted("&basis=text") + 1


def test_graphql_has_the_mark_on_every_record_and_the_same_filter(mixed: httpx.Client) -> None:
    query = """{
      all: figures(first: 500) { nodes { id basis anchors { exact } document { basis sha256 clauses { extracted } } } }
      some: figures(basis: [TRANSCRIBED]) { totalCount nodes { id } }
      actions(basis: TRANSCRIBED, and: [{basis: [TRANSCRIBED]}]) { nodes { basis amountCny } }
      entities(basis: TRANSCRIBED) { nodes { name } }
      documents(basis: [TEXT]) { nodes { basis length } }
    }"""
    answer = mixed.post("/graphql", json={"query": query}).json()
    assert "errors" not in answer, answer
    data = answer["data"]
    marked = [node for node in data["all"]["nodes"] if node["basis"] == "TRANSCRIBED"]
    assert [node["id"] for node in marked] == [node["id"] for node in data["some"]["nodes"]]
    assert marked[0]["anchors"] == []
    assert marked[0]["document"] == {"basis": "TRANSCRIBED", "sha256": None, "clauses": None}
    assert all(node["anchors"] for node in data["all"]["nodes"] if node["basis"] == "TEXT")
    assert data["actions"]["nodes"] == [{"basis": "TRANSCRIBED", "amountCny": 777}]
    assert [node["name"] for node in data["entities"]["nodes"]] == ["云雀视频"]
    assert all(node["basis"] == "TEXT" and node["length"] for node in data["documents"]["nodes"])


def test_exports_say_it_in_every_row(mixed: httpx.Client) -> None:
    for plural in PLURALS:
        rows = list(csv.DictReader(io.StringIO(mixed.get(f"/v1/exports/{plural}.csv").text)))
        assert sorted({row["basis"] for row in rows}) == ["text", "transcribed"]
        marked = [row["id"] for row in rows if row["basis"] == "transcribed"]
        lines = mixed.get(f"/v1/exports/{plural}.ndjson?basis=transcribed").text.splitlines()
        assert [json.loads(line)["id"] for line in lines] == marked


def test_what_was_read_is_written_as_before(mixed: httpx.Client) -> None:
    records = mixed.get("/v1/figures?basis=text&limit=500").json()["data"]
    assert records
    assert all("basis" not in record for record in records)  # its JSON is part of the published digests
