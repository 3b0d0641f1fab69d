"""The files of a release: all formats say the same, and the same bytes come out wherever they are built."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import apsw
import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio

from db.export.files import file_of
from db.pool import connect, open_pool
from db.reader import PostgresReader
from db.release import parquet, snapshot
from db.release.bundle import NAME
from db.release.cutting import build_shipped, cut
from db.release.places import Places
from db.release.shipped import shipped_lines
from db.writer import commit
from schema.query import Filter
from schema.records import RECORD_MODELS, RecordKind
from schema.releases import INDEX, SUM_SUFFIX, SUMS, Manifest
from schema.tables import ACTIONS_FLAT, TABLE_OF, TABLES, Table
from tests.release.reading import named_rows
from tests.support import corpus
from tests.support.databases import fresh_database
from tests.support.serving import served_by

TABLE = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
RELEASED = "2026.1.1"


@pytest_asyncio.fixture(scope="module")
async def moved_on(server: str, template: str) -> AsyncIterator[str]:
    """The store whose r7 is released."""
    async with fresh_database(server, template) as dsn:
        yield dsn


@pytest_asyncio.fixture(scope="module")
async def places(moved_on: str, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Where the release of r7 lies, which was cut before another revision came."""
    places = Places(tmp_path_factory.mktemp("releases"))
    connection = await connect(moved_on, role="cunzhao_writer")
    await corpus.fill(connection)
    await cut(connection, places, RELEASED)
    await commit(connection, corpus.document_change(2025))
    await connection.close()
    return places


@pytest.fixture(scope="module")
def folder(places: Places) -> Path:
    return places.of(RELEASED)


@pytest.fixture(scope="module")
def manifest(places: Places) -> Manifest:
    found = places.manifest(RELEASED)
    assert found is not None
    return found


def rows_of(folder: Path, table: Table) -> list[dict[str, Any]]:
    """The rows of the NDJSON file."""
    lines = (folder / f"{table.name}.ndjson").read_bytes().splitlines()
    return [json.loads(line) for line in lines]


async def rebuilt(dsn: str, folder: Path) -> dict[str, str]:
    """The digests of all files of the release, built once more in another folder."""
    connection = await connect(dsn, role="cunzhao_writer")
    shipped = {line.name: line for line in await shipped_lines(connection)}
    built = await build_shipped(connection, Places(folder), shipped)
    await connection.close()
    assert [one.name for one in built] == [corpus.RELEASE, RELEASED]
    return {one.url: one.sha256 for one in built[1].resources}


async def test_two_builds_of_a_revision_give_the_same_bytes(moved_on: str, folder: Path, tmp_path: Path) -> None:
    await rebuilt(moved_on, tmp_path)
    there, here = (tmp_path / RELEASED), folder
    names = sorted(str(file.relative_to(here)) for file in here.rglob("*"))
    assert names == sorted(str(file.relative_to(there)) for file in there.rglob("*"))
    assert (here / SUMS).read_bytes() == (there / SUMS).read_bytes()
    for name in names:
        assert (here / name).read_bytes() == (there / name).read_bytes(), name


async def test_the_bytes_do_not_depend_on_how_the_records_came(
    moved_on: str, manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "BATCH", 7)
    again = await rebuilt(moved_on, tmp_path)
    # Rows of several tables take turns in SQLite; two descriptions hold the digest of that file.
    following = {NAME, "dataset.jsonld", "dcat.jsonld"}
    assert {one.url for one in manifest.resources if one.sha256 != again[one.url]} <= following


