"""Releases that come with the program: named where its dataset is applied, built there, and what they were."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from api.cli.serving import _build_releases
from api.settings import Settings
from db.migrate import migrate
from db.pool import Connection, connect
from db.release.cutting import build_shipped, cut
from db.release.ledger import add_release, read_releases
from db.release.places import Places
from db.release.shipped import ShippedRelease
from db.release.validating import CannotRelease
from db.release.verifying import verify_releases
from db.shipped import apply_dataset, load_dataset, write_dataset
from schema.releases import INDEX, SUMS
from tests.support import corpus


@pytest_asyncio.fixture
async def other(empty_dsn: str) -> AsyncIterator[Connection]:
    """A store with nothing in it."""
    connection = await connect(empty_dsn)
    await migrate(connection)
    yield connection
    await connection.close()


async def shipped(store: Connection, folder: Path) -> dict[str, ShippedRelease]:
    """What a dataset of the store says of its releases."""
    await write_dataset(store, folder)
    return {one.name: one for one in load_dataset(folder).releases}


async def test_a_release_is_the_same_where_the_dataset_is_applied(
    store: Connection, other: Connection, places: Places, tmp_path: Path
) -> None:
    made = await cut(store, places, "2026.1.1")
    known = await shipped(store, tmp_path / "dataset")
    outcome = await apply_dataset(other, load_dataset(tmp_path / "dataset"))
    assert (outcome.releases, outcome.advice) == (2, None)
    assert [one.name for one in await read_releases(other)] == ["2026.1.1", corpus.RELEASE]
    elsewhere = Places(tmp_path / "elsewhere")
    built = await build_shipped(other, elsewhere, known)
    assert [one.name for one in built] == [corpus.RELEASE, "2026.1.1"]
    # The texts are not there; everything else is.
    assert built[1].validation.anchors_without_text == made.validation.anchors_checked
    sums = [(one.of("2026.1.1") / SUMS).read_bytes() for one in (places, elsewhere)]
    assert sums[0] == sums[1]
    assert await build_shipped(other, elsewhere, known) == []
    assert await verify_releases(other, elsewhere, list(known.values()), print)
    assert (await apply_dataset(other, load_dataset(tmp_path / "dataset"))).releases == 0


async def test_a_store_keeps_its_own_releases(store: Connection, other: Connection, tmp_path: Path) -> None:
    await add_release(store, "2026.1.1", 7)
    await shipped(store, tmp_path)
    dataset = load_dataset(tmp_path)
    await apply_dataset(other, type(dataset)(dataset.revisions[:6], dataset.changes))
    await add_release(other, "2026.1.2", 6)
    outcome = await apply_dataset(other, dataset)
    assert (outcome.added, outcome.releases, outcome.unnamed) == (1, 1, [corpus.RELEASE])
    assert outcome.advice is not None
    assert corpus.RELEASE in outcome.advice
    assert [one.name for one in await read_releases(other)] == ["2026.1.1", "2026.1.2"]


async def test_what_differs_from_what_was_shipped_is_not_published(
    store: Connection, places: Places, tmp_path: Path
) -> None:
    known = await shipped(store, tmp_path)
    wrong = {**known[corpus.RELEASE].sha256, "figures": "0" * 64}
    line = known[corpus.RELEASE].model_copy(update={"sha256": wrong})
    with pytest.raises(CannotRelease, match="has other figures than were shipped"):
        await build_shipped(store, places, {corpus.RELEASE: line})
    assert places.manifest(corpus.RELEASE) is None
    (built,) = await build_shipped(store, places, known)
    assert not await verify_releases(store, places, [line], print)
    assert await store.fetchval("SELECT count(manifest_sha256) FROM release") == 1
    assert built.previous is None
    assert "delta.ndjson" not in {one.url for one in built.resources}


ALTERED = {
    "actions.csv": "actions.csv: its SHA-256 is another",
    "actions.csv.gz": "actions.csv.gz has 3 bytes",
    SUMS: f"{SUMS} does not have the digests of the manifest",
    "actions.csv.sha256": "actions.csv.sha256 does not have the digests",
    "added.txt": "added.txt is not in the manifest",
    INDEX: f"{INDEX} is not the one that was published",
}


async def test_verify_finds_what_was_altered(store: Connection, places: Places) -> None:
    await cut(store, places, "2026.1.1")
    for name, fault in ALTERED.items():
        lines: list[str] = []
        assert await verify_releases(store, places, (), lines.append), lines
        assert len(lines) == 1
        assert lines[0].startswith("files of releases: ")
        assert lines[0].endswith(" checked, 1 releases not held, 0 wrong")
        path = places.of("2026.1.1") / name
        whole = path.read_bytes() if path.exists() else b""
        path.write_bytes({"actions.csv": whole.replace(b"a", b"b", 1), INDEX: whole + b"\n"}.get(name, b"odd"))
        assert not await verify_releases(store, places, (), lines.append)
        assert fault in lines[1]
        assert lines[-1].endswith("1 wrong")
        path.write_bytes(whole) if whole else path.unlink()


async def test_verify_finds_what_is_missing_and_what_is_of_another_store(store: Connection, places: Places) -> None:
    await cut(store, places, "2026.1.1")
    (places.of("2026.1.1") / "codes.parquet").unlink()
    (places.of("2026.1.1") / SUMS).unlink()
    await store.execute("ALTER TABLE revision DISABLE TRIGGER USER")
    await store.execute("UPDATE revision SET digest = repeat('0', 64) WHERE number = 7")
    lines: list[str] = []
    assert not await verify_releases(store, places, (), lines.append)
    told = "\n".join(lines)
    assert "codes.parquet is missing" in told
    assert f"{SUMS} is missing" in told
    assert "index.json is that of another release" in told


def test_a_server_has_missing_files_built_before_it_listens(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[list[str], dict[str, str]]] = []
    line = ShippedRelease(name="2026.1.1", revision=1, format=1, sha256={})
    monkeypatch.setattr("db.shipped.load_releases", lambda: (line,))
    monkeypatch.setattr(subprocess, "run", lambda command, *, env, **_: asked.append((command, env)))
    settings = Settings(database_url=SecretStr(dsn), releases_folder=tmp_path / "releases")
    _build_releases(settings)
    ((command, given),) = asked
    assert command[-2:] == ["release", "--shipped"]
    assert (given["CUNZHAO_DATABASE_URL"], given["CUNZHAO_RELEASES_FOLDER"]) == (dsn, str(tmp_path / "releases"))
    (tmp_path / "releases" / "2026.1.1").mkdir(parents=True)
    _build_releases(settings)
    assert len(asked) == 1
