"""Copies of one announcement in the store: once, evidenced, reversible, whatever the order they come in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from itertools import permutations
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from db.changes import Change
from db.correcting import CannotCorrect, parse_changes
from db.corrections import correct, retract
from db.ingest.run import ingest
from db.migrate import migrate
from db.pool import Connection, connect, open_pool
from db.reader import PostgresReader
from db.shipped import apply_dataset, load_dataset, write_dataset
from db.verify.run import verify
from db.verify.texts import Texts
from db.writer import commit
from schema.query import Filter
from schema.records import RECORD_MODELS, Action, AnyRecord, Document, Figure
from tests.support.copies import COPIES, DIGEST, EXCERPT, FULL, case, circular, page
from tests.support.databases import undone

IN_OTHER_WORDS = page(
    "网络执法：第一季度约谈平台1357家",
    "https://daily.example/a/9.html",
    "2031-04-09",
    "据网信部门介绍，一季度依法约谈1357家网络平台，下架App 246款，关闭网站975个。",
)
"""A newspaper's, which tells the counts in its own words."""


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[Connection]:
    connection = await connect(dsn, role="cunzhao_writer")
    yield connection
    await connection.close()


async def _standing(store: Connection) -> dict[str, AnyRecord]:
    found: dict[str, AnyRecord] = {}
    for kind, model in RECORD_MODELS.items():
        for row in await store.fetch(f"SELECT body FROM {kind}_version WHERE revision_to IS NULL"):  # noqa: S608
            record = model.model_validate_json(row["body"])
            found[record.id] = record
    return found


async def _facts(store: Connection) -> Counter[str]:
    """What stands, without ids: each fact with the address of the copy it belongs to."""
    found: Counter[str] = Counter()
    for record in (await _standing(store)).values():
        if isinstance(record, Figure):
            found[f"{record.document.url} {record.measure} {record.subject_kind} {record.value_min}"] += 1
        elif isinstance(record, Action):
            names = sorted(mention.name for mention in record.entities)
            found[f"{record.document.url} {names} {sorted(record.measures)}"] += 1
    return found


async def _relations(store: Connection) -> dict[str | None, str | None]:
    documents = {r.id: r for r in (await _standing(store)).values() if isinstance(r, Document)}
    return {one.url: documents[one.reprint_of].url if one.reprint_of else None for one in documents.values()}


async def _document(store: Connection, text: str) -> Document:
    url = text.split("url: ", 1)[1].split("\n", 1)[0]
    return next(r for r in (await _standing(store)).values() if isinstance(r, Document) and r.url == url)


async def _set(store: Connection, document: Document, value: str) -> None:
    await correct(
        store, document.id, lambda r: parse_changes(r, [f"reprint_of={value}"]), cause="our_correction", note="Looked."
    )


async def _sound(store: Connection) -> None:
    lines: list[str] = []
    assert await verify(store, Texts(), lines.append), lines


async def test_the_order_of_ingest_makes_no_difference(store: Connection) -> None:
    seen = []
    for order in permutations(COPIES):
        async with undone(store):
            for text in order:
                await ingest(store, text.encode())
            seen.append((await _relations(store), await _facts(store)))
            assert (await ingest(store, order[0].encode())).status == "unchanged"
            await _sound(store)
    assert all(one == seen[0] for one in seen)
    relations, facts = seen[0]
    full, excerpt, digest = (text.split("url: ", 1)[1].split("\n", 1)[0] for text in COPIES)
    assert relations == {full: None, excerpt: full, digest: full}
    assert max(facts.values()) == 1
    assert sum(fact.startswith(full) for fact in facts) == len(facts) - 1
    assert sum(fact.startswith(digest) and "快马运单" in fact for fact in facts) == 1  # what it alone tells


