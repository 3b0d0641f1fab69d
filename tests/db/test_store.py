"""The database itself refuses what must never be on record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest
import pytest_asyncio

from db.changes import Change, record_json
from db.migrate import MigrationError, migrate, migrations, pending
from db.pool import Connection, connect
from db.statements import statement, statement_names
from db.writer import commit
from schema.extraction import Anchor
from schema.records import Action, Document, Entity, EntityMention, EntityName, Figure
from tests.support import corpus


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[Connection]:
    connection = await connect(dsn, role="cunzhao_writer")
    yield connection
    await connection.close()


async def _revisions(store: Connection) -> int:
    return int(await store.fetchval("SELECT count(*) FROM revision"))


def _with_action(**changes: object) -> Change:
    """The corpus's change for a year with something changed in its first action with a fine."""
    change = corpus.document_change(2023, entities=True)
    action = next(r for r in change.records if isinstance(r, Action))
    # Built without validation: it is the database that is asked here, not the model.
    broken = action.model_copy(update=changes)
    return replace(change, records=[broken if record is action else record for record in change.records])


async def _refused(store: Connection, change: Change, constraint: str) -> None:
    before = await _revisions(store)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refusal:
        await commit(store, change)
    assert constraint in (refusal.value.constraint_name or ""), refusal.value
    assert await _revisions(store) == before
    assert await store.fetchval("SELECT count(*) FROM document") == 0


async def test_the_whole_corpus_is_accepted(store: Connection) -> None:
    await corpus.fill(store)
    assert await _revisions(store) == 7


async def test_no_action_without_evidence(store: Connection) -> None:
    await _refused(store, _with_action(anchors=()), "action_has_evidence")


async def test_no_action_without_a_measure(store: Connection) -> None:
    await _refused(store, _with_action(measures=()), "action_has_measure")


async def test_no_unknown_code(store: Connection) -> None:
    await _refused(store, _with_action(measures=("no_such_measure",)), "action_code_list_code_fkey")


async def test_no_anchor_outside_its_document(store: Connection) -> None:
    far = Anchor(field="measures", value=None, start=10**6, end=10**6 + 2, exact="约谈")
    await _refused(store, _with_action(anchors=(far,)), "anchor_inside_document")


async def test_no_anchor_that_misquotes_its_document(store: Connection) -> None:
    wrong = Anchor(field="measures", value=None, start=0, end=2, exact="约谈")
    await _refused(store, _with_action(anchors=(wrong,)), "anchor_quotes_document")


async def test_no_inverted_period(store: Connection) -> None:
    document = corpus.document_change(2023).records[0]
    assert isinstance(document, Document)
    assert document.period is not None
    period = document.period
    upside_down = period.model_copy(update={"start": period.end, "end": period.start})
    await _refused(store, _with_action(period=upside_down), "action_version_check")


async def test_no_inverted_or_misshapen_bounds(store: Connection) -> None:
    for low, high in ((5, 4), (None, None), (None, 3)):
        change = corpus.document_change(2023, entities=True)
        figure = next(r for r in change.records if isinstance(r, Figure) and r.qualifier == "exact")
        broken = figure.model_copy(update={"value_min": low, "value_max": high})
        records = [broken if record is figure else record for record in change.records]
        with pytest.raises(asyncpg.CheckViolationError):
            await commit(store, replace(change, records=records))
    assert await _revisions(store) == 1


async def test_no_unknown_entity(store: Connection) -> None:
    stranger = (EntityMention(entity="nobody", name="无名", kind="platform"),)
    await _refused(store, _with_action(entities=stranger), "action_entity_entity_fkey")


async def test_a_version_stays_as_it_is(store: Connection, dsn: str) -> None:
    await corpus.fill(store)
    owner = await connect(dsn)  # even the owner is refused, not only the writing role
    try:
        for sql in (
            "UPDATE action_version SET gist_en = 'x'",
            "UPDATE action_version SET revision_to = 9 WHERE revision_to IS NOT NULL",
            "UPDATE action_version SET revision_to = NULL WHERE revision_to IS NOT NULL",
            "DELETE FROM figure_version",
            "DELETE FROM anchor",
            "UPDATE action_code SET revision_to = NULL WHERE revision_to IS NOT NULL",
            "UPDATE action_code SET newest_first = 0, revision_to = 9",
            "UPDATE action_entity SET name = 'x'",
            "DELETE FROM action_entity",
            "UPDATE entity_name SET name = 'x'",
            "UPDATE revision SET note = 'x'",
            "UPDATE document SET url = NULL",
            "UPDATE text_layer SET body = 'x'",
            "INSERT INTO revision VALUES (9, now(), 'retraction', 'x', repeat('0', 64))",
            "INSERT INTO revision VALUES (8, '2000-01-01', 'retraction', 'x', repeat('0', 64))",
        ):
            with pytest.raises(asyncpg.IntegrityConstraintViolationError):
                await owner.execute(sql)
    finally:
        await owner.close()


