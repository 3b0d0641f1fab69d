"""What is wrong keeps a release from being cut: one line says what, and nothing of it is to be seen."""

from __future__ import annotations

import pytest

from db.changes import Change
from db.pool import Connection
from db.release.cutting import cut
from db.release.ledger import read_releases
from db.release.places import Places
from db.release.validating import CannotRelease
from db.writer import commit
from schema.records import Figure
from schema.releases import INDEX
from tests.support import corpus


async def refused(store: Connection, places: Places, name: str | None = None) -> str:
    """Why a release is refused. The ledger and the folder stay as they are."""
    before, seen = await read_releases(store), visible(places)
    with pytest.raises(CannotRelease) as refusal:
        await cut(store, places, name)
    assert await read_releases(store) == before
    assert visible(places) == seen
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def visible(places: Places) -> list[str]:
    return sorted(one.name for one in places.folder.glob("*") if one.name != ".lock")


async def alter(store: Connection, table: str, sql: str) -> None:
    """Change what is on record, which the triggers refuse to everybody but the owner."""
    await store.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await store.execute(sql)
    await store.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


FAULTS = {
    "quotes '被罚', the text has '约谈'": ("anchor", "exact = '被罚' WHERE exact = '约谈'"),
    "holds no, which is not in the list measures": ("figure_version", "measure = 'no' WHERE version = 7"),
    "holds no, which is not in the list campaigns": ("action_code", "code = 'no' WHERE code = 'qinglang'"),
    "code measures/fine holds no, which": ("code_version", "parent = 'no' WHERE code = 'fine'"),
    "refers to the entity e-2222222222222, which does": ("action_entity", "entity = 'e-2222222222222'"),
    "which does not stand": ("document_version", "revision_to = 6 WHERE revision_from = 2"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_does_not_hold_is_named(store: Connection, places: Places, fault: str) -> None:
    await store.execute("INSERT INTO code VALUES ('measures', 'no'), ('campaigns', 'no')")
    await store.execute("INSERT INTO entity VALUES ('e-2222222222222')")
    table, change = FAULTS[fault]
    await alter(store, table, f"UPDATE {table} SET {change}")  # noqa: S608
    assert fault in await refused(store, places)


async def test_a_record_may_not_go_without_a_reason(store: Connection, places: Places) -> None:
    await cut(store, places)
    figure = next(r for r in corpus.document_change(2022).records if isinstance(r, Figure))
    await commit(store, Change(cause="vocabulary", note="New codes.", closed=[("figure", figure.id)]))
    assert f"figure {figure.id} was closed by r8 (vocabulary)" in await refused(store, places)


async def test_a_broken_manifest_is_named(store: Connection, places: Places) -> None:
    manifest = await cut(store, places)
    (places.of(manifest.name) / INDEX).write_text('{"name": "20')
    assert f"{INDEX} is no manifest of a release" in await refused(store, places)


async def test_a_retraction_is_a_reason(store: Connection, places: Places) -> None:
    await cut(store, places)
    figure = next(r for r in corpus.document_change(2022).records if isinstance(r, Figure))
    await commit(store, Change(cause="retraction", note="It was withdrawn.", closed=[("figure", figure.id)]))
    made = await cut(store, places)
    assert (made.revision, made.previous) == (8, (await read_releases(store))[1].name)


async def test_records_that_the_release_before_had_may_not_be_missing(store: Connection, places: Places) -> None:
    before = await cut(store, places)
    await commit(store, corpus.document_change(2025))
    await alter(store, "figure_version", "UPDATE figure_version SET revision_from = 8 WHERE version = 9")
    fault = await refused(store, places)
    assert fault == (f"the store has 18 figures as of r7, but the release {before.name} of that revision has 19")


async def test_a_revision_is_released_once_under_a_name_that_is_one(store: Connection, places: Places) -> None:
    for name in ("2026.13.1", "latest", "../2026.1.1", "2026.01.1"):
        assert "is no name of a release" in await refused(store, places, name)
    made = await cut(store, places, "2026.1.1")
    assert [one.name for one in await read_releases(store)] == ["2026.1.1", corpus.RELEASE]
    assert "r7 is the release 2026.1.1 already" in await refused(store, places)
    assert "r7 is the release 2026.1.1 already" in await refused(store, places, "2026.1.1")
    assert "r7 is the release 2026.1.1 already" in await refused(store, places, "2026.1.2")
    await commit(store, corpus.document_change(2025))
    assert "r7 is the release 2026.1.1 already" in await refused(store, places, "2026.1.1")
    assert places.manifest("2026.1.1") == made


async def test_an_empty_store_has_nothing_to_release(empty_dsn: str, places: Places) -> None:
    from db.migrate import migrate
    from db.pool import connect

    store = await connect(empty_dsn)
    await migrate(store)
    assert "empty" in await refused(store, places)
    await store.close()


async def test_only_one_process_builds_at_a_time(store: Connection, places: Places) -> None:
    with places.alone(), pytest.raises(CannotRelease, match="another process"):
        await cut(store, Places(places.folder))


async def test_what_a_killed_build_left_goes_and_files_without_an_entry_are_built_anew(
    store: Connection, places: Places
) -> None:
    made = await cut(store, places, "2026.1.1")
    await alter(store, "release", "DELETE FROM release WHERE name = '2026.1.1'")
    (places.of("2026.1.1") / "actions.csv").write_text("half")
    (places.folder / ".building-2025.1.1" / "actions").mkdir(parents=True)
    assert (await cut(store, places, "2026.1.1")).resources == made.resources
    assert visible(places) == ["2026.1.1"]
    assert (places.of("2026.1.1") / "actions.csv").read_text() != "half"


async def test_files_of_another_store_are_left_alone(store: Connection, places: Places) -> None:
    await cut(store, places, "2026.1.1")
    await alter(store, "release", "DELETE FROM release WHERE name = '2026.1.1'")
    index = places.of("2026.1.1") / INDEX
    index.write_bytes(index.read_bytes().replace(b'"revision_digest": "', b'"revision_digest": "other'))
    assert "another store" in await refused(store, places, "2026.1.1")


async def test_files_go_again_when_the_ledger_refuses_them(store: Connection, places: Places) -> None:
    await store.execute("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$")
    await store.execute("CREATE TRIGGER no BEFORE INSERT ON release FOR EACH ROW EXECUTE FUNCTION no()")
    with pytest.raises(Exception, match="no"):
        await cut(store, places, "2026.1.1")
    assert not places.of("2026.1.1").exists()