async def test_announcements_of_all_kinds_may_come_in_any_order(store: Connection) -> None:
    others = [
        circular(7, 21, "2031-08-28", "https://a.example/7"),
        circular(8, 21, "2031-09-03", "https://a.example/8"),
        case("2031-05-01", "https://a.example/c", 30, 3),
    ]
    orders = [*COPIES, *others], [*others, *COPIES][::-1], [others[0], DIGEST, others[2], FULL, others[1], EXCERPT]
    seen = []
    for order in orders:
        async with undone(store):
            for text in order:
                await ingest(store, text.encode())
            kinds = Counter(type(record).__name__ for record in (await _standing(store)).values())
            seen.append((await _relations(store), await _facts(store), kinds))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][2]["Document"] == 6


async def test_a_better_copy_takes_the_place_and_changes_no_id(store: Connection) -> None:
    await ingest(store, EXCERPT.encode())
    before = {i for i, r in (await _standing(store)).items() if isinstance(r, (Action, Figure))}
    outcome = await ingest(store, FULL.encode())
    assert outcome.reprint_of is None
    after = await _standing(store)
    assert before < {i for i, r in after.items() if isinstance(r, (Action, Figure))}
    full = await _document(store, FULL)
    assert {r.document.id for r in after.values() if isinstance(r, (Action, Figure))} == {full.id}
    assert (await _document(store, EXCERPT)).reprint_of == full.id
    await _sound(store)


async def test_a_reprint_says_what_it_rests_on(store: Connection) -> None:
    await ingest(store, FULL.encode())
    tried = await ingest(store, DIGEST.encode(), dry_run=True)
    full = await _document(store, FULL)
    assert (tried.reprint_of, tried.revision) == (full.id, None)
    outcome = await ingest(store, DIGEST.encode())
    assert outcome.revision is not None
    assert outcome.revision.note.endswith(f", a reprint of {full.id}")
    evidence = (await _document(store, DIGEST)).reprint_evidence
    assert evidence is not None
    assert (evidence.basis, evidence.figures, evidence.issuer, evidence.days) == ("facts", 2, True, 2)
    assert evidence.weight >= 250
    assert full.reprint_evidence is None
    assert "reprint_evidence" not in json.loads(full.model_dump_json())


async def test_circulars_that_share_their_words_stay_two(store: Connection) -> None:
    await ingest(store, circular(7, 21, "2031-08-28", "https://a.example/7").encode())
    outcome = await ingest(store, circular(8, 21, "2031-09-03", "https://a.example/8").encode())
    assert outcome.reprint_of is None
    assert set((await _relations(store)).values()) == {None}


async def test_a_person_sets_a_copy_apart_for_good(store: Connection) -> None:
    for text in COPIES:
        await ingest(store, text.encode())
    together = await _facts(store)
    excerpt = await _document(store, EXCERPT)
    await _set(store, excerpt, "null")
    apart = await _facts(store)
    assert sum(apart.values()) > sum(together.values())
    assert {fact for fact in apart if excerpt.url and fact.startswith(excerpt.url)}
    await _sound(store)
    for text in COPIES:
        assert (await ingest(store, text.encode())).status == "unchanged"
    changed = EXCERPT.replace("2031年第一季度，", "据悉，2031年第一季度，")
    assert (await ingest(store, changed.encode())).reprint_of is None
    assert (await _document(store, DIGEST)).reprint_of == (await _document(store, FULL)).id
    await _set(store, excerpt, (await _document(store, FULL)).id)
    assert await _facts(store) == together
    evidence = (await _document(store, EXCERPT)).reprint_evidence
    assert evidence is not None
    assert evidence.basis == "correction"
    await _sound(store)


