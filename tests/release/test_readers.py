"""What others read the files of a release with finds in them what is there: every table, format, row and value.

The libraries are in an environment of their own (`make .venv/readers.stamp`), and run there.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from db.changes import Change
from db.pool import connect
from db.release.cutting import cut
from db.release.places import Places
from db.writer import commit
from schema.codes import LIST_NAMES, shipped_codes
from schema.records import Action, EntityMention
from schema.releases import Manifest
from schema.tables import ACTIONS, ACTIONS_FLAT, TABLES, Table
from tests.release import reading
from tests.support import corpus
from tests.support.databases import fresh_database

READERS = Path(__file__).parent / "readers"
PYTHON = Path(__file__).parents[2] / ".venv" / "readers" / "bin" / "python"
BUNDLE = PYTHON.parents[1] / "bundle"
ODD_NAMES = ("甲|乙", "NA", '百"灵', "a\\b", "逗,号")
BY_TABLE = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


async def _printed(script: str, folder: Path, *checks: str) -> Any:
    """What a script of the readers' environment says of a folder."""
    assert PYTHON.exists(), "the readers are not installed: make .venv/readers.stamp"
    process = await asyncio.create_subprocess_exec(
        PYTHON, "-P", "-W", "ignore", READERS / script, folder, *checks,
        env={**os.environ, "PYTHONPATH": str(BUNDLE) if script == "bundle.py" else ""},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(printed)


def _odd_action() -> Action:
    """An action whose names have in them what formats take for their own."""
    action = next(one for one in corpus.document_change(2023).records if isinstance(one, Action) and one.entities)
    entities = tuple(
        EntityMention(entity=corpus.entity_id(known[0]), name=name, kind="account")
        for name, known in zip(ODD_NAMES, corpus.NAMES, strict=False)
    )
    return action.model_copy(update={"entities": entities, "unnamed_subject": '=1+1 "x"\n|y'})


class Read:
    """A release, and what was made of it."""

    def __init__(self, folder: Path, manifest: Manifest, read: Any, by_duckdb: Any, checked: Any) -> None:
        self.folder, self.manifest, self.read, self.checked = folder, manifest, read, checked
        self.bundle = {"pandas": read["cunzhao.sqlite"], "duckdb": by_duckdb}
        self.rows = {table.name: table.rows for table in manifest.tables}


@pytest_asyncio.fixture(scope="module")
async def release(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Read]:
    """The second release of an invented record, read and checked."""
    places = Places(tmp_path_factory.mktemp("releases"))
    async with fresh_database(server, template) as dsn:
        connection = await connect(dsn, role="cunzhao_writer")
        await corpus.fill(connection)
        await cut(connection, places, "2026.1.1")
        await commit(connection, Change(cause="our_correction", note="Names were misread.", records=[_odd_action()]))
        manifest = await cut(connection, places, "2026.1.2")
        await connection.close()
    folder = places.of(manifest.name)
    printed = await asyncio.gather(*(_printed(script, folder) for script in ("read.py", "bundle.py", "check.py")))
    yield Read(folder, manifest, *printed)


@BY_TABLE
@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "csv.zst"])
def test_csv_is_read_cell_by_cell(release: Read, table: Table, suffix: str) -> None:
    expected = [[column.name for column in table.columns], *reading.csv_rows(release.folder, table)]
    assert len(expected) == release.rows[table.name] + 1 > 1
    by_reader = release.read[f"{table.name}.{suffix}"]
    assert by_reader.keys() == {"polars", "duckdb", *(("pandas",) if suffix != "csv.zst" else ())}
    for reader, rows in by_reader.items():
        assert rows == expected, reader


@BY_TABLE
def test_parquet_is_read_with_its_types_and_lists(release: Read, table: Table) -> None:
    expected = [[column.name for column in table.columns], *reading.typed_rows(release.folder, table)]
    by_reader = release.read[f"{table.name}.parquet"]
    assert by_reader.keys() == {"pandas", "polars", "duckdb"}
    for reader, rows in by_reader.items():
        assert rows == expected, reader


@BY_TABLE
@pytest.mark.parametrize("suffix", ["ndjson", "ndjson.gz", "ndjson.zst"])
def test_lines_are_read_as_objects(release: Read, table: Table, suffix: str) -> None:
    expected = [reading.without_nulls(line) for line in reading.read_lines(release.folder, table)]
    by_reader = release.read[f"{table.name}.{suffix}"]
    assert "duckdb" in by_reader
    for reader, (names, *rows) in by_reader.items():
        assert [reading.without_nulls(dict(zip(names, row, strict=True))) for row in rows] == expected, reader


@BY_TABLE
@pytest.mark.parametrize("reader", ["pandas", "duckdb"])
def test_the_bundle_has_the_same_rows(release: Read, table: Table, reader: str) -> None:
    assert len(release.bundle[reader]) == len(TABLES)
    names, *rows = release.bundle[reader][table.name]
    assert names == [column.name for column in table.columns]
    found = [
        [
            json.loads(value)
            if column.many
            else bool(value)
            if column.type == "boolean" and value is not None
            else value
            for column, value in zip(table.columns, row, strict=True)
        ]
        for row in rows
    ]
    expected = reading.typed_rows(release.folder, table)
    assert sorted(found, key=json.dumps) == sorted(expected, key=json.dumps)