async def test_the_writing_role_cannot_alter_tables_or_close_what_is_closed(store: Connection) -> None:
    for sql in ("DROP TABLE anchor", "DELETE FROM migration", "UPDATE migration SET sha256 = ''",
                "INSERT INTO migration (number, name, sha256) VALUES (99, 'x', 'x')",
                "ALTER TABLE anchor DISABLE TRIGGER ALL"):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await store.execute(sql)


_DANGLING = (
    ("action_version", {"id": "'a-aaaaaaaaaaaaa'"}, "action_version_id_fkey"),
    ("action_version", {"document": "'nowhere'", "revision_from": "5", "revision_to": "6"},
     "action_version_document_fkey"),
    ("action_version", {"revision_from": "0", "revision_to": "5"}, "action_version_revision_from_fkey"),
    ("action_words", {"version": "-1"}, "action_words_version_fkey"),
    ("action_code", {"version": "-1"}, "action_code_version_fkey"),
    ("action_code", {"code": "'nothing'"}, "action_code_list_code_fkey"),
    ("action_entity", {"version": "-1"}, "action_entity_version_fkey"),
    ("action_entity", {"entity": "'nobody'", "position": "99"}, "action_entity_entity_fkey"),
    ("action_entity", {"operator": "'nobody'", "operator_name": "'无名'", "position": "99"},
     "action_entity_operator_fkey"),
    ("action_entity", {"kind": "'nothing'", "position": "99"}, "action_entity_kind_list_kind_fkey"),
    ("figure_version", {"id": "'f-aaaaaaaaaaaaa'"}, "figure_version_id_fkey"),
    ("figure_version", {"document": "'nowhere'", "revision_from": "5", "revision_to": "6"},
     "figure_version_document_fkey"),
    ("figure_version", {"revision_from": "0", "revision_to": "5"}, "figure_version_revision_from_fkey"),
    ("figure_version", {"measure": "'nothing'", "revision_from": "5", "revision_to": "6"},
     "figure_version_measure_list_measure_fkey"),
    ("figure_version", {"subject_kind": "'nothing'", "revision_from": "5", "revision_to": "6"},
     "figure_version_subject_kind_list_subject_kind_fkey"),
    ("figure_version", {"campaign": "'nothing'", "revision_from": "5", "revision_to": "6"},
     "figure_version_campaign_list_campaign_fkey"),
    ("figure_code", {"version": "-1"}, "figure_code_version_fkey"),
    ("figure_code", {"code": "'nothing'"}, "figure_code_list_code_fkey"),
    ("anchor", {"action_version": "-1", "figure_version": "NULL"}, "anchor_action_version_fkey"),
    ("anchor", {"figure_version": "-1", "action_version": "NULL"}, "anchor_figure_version_fkey"),
    ("anchor", {"document": "'nowhere'", "position": "99"}, "anchor_document_sha256_fkey"),
    ("anchor", {"sha256": "NULL", "position": "99"}, "transcribed_has_no_anchor"),
)  # fmt: skip
_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'cunzhao' AND table_name = $1 AND is_generated = 'NEVER' AND is_identity = 'NO'
"""


async def test_nothing_refers_to_what_is_not_on_record(store: Connection) -> None:
    await corpus.fill(store)
    for table, changed, constraint in _DANGLING:
        columns = [row["column_name"] for row in await store.fetch(_COLUMNS, table)]
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refusal:
            await store.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} LIMIT 1")  # noqa: S608
        assert refusal.value.constraint_name == constraint, refusal.value


async def test_evidence_is_looked_for_at_commit_whatever_else_is_written(store: Connection) -> None:
    await corpus.fill(store)
    bare = """
    INSERT INTO action_version (id, revision_from, revision_to, document, date_basis, open_ended, confidence, basis,
                                extractor, gist_zh, gist_en, body)
    SELECT id, 5, 6, document, 'none', false, 'high', 'text', 'x', '', '', '{}' FROM action_version LIMIT 1;
    DELETE FROM unchecked
    """
    # One statement string is one transaction; what is asked at its end is not to be talked out of.
    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        await store.execute(bare)
    assert refusal.value.constraint_name == "action_has_evidence"
    assert await store.fetchval("SELECT count(*) FROM action_version WHERE extractor = 'x'") == 0


async def test_nothing_that_is_referred_to_can_be_emptied(store: Connection, dsn: str) -> None:
    owner = await connect(dsn)
    try:
        for table in ("revision", "code", "document_text", "entity", "action", "action_version", "figure_version"):
            with pytest.raises(asyncpg.IntegrityConstraintViolationError):
                await owner.execute(f"TRUNCATE {table} CASCADE")
    finally:
        await owner.close()


async def test_what_means_something_to_a_copy_is_kept_as_it_is(store: Connection) -> None:
    texts = ["\\N", "\\.", "a\tb", "c\nd", "e\rf", 'g"h', "i\\\\n", "j\u2028k", "𠀀", "l\\"]
    names = tuple(EntityName(name=text, language="en", kind="alias") for text in texts)
    odd = Entity(id="odd", kind="platform", name="\\N", name_en="\\.", names=names, revision=2)
    await commit(store, Change("new_source", "Odd.", [odd]))
    written = await store.fetch("SELECT name FROM entity_name ORDER BY position")
    assert [row["name"] for row in written] == texts
    row = await store.fetchrow("SELECT name, name_en, body FROM entity_version WHERE id = 'odd'")
    assert row is not None
    assert tuple(row) == ("\\N", "\\.", record_json(odd))


async def test_two_writers_make_two_revisions_in_a_row(store: Connection, dsn: str) -> None:
    import asyncio

    other = await connect(dsn, role="cunzhao_writer")
    try:
        entity = next(r for r in corpus.document_change(2023, entities=True).records if isinstance(r, Entity))
        changes = [
            Change(cause="our_correction", note=f"{n}", records=[entity.model_copy(update={"name_en": f"{n}"})])
            for n in range(10)
        ]
        made = await asyncio.gather(
            *(_commit_all(connection, changes) for connection in (store, other)),
        )
        assert sorted(number for numbers in made for number in numbers) == list(range(2, 22))
    finally:
        await other.close()


async def _commit_all(connection: Connection, changes: list[Change]) -> list[int]:
    return [(await commit(connection, change)).number for change in changes]


async def test_bodies_say_what_the_tables_say(store: Connection) -> None:
    await corpus.fill(store)
    assert (
        await store.fetchval("""
        SELECT count(*) FROM action_version v, LATERAL (SELECT v.body::jsonb AS b) j
        WHERE b->>'id' <> v.id OR (b->>'revision')::int <> v.revision_from OR b->>'gist_zh' <> v.gist_zh
           OR (b->>'acted_on')::date IS DISTINCT FROM v.acted_on OR b->'document'->>'id' <> v.document
           OR (b->>'amount_cny')::bigint IS DISTINCT FROM v.amount_cny
           OR b->'measures' <> (SELECT jsonb_agg(code ORDER BY position) FROM action_code c
                                WHERE c.version = v.version AND list = 'measures')
           OR jsonb_array_length(b->'anchors') <> (SELECT count(*) FROM anchor a WHERE a.action_version = v.version)
           OR jsonb_array_length(b->'entities') <> (SELECT count(*) FROM action_entity e WHERE e.version = v.version)
    """)
        == 0
    )
    assert (
        await store.fetchval("""
        SELECT count(*) FROM figure_version v, LATERAL (SELECT v.body::jsonb AS b) j
        WHERE b->>'measure' <> v.measure OR (b->>'value_min')::bigint IS DISTINCT FROM v.value_min
           OR (b->'period'->>'end')::date IS DISTINCT FROM v.period_end
    """)
        == 0
    )


async def test_migrations_are_numbered_and_applied_once(empty_dsn: str) -> None:
    assert [m.number for m in migrations()] == list(range(1, len(migrations()) + 1))
    connection = await connect(empty_dsn)
    try:
        assert await pending(connection) == len(migrations())
        assert await migrate(connection) == [m.number for m in migrations()]
        assert await migrate(connection) == []
        assert await pending(connection) == 0
        await connection.execute("UPDATE cunzhao.migration SET sha256 = 'other' WHERE number = 1")
        with pytest.raises(MigrationError, match="migration 1 is not the one that was applied"):
            await migrate(connection)
        await connection.execute("INSERT INTO cunzhao.migration VALUES (9999, 'later', 'x')")
        with pytest.raises(MigrationError, match="newer than this program"):
            await migrate(connection)
    finally:
        await connection.close()


async def test_two_migrate_at_once_and_neither_fails(empty_dsn: str) -> None:
    import asyncio

    connections = [await connect(empty_dsn) for _ in range(3)]
    try:
        applied = await asyncio.gather(*(migrate(connection) for connection in connections))
        assert sorted(number for numbers in applied for number in numbers) == [m.number for m in migrations()]
    finally:
        for connection in connections:
            await connection.close()


async def test_every_plain_statement_is_understood_by_postgres(dsn: str) -> None:
    connection = await connect(dsn)
    try:
        plain = [name for name in statement_names() if "{" not in statement(name)]
        assert len(plain) > 25
        for name in plain:
            await connection.prepare(statement(name))
    finally:
        await connection.close()