async def test_a_person_ties_what_is_not_alike(store: Connection) -> None:
    other = page("另一则通报", "https://c.example/3", "2033-01-01", "国家网信办依法约谈网站平台31家。")
    for text in (*COPIES, other):
        await ingest(store, text.encode())
    full, odd, digest = [await _document(store, text) for text in (FULL, other, DIGEST)]
    with pytest.raises(CannotCorrect, match=f"{digest.id} is itself a reprint of {full.id}: name that one"):
        await _set(store, odd, digest.id)
    await _set(store, odd, full.id)
    assert (await ingest(store, other.encode())).reprint_of == full.id
    await _set(store, full, digest.id)  # they change places, and the others follow
    assert {one.reprint_of for one in (await _standing(store)).values() if isinstance(one, Document)} <= {
        digest.id, full.id, None,
    }  # fmt: skip
    assert (await _document(store, FULL)).reprint_of == digest.id
    await _sound(store)


async def test_the_database_refuses_chains(store: Connection) -> None:
    for text in COPIES:
        await ingest(store, text.encode())
    full, excerpt, digest = [await _document(store, text) for text in COPIES]
    for document, original in ((digest, excerpt), (full, excerpt)):
        wrong = document.model_copy(update={"reprint_of": original.id})
        with pytest.raises(asyncpg.CheckViolationError, match="a reprint points to the canonical copy"):
            await commit(store, Change(cause="our_correction", note="No.", records=[wrong]))


async def test_one_page_is_one_document_however_it_was_reached(store: Connection) -> None:
    address = "https://mp.weixin.qq.com/s?__biz=MzAx&mid=226&idx=4&sn=c5ed"
    text = FULL.replace("https://www.gov.cn/record/2031q1.html", address)
    await ingest(store, text.encode())
    again = await ingest(store, text.replace(address, f"{address}&chksm=8b59&scene=58&subscene=0#rd").encode())
    assert again.status == "changed"  # the header of the saved page is another text
    assert await _relations(store) == {address: None}


async def test_reprints_are_known_where_the_texts_are_not_held(
    store: Connection, empty_dsn: str, tmp_path: Path
) -> None:
    await ingest(store, FULL.encode())
    await write_dataset(store, tmp_path)
    assert "责令其限期整改" not in (tmp_path / "sketches.ndjson").read_text(encoding="utf-8")  # no text travels
    other = await connect(empty_dsn)
    try:
        await migrate(other)
        await apply_dataset(other, load_dataset(tmp_path))
        before = await _facts(other)
        assert (await ingest(other, EXCERPT.encode())).reprint_of == (await _document(store, FULL)).id
        assert await _facts(other) == before
    finally:
        await other.close()


async def test_no_copy_brings_back_what_was_retracted(store: Connection, empty_dsn: str, tmp_path: Path) -> None:
    await ingest(store, FULL.encode())
    for record in (await _standing(store)).values():
        if isinstance(record, Figure):
            await retract(store, record.id, cause="our_correction", note="Counted by somebody else.")
    await write_dataset(store, tmp_path)
    other = await connect(empty_dsn)
    try:
        await migrate(other)
        await apply_dataset(other, load_dataset(tmp_path))
        for held in (store, other):
            before = await _facts(held)
            await ingest(held, IN_OTHER_WORDS.encode())
            assert await _facts(held) == before
    finally:
        await other.close()


async def test_whichever_copy_is_asked_for_the_facts_are_those_of_all(store: Connection, dsn: str) -> None:
    for text in COPIES:
        await ingest(store, text.encode())
    full, excerpt, _ = [await _document(store, text) for text in COPIES]
    standing = (await _standing(store)).values()
    pool = await open_pool(dsn, size=1, statement_timeout=10.0)
    try:
        reader = PostgresReader(pool)
        latest = (await reader.revision()).number
        for document in (full, excerpt):
            asked = Filter(document=((document.id,),))
            assert await reader.total("figure", asked, latest) == sum(isinstance(r, Figure) for r in standing)
            assert await reader.total("action", asked, latest) == sum(isinstance(r, Action) for r in standing)
            assert await reader.total("document", asked, latest) == 1
        assert await reader.total("document", Filter(reprint_of=((full.id,),)), latest) == 2
        alone = Filter(document=((full.id,),))
        assert await reader.total("action", alone, 2) < await reader.total("action", alone, latest)
    finally:
        await pool.close()
