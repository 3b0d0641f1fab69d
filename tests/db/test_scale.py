"""Pages of very many names: all of them are written, checked and known again, in a time that grows as the page does."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from db.changes import Change
from db.ingest.run import ingest
from db.pool import Connection, connect
from db.writer import commit
from schema.records import Action, AnyRecord
from tests.support import corpus

MANY = 1_000


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[Connection]:
    connection = await connect(dsn, role="cunzhao_writer")
    yield connection
    await connection.close()


def _one_act() -> str:
    return f"网信部门依法关闭{''.join(f'“号{n}”' for n in range(MANY))}等账号。"


def _many_acts() -> str:
    return "\n\n".join(f"网信部门依法关闭“号{n}”账号。" for n in range(MANY))


@pytest.mark.parametrize(("page", "records"), [(_one_act(), 1), (_many_acts(), MANY)], ids=["one", "many"])
async def test_a_page_of_very_many_names_is_written_and_known_again(store: Connection, page: str, records: int) -> None:
    began = time.process_time()
    assert (await ingest(store, page.encode(), url="https://a.example/")).status == "new"
    assert await store.fetchval("SELECT count(*) FROM action") == records
    assert await store.fetchval("SELECT count(*) FROM entity_version") == MANY
    assert await store.fetchval("SELECT count(*) FROM anchor WHERE field = 'entities'") == MANY
    assert (await ingest(store, page.encode(), url="https://a.example/")).status == "unchanged"
    moved = await ingest(store, f"前言。\n\n{page}".encode(), url="https://a.example/")
    assert moved.status == "changed"
    assert await store.fetchval("SELECT count(*) FROM action") == records
    # Compared each with each, or written one after the other, they take some ten times as long.
    assert time.process_time() - began < 20


async def test_a_misquotation_anywhere_in_a_long_text_is_refused(store: Connection) -> None:
    change = corpus.document_change(2023, entities=True)
    text = next(text.body or "" for text in change.texts)
    action = next(record for record in change.records if isinstance(record, Action))
    anchor = action.anchors[0]
    others: list[AnyRecord] = [record for record in change.records if not isinstance(record, Action)]
    # Wherever the text is cut for checking, some of these lie across the cut.
    held = [
        anchor.model_copy(update={"start": at, "end": at + 5, "exact": text[at : at + 5]})
        for at in range(len(text) - 5)
    ]
    for at in (0, len(held) // 2, len(held) - 1):
        wrong = [*held[:at], held[at].model_copy(update={"exact": "不是原文。"}), *held[at + 1 :]]
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refusal:
            await commit(store, _with(change, others, action.model_copy(update={"anchors": tuple(wrong)})))
        assert refusal.value.constraint_name == "anchor_quotes_document"
    await commit(store, _with(change, others, action.model_copy(update={"anchors": tuple(held)})))
    assert await store.fetchval("SELECT count(*) FROM anchor WHERE action_version IS NOT NULL") == len(held)


def _with(change: Change, others: list[AnyRecord], action: Action) -> Change:
    return Change(cause=change.cause, note=change.note, records=[*others, action], texts=change.texts)
