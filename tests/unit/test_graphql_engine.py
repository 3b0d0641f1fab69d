"""How requests are answered: one revision, few questions to the store, and errors that tell what they may."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from schema.graphql import Answer, Engine, Limits, Request
from schema.points import encode_cursor
from schema.ports import StoreUnavailable
from schema.query import MAX_CONDITIONS, Key, fingerprint
from schema.records import Action, AnyRecord, Document, Entity, Figure, RecordKind
from tests.support import corpus
from tests.unit.fake_reader import LATEST, FakeReader

ENGINE = Engine(Limits())
KINDS: dict[RecordKind, type[AnyRecord]] = {"action": Action, "figure": Figure, "entity": Entity, "document": Document}


@pytest.fixture
def store() -> FakeReader:
    records = corpus.document_change(corpus.YEARS[0], entities=True).records
    return FakeReader({kind: [r for r in records if isinstance(r, model)] for kind, model in KINDS.items()})


async def ask(store: FakeReader, query: str, variables: Mapping[str, Any] | None = None) -> Answer:
    return await ENGINE.answer(Request(query, variables or {}), store, "request-1")


async def data(store: FakeReader, query: str, variables: Mapping[str, Any] | None = None) -> Any:
    answer = await ask(store, query, variables)
    assert not answer.errors, answer.errors
    return answer.data


async def refusal(store: FakeReader, query: str, variables: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    answer = await ask(store, query, variables)
    assert len(answer.errors) == 1, answer
    assert answer.errors[0]["extensions"]["code"] == "BAD_USER_INPUT"
    return answer.errors[0]


async def test_codes_documents_and_entities_are_objects(store: FakeReader) -> None:
    found = await data(
        store,
        "{actions{nodes{id measures{code en:label zh:label(lang:ZH)} document{id url} subjectKinds{code}"
        " entities{name kind{code} entity{id name}} qualifierFree:confidence dateBasis anchors{field exact}}}}",
    )
    first = found["actions"]["nodes"][0]
    stored = next(r for r in corpus.document_change(corpus.YEARS[0]).records if r.id == first["id"])
    assert isinstance(stored, Action)
    assert [m["code"] for m in first["measures"]] == list(stored.measures)
    assert first["document"] == stored.document.model_dump()
    assert [(e["entity"]["id"], e["name"]) for e in first["entities"]] == [(e.entity, e.name) for e in stored.entities]
    assert first["qualifierFree"] == stored.confidence.upper()
    assert [a["exact"] for a in first["anchors"]] == [a.exact for a in stored.anchors]


async def test_a_request_asks_for_the_revision_once_and_fetches_related_records_together(store: FakeReader) -> None:
    await data(
        store, "{actions{nodes{document{url} entities{entity{name}}}} figures{nodes{document{url}}} revision{number}}"
    )
    # Each root field asks for its own: documents and entities of actions, documents of figures.
    assert store.calls == {"revision": 1, "page": 2, "get": 3}


async def test_only_what_is_selected_is_read(store: FakeReader) -> None:
    await data(store, "{actions{totalCount}}")
    assert store.calls == {"revision": 1, "total": 1}
    store.calls.clear()
    await data(store, "{actions(first:2){edges{cursor} nodes{id} pageInfo{endCursor}}}")
    assert store.calls == {"revision": 1, "page": 1}
    store.calls.clear()
    await data(store, "{__typename __schema{queryType{name}}}")
    assert not store.calls


async def test_pages_follow_each_other_and_stay_at_their_revision(store: FakeReader) -> None:
    seen: list[str] = []
    after = None
    while True:
        found = await data(
            store, "query($after:Cursor){actions(first:6,after:$after){nodes{id} pageInfo{hasNextPage endCursor}}}",
            {"after": after},
        )  # fmt: skip
        seen += [node["id"] for node in found["actions"]["nodes"]]
        if not found["actions"]["pageInfo"]["hasNextPage"]:
            break
        after = found["actions"]["pageInfo"]["endCursor"]
    everything = await data(store, "{actions(first:500){nodes{id}}}")
    assert seen == [node["id"] for node in everything["actions"]["nodes"]]


def cursor(revision: int, *parts: str) -> str:
    return encode_cursor(revision, fingerprint(*parts), Key(on=None, id="a-2222222222222"))


async def test_a_cursor_contradicting_as_of_is_refused(store: FakeReader) -> None:
    old = cursor(2, "action", "{}")
    error = await refusal(store, f'{{actions(after:"{old}", asOf:"r3"){{nodes{{id}}}}}}')
    assert error["extensions"]["argument"] == "after"
    assert "revision 2" in error["message"]


async def test_a_cursor_of_another_question_or_of_the_future_is_refused(store: FakeReader) -> None:
    for foreign in (cursor(1, "figure", "{}"), cursor(LATEST + 1, "action", "{}"), "nonsense-nonsense", "", "é" * 9):
        error = await refusal(store, f'{{actions(after:"{foreign}"){{nodes{{id}}}}}}')
        assert error["extensions"]["argument"] == "after"


async def test_a_cursor_of_an_aggregate_is_none_of_a_list(store: FakeReader) -> None:
    number = encode_cursor(1, fingerprint("action", "{}"), 3)
    assert (await refusal(store, f'{{actions(after:"{number}"){{nodes{{id}}}}}}'))["extensions"]["argument"] == "after"


async def test_a_nested_list_reads_with_its_parent(store: FakeReader) -> None:
    document = corpus.document_id(corpus.YEARS[0])
    query = f'{{document(id:"{document}",asOf:"r2"){{actions(first:1){{pageInfo{{endCursor}}}} }}}}'
    end = (await data(store, query))["document"]["actions"]["pageInfo"]["endCursor"]
    following = '{document(id:"%s"%s){actions(after:"%s"){nodes{id}}}}'
    assert (await data(store, following % (document, "", end)))["document"]["actions"]["nodes"]
    assert (await data(store, following % (document, ',asOf:"r2"', end)))["document"]["actions"]["nodes"]
    error = await refusal(store, following % (document, ',asOf:"r3"', end))
    assert error["extensions"]["argument"] == "after"


async def test_the_revision_answered_from_and_the_cost_are_reported(store: FakeReader) -> None:
    answer = await ask(store, "{actions{totalCount}}")
    assert answer.extensions["revision"] == LATEST
    assert answer.extensions["cost"] == {"requested": 402, "limit": Limits().cost}
    assert (await ask(store, '{actions(asOf:"r2"){totalCount}}')).extensions["revision"] == 2
    both = await ask(store, '{a:actions(asOf:"r2"){totalCount} b:actions{totalCount}}')
    assert both.extensions["revision"] == LATEST
    assert "revision" not in (await ask(store, "{__typename}")).extensions


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ("year: 1989", "year"),
        ("year: [2024, 2101]", "year"),
        ("first: -1", "first"),
        ("first: 501", "first"),
        ('from: "2024-02-01", to: "2024-01-31"', "from"),
        (f'search: "{"字" * 201}"', "search"),
        (f'entity: "{"字" * 201}"', "entity"),
        ('entity: "a\\u0000"', "entity"),
        ('search: "\\u0000"', "search"),
        (f"year: {[2024] * 101}", "year"),
        (f"and: [{'{year: 2024}' * (MAX_CONDITIONS + 1)}]", "year"),
        ("year: 2024, and: [" + '{year: 2024, search: "x"}' * (MAX_CONDITIONS // 2) + "]", "year"),
        ('and: [{year: 2024}, {search: "\\u0000"}]', "search"),
        ('asOf: "r6"', "asOf"),
        ('asOf: "2026.1.1"', "asOf"),
    ],
)
async def test_senseless_arguments_are_named(store: FakeReader, arguments: str, argument: str) -> None:
    error = await refusal(store, f"{{actions({arguments}){{nodes{{id}}}}}}")
    assert error["extensions"]["argument"] == argument
    assert error["path"] == ["actions"]


async def test_a_lone_surrogate_is_refused(store: FakeReader) -> None:
    error = await refusal(store, "query($s:String){actions(search:$s){nodes{id}}}", {"s": "\ud800"})
    assert error["extensions"]["argument"] == "search"


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ("groupBy: []", "groupBy"),
        ("of: FIGURE, groupBy: ENTITY", "groupBy"),
        ('of: FIGURE, groupBy: YEAR, category: "fraud"', "category"),
        ('groupBy: YEAR, after: "' + cursor(1, "aggregate", "action", "year", "{}") + '"', "after"),
    ],
)
async def test_senseless_aggregates_are_named(store: FakeReader, arguments: str, argument: str) -> None:
    arguments = arguments.replace("fraud", "political_content")
    error = await refusal(store, f"{{aggregate({arguments}){{totalCount}}}}")
    assert error["extensions"]["argument"] == argument


async def test_groups_are_paged_by_number(store: FakeReader) -> None:
    query = (
        "query($after:Cursor){aggregate(groupBy:YEAR,first:1,after:$after)"
        "{groups{count} pageInfo{hasNextPage endCursor}}}"
    )
    first = (await data(store, query))["aggregate"]
    second = (await data(store, query, {"after": first["pageInfo"]["endCursor"]}))["aggregate"]
    assert [first["groups"], second["groups"]] == [[{"count": 2}], [{"count": 1}]]
    assert [first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]] == [True, False]


async def test_the_timeline_does_not_guess_what_counts_do_not_state(store: FakeReader) -> None:
    plain = (await data(store, "{timeline{year multiYear actionCount figureCount}}"))["timeline"]
    assert {"year": None, "multiYear": True, "actionCount": 0, "figureCount": 1} in plain
    narrowed = (await data(store, '{timeline(entity:"x"){figureCount}}'))["timeline"]
    assert {entry["figureCount"] for entry in narrowed} == {None}


async def test_null_and_absent_arguments_mean_the_same(store: FakeReader) -> None:
    plain = await data(store, "{actions{nodes{id}}}")
    nulls = "year:null,from:null,to:null,measure:null,entity:null,search:null,and:null,first:null,after:null,asOf:null"
    assert await data(store, f"{{actions({nulls}){{nodes{{id}}}}}}") == plain


async def test_a_node_is_any_record(store: FakeReader) -> None:
    for kind, rows in store.rows.items():
        found = await data(store, '{node(id:"%s"){__typename id ... on Action{gistEn}}}' % rows[0].id)  # noqa: UP031
        assert found["node"]["__typename"] == kind.capitalize()
        assert found["node"]["id"] == rows[0].id


@pytest.mark.parametrize("record_id", ["a-2222222222222", "d-2222222222222", "nobody", "", "a\\u0000", "字" * 500])
async def test_what_is_not_there_is_null(store: FakeReader, record_id: str) -> None:
    found = await data(store, '{node(id:"%s"){id} action(id:"%s"){id} entity(id:"%s"){id}}' % ((record_id,) * 3))
    assert found == {"node": None, "action": None, "entity": None}


async def test_what_went_wrong_inside_is_logged_and_not_told(
    store: FakeReader, caplog: pytest.LogCaptureFixture
) -> None:
    store.failure = RuntimeError("password is swordfish")
    with caplog.at_level(logging.ERROR):
        answer = await ask(store, "{actions{totalCount}}")
    assert answer.data is None
    assert answer.errors[0]["message"] == "Internal error"
    assert answer.errors[0]["extensions"] == {"code": "INTERNAL", "requestId": "request-1"}
    assert "swordfish" not in str(answer.body)
    assert "swordfish" in caplog.text


@pytest.mark.parametrize("query", ["{actions{totalCount}}", '{node(id:"a-2222222222222"){id}}'])
async def test_a_store_that_is_away_is_said_to_be(
    store: FakeReader, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    store.failure = StoreUnavailable("host db.internal is down")
    answer = await ask(store, query)
    assert answer.outcome == "unavailable"
    assert "data" not in answer.body
    assert answer.errors[0]["extensions"]["code"] == "UNAVAILABLE"
    assert "db.internal" not in str(answer.body)
    assert not caplog.records


async def test_variables_that_come_late_are_the_clients_errors(store: FakeReader) -> None:
    error = await refusal(store, 'query($id:ID="x"){action(id:$id){id}}', {"id": None})
    assert error["message"].startswith(("Argument", "Variable"))