@BY_TABLE
def test_r_reads_the_types_that_the_columns_have(release: Read, table: Table) -> None:
    lists = [column.name for column in table.columns if column.many or column.codes == "regions"]
    truths = [column.name for column in table.columns if column.type == "boolean" and not column.many]
    read = reading.read_csv_of_r(release.folder / f"{table.name}.csv", na="", as_text=lists, as_truth=truths)
    rows = reading.typed_rows(release.folder, table)
    for place, column in enumerate(table.columns):
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9._]*", column.name)  # else R would rename it
        values = [row[place] for row in rows]
        if column.type in ("integer", "number", "boolean") and not column.many:
            assert read[column.name] == values, column.name
        else:
            assert all(one is None or isinstance(one, str) for one in read[column.name]), column.name


def test_truth_is_text_to_r_unless_one_asks(release: Read) -> None:
    path = release.folder / f"{ACTIONS.name}.csv"
    assert set(reading.read_csv_of_r(path)["open_ended"]) == {"true", "false"}
    assert set(reading.read_csv_of_r(path, as_truth=["open_ended"])["open_ended"]) == {True, False}


def test_a_name_that_means_nothing_to_r_is_kept_if_one_asks(release: Read) -> None:
    path = release.folder / f"{ACTIONS_FLAT.name}.csv"
    assert "NA" not in reading.read_csv_of_r(path)["entity_name"]
    assert "NA" in reading.read_csv_of_r(path, na="")["entity_name"]


def test_the_examples_on_the_page_of_a_release_do_what_they_say(release: Read) -> None:
    came_to = release.read["README.md"]
    names = [column.name for column in ACTIONS_FLAT.columns]
    assert came_to["pandas"] == [names, *reading.csv_rows(release.folder, ACTIONS_FLAT)]
    rows = [dict(zip(names, row, strict=True)) for row in reading.typed_rows(release.folder, ACTIONS_FLAT)]
    counted = Counter((year, measure) for year, measure, _ in {(r["year"], r["measure"], r["action_id"]) for r in rows})
    assert {(year, measure): count for year, measure, count in came_to["duckdb"]} == counted


def test_odd_names_come_through_every_format(release: Read) -> None:
    place = [column.name for column in ACTIONS.columns].index("entity_names")
    for reader, rows in release.read["actions.parquet"].items():
        assert list(ODD_NAMES) in [row[place] for row in rows], reader
    for reader, rows in release.read["actions.csv"].items():
        assert '甲\\|乙|NA|百"灵|a\\\\b|逗,号' in [row[place] for row in rows], reader


def test_frictionless_finds_nothing_wrong(release: Read) -> None:
    assert release.checked["frictionless"] == {"errors": [], "warnings": [], "rows": release.rows}


async def test_frictionless_finds_what_is_wrong(release: Read, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(release.folder, damaged)
    documents = damaged / "documents.csv"
    documents.write_bytes(documents.read_bytes().replace(b"2022-01-31", b"2022-01-32"))
    actions = damaged / "actions.csv"
    actions.write_bytes(actions.read_bytes().replace(b",d-", b",d-x", 1).replace(b"period_end", b"whenever", 1))
    said = await _printed("check.py", damaged, "frictionless")
    told = " ".join(said["frictionless"]["errors"])
    for found in ("hash", "2022-01-32", "foreign key", "whenever"):
        assert found in told.lower(), found


def test_mlcroissant_finds_nothing_wrong_and_leads_to_the_records(release: Read) -> None:
    said = release.checked["mlcroissant"]
    assert (said["errors"], said["warnings"], said["rows"]) == ([], [], release.rows)
    first = reading.typed_rows(release.folder, ACTIONS)[0]
    found = said["first"]["actions"]
    assert found["actions/id"] == first[0]
    assert found["actions/measures"] == first[[c.name for c in ACTIONS.columns].index("measures")]


def test_csv_on_the_web_fits_the_files_and_the_files_each_other(release: Read) -> None:
    said = release.checked["csvw"]
    expected = {f"{name}.csv": rows for name, rows in release.rows.items()}
    assert said == {"references": True, "rows": expected, "alone": expected}


def test_the_catalogue_and_the_vocabularies_are_statements(release: Read) -> None:
    data = [one for one in release.manifest.resources if one.table or one.url in ("cunzhao.sqlite", "delta.ndjson")]
    files = len([one for one in data if not one.url.endswith("metadata.json")])
    assert release.checked["rdf"] == {
        "dcat.jsonld": files, "dataset.jsonld": files, "vocabularies.jsonld": len(list(shipped_codes())),
    }  # fmt: skip
    assert len(LIST_NAMES) == 7


def test_the_citation_is_of_its_format(release: Read) -> None:
    assert "Cunzhao" in release.checked["cff"]["bibtex"]
