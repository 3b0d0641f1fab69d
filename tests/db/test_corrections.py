"""Corrections and retractions: new versions under old ids, or a refusal that says why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from db.correcting import CannotCorrect, changes_of, parse_changes
from db.corrections import Corrected, correct, retract
from db.ingest import run
from db.ingest.clean import Cleaned
from db.ingest.extract import extract_notice
from db.ingest.notice import Notice
from db.ingest.run import ingest
from db.migrate import migrate
from db.pool import Connection, connect
from db.replay import recorded, replay
from db.shipped import apply_dataset, load_dataset, write_dataset
from db.verify.run import verify
from db.verify.texts import Texts
from schema.extraction import Extraction
from schema.records import RECORD_MODELS, Action, AnyRecord, Document, Entity, Figure
from tests.support.announcements import ANNUAL, CORRECTED_AT_SOURCE
from tests.support.databases import fresh_database


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[Connection]:
    connection = await connect(dsn, role="cunzhao_writer")
    await ingest(connection, ANNUAL.encode())
    yield connection
    await connection.close()


async def _standing(store: Connection) -> dict[str, AnyRecord]:
    found: dict[str, AnyRecord] = {}
    for kind, model in RECORD_MODELS.items():
        for row in await store.fetch(f"SELECT body FROM {kind}_version WHERE revision_to IS NULL"):  # noqa: S608
            record = model.model_validate_json(row["body"])
            found[record.id] = record
    return found


async def _action(store: Connection, name: str = "云雀视频") -> Action:
    records = (await _standing(store)).values()
    return next(r for r in records if isinstance(r, Action) and name in {m.name for m in r.entities})


async def _figure(store: Connection, value: int = 1234) -> Figure:
    records = (await _standing(store)).values()
    return next(r for r in records if isinstance(r, Figure) and r.value_min == value)


async def _one(store: Connection, model: type[AnyRecord]) -> AnyRecord:
    return next(r for r in (await _standing(store)).values() if isinstance(r, model))


async def _set(store: Connection, record_id: str, *assignments: str, **options: Any) -> Corrected:
    options = {"cause": "our_correction", "note": "Misread.", **options}
    return await correct(store, record_id, lambda record: parse_changes(record, assignments), **options)


async def _read_again(store: Connection, text: str) -> str:
    return (await ingest(store, text.encode())).status


async def _sound(store: Connection) -> None:
    lines: list[str] = []
    assert await verify(store, Texts(), lines.append), lines


async def test_a_correction_is_a_new_version_under_the_same_id(store: Connection) -> None:
    before = await _action(store)
    outcome = await _set(store, before.id, "measures=regulatory_talk,warning", "authorities=cac_guangdong")
    assert outcome.revision is not None
    assert (outcome.revision.number, outcome.revision.cause, outcome.revision.note) == (3, "our_correction", "Misread.")
    after = (await _standing(store))[before.id]
    assert isinstance(after, Action)
    assert (after.measures, after.regions, after.revision) == (("regulatory_talk", "warning"), ("440000",), 3)
    assert "警告" in after.gist_zh
    assert "罚款" not in after.gist_zh
    assert "Warning" in after.gist_en
    assert after.anchors == before.anchors
    rows = await store.fetch(
        "SELECT revision_from, revision_to FROM action_version WHERE id = $1 ORDER BY 1", before.id
    )
    assert [tuple(row) for row in rows] == [(2, 3), (3, None)]
    await _sound(store)


async def test_a_number_a_date_and_a_name_are_corrected(store: Connection) -> None:
    figure = await _figure(store)
    made = (await _set(store, figure.id, "value_min=1243", "value_max=1243", cause="source_changed")).after
    assert isinstance(made, Figure)
    assert (made.value_min, made.value_max) == (1243, 1243)
    assert "1243" in made.gist_zh
    action = await _action(store)
    acted = (await _set(store, action.id, "decided_on=2031-05-06", "amount_cny=50000")).after
    assert isinstance(acted, Action)
    assert (str(acted.acted_on), acted.date_basis, acted.amount_cny) == ("2031-05-06", "decided", 50000)
    entity = await _one(store, Entity)
    assert (await _set(store, entity.id, "name_en=Lark")).after != entity
    document = await _one(store, Document)
    titled = (await _set(store, document.id, "title=某省年度情况", "original_url=null")).after
    assert getattr(titled, "title", "") == "某省年度情况"
    await _sound(store)


async def test_a_whole_record_gives_what_differs_and_its_gist_is_made_anew(store: Connection) -> None:
    figure = await _figure(store)
    whole = figure.model_dump(mode="json") | {"qualifier": "at_least", "value_max": None, "gist_en": "anything"}
    outcome = await correct(store, figure.id, lambda r: changes_of(r, whole), cause="our_correction", note="余.")
    assert isinstance(outcome.after, Figure)
    assert (outcome.after.qualifier, outcome.after.value_max) == ("at_least", None)
    assert "at least 1,234" in outcome.after.gist_en


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("measures=no_such_code", "no code 'no_such_code' in the list 'measures'"),
        ("no_such_field=1", "no field 'no_such_field'; the fields are acted_on, amount_cny,"),
        ("id=a-2222222222222", "id cannot be corrected"),
        ("revision=9", "revision cannot be corrected"),
        ("extractor=me", "extractor cannot be corrected"),
        ("document=null", "document cannot be corrected"),
        ("gist_zh=x", "gist_zh is generated"),
        ("measures=", "measures: "),
        ("amount_cny=much", "amount_cny: "),
        ("open_ended=true", "says that already"),
        ("open_ended", "not of the form field=value"),
        ('entities=[{"entity": "nobody", "name": "某", "kind": "platform"}]', "no entity with the id 'nobody' stands"),
        (
            'entities=[{"entity": "baidu", "name": "某", "kind": "thing"}]',
            "no code 'thing' in the list 'subject_kinds'",
        ),
    ],
)
async def test_what_is_no_correction_is_refused(store: Connection, assignment: str, said: str) -> None:
    action = await _action(store)
    with pytest.raises(CannotCorrect, match=r"^[^\n]*$") as refusal:
        await _set(store, action.id, assignment)
    assert said in str(refusal.value)
    assert await store.fetchval("SELECT max(number) FROM revision") == 2


async def test_unknown_ids_and_empty_notes_are_refused(store: Connection) -> None:
    figure = await _figure(store)
    for record_id in ("f-2222222222222", "nothing at all"):
        with pytest.raises(CannotCorrect, match="stands in this store"):
            await _set(store, record_id, "unit=个")
    with pytest.raises(CannotCorrect, match="note is empty"):
        await _set(store, figure.id, "unit=个", note="  ")
    with pytest.raises(CannotCorrect, match="note is empty"):
        await retract(store, figure.id, cause="retraction", note="")
    with pytest.raises(CannotCorrect, match="an exact figure has one value"):
        await _set(store, figure.id, "value_min=1")


async def test_what_a_copy_measures_cannot_be_corrected(store: Connection) -> None:
    document = await _one(store, Document)
    for field in ("url", "sha256", "length", "clauses"):
        with pytest.raises(CannotCorrect, match=f"{field} cannot be corrected"):
            await _set(store, document.id, f"{field}=1")
    with pytest.raises(CannotCorrect, match="reprint of itself"):
        await _set(store, document.id, f"reprint_of={document.id}")


async def test_the_database_refuses_evidence_that_the_text_does_not_have(store: Connection) -> None:
    action = await _action(store)
    with pytest.raises(asyncpg.CheckViolationError, match="does not hold the words it quotes"):
        await _set(store, action.id, 'anchors=[{"field": "measures", "start": 0, "end": 2, "exact": "约谈"}]')
    assert await store.fetchval("SELECT max(number) FROM revision") == 2


async def test_a_dry_run_shows_old_and_new_and_writes_nothing(store: Connection) -> None:
    figure = await _figure(store)
    outcome = await _set(store, figure.id, "unit=个", dry_run=True)
    assert (outcome.before, outcome.revision) == (figure, None)
    assert getattr(outcome.after, "unit", "") == "个"
    assert (await retract(store, figure.id, cause="retraction", note="No.", dry_run=True)).revision is None
    assert await store.fetchval("SELECT max(number) FROM revision") == 2


async def test_a_retraction_closes_and_keeps_the_history(store: Connection) -> None:
    figure = await _figure(store)
    outcome = await retract(store, figure.id, cause="retraction", note="Withdrawn by its publisher.")
    assert outcome.revision is not None
    assert outcome.revision.cause == "retraction"
    assert figure.id not in await _standing(store)
    assert await store.fetchval("SELECT count(*) FROM figure_version WHERE id = $1", figure.id) == 1
    with pytest.raises(CannotCorrect, match="stands in this store"):
        await retract(store, figure.id, cause="retraction", note="Again.")
    await _sound(store)


async def test_what_is_referred_to_is_retracted_last(store: Connection) -> None:
    action = await _action(store)
    entity = action.entities[0].entity
    with pytest.raises(CannotCorrect, match=f"{entity} cannot be retracted: {action.id} refer"):
        await retract(store, entity, cause="retraction", note="No such thing.")
    document = action.document.id
    with pytest.raises(CannotCorrect, match=f"{document} cannot be retracted: a-.* and [0-9]+ more refer to it"):
        await retract(store, document, cause="retraction", note="No such thing.")
    records = await _standing(store)
    for record in sorted(records.values(), key=lambda r: isinstance(r, (Entity, Document))):
        await retract(store, record.id, cause="retraction", note="All of it.")
    assert not await _standing(store)
    await _sound(store)


async def _correct_some(store: Connection) -> dict[str, str]:
    """An action and a figure corrected twice over, a figure and an action retracted: their ids by what was done."""
    action, figure, gone = await _action(store), await _figure(store), await _figure(store, 56)
    lost = await _action(store, "夜航船杂志网")
    await _set(store, action.id, "measures=warning", "decided_on=2031-05-06")
    await _set(store, action.id, "measures=warning,relisting", 'unnamed_subject="某网站"')
    await _set(store, figure.id, "value_min=1235", "value_max=1235")
    await retract(store, gone.id, cause="retraction", note="Withdrawn.")
    await retract(store, lost.id, cause="our_correction", note="Read wrongly.")
    return {"action": action.id, "figure": figure.id, "gone": gone.id, "lost": lost.id}


async def test_the_same_text_read_again_undoes_nothing(store: Connection) -> None:
    ids = await _correct_some(store)
    before = await _standing(store)
    assert not {ids["gone"], ids["lost"]} & before.keys()
    assert await _read_again(store, ANNUAL) == "unchanged"
    assert await _standing(store) == before
    await _sound(store)


@pytest.mark.parametrize("times", [1, 2])
async def test_a_changed_text_keeps_ids_and_corrections_and_brings_nothing_back(store: Connection, times: int) -> None:
    ids = await _correct_some(store)
    before = await _standing(store)
    for time in range(times):
        changed = CORRECTED_AT_SOURCE.replace("2031年，全国", "据悉，" * time + "2031年，全国")
        assert await _read_again(store, changed) == "changed"
        assert await _read_again(store, changed) == "unchanged"
    after = await _standing(store)
    assert after.keys() == before.keys()
    action, figure = after[ids["action"]], after[ids["figure"]]
    assert isinstance(action, Action)
    assert isinstance(figure, Figure)
    assert (action.measures, str(action.acted_on)) == (("warning", "relisting"), "2031-05-06")
    assert action.unnamed_subject == "某网站"
    assert "警告" in action.gist_zh
    assert figure.value_min == 1235  # though the source now says 1243: a person vouched for it
    assert action.anchors != getattr(before[ids["action"]], "anchors", ())
    await _sound(store)


async def test_a_corrected_record_that_is_read_no_more_stays_unless_its_text_changed(
    store: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await _correct_some(store)

    def blind(notice: Notice, cleaned: Cleaned) -> Extraction:
        return extract_notice(notice, cleaned).model_copy(update={"actions": (), "figures": ()})

    monkeypatch.setattr(run, "extract_notice", blind)
    await _read_again(store, ANNUAL)
    stands = await _standing(store)
    assert {ids["action"], ids["figure"]} == {i for i, r in stands.items() if isinstance(r, (Action, Figure))}
    await _read_again(store, CORRECTED_AT_SOURCE)
    assert not {ids["action"], ids["figure"]} & (await _standing(store)).keys()


async def test_corrected_documents_and_entities_stay_corrected(store: Connection) -> None:
    document, action = await _one(store, Document), await _action(store)
    entity = action.entities[0].entity
    await _set(store, document.id, "title=某省年度情况", "issuer=cac_guangdong")
    names = '[{"name": "云雀短视频", "language": "zh-Hans", "kind": "primary"}]'
    await _set(store, entity, "name=云雀短视频", f"names={names}")
    before = await _standing(store)
    assert await _read_again(store, ANNUAL) == "unchanged"
    assert await _standing(store) == before
    await _read_again(store, CORRECTED_AT_SOURCE)
    after = await _standing(store)
    assert getattr(after[document.id], "title", "") == "某省年度情况"
    assert after[entity] == before[entity]
    await _sound(store)


async def test_a_retracted_document_is_not_read_again(store: Connection) -> None:
    records = await _standing(store)
    for record in sorted(records.values(), key=lambda r: isinstance(r, (Entity, Document))):
        await retract(store, record.id, cause="retraction", note="All of it.")
    assert await _read_again(store, ANNUAL) == "unchanged"
    assert await _read_again(store, CORRECTED_AT_SOURCE) == "unchanged"
    assert not await _standing(store)


async def test_a_dataset_carries_the_corrections(store: Connection, empty_dsn: str, tmp_path: Path) -> None:
    await _correct_some(store)
    await write_dataset(store, tmp_path / "a")
    other = await connect(empty_dsn)
    try:
        await migrate(other)
        await apply_dataset(other, load_dataset(tmp_path / "a"))
        await write_dataset(other, tmp_path / "b")
        for file in sorted((tmp_path / "a").iterdir()):
            assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
        assert await _read_again(other, ANNUAL) == "unchanged"
        await _sound(other)
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await other.execute("UPDATE correction SET id = 'x'")
    finally:
        await other.close()


async def test_recorded_corrections_are_made_again_in_a_store_read_anew(
    store: Connection, server: str, template: str, tmp_path: Path
) -> None:
    ids = await _correct_some(store)
    await write_dataset(store, tmp_path)
    lines = recorded(tmp_path / "corrections.ndjson")
    assert len(lines) == 5
    async with fresh_database(server, template) as dsn:
        other = await connect(dsn, role="cunzhao_writer")
        await ingest(other, ANNUAL.encode())
        assert [await replay(other, *line) for line in lines] == ["made"] * 5
        assert [await replay(other, *line) for line in lines] == ["made before"] * 5
        facts = [
            {i: r.model_dump(exclude={"revision"}) for i, r in (await _standing(s)).items()} for s in (store, other)
        ]
        assert facts[0] == facts[1]
        assert await _read_again(other, ANNUAL) == "unchanged"
        await other.close()
    async with fresh_database(server, template) as dsn:
        other = await connect(dsn, role="cunzhao_writer")
        await ingest(other, CORRECTED_AT_SOURCE.encode())  # other offsets, so other ids: known by the evidence
        assert not {ids["action"], ids["figure"]} & (await _standing(other)).keys()
        assert [await replay(other, *line) for line in lines] == ["made"] * 5
        assert [await replay(other, *line) for line in lines] == ["made before"] * 5
        assert (await _action(other)).measures == ("warning", "relisting")
        assert (await _figure(other, 1235)).revision > 2
        assert {r.value_min for r in (await _standing(other)).values() if isinstance(r, Figure)} == {1235, 789}
        with pytest.raises(CannotCorrect, match="stands in this store"):
            await replay(
                other, lines[0][0].model_copy(update={"key": "new", "document": "d-2222222222222"}), "retraction", "No."
            )
        await _sound(other)
        await other.close()