def test_the_sums_are_those_of_the_files(folder: Path, manifest: Manifest) -> None:
    sums = {url: digest for digest, url in (line.split("  ") for line in (folder / SUMS).read_text().splitlines())}
    files = {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file() and not f.name.endswith(SUM_SUFFIX)}
    assert set(sums) == {one.url for one in manifest.resources} == files - {SUMS, INDEX}
    for one in manifest.resources:
        data = (folder / one.url).read_bytes()
        assert (one.bytes, one.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert sums[one.url] == one.sha256
        assert (folder / f"{one.url}{SUM_SUFFIX}").read_text() == f"{one.sha256}  {one.name}\n"


def test_the_manifest_says_what_was_checked(manifest: Manifest) -> None:
    rows = {table.name: table.rows for table in manifest.tables}
    assert list(rows) == [table.name for table in TABLES]
    assert (manifest.name, manifest.revision, manifest.previous) == (RELEASED, 7, corpus.RELEASE)
    assert manifest.validation.records == sum(rows[TABLE_OF[kind].name] for kind in RECORD_MODELS)
    assert manifest.validation.anchors_checked == rows["anchors"]
    assert manifest.validation.anchors_without_text == 0
    assert manifest.validation.codes > rows["actions"]
    assert manifest.validation.references > rows["actions"] + rows["figures"]
    described = {one.described_by for one in manifest.resources if one.url == "actions.csv.gz"}
    assert described == {"actions.csv-metadata.json"}
    assert described <= {one.url for one in manifest.resources}


@pytest.mark.parametrize("kind", RECORD_MODELS)
async def test_the_records_are_those_of_the_exports_as_of_the_release(
    moved_on: str, folder: Path, kind: RecordKind
) -> None:
    async with await open_pool(moved_on, size=1, statement_timeout=10) as pool:
        reader = PostgresReader(pool)
        lines = b"".join([chunk async for chunk in reader.stream(kind, Filter(), 7)])
    name = TABLE_OF[kind].name
    assert (folder / f"{name}.ndjson").read_bytes() == lines
    file = file_of(kind, "csv", {})
    assert (folder / f"{name}.csv").read_bytes() == file.head() + file.rows(lines) + file.tail()


@TABLE
def test_packed_files_hold_the_plain_ones(folder: Path, manifest: Manifest, table: Table) -> None:
    for suffix in ("csv", "ndjson"):
        plain = (folder / f"{table.name}.{suffix}").read_bytes()
        assert gzip.decompress((folder / f"{table.name}.{suffix}.gz").read_bytes()) == plain
        with pa.CompressedInputStream(str(folder / f"{table.name}.{suffix}.zst"), "zstd") as packed:
            assert packed.read() == plain


@TABLE
def test_csv_says_what_ndjson_says(folder: Path, table: Table) -> None:
    with (folder / f"{table.name}.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == [column.name for column in table.columns]
    lines = named_rows(folder, table)
    assert len(rows) == len(lines)
    if table.kind is None:
        for row, line in zip(rows, lines, strict=True):
            for column, cell in zip(table.columns, row, strict=True):
                value = line[column.name]
                if column.many:
                    assert cell.split("|") == (value or [""])
                elif column.type == "boolean":
                    assert cell == json.dumps(value)
                else:
                    assert cell.removeprefix("'") == ("" if value is None else str(value)).removeprefix("'")


@TABLE
def test_parquet_has_types_order_and_the_same_rows(folder: Path, table: Table) -> None:
    read = pq.read_table(folder / f"{table.name}.parquet")
    assert read.schema.equals(parquet.arrow_schema(table))
    assert read.num_rows == len(rows_of(folder, table))
    if table.kind is None:
        found = [{name: _plain(value) for name, value in row.items()} for row in read.to_pylist()]
        assert found == named_rows(folder, table)
    group = pq.ParquetFile(folder / f"{table.name}.parquet").metadata.row_group(0)
    assert all(group.column(n).statistics is not None for n in range(len(table.columns)) if not table.columns[n].many)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def test_the_bundle_has_all_tables_and_whole_references(folder: Path) -> None:
    connection = apsw.Connection(str(folder / NAME), flags=apsw.SQLITE_OPEN_READONLY)
    assert connection.execute("PRAGMA integrity_check").get == "ok"
    assert connection.execute("PRAGMA foreign_key_check").get is None
    for table in TABLES:
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table.name})")]
        assert names == [column.name for column in table.columns]
        found = list(connection.execute(f"SELECT * FROM {table.name}"))  # noqa: S608
        assert len(found) == len(rows_of(folder, table))
    (names_of_one,) = connection.execute("SELECT entity_names FROM actions WHERE entity_names LIKE '%,%' LIMIT 1")
    assert len(json.loads(names_of_one[0])) > 1
    connection.close()


