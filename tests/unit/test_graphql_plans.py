"""What compiled plans ask of the store, and when plain execution answers instead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLObjectType

from schema.graphql import Answer, Engine, Limits, Request
from schema.graphql.compiled import whole
from schema.graphql.compiled.arguments import strawberry_field
from schema.graphql.engine import CORE
from schema.graphql.reads import PLAN
from schema.ports import StoreUnavailable
from schema.records import Action, AnyRecord, Document, Entity, Figure, RecordKind
from tests.support import corpus
from tests.unit.fake_reader import FakeReader

ENGINE = Engine(Limits())
KINDS: dict[RecordKind, type[AnyRecord]] = {"action": Action, "figure": Figure, "entity": Entity, "document": Document}


@pytest.fixture
def store() -> FakeReader:
    records = corpus.document_change(corpus.YEARS[0], entities=True).records
    return FakeReader({kind: [r for r in records if isinstance(r, model)] for kind, model in KINDS.items()})


async def ask(
    store: FakeReader, query: str, variables: dict[str, Any] | None = None, engine: Engine = ENGINE
) -> Answer:
    return await engine.answer(Request(query, variables or {}), store, "request-1")


async def test_each_level_of_lists_is_one_question(store: FakeReader) -> None:
    answer = await ask(
        store,
        "{actions{nodes{entities{entity{actions(first:2){totalCount nodes{document{figures(first:1){nodes{id}}"
        " actions(first:1){nodes{id}}}}}}} document{id}}}}",
    )
    assert answer.how == "compiled"
    # Pages: the actions of all entities; the figures of all documents; the actions of all documents.
    assert store.calls == {
        "revision": 1, "page": 1, "get": 3, "pages_within": 3, "totals_within": 1,
    }  # fmt: skip


async def test_a_nested_list_can_be_paged_through(store: FakeReader) -> None:
    document = corpus.document_id(corpus.YEARS[0])
    query = (
        "query($d:ID!,$a:Cursor){document(id:$d){actions(first:4,after:$a){nodes{id} pageInfo{hasNextPage endCursor}}}}"
    )
    seen: list[str] = []
    after = None
    while True:
        answer = await ask(store, query, {"d": document, "a": after})
        assert answer.how == "compiled"
        page = answer.data["document"]["actions"]
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) > 4


async def test_variables_that_choose_fields_choose_plans(store: FakeReader) -> None:
    query = (
        "query($d:Boolean=false,$l:Language){actions(first:1){nodes{id @skip(if:$d) gistEn @include(if:$d)"
        " measures{label(lang:$l)}}}}"
    )
    shown = [
        (await ask(store, query, variables)).data["actions"]["nodes"][0]
        for variables in ({}, {"d": True}, {"l": "ZH"}, {"l": "EN"})
    ]
    assert [list(node) for node in shown[:2]] == [["id", "measures"], ["gistEn", "measures"]]
    labels = [node["measures"][0]["label"] for node in shown]
    assert labels[0] == labels[1] == labels[3] != labels[2]


@pytest.mark.parametrize(
    ("query", "how"),
    [
        ("{actions{nodes{id}} __typename}", "compiled"),
        ("{aggregate(groupBy:YEAR){groups{year count}} timeline{year} measures{code} revision{number}}", "compiled"),
        ("{__schema{queryType{name}}}", "introspection"),
        ("{actions(first:-1){nodes{id}}}", "error"),
        ("{actions{nope}}", "not executed"),
    ],
)
async def test_an_answer_tells_how_it_was_made(store: FakeReader, query: str, how: str) -> None:
    assert (await ask(store, query)).how == how


async def test_a_record_that_must_be_there_and_is_not_makes_plain_execution_tell(store: FakeReader) -> None:
    store.rows["document"] = []
    answer = await ask(store, "{actions(first:1){nodes{document{id}}}}", engine=Engine(Limits()))
    assert answer.how == "null"
    assert answer.errors[0]["path"] == ["actions", "nodes", 0, "document"]


async def test_a_store_that_is_away_is_not_asked_again(store: FakeReader) -> None:
    store.failure = StoreUnavailable("gone")
    answer = await ask(store, "{actions{nodes{id}}}")
    assert (answer.outcome, answer.how) == ("unavailable", "unavailable")
    assert store.calls == {"revision": 1}


async def test_what_is_selected_alike_is_remembered_together(store: FakeReader) -> None:
    engine = Engine(Limits())
    await ask(store, "{actions{nodes{id document{title publishedOn}}}}", engine=engine)
    again = """query($n:Int,$d:Boolean=true){actions(first:$n){nodes{gistZh document{...T}}}}
        fragment T on Document{title ... @include(if:$d){publishedOn}}"""
    answer = await ask(store, again, engine=engine)
    assert (answer.how, store.calls["get"]) == ("compiled", 1)
    await ask(store, again, {"d": False}, engine)
    assert store.calls["get"] == 2
    await ask(store, "{actions{nodes{document{issuer{label}}}}}", engine=engine)
    await ask(store, "{actions{nodes{document{issuer{label(lang:ZH)}}}}}", engine=engine)
    assert store.calls["get"] == 4


async def test_what_is_asked_for_often_is_read_for_all_records(
    store: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "_OFTEN", 2)
    engine = Engine(Limits())
    query = "query($e:[String!]){actions(entityId:$e){nodes{entities{entity{id name kind{code}}}}}}"
    plain = Engine(Limits(), compiled=False)
    asked = []
    for row in store.rows["entity"]:
        answer = await ask(store, query, {"e": [row.id]}, engine)
        asked.append(store.calls["get"])
        for _ in range(20):
            await asyncio.sleep(0)  # the reading of all others has its turn
        assert answer.data == (await ask(store, query, {"e": [row.id]}, plain)).data
        store.calls["get"] = asked[-1]
    assert asked[-1] == asked[2] < len(asked)


async def test_what_there_is_no_room_for_is_read_once(store: FakeReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "_OFTEN", 1)
    monkeypatch.setattr(whole, "_TOGETHER", 2)
    engine = Engine(Limits(fragment_bytes=8_000))
    streamed: list[RecordKind] = []
    stream = store.stream

    def recorded(kind: RecordKind, *rest: Any) -> AsyncIterator[bytes]:
        streamed.append(kind)
        return stream(kind, *rest)

    monkeypatch.setattr(store, "stream", recorded)
    for _ in range(5):
        await ask(store, "{actions{nodes{entities{entity{id name names{name language}}}}}}", engine=engine)
        for _ in range(20):
            await asyncio.sleep(0)
        assert engine._planner is not None
        assert engine._planner._fragments.size <= 8_000
    assert streamed == ["entity"]


async def test_fragments_are_kept_within_bounds(store: FakeReader) -> None:
    engine = Engine(Limits(fragment_bytes=30_000))
    for alias in "abcdefgh":
        answer = await engine.answer(Request(f"{{actions{{nodes{{{alias}:gistZh anchors{{exact}}}}}}}}"), store)
        assert answer.how == "compiled"
    assert engine._planner is not None
    assert 0 < engine._planner._fragments.size <= 30_000


def test_plans_can_read_every_field() -> None:
    """A field with a resolver says beside it how a plan reads it: plain execution is the exception."""
    own = [t for t in CORE.type_map.values() if isinstance(t, GraphQLObjectType) and not t.name.startswith("__")]
    unread = [
        f"{type_.name}.{name}"
        for type_ in own
        for name, field in type_.fields.items()
        if strawberry_field(field).base_resolver is not None and PLAN not in strawberry_field(field).metadata
    ]
    assert not unread
