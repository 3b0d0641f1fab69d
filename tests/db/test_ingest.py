"""From bytes to the store: once, with evidence, and the same ids whenever it is read again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from db.ingest import evidence, records, run
from db.ingest.clean import Cleaned
from db.ingest.extract import extract_notice
from db.ingest.notice import Notice, Refused
from db.ingest.run import ingest
from db.pool import Connection, connect
from db.writer import commit
from schema.extraction import Extraction
from schema.records import Action, AnyRecord, Document, Entity, Figure
from schema.rules import confidence_of
from tests.support.announcements import ANNUAL, CORRECTED_AT_SOURCE


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[Connection]:
    connection = await connect(dsn, role="cunzhao_writer")
    yield connection
    await connection.close()


async def _standing(store: Connection) -> dict[str, AnyRecord]:
    found: dict[str, AnyRecord] = {}
    models: dict[str, type[AnyRecord]] = {
        "action": Action, "figure": Figure, "entity": Entity, "document": Document,
    }  # fmt: skip
    for kind, model in models.items():
        for row in await store.fetch(f"SELECT body FROM {kind}_version WHERE revision_to IS NULL"):  # noqa: S608
            record = model.model_validate_json(row["body"])
            found[record.id] = record
    return found


async def test_a_document_becomes_one_revision_of_evidenced_records(store: Connection) -> None:
    outcome = await ingest(store, ANNUAL.encode())
    assert outcome.status == "new"
    assert outcome.revision is not None
    assert (outcome.revision.number, outcome.revision.cause) == (2, "new_source")
    records = await _standing(store)
    assert {r.revision for r in records.values()} == {2}
    figures = {(r.measure, r.value_min) for r in records.values() if isinstance(r, Figure)}
    assert figures == {("regulatory_talk", 1234), ("app_delisting", 56), ("account_closure", 789)}
    named = {frozenset(m.name for m in r.entities): r for r in records.values() if isinstance(r, Action)}
    talk = named[frozenset({"云雀视频", "星河问答"})]
    assert set(talk.measures) == {"regulatory_talk", "correction_order", "fine"}
    assert {"pornography", "vulgarity"} <= set(talk.categories)
    assert (str(talk.acted_on), talk.date_basis) == ("2031-12-31", "period_end")
    assert talk.open_ended
    assert talk.regions == ("100000",)
    assert frozenset({"夜航船杂志网", "东篱新闻网"}) in named
    for record in records.values():
        for anchor in getattr(record, "anchors", ()):
            assert ANNUAL[anchor.start : anchor.end] == anchor.exact


async def test_the_rule_of_every_value_is_on_record_with_its_confidence(store: Connection) -> None:
    await ingest(store, ANNUAL.encode())
    rows = await store.fetch("SELECT rule, confidence FROM anchor")
    assert rows
    assert {(row["rule"], row["confidence"]) for row in rows} == {
        (rule, confidence_of(rule)) for rule in {row["rule"] for row in rows}
    }
    assert {"name_quoted", "count_in_text", "period_same_sentence"} <= {row["rule"] for row in rows}


async def test_rules_calibrated_again_change_no_record(store: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    await ingest(store, ANNUAL.encode())
    monkeypatch.setattr(evidence, "confidence_of", lambda _: 0.33)
    assert (await ingest(store, ANNUAL.encode())).status == "unchanged"
    monkeypatch.setattr(records, "period_rule", lambda _: "period_of_document")
    outcome = await ingest(store, ANNUAL.encode())
    assert (outcome.status, {type(one) for one in outcome.change.records}) == ("changed", {Figure})


async def test_the_same_bytes_change_nothing(store: Connection) -> None:
    await ingest(store, ANNUAL.encode())
    before = await _standing(store)
    again = await ingest(store, ANNUAL.encode())
    assert (again.status, again.revision) == ("unchanged", None)
    assert await _standing(store) == before
    assert await store.fetchval("SELECT max(number) FROM revision") == 2


async def test_a_newer_reader_that_reads_the_same_changes_nothing(
    store: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ingest(store, ANNUAL.encode())
    monkeypatch.setattr(run, "EXTRACTOR", "cunzhao/99")
    assert (await ingest(store, ANNUAL.encode())).status == "unchanged"


async def test_a_change_at_the_source_keeps_the_ids(store: Connection) -> None:
    await ingest(store, ANNUAL.encode())
    before = await _standing(store)
    outcome = await ingest(store, CORRECTED_AT_SOURCE.encode())
    assert outcome.status == "changed"
    assert outcome.revision is not None
    assert outcome.revision.cause == "source_changed"
    after = await _standing(store)
    assert after.keys() == before.keys()
    changed = {i for i in before if isinstance(before[i], Figure) and before[i] != after[i]}
    values = {(getattr(before[i], "value_min", 0), getattr(after[i], "value_min", 0)) for i in changed}
    assert (1234, 1243) in values
    closed = await store.fetchval("SELECT count(*) FROM figure_version WHERE revision_to = 3")
    assert closed == len(changed)


async def test_a_better_reading_is_our_correction_and_keeps_the_ids(
    store: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ingest(store, ANNUAL.encode())
    before = await _standing(store)

    def better(notice: Notice, cleaned: Cleaned) -> Extraction:
        found = extract_notice(notice, cleaned)
        first = found.actions[0].model_copy(update={"open_ended": not found.actions[0].open_ended})
        return found.model_copy(update={"actions": (first, *found.actions[2:])})

    monkeypatch.setattr(run, "extract_notice", better)
    outcome = await ingest(store, ANNUAL.encode())
    assert outcome.revision is not None
    assert outcome.revision.cause == "our_correction"
    after = await _standing(store)
    gone = before.keys() - after.keys()
    assert [kind for kind, _ in outcome.change.closed] == ["action"]
    assert {record_id for _, record_id in outcome.change.closed} == gone
    assert not after.keys() - before.keys()
    assert sum(before[i] != after[i] for i in after) == 1


async def test_a_dry_run_shows_the_change_and_makes_none(store: Connection) -> None:
    outcome = await ingest(store, ANNUAL.encode(), dry_run=True)
    assert outcome.status == "new"
    assert outcome.revision is None
    assert outcome.change.records
    assert await store.fetchval("SELECT count(*) FROM revision") == 1
    assert await store.fetchval("SELECT count(*) FROM text_layer") == 0


async def test_a_text_not_held_is_kept_when_it_turns_up(store: Connection) -> None:
    outcome = await ingest(store, ANNUAL.encode(), dry_run=True)
    await commit(store, replace(outcome.change, texts=()))  # as the shipped dataset brings it
    assert await store.fetchval("SELECT count(*) FROM text_layer WHERE body IS NULL") == 1
    assert (await ingest(store, ANNUAL.encode())).status == "unchanged"
    assert await store.fetchval("SELECT body FROM text_layer") == ANNUAL


async def test_two_ingest_the_same_document_at_once_and_one_finds_it_there(store: Connection, dsn: str) -> None:
    import asyncio

    other = await connect(dsn, role="cunzhao_writer")
    try:
        outcomes = await asyncio.gather(*(ingest(c, ANNUAL.encode()) for c in (store, other)))
    finally:
        await other.close()
    assert sorted(outcome.status for outcome in outcomes) == ["new", "unchanged"]


async def test_what_is_no_text_is_refused_and_nothing_is_written(store: Connection) -> None:
    for data in (b"", b"\x00\x01\x02", b"\x89PNG\r\n\x1a\n\x00"):
        with pytest.raises(Refused):
            await ingest(store, data)
    assert await store.fetchval("SELECT count(*) FROM revision") == 1


async def test_an_entity_gains_the_names_it_is_called_by(store: Connection) -> None:
    await ingest(store, ANNUAL.encode())
    traditional = ANNUAL.replace("云雀视频", "雲雀視頻").replace("annual.html", "annual-hant.html")
    await ingest(store, traditional.encode())
    entities = [r for r in (await _standing(store)).values() if isinstance(r, Entity)]
    larks = [entity for entity in entities if any(n.name == "雲雀視頻" for n in entity.names)]
    assert len(larks) == 1
    assert larks[0].name == "云雀视频"


async def test_a_text_found_again_without_its_address_keeps_the_address(store: Connection) -> None:
    bare = ANNUAL.replace("url: https://record.example/2031/annual.html\n", "")
    await ingest(store, bare.encode(), url="https://record.example/other.html")
    assert (await ingest(store, bare.encode())).status == "unchanged"


async def test_the_same_text_in_other_bytes_is_nothing_new(store: Connection) -> None:
    text = "网信部门依法关闭“云雀视频”等网站3个。"
    assert (await ingest(store, text.encode("utf-16"))).status == "new"
    assert (await ingest(store, text.encode("gb18030"))).status == "unchanged"
    assert (await ingest(store, text.encode("utf-16"))).status == "unchanged"