def test_the_flat_table_has_a_row_for_each_entity_and_measure(folder: Path) -> None:
    flat = rows_of(folder, ACTIONS_FLAT)
    keys = [tuple(row[name] for name in ACTIONS_FLAT.key) for row in flat]
    expected = []
    for action in rows_of(folder, TABLE_OF["action"]):
        places = range(1, len(action["entities"]) + 1) if action["entities"] else (0,)
        expected += [(action["id"], place, measure) for place in places for measure in action["measures"]]
    assert keys == expected
    named = next(row for row in flat if row["entity_name"] == "云雀视频" and row["measure"] == "fine")
    assert (named["entity_kind_label_zh"], named["measure_label_en"]) == ("网站平台", "Fine")
    assert named["year"] == int(named["acted_on"][:4])
    alone = next(row for row in flat if row["entity_position"] == 0)
    assert (alone["entity_id"], alone["entity_kind_label_en"], alone["unnamed_subject"]) == (None, None, "一批违规账号")


def test_anchors_and_names_are_those_of_the_records(folder: Path) -> None:
    texts = {one["id"]: one["sha256"] for one in rows_of(folder, TABLE_OF["document"])}
    records = rows_of(folder, TABLE_OF["action"]) + rows_of(folder, TABLE_OF["figure"])
    anchors = rows_of(folder, next(table for table in TABLES if table.name == "anchors"))
    expected = [
        (one["id"], place, texts[one["document"]["id"]], anchor["start"], anchor.get("rule"))
        for one in records
        for place, anchor in enumerate(one["anchors"], 1)
    ]
    assert [(a["record_id"], a["position"], a["sha256"], a["start"], a["rule"]) for a in anchors] == expected
    entities = rows_of(folder, TABLE_OF["entity"])
    names = rows_of(folder, next(table for table in TABLES if table.name == "entity_names"))
    assert [(n["entity_id"], n["name"]) for n in names] == [(e["id"], n["name"]) for e in entities for n in e["names"]]


async def test_a_long_table_is_divided_by_years(
    moved_on: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "DIVIDED_ABOVE", 50)
    digests = await rebuilt(moved_on, tmp_path)
    divided = [url for url in digests if url.startswith("actions_flat/")]
    assert divided == [
        f"actions_flat/year={y}/part-0.parquet" for y in ("2024", "2023", "2022", "2021", parquet.UNDATED)
    ]
    assert "figures.parquet" in digests
    whole = pq.read_table(tmp_path / RELEASED / "actions_flat")
    single = pq.read_table(folder / "actions_flat.parquet")
    assert whole.num_rows == single.num_rows
    years = whole.column("year").to_pylist()
    assert sorted(str(y) for y in years) == sorted(str(y) for y in single.column("year").to_pylist())


async def test_the_delta_leads_from_the_release_before(folder: Path) -> None:
    lines = [json.loads(line) for line in (folder / "delta.ndjson").read_bytes().splitlines()]
    assert [(line["op"], line["table"], line["cause"]) for line in lines] == [
        ("MOD", "actions", "our_correction"),
        ("DEL", "figures", "retraction"),
    ]


def test_a_citation_of_a_whole_table_has_the_digest_of_its_file(moved_on: str, folder: Path) -> None:
    digests = dict(line.split("  ")[::-1] for line in (folder / SUMS).read_text().splitlines())
    with served_by(moved_on) as url:
        for table in TABLE_OF.values():
            asked = {"query": f"/v1/{table.name}", "release": RELEASED}
            cited = httpx.post(f"{url}/v1/citations", json=asked).json()["data"]
            assert cited["sha256"] == digests[f"{table.name}.ndjson"], table.name
            assert cited["rows"] == len(rows_of(folder, table))
