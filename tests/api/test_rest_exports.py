"""Exports over HTTP: the same ids as the lists, whole or visibly broken, and safe to open."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.contract.shapes import LISTS
from api.rest.records import PLURALS
from schema.ports import StoreUnavailable
from schema.query import FILTERS_OF, Filter
from schema.records import Action, RecordKind
from schema.tables import TABLE_OF
from tests.api.conftest import Serve
from tests.support import corpus
from tests.unit.fake_reader import FakeReader, lines_of

ACTIONS = [record for record in corpus.document_change(2023).records if isinstance(record, Action)]
VALUES: dict[str, list[str]] = {
    "year": ["2021", "2022", "2023", "2024"],
    "from": ["2022-03-01", "2023-12-31"],
    "to": ["2023-12-31", "2025-01-31"],
    "measure": corpus.MEASURES,
    "category": [*corpus.CATEGORIES, "information_order"],
    "authority": ["cac", "local_cac", "cac_system", "cac_guangdong"],
    "region": ["100000", "440000"],
    "subject_kind": ["platform", "account", "website"],
    "campaign": ["qinglang"],
    "instrument": ["cybersecurity_law"],
    "entity": ["云雀视频", "雲雀視頻", corpus.entity_id("南湖搜索"), "nobody"],
    "operator": ["甲乙丙科技", "nobody"],
    "document": [corpus.document_id(2023), corpus.document_id(2024)],
    "reprint_of": [corpus.document_id(2023)],
    "basis": ["text", "transcribed"],
    "search": ["约谈", "平台", "lark"],
}


@st.composite
def questions(draw: st.DrawFn) -> tuple[RecordKind, str]:
    """A kind of record and a query that it answers to."""
    kind = draw(st.sampled_from(list(PLURALS)))
    names = draw(st.lists(st.sampled_from(FILTERS_OF[kind]), max_size=3))
    pairs = []
    for name in names:
        values = draw(st.lists(st.sampled_from(VALUES[name]), min_size=1, max_size=3))
        pairs.append((name, values[0] if name in ("from", "to", "search") else ",".join(values)))
    if draw(st.booleans()):
        pairs.append(("as_of", f"r{draw(st.integers(2, 7))}"))
    return kind, urlencode(pairs)


def listed(client: httpx.Client, plural: str, query: str) -> list[str]:
    url, found = f"/v1/{plural}?{query}&limit=9", []
    while url:
        answer = client.get(url).json()
        found += [record["id"] for record in answer["data"]]
        url = answer["next"]
    return found


@settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(question=questions())
def test_a_question_has_the_same_answer_in_every_form(client: httpx.Client, question: tuple[RecordKind, str]) -> None:
    kind, query = question
    if client.get(f"/v1/{PLURALS[kind]}?{query}").status_code == 400:
        return  # from after to: refused in every form
    ids = listed(client, PLURALS[kind], query)
    exported = {
        suffix: client.get(f"/v1/exports/{PLURALS[kind]}.{suffix}?{query}").text for suffix in ("csv", "ndjson", "json")
    }
    assert [row["id"] for row in csv.DictReader(io.StringIO(exported["csv"]))] == ids
    assert [json.loads(line)["id"] for line in exported["ndjson"].splitlines()] == ids
    assert [record["id"] for record in json.loads(exported["json"])["data"]] == ids


@pytest.mark.parametrize("kind", PLURALS)
def test_the_json_export_is_a_list(client: httpx.Client, kind: RecordKind) -> None:
    answer = client.get(f"/v1/exports/{PLURALS[kind]}.json").json()
    LISTS[kind].model_validate(answer)
    assert answer["total"]["value"] == len(answer["data"]) > 3
    nothing = client.get(f"/v1/exports/{PLURALS[kind]}.json?year=1999").json()
    assert (nothing["data"], nothing["total"]["value"]) == ([], 0)


def test_a_file_has_a_name_and_a_type(client: httpx.Client) -> None:
    answer = client.get("/v1/exports/figures.csv?as_of=r3")
    assert answer.headers["content-disposition"] == 'attachment; filename="cunzhao-figures-r3.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert client.get("/v1/exports/figures.ndjson").headers["content-type"] == "application/x-ndjson"


def test_excel_gets_a_mark_when_it_is_wanted(client: httpx.Client) -> None:
    plain, marked = (client.get(f"/v1/exports/entities.csv?bom={bom}").content for bom in ("false", "true"))
    assert plain.startswith(b"id,kind,")
    assert marked == b"\xef\xbb\xbf" + plain


def test_no_name_becomes_a_formula(client: httpx.Client) -> None:
    assert ",'=风里来," in client.get("/v1/exports/entities.csv").text
    assert '"name":"=风里来"' in client.get("/v1/exports/entities.ndjson").text


class Breaking(FakeReader):
    """Its stream ends in an error after some batches."""

    def __init__(self, batches: int) -> None:
        super().__init__({"action": ACTIONS})
        self.batches = batches
        self.closed = False

    async def stream(self, kind: RecordKind, filter: Filter, revision: int) -> AsyncIterator[bytes]:
        try:
            for _ in range(self.batches):
                yield lines_of(self.rows["action"])
            raise StoreUnavailable("the cable was cut")
        finally:
            self.closed = True


@pytest.mark.parametrize(
    ("suffix", "encoding"), [("csv", "identity"), ("ndjson", "identity"), ("json", "identity"), ("csv", "gzip")]
)
def test_a_broken_stream_breaks_the_connection(serve: Serve, suffix: str, encoding: str) -> None:
    reader = Breaking(batches=3)
    client = serve(reader)
    received: list[bytes] = []
    with client.stream("GET", f"/v1/exports/actions.{suffix}", headers={"Accept-Encoding": encoding}) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
            received.extend(answer.iter_raw())
    assert reader.closed
    assert b"cable" not in b"".join(received)
    metrics = client.get("/metrics").text
    assert f'route="/v1/exports/actions.{suffix}",status="broken"' in metrics


def test_a_stream_that_fails_at_once_has_a_status(serve: Serve) -> None:
    answer = serve(Breaking(batches=0)).get("/v1/exports/actions.csv")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.headers["content-type"] == "application/problem+json"


def test_head_of_an_export_reads_nothing(serve: Serve) -> None:
    answer = serve(Breaking(batches=0)).head("/v1/exports/actions.csv")
    assert answer.status_code == 200
    assert "content-length" not in answer.headers


class Endless(FakeReader):
    """Its stream has no end; it notes when it is closed, and how many batches were taken."""

    def __init__(self) -> None:
        super().__init__({"action": ACTIONS})
        self.taken = 0
        self.closed = False

    async def stream(self, kind: RecordKind, filter: Filter, revision: int) -> AsyncIterator[bytes]:
        try:
            while True:
                self.taken += 1
                await asyncio.sleep(0)  # as one who waits for the store
                yield lines_of(self.rows["action"] * 20)
        finally:
            self.closed = True


def test_a_reader_that_leaves_ends_the_stream(serve: Serve) -> None:
    reader = Endless()
    client = serve(reader)
    with client.stream("GET", "/v1/exports/actions.ndjson") as answer:
        next(answer.iter_raw())
        # Who does not read on is not read ahead for: what waits is what the sockets hold.
        _eventually(lambda: not _grows(reader))
    _eventually(lambda: reader.closed)
    taken = reader.taken
    assert client.get("/healthz").status_code == 200
    assert reader.taken == taken


def _grows(reader: Endless) -> bool:
    before = reader.taken
    time.sleep(0.2)
    return reader.taken > before


def _eventually(holds: Any) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("kind", PLURALS)
def test_the_columns_of_csv_are_those_of_the_table(client: httpx.Client, kind: RecordKind) -> None:
    header = next(csv.reader(io.StringIO(client.get(f"/v1/exports/{PLURALS[kind]}.csv").text)))
    assert header == [column.name for column in TABLE_OF[kind].columns]
    assert TABLE_OF[kind].name == PLURALS[kind]
