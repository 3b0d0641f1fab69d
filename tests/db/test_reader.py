"""The reader answers from a real store, as of any revision, what the corpus holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from db.pool import connect
from db.reader import PostgresReader
from schema.points import parse_as_of
from schema.query import AggregateQuery, BadQuery, Filter, Key, PageQuery
from schema.records import Action, Figure, RecordKind
from tests.support import corpus
from tests.support.streams import streamed


async def _actions(reader: PostgresReader, filter: Filter, revision: int | None = None) -> list[Action]:
    number = revision or (await reader.revision()).number
    page = await reader.page(PageQuery(kind="action", filter=filter, revision=number, limit=500))
    assert not page.more
    return [Action.model_validate_json(row.body) for row in page.rows]


async def test_latest_revision_is_the_retraction(reader: PostgresReader) -> None:
    revision = await reader.revision()
    assert (revision.number, revision.cause) == (7, "retraction")


@pytest.mark.parametrize("text", ["r99", "2026.1.1", "1999-01-01T00:00:00Z"])
async def test_a_point_that_never_was_is_refused(reader: PostgresReader, text: str) -> None:
    with pytest.raises(BadQuery) as refusal:
        await reader.revision(parse_as_of(text))
    assert refusal.value.parameter == "as_of"


async def test_pages_visit_each_record_once_in_order(reader: PostgresReader) -> None:
    for kind in ("action", "figure", "entity", "document"):
        seen: list[Key] = []
        after = None
        while True:
            page = await reader.page(PageQuery(kind=kind, revision=7, limit=7, after=after))
            seen += [row.key for row in page.rows]
            if not page.more:
                break
            after = page.rows[-1].key
        assert len({key.id for key in seen}) == len(seen) == await reader.total(kind, Filter(), 7)
        dated = [key for key in seen if key.on is not None]
        assert seen[: len(dated)] == dated == sorted(dated, key=lambda k: (-(k.on or date.min).toordinal(), k.id))


@pytest.mark.parametrize("name", ["云雀视频", "雲雀視頻", "LARK video", corpus.entity_id("云雀视频")])
async def test_an_entity_is_found_by_any_of_its_names(reader: PostgresReader, name: str) -> None:
    found = await _actions(reader, Filter(entity=((name,),)))
    assert found
    assert all(any(m.name == "云雀视频" for m in action.entities) for action in found)
    entities = await reader.page(PageQuery(kind="entity", filter=Filter(entity=((name,),)), revision=7))
    assert [row.id for row in entities.rows] == [corpus.entity_id("云雀视频")]


async def test_every_filter_agrees_with_a_filter_in_python(reader: PostgresReader) -> None:
    everything = await _actions(reader, Filter())
    book = await reader.codebook(7)
    below = book.with_descendants("categories", "platform_duty")
    cases: dict[Filter, Callable[[Action], object]] = {
        Filter(year=((2022, 2023),)): lambda a: a.acted_on and a.acted_on.year in (2022, 2023),
        Filter(since=date(2022, 6, 1), until=date(2023, 6, 1)): (
            lambda a: a.acted_on and date(2022, 6, 1) <= a.acted_on <= date(2023, 6, 1)
        ),
        Filter(category=(("platform_duty",),)): lambda a: set(a.categories) & set(below),
        Filter(measure=(("fine", "warning"), ("app_delisting",))): (
            lambda a: {"fine", "warning"} & set(a.measures) and "app_delisting" in a.measures
        ),
        Filter(authority=(("cac_guangdong",),)): lambda a: "cac_guangdong" in a.authorities,
        Filter(region=(("440000",),)): lambda a: "440000" in a.regions,
        Filter(subject_kind=(("account",),)): lambda a: "account" in a.subject_kinds,
        Filter(campaign=(("qinglang",),)): lambda a: a.campaigns,
        Filter(instrument=(("cybersecurity_law",),)): lambda a: a.instruments,
        Filter(document=((corpus.document_id(2023),),)): lambda a: a.document.id == corpus.document_id(2023),
        Filter(search=("星河問答",)): (
            lambda a: (
                "星河问答" in a.gist_zh + "".join(n.exact for n in a.anchors)
                or any(m.name == "星河问答" for m in a.entities)
            )
        ),
    }
    for filter, wanted in cases.items():
        expected = [a.id for a in everything if wanted(a)]
        assert expected, filter
        assert [a.id for a in await _actions(reader, filter)] == expected, filter
        assert await reader.total("action", filter, 7) == len(expected)


@pytest.mark.parametrize("name", ["basis", "measure", "document"])
async def test_what_is_asked_of_none_of_the_values_is_nothing(reader: PostgresReader, name: str) -> None:
    assert await reader.total("figure", Filter().having(name, ((),)), 7) == 0


async def test_figures_match_by_overlap_and_undated_ones_match_no_year(reader: PostgresReader) -> None:
    async def figures(filter: Filter) -> list[Figure]:
        page = await reader.page(PageQuery(kind="figure", filter=filter, revision=7, limit=500))
        return [Figure.model_validate_json(row.body) for row in page.rows]

    everything = await figures(Filter())
    assert any(figure.period is None for figure in everything)
    for year in (2019, 2021, 2024):
        expected = [f.id for f in everything if f.period and f.period.start.year <= year <= f.period.end.year]
        assert [f.id for f in await figures(Filter(year=((year,),)))] == expected
    assert len(await figures(Filter(year=((2024,),)))) == 5


async def test_entities_and_documents_match_through_one_record_of_theirs(reader: PostgresReader) -> None:
    filter = Filter(measure=(("app_delisting",),), category=(("gambling",),))
    actions = await _actions(reader, filter)
    entities = await reader.page(PageQuery(kind="entity", filter=filter, revision=7, limit=500))
    assert {row.id for row in entities.rows} == {m.entity for a in actions for m in a.entities}
    documents = await reader.page(PageQuery(kind="document", filter=filter, revision=7, limit=500))
    assert {row.id for row in documents.rows} == {a.document.id for a in actions}
    counted = await reader.page(
        PageQuery(kind="document", filter=Filter(measure=(("fine",),), authority=(("cac_system",),)), revision=7)
    )
    assert len(counted.rows) == 4  # by their figures, where no action does


async def test_a_correction_and_a_retraction_leave_what_was_before(reader: PostgresReader) -> None:
    before, after = await _actions(reader, Filter(), 5), await _actions(reader, Filter(), 6)
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) == 1
    old, new = changed[0]
    assert (old.id, old.revision, new.revision) == (new.id, 5, 6)
    assert await reader.total("figure", Filter(), 6) == 20
    assert await reader.total("figure", Filter(), 7) == 19
    kind: RecordKind = "action"
    assert (await reader.get(kind, [old.id, "a-aaaaaaaaaaaaa"], 5))[old.id].body == old.model_dump_json().encode()
    assert await reader.total("action", Filter(), 1) == 0


async def test_aggregates_equal_a_fold_over_the_list(reader: PostgresReader) -> None:
    everything = await _actions(reader, Filter(year=((2022, 2023, 2024),)))
    query = AggregateQuery(
        group_by=("year", "measure"), filter=Filter(year=((2022, 2023, 2024),)), revision=7, limit=500
    )
    answer = await reader.aggregate(query)
    folded: dict[tuple[int | None, str], int] = {}
    for action in everything:
        for measure in action.measures:
            key = (action.acted_on.year if action.acted_on else None, measure)
            folded[key] = folded.get(key, 0) + 1
    assert {(g.year, g.measure): g.count for g in answer.groups} == folded
    assert answer.total == len(folded)
    assert [g.count for g in answer.groups] == sorted((g.count for g in answer.groups), reverse=True)
    past = await reader.aggregate(query.model_copy(update={"offset": 400}))
    assert (list(past.groups), past.total) == ([], len(folded))


async def test_figures_of_several_years_form_a_group_of_their_own(reader: PostgresReader) -> None:
    answer = await reader.aggregate(AggregateQuery(of="figure", group_by=("year",), revision=7))
    groups = {(g.year, g.multi_year): g.count for g in answer.groups}
    assert groups == {(2021, False): 2, (2022, False): 4, (2023, False): 4, (2024, False): 4,
                      (None, True): 4, (None, False): 1}  # fmt: skip


async def test_a_stream_gives_what_the_pages_give(reader: PostgresReader) -> None:
    page = await reader.page(PageQuery(kind="action", revision=7, limit=500))
    assert await streamed(reader, "action", Filter(), 7) == [row.body for row in page.rows]
    assert await streamed(reader, "action", Filter(document=(("d-aaaaaaaaaaaaa",),)), 7) == []


async def test_the_reader_is_ready_and_says_what_is_missing(reader: PostgresReader) -> None:
    assert await reader.ready() is None


async def test_the_serving_role_cannot_write(sample_dsn: str) -> None:
    import asyncpg

    connection = await connect(sample_dsn, role="cunzhao_reader")
    try:
        for sql in ("INSERT INTO entity VALUES ('x')", "UPDATE text_layer SET body = NULL", "DELETE FROM anchor",
                    "TRUNCATE anchor", "DROP TABLE anchor", "CREATE TABLE x ()"):  # fmt: skip
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute(sql)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"SET transaction_read_only = off; {sql}")
    finally:
        await connection.close()


async def test_a_name_spelt_like_an_id_does_not_stand_for_it(reader: PostgresReader) -> None:
    lark = corpus.entity_id("云雀视频")
    assert await _actions(reader, Filter(entity_id=((lark,),))) == await _actions(reader, Filter(entity=((lark,),)))
    assert await _actions(reader, Filter(entity_id=(("云雀视频",),))) == []


async def test_many_conditions_are_planned_in_no_time(reader: PostgresReader) -> None:
    measures = [item.code for item in (await reader.codebook(7)).items("measures")][:16]
    filter = Filter(measure=tuple((measure,) for measure in measures))
    for kind in ("action", "entity", "document"):
        assert await reader.total(kind, filter, 7) == 0  # the pool's statement timeout would end it after 10 s
