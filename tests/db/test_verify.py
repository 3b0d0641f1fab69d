"""Verify finds what was altered behind the store's back, and says what it could not look at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from db.ingest.run import ingest
from db.migrate import migrate
from db.pool import Connection, connect
from db.shipped import apply_dataset, load_dataset
from db.verify.run import verify
from db.verify.texts import Texts
from tests.support import corpus
from tests.support.announcements import ANNUAL, CORRECTED_AT_SOURCE


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[Connection]:
    """A filled store, as its owner: only the owner can get round the triggers."""
    connection = await connect(dsn)
    await corpus.fill(connection)
    yield connection
    await connection.close()


async def _verified(connection: Connection, folder: Path | None = None) -> tuple[bool, list[str]]:
    lines: list[str] = []
    return await verify(connection, Texts(folder), lines.append), lines


async def _alter(store: Connection, table: str, sql: str) -> None:
    await store.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await store.execute(sql)
    await store.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


async def test_a_sound_store_is_found_sound_over_its_whole_history(store: Connection) -> None:
    await ingest(store, ANNUAL.encode())
    await ingest(store, CORRECTED_AT_SOURCE.encode())
    right, lines = await _verified(store)
    assert right, lines
    anchors = await store.fetchval("SELECT count(*) FROM anchor")
    assert lines[0] == "texts: 6 checked, 0 not held, 0 wrong"
    assert lines[1] == f"anchors: {anchors} checked, 0 not held (anchors of 0 texts), 0 wrong"
    assert lines[3] == "revisions: 9 checked, 0 wrong"


@pytest.mark.parametrize(
    ("table", "sql", "fault"),
    [
        ("anchor", "UPDATE anchor SET exact = '被罚' WHERE exact = '约谈' AND id IN (SELECT min(id) FROM anchor)",
         "r2: the anchor of measures at"),
        ("anchor", "UPDATE anchor SET rule = 'name_quoted' WHERE rule = 'name_listed'", "differ in anchors"),
        ("anchor", "UPDATE anchor SET confidence = 0.5 WHERE rule = 'name_listed'", "differ in anchors"),
        ("action_version", "UPDATE action_version SET amount_cny = 7 WHERE version = 1", "differ in amount"),
        ("action_version", "UPDATE action_version SET body = '{}' WHERE version = 1", "its JSON is no action: id"),
        ("action_code", "UPDATE action_code SET code = 'relisting' WHERE list = 'measures' AND position = 0",
         "differ in codes"),
        ("action_entity", "DELETE FROM action_entity WHERE position = 0", "differ in entities"),
        ("action_code", "UPDATE action_code SET newest_first = newest_first - 1 WHERE list = 'measures'",
         "its codes or entities stand elsewhere than it does"),
        ("action_entity", "UPDATE action_entity SET revision_to = 7 WHERE revision_to IS NULL",
         "its codes or entities stand elsewhere than it does"),
        ("figure_version", "UPDATE figure_version SET value_min = 0 WHERE qualifier = 'about'", "differ in value_min"),
        ("figure_version", "UPDATE figure_version SET revision_to = NULL WHERE revision_to = 7",
         "revision r7: what is stored of it does not give its digest"),
        ("entity_name", "UPDATE entity_name SET name = 'x' WHERE position = 0", "differ in names"),
        ("document_version", "UPDATE document_version SET published_on = NULL", "differ in published_on"),
        ("revision", "UPDATE revision SET note = 'Another.' WHERE number = 3", "revision r3: what is stored of it"),
        ("revision", "UPDATE revision SET digest = repeat('0', 64) WHERE number = 3", "revision r4: what is stored"),
        ("code_version", "UPDATE code_version SET label_en = 'x' WHERE code = 'fine'", "revision r1: what is stored"),
    ],
)  # fmt: skip
async def test_each_planted_fault_is_found(store: Connection, table: str, sql: str, fault: str) -> None:
    await _alter(store, table, sql)
    right, lines = await _verified(store)
    assert not right
    assert any(fault in line for line in lines), lines
    assert all("\n" not in line for line in lines)


async def test_a_body_altered_with_its_row_breaks_the_chain(store: Connection) -> None:
    await _alter(
        store,
        "figure_version",
        'UPDATE figure_version SET unit = \'个\', body = replace(body, \'"unit":"家"\', \'"unit":"个"\')',
    )
    right, lines = await _verified(store)
    assert not right
    assert any(line.startswith("record versions:") and line.endswith(" 0 wrong") for line in lines)
    assert sum(line.startswith("revision r") for line in lines) == 4


async def test_an_altered_text_is_found(store: Connection) -> None:
    for name in await store.fetch("SELECT conname FROM pg_constraint WHERE conrelid = 'text_layer'::regclass"
                                  " AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%body%'"):  # fmt: skip
        await store.execute(f'ALTER TABLE text_layer DROP CONSTRAINT "{name[0]}"')
    await store.execute("UPDATE text_layer SET body = replace(body, '被约谈', '被邀谈') WHERE sha256 = "
                        "(SELECT min(sha256) FROM text_layer)")  # fmt: skip
    right, lines = await _verified(store)
    assert not right
    assert any("its SHA-256 is another" in line for line in lines)
    assert any("quotes '约谈', the text has '邀谈'" in line for line in lines)
    await store.execute("UPDATE text_layer SET body = body || ' '")
    _, lines = await _verified(store)
    assert sum("code points, not" in line for line in lines) == 4


async def test_texts_not_held_are_counted_and_found_by_hash_in_a_folder(store: Connection, tmp_path: Path) -> None:
    texts = await store.fetch("SELECT body FROM text_layer ORDER BY sha256")
    await store.execute("UPDATE text_layer SET body = NULL")
    total = await store.fetchval("SELECT count(*) FROM anchor")
    right, lines = await _verified(store)
    assert right  # nothing is wrong with what could be looked at
    assert lines[0] == "texts: 0 checked, 4 not held, 0 wrong"
    assert lines[1] == f"anchors: 0 checked, {total} not held (anchors of 4 texts), 0 wrong"
    (tmp_path / "below").mkdir()
    for number, row in enumerate(texts[:3]):  # with a byte-order mark and other line ends it is the same text layer
        data = b"\xef\xbb\xbf" + row["body"].replace("\n", "\r\n").encode()
        (tmp_path / "below" / f"{number}.txt").write_bytes(data)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\x00")
    right, lines = await _verified(store, tmp_path)
    assert right, lines
    assert lines[0] == "texts: 3 checked, 1 not held, 0 wrong"
    assert "not held (anchors of 1 texts), 0 wrong" in lines[1]
    assert not lines[1].startswith("anchors: 0 checked")


async def test_every_anchor_of_the_shipped_dataset_is_where_it_says(empty_dsn: str, shared: Path) -> None:
    connection = await connect(empty_dsn)
    await migrate(connection)
    await apply_dataset(connection, load_dataset())
    right, lines = await _verified(connection, shared / "sources")
    anchors = await connection.fetchval("SELECT count(*) FROM anchor")
    await connection.close()
    assert right, lines
    assert lines[1] == f"anchors: {anchors} checked, 0 not held (anchors of 0 texts), 0 wrong"
