"""Facts read off a page whose text is not held: marked, unanchored, and replaced by evidence once the text comes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from db.changes import Change, record_json
from db.correcting import CannotCorrect
from db.corrections import correct, retract
from db.ingest.extract import EXTRACTOR
from db.ingest.run import ingest
from db.lookups import Lookups
from db.migrate import migrate
from db.pool import Connection, connect
from db.selecting import page_sql
from db.shipped import apply_dataset, load_dataset, write_dataset
from db.transcribing.format import Page
from db.transcribing.run import UnknownOriginal, transcribe
from db.verify.run import verify
from db.verify.texts import Texts
from db.writer import commit
from schema.codes import shipped_codes
from schema.extraction import Anchor
from schema.query import Filter, PageQuery
from schema.records import Action, AnyRecord, Document, Entity, Figure
from tests.support import corpus
from tests.support.announcements import ANNUAL, CORRECTED_AT_SOURCE

URL = "https://record.example/2031/annual.html"  # that of the announcement ANNUAL
YEAR = {"start": "2031-01-01", "end": "2031-12-31"}
SITES = {"value_min": 1234, "value_max": 1234, "qualifier": "exact", "wording": "1234"}
PAGE: dict[str, Any] = {
    "url": URL, "period": YEAR, "issuer": "cac", "note": "As a newspaper has it.",
    "figures": [
        {"measure": "regulatory_talk", "subject_kind": "platform", **SITES, "authorities": ["cac_system"],
         "confidence": "high"},
        {"measure": "account_closure", "subject_kind": "account", "value_min": 700, "qualifier": "at_least",
         "wording": "700余"},
        {"measure": "fine", "subject_kind": "website", "value_min": 9, "value_max": 9, "qualifier": "exact",
         "wording": "9", "period": None},
    ],
    "actions": [
        {"entities": [{"name": "云雀视频", "kind": "platform"}, {"name": "星河问答", "kind": "platform"}],
         "measures": ["regulatory_talk", "fine"], "authorities": ["cac"]},
        {"unnamed_kind": "person_responsible", "measures": ["fine"], "amount_cny": 10000},
    ],
}  # fmt: skip


def page(**changes: Any) -> Page:
    return Page.model_validate(PAGE | changes)


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[Connection]:
    connection = await connect(dsn, role="cunzhao_writer")
    yield connection
    await connection.close()


async def standing(store: Connection) -> dict[str, AnyRecord]:
    models: Mapping[str, type[AnyRecord]] = {
        "action": Action, "figure": Figure, "entity": Entity, "document": Document,
    }  # fmt: skip
    found: dict[str, AnyRecord] = {}
    for kind, model in models.items():
        for row in await store.fetch(f"SELECT body FROM {kind}_version WHERE revision_to IS NULL"):  # noqa: S608
            record = model.model_validate_json(row["body"])
            found[record.id] = record
    return found


async def verified(store: Connection) -> list[str]:
    lines: list[str] = []
    assert await verify(store, Texts(), lines.append), lines
    return lines


async def test_facts_are_marked_and_have_no_anchors(store: Connection) -> None:
    outcome = await transcribe(store, page())
    assert outcome.status == "new"
    assert outcome.revision is not None
    assert outcome.revision.cause == "new_source"
    assert outcome.revision.note.endswith(f"{URL} · As a newspaper has it.")
    records = await standing(store)
    facts = [r for r in records.values() if isinstance(r, (Action, Figure))]
    assert len(facts) == 5
    assert all(f.basis == "transcribed" and not f.anchors and f.extractor == "transcribed/1" for f in facts)
    assert all('"basis":"transcribed"' in record_json(fact) for fact in facts)
    (document,) = (r for r in records.values() if isinstance(r, Document))
    assert (document.basis, document.sha256, document.source_sha256, document.length, document.clauses) == (
        "transcribed", None, None, None, None,
    )  # fmt: skip
    figures = {f.measure: f for f in facts if isinstance(f, Figure)}
    assert figures["regulatory_talk"].confidence == "high"
    assert figures["regulatory_talk"].regions == ("100000",)
    assert (figures["account_closure"].value_max, figures["account_closure"].confidence) == (None, "low")
    assert figures["account_closure"].period == document.period
    assert figures["fine"].period is None
    (talk,) = (f for f in facts if isinstance(f, Action) and f.entities)
    assert (str(talk.acted_on), talk.date_basis) == ("2031-12-31", "period_end")
    assert {m.entity for m in talk.entities} <= records.keys()


async def test_verify_counts_them_apart_and_never_as_anchors(store: Connection) -> None:
    await transcribe(store, page())
    lines = await verified(store)
    assert lines[:2] == [
        "texts: 0 checked, 0 not held, 0 wrong",
        "anchors: 0 checked, 0 not held (anchors of 0 texts), 0 wrong",
    ]
    assert lines[4] == "transcribed facts: 0 checked, 5 rest on pages whose text is not held, 0 wrong"


async def test_the_same_facts_change_nothing_and_others_make_new_versions(store: Connection) -> None:
    await transcribe(store, page())
    before = await standing(store)
    assert (await transcribe(store, page())).status == "unchanged"
    assert await store.fetchval("SELECT max(number) FROM revision") == 2
    figures = [PAGE["figures"][0] | {"value_min": 1243, "value_max": 1243}, PAGE["figures"][1]]
    outcome = await transcribe(store, page(figures=figures))
    assert outcome.status == "changed"
    assert outcome.revision is not None
    assert outcome.revision.cause == "our_correction"
    after = await standing(store)
    gone = before.keys() - after.keys()
    assert [getattr(before[i], "measure", None) for i in gone] == ["fine"]
    assert not after.keys() - before.keys()


async def test_the_text_of_the_page_brings_evidence_under_the_same_ids(store: Connection) -> None:
    await transcribe(store, page())
    before = await standing(store)
    outcome = await ingest(store, ANNUAL.encode())
    assert outcome.status == "changed"
    assert outcome.revision is not None
    assert (outcome.revision.cause, outcome.revision.note.split(":")[0]) == ("new_source", f"Read by {EXTRACTOR}")
    after = await standing(store)
    for record in after.values():
        if not isinstance(record, Entity):
            assert record.basis == "text"
            assert isinstance(record, Document) or record.anchors
    kept = {getattr(before[i], "measure", None) or getattr(before[i], "measures", "") for i in before if i in after}
    assert {"regulatory_talk", "account_closure", ("regulatory_talk", "fine")} <= kept
    talks = [r for r in after.values() if isinstance(r, Figure) and r.measure == "regulatory_talk"]
    assert [(t.id in before, t.value_min, bool(t.anchors)) for t in talks] == [(True, 1234, True)]
    # What the text does not bear out no longer stands, and is still there as of the revision before.
    closed = {i for kind, i in outcome.change.closed}
    assert closed == {i for i in before if i not in after}
    assert {getattr(before[i], "measure", "action") for i in closed} == {"fine", "action"}
    assert (await verified(store))[4] == "transcribed facts: 0 checked, 0 rest on pages whose text is not held, 0 wrong"
    assert (await transcribe(store, page())).status == "held"
    assert await standing(store) == after


async def test_a_text_read_first_is_not_replaced(store: Connection) -> None:
    await ingest(store, ANNUAL.encode())
    before = await standing(store)
    outcome = await transcribe(store, page())
    assert (outcome.status, outcome.revision) == ("held", None)
    assert await standing(store) == before


async def test_corrections_are_kept_but_what_a_fact_rests_on_cannot_be_corrected(store: Connection) -> None:
    await transcribe(store, page())
    talk = next(r for r in (await standing(store)).values() if isinstance(r, Figure) and r.value_min == 1234)
    why: dict[str, Any] = {"cause": "our_correction", "note": "Misread."}
    with pytest.raises(CannotCorrect, match="basis cannot be corrected"):
        await correct(store, talk.id, lambda _: {"basis": "text"}, **why)
    anchor = Anchor(field="value", start=0, end=1, exact="1").model_dump()
    with pytest.raises(CannotCorrect, match="a transcribed record has anchors"):
        await correct(store, talk.id, lambda _: {"anchors": [anchor]}, **why)
    await correct(store, talk.id, lambda _: {"value_min": 1235, "value_max": 1235}, **why)
    assert (await transcribe(store, page())).status == "unchanged"
    await retract(store, talk.id, cause="retraction", note="Withdrawn.")
    assert (await transcribe(store, page())).status == "unchanged"
    await ingest(store, ANNUAL.encode())
    assert talk.id not in await standing(store)


async def test_a_reprint_needs_its_original(store: Connection) -> None:
    other = page(url="https://copy.example/1", reprint_of=URL, figures=[], actions=[])
    with pytest.raises(UnknownOriginal, match="reprint_of: no document"):
        await transcribe(store, other)
    await transcribe(store, page())
    await transcribe(store, other)
    documents = {r.url: r for r in (await standing(store)).values() if isinstance(r, Document)}
    assert documents["https://copy.example/1"].reprint_of == documents[URL].id


async def test_reading_an_original_again_leaves_its_transcribed_copies_alone(store: Connection) -> None:
    await ingest(store, ANNUAL.encode())
    await transcribe(store, page(url="https://copy.example/1", reprint_of=URL, figures=[], actions=[]))
    before = await standing(store)
    assert (await ingest(store, ANNUAL.encode())).status == "unchanged"
    await ingest(store, CORRECTED_AT_SOURCE.encode())
    after = await standing(store)
    copy = next(i for i, r in before.items() if isinstance(r, Document) and r.url == "https://copy.example/1")
    assert after[copy] == before[copy]
    await verified(store)


async def test_the_few_are_found_without_reading_the_rest(store: Connection) -> None:
    await transcribe(store, page())
    sql, values = page_sql(
        PageQuery(kind="figure", filter=Filter(basis=(("transcribed",),)), revision=2, limit=9),
        Lookups(shipped_codes()),
    )
    assert values == [2, 10]
    async with store.transaction():
        await store.execute("SET LOCAL enable_seqscan = off")
        bare = sql.replace("$1", "2").replace("$2", "10")
        plan = "\n".join(row[0] for row in await store.fetch(f"EXPLAIN {bare}"))
    assert "transcribed_figure" in plan
    assert "Sort" not in plan


async def test_a_dataset_carries_them_to_another_store(store: Connection, empty_dsn: str, tmp_path: Path) -> None:
    await transcribe(store, page())
    await ingest(store, ANNUAL.encode())
    await write_dataset(store, tmp_path / "a")
    other = await connect(empty_dsn)
    await migrate(other)
    assert (await apply_dataset(other, load_dataset(tmp_path / "a"))).added == 3
    await write_dataset(other, tmp_path / "b")
    await other.close()
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name
    lines = (tmp_path / "a/figures.ndjson").read_text(encoding="utf-8").splitlines()
    bases = [json.loads(line)["record"].get("basis", "text") for line in lines]
    assert sorted(set(bases)) == ["text", "transcribed"]


async def _refused(store: Connection, constraint: str, *records: AnyRecord) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
        await commit(store, Change(cause="new_source", note="Bad.", records=records))
    assert caught.value.as_dict().get("constraint_name") == constraint


async def test_the_store_itself_refuses_to_mix_them_up(store: Connection) -> None:
    await transcribe(store, page())
    records = await standing(store)
    figure = next(r for r in records.values() if isinstance(r, Figure))
    bare = figure.model_copy(update={"basis": "text"})
    await _refused(store, "figure_has_evidence", bare)
    anchor = Anchor(field="value", start=0, end=1, exact="1")
    await _refused(store, "transcribed_has_no_anchor", figure.model_copy(update={"anchors": (anchor,)}))
    document = next(r for r in records.values() if isinstance(r, Document))
    await _refused(store, "measured_as_text_is_held", document.model_copy(update={"basis": "text"}))
    await _refused(store, "measured_as_text_is_held", document.model_copy(update={"source_sha256": "0" * 64}))
    read, *_ = corpus.document_change(2021).records
    assert isinstance(read, Document)
    held = document.model_copy(update={
        "basis": "text", "sha256": read.sha256, "source_sha256": read.source_sha256, "length": read.length,
        "clauses": read.clauses,
    })  # fmt: skip
    await _refused(store, "basis_is_that_of_document", held)
    await commit(store, corpus.document_change(2021, entities=True))
    read_figure = next(r for r in corpus.document_change(2021).records if isinstance(r, Figure))
    unread = read_figure.model_copy(update={"basis": "transcribed", "anchors": ()})
    await _refused(store, "basis_is_that_of_document", unread)
    nowhere = document.model_copy(update={"id": "d-2222222222222", "url": None})
    await _refused(store, "transcribed_has_address", nowhere)


def test_the_models_refuse_it_too() -> None:
    read = next(r for r in corpus.document_change(2021).records if isinstance(r, Figure))
    with pytest.raises(ValueError, match="has no anchors"):
        Figure.model_validate(read.model_dump() | {"anchors": ()})
    with pytest.raises(ValueError, match="has anchors"):
        Figure.model_validate(read.model_dump() | {"basis": "transcribed"})
    document = corpus.document_change(2021).records[0].model_dump()
    with pytest.raises(ValueError, match="has its hashes"):
        Document.model_validate(document | {"sha256": None})
    with pytest.raises(ValueError, match="has neither hashes"):
        Document.model_validate(document | {"basis": "transcribed"})
    nothing = {"basis": "transcribed", "sha256": None, "source_sha256": None, "length": None, "clauses": None}
    with pytest.raises(ValueError, match="has an address"):
        Document.model_validate(document | nothing | {"url": None})
