"""What GraphQL answers from a real store: filters, pages, revisions, groups."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.reader import PostgresReader
from schema.graphql import Engine, Limits, Request
from schema.query import Filter, PageQuery
from schema.records import RecordKind
from tests.support import corpus
from tests.support.streams import streamed_ids

ENGINE = Engine(Limits())
PLURALS: dict[RecordKind, str] = {
    "action": "actions",
    "figure": "figures",
    "entity": "entities",
    "document": "documents",
}


async def ask(reader: PostgresReader, query: str, **variables: object) -> Any:
    answer = await ENGINE.answer(Request(query, variables), reader)
    assert not answer.errors, answer.errors
    return answer.data


async def stored(reader: PostgresReader, kind: RecordKind, revision: int | None = None) -> list[Mapping[str, Any]]:
    number = revision or (await reader.revision()).number
    page = await reader.page(PageQuery(kind=kind, filter=Filter(), revision=number, limit=500))
    return [orjson.loads(row.body) for row in page.rows]


async def ids(reader: PostgresReader, root: str, arguments: str = "") -> list[str]:
    found = await ask(reader, f"{{{root}(first:500{arguments}){{nodes{{id}} totalCount}}}}")
    nodes = [node["id"] for node in found[root]["nodes"]]
    assert found[root]["totalCount"] == len(nodes)
    return nodes


@pytest.mark.parametrize("kind", PLURALS)
async def test_a_list_has_every_record_once_in_the_order_of_the_store(reader: PostgresReader, kind: RecordKind) -> None:
    assert await ids(reader, PLURALS[kind]) == [record["id"] for record in await stored(reader, kind)]


@pytest.mark.parametrize("kind", PLURALS)
@pytest.mark.parametrize("size", [1, 7])
async def test_pages_put_together_are_the_list(reader: PostgresReader, kind: RecordKind, size: int) -> None:
    root = PLURALS[kind]
    query = (
        f"query($n:Int,$after:Cursor){{{root}(first:$n,after:$after){{"
        "edges{cursor node{id}} pageInfo{startCursor endCursor hasNextPage hasPreviousPage}}}"
    )
    seen: list[str] = []
    after = None
    while True:
        page = (await ask(reader, query, n=size, after=after))[root]
        info, edges = page["pageInfo"], page["edges"]
        assert info["hasPreviousPage"] == (after is not None)
        assert [info["startCursor"], info["endCursor"]] == [edges[0]["cursor"], edges[-1]["cursor"]]
        seen += [edge["node"]["id"] for edge in edges]
        after = info["endCursor"]
        if not info["hasNextPage"]:
            break
    assert seen == await ids(reader, root)


@pytest.mark.parametrize("kind", PLURALS)
async def test_an_empty_page_still_knows_whether_more_follow(reader: PostgresReader, kind: RecordKind) -> None:
    root = PLURALS[kind]
    page = (await ask(reader, f"{{{root}(first:0){{nodes{{id}} pageInfo{{hasNextPage endCursor}} totalCount}}}}"))[root]
    assert page["nodes"] == []
    assert page["pageInfo"] == {"hasNextPage": True, "endCursor": None}
    assert page["totalCount"] > 0


async def test_every_field_of_a_record_is_the_stored_one(reader: PostgresReader) -> None:
    fields = "id unit wording valueMin valueMax extractor revision qualifier anchors{field value start end exact}"
    found = (await ask(reader, f"{{figures(first:500){{nodes{{{fields} measure{{code}} document{{id}}}}}}}}"))[
        "figures"
    ]
    for node, record in zip(found["nodes"], await stored(reader, "figure"), strict=True):
        assert node["valueMin"] == record["value_min"]
        assert node["valueMax"] == record["value_max"]
        assert node["qualifier"] == record["qualifier"].upper()
        assert node["measure"]["code"] == record["measure"]
        assert node["document"]["id"] == record["document"]["id"]
        for same in ("id", "unit", "wording", "extractor", "revision", "anchors"):
            assert node[same] == record[same]


@pytest.mark.parametrize("year", [2021, 2024, 2050])
async def test_a_year_has_the_actions_of_that_year(reader: PostgresReader, year: int) -> None:
    wanted = [r["id"] for r in await stored(reader, "action") if (r["acted_on"] or "").startswith(str(year))]
    assert await ids(reader, "actions", f",year:{year}") == wanted
    assert await ids(reader, "actions", f',from:"{year}-01-01",to:"{year}-12-31"') == wanted


async def test_one_argument_gives_alternatives_and_and_gives_conditions(reader: PostgresReader) -> None:
    records = await stored(reader, "action")
    first, second = corpus.MEASURES[0], corpus.MEASURES[1]
    either = [r["id"] for r in records if {first, second} & set(r["measures"])]
    both = [r["id"] for r in records if {first, second} <= set(r["measures"])]
    assert await ids(reader, "actions", f',measure:["{first}","{second}"]') == either
    assert await ids(reader, "actions", f',measure:"{first}",and:{{measure:"{second}"}}') == both
    assert await ids(reader, "actions", f',and:[{{measure:"{first}"}},{{measure:"{second}"}}]') == both
    assert await ids(reader, "actions", ",measure:[]") == []


async def test_an_entity_is_found_by_id_and_by_every_name(reader: PostgresReader) -> None:
    for entity in await stored(reader, "entity"):
        by_id = await ids(reader, "actions", f',entity:"{entity["id"]}"')
        assert by_id == [
            r["id"] for r in await stored(reader, "action") if entity["id"] in {m["entity"] for m in r["entities"]}
        ]
        for name in entity["names"]:
            assert set(by_id) <= set(await ids(reader, "actions", f",entity:{json.dumps(name['name'])}"))


async def test_nested_lists_are_the_lists_they_stand_for(reader: PostgresReader) -> None:
    found = await ask(
        reader,
        "{entities{nodes{id actions{totalCount nodes{id}}}} documents{nodes{id actions(first:500){nodes{id}}"
        ' figures(measure:"regulatory_talk"){nodes{id}}}}}',
    )
    for entity in found["entities"]["nodes"]:
        assert [n["id"] for n in entity["actions"]["nodes"]] == await ids(
            reader, "actions", f',entity:"{entity["id"]}"'
        )
    for document in found["documents"]["nodes"]:
        of = f',document:"{document["id"]}"'
        assert [n["id"] for n in document["actions"]["nodes"]] == await ids(reader, "actions", of)
        assert [n["id"] for n in document["figures"]["nodes"]] == await ids(
            reader, "figures", of + ',measure:"regulatory_talk"'
        )


async def test_a_revision_of_the_past_is_answered_as_it_was(reader: PostgresReader) -> None:
    latest = (await reader.revision()).number
    for number in range(1, latest + 1):
        at = f',asOf:"r{number}"'
        assert await ids(reader, "figures", at) == [r["id"] for r in await stored(reader, "figure", number)]
    found = await ask(reader, '{old:revision(asOf:"r2"){number} new:revision{number cause digest}}')
    assert found["old"]["number"] == 2
    assert found["new"]["number"] == latest


async def test_a_cursor_keeps_its_revision_when_the_store_moves_on(reader: PostgresReader) -> None:
    retracted_at = (await reader.revision()).number
    before = await ids(reader, "figures", f',asOf:"r{retracted_at - 1}"')
    page = await ask(reader, f'{{figures(first:1,asOf:"r{retracted_at - 1}"){{pageInfo{{endCursor}}}}}}')
    after = page["figures"]["pageInfo"]["endCursor"]
    rest = await ask(reader, f'{{figures(first:500,after:"{after}"){{nodes{{id}}}}}}')
    assert [node["id"] for node in rest["figures"]["nodes"]] == before[1:]


@pytest.mark.parametrize("of", ["ACTION", "FIGURE"])
async def test_groups_by_year_are_the_fold_of_the_list(reader: PostgresReader, of: str) -> None:
    found = (
        await ask(reader, f"{{aggregate(of:{of},groupBy:YEAR,first:500){{totalCount groups{{year multiYear count}}}}}}")
    )["aggregate"]
    expected: Counter[tuple[int | None, bool]] = Counter()
    for record in await stored(reader, "action" if of == "ACTION" else "figure"):
        if of == "ACTION":
            expected[int(record["acted_on"][:4]) if record["acted_on"] else None, False] += 1
        elif (period := record["period"]) is None:
            expected[None, False] += 1
        else:
            one = period["start"][:4] == period["end"][:4]
            expected[int(period["end"][:4]) if one else None, not one] += 1
    assert {(g["year"], g["multiYear"]): g["count"] for g in found["groups"]} == expected
    assert found["totalCount"] == len(expected)
    assert [g["count"] for g in found["groups"]] == sorted(expected.values(), reverse=True)


async def test_groups_name_what_they_are_of(reader: PostgresReader) -> None:
    found = (
        await ask(reader, "{aggregate(groupBy:[MEASURE,ENTITY],first:500){groups{count measure{code} entity{id}}}}")
    )["aggregate"]
    expected: Counter[tuple[str, str | None]] = Counter()
    for record in await stored(reader, "action"):
        for measure in record["measures"]:
            for entity in {m["entity"] for m in record["entities"]} or {None}:
                expected[measure, entity] += 1
    assert {
        (g["measure"]["code"], g["entity"]["id"] if g["entity"] else None): g["count"] for g in found["groups"]
    } == expected


async def test_the_timeline_adds_up(reader: PostgresReader) -> None:
    years = (await ask(reader, "{timeline{year multiYear actionCount figureCount}}"))["timeline"]
    assert sum(year["actionCount"] for year in years) == len(await stored(reader, "action"))
    assert sum(year["figureCount"] for year in years) == len(await stored(reader, "figure"))
    dated = [year["year"] for year in years if year["year"] is not None]
    assert dated == sorted(dated) == [year["year"] for year in years[: len(dated)]]


async def test_the_code_lists_are_served_with_labels_and_relations(reader: PostgresReader) -> None:
    found = await ask(
        reader,
        '{measures(code:"regulatory_talk"){code en:label zh:label(lang:ZH) legalNature}'
        ' categories{code parent{code} children{code}} regions(code:"110000"){label(lang:ZH) parent{code}}}',
    )
    assert found["measures"][0]["zh"] == "约谈"
    assert found["regions"] == [{"label": "北京市", "parent": {"code": "100000"}}]
    parents = {c["code"]: c["parent"] and c["parent"]["code"] for c in found["categories"]}
    for category in found["categories"]:
        assert [child["code"] for child in category["children"]] == [
            c for c, p in parents.items() if p == category["code"]
        ]


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "year": st.lists(st.sampled_from([*corpus.YEARS, 2050]), min_size=1, max_size=2),
        "measure": st.lists(st.sampled_from(corpus.MEASURES), min_size=1, max_size=3),
        "category": st.lists(st.sampled_from(corpus.CATEGORIES), min_size=1, max_size=2),
        "entity": st.lists(st.sampled_from([name for names in corpus.NAMES for name in names[:2]]), max_size=2),
        "search": st.sampled_from([name for name, *_ in corpus.NAMES]),
    },
)


@settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(values=VALUES, conditions=st.lists(VALUES, max_size=2), size=st.integers(1, 30))
async def test_the_same_filter_finds_what_the_store_streams(
    reader: PostgresReader, values: dict[str, Any], conditions: list[dict[str, Any]], size: int
) -> None:
    groups: dict[str, Any] = {}
    for each in (values, *conditions):
        for name, value in each.items():
            groups[name] = (*groups.get(name, ()), value if name == "search" else tuple(value))
    revision = (await reader.revision()).number
    streamed = await streamed_ids(reader, "action", Filter(**groups), revision)
    query = (
        "query($and:[ActionFilter!],$n:Int,$after:Cursor)"
        "{actions(and:$and,first:$n,after:$after){totalCount nodes{id} pageInfo{endCursor hasNextPage}}}"
    )
    found: list[str] = []
    page: dict[str, Any] = {"pageInfo": {"endCursor": None, "hasNextPage": True}}
    while page["pageInfo"]["hasNextPage"]:
        variables = {"and": [values, *conditions], "n": size, "after": page["pageInfo"]["endCursor"]}
        page = (await ask(reader, query, **variables))["actions"]
        found += [node["id"] for node in page["nodes"]]
    assert found == streamed
    assert page["totalCount"] == len(streamed)


async def test_a_search_for_nothing_is_refused(reader: PostgresReader) -> None:
    for blank in ("", " ", "\u3000"):
        query = f"{{ actions(search: {json.dumps(blank)}) {{ totalCount }} }}"
        answer = await ENGINE.answer(Request(query, {}), reader)
        assert answer.errors
        assert answer.errors[0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "search"}
