"""Lists come out as a plain reading of the filter has them: the same records in the same order, at any revision."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any, get_args

import pytest
import pytest_asyncio

from db.changes import Change
from db.pool import connect, open_pool
from db.reader import PostgresReader
from db.writer import commit
from schema.query import CODE_FILTERS, FILTERS_OF, AggregateQuery, Dimension, Filter, Key, PageQuery
from schema.records import RECORD_MODELS, Action, Document, EntityMention, Figure, RecordKind, Revision
from tests.support import corpus
from tests.support.databases import fresh_database
from tests.support.oracle import World
from tests.support.streams import streamed, streamed_ids

MORE_YEARS = range(2010, 2020)


def _varied(year: int) -> Change:
    """A year of the corpus with what the corpus itself has not: operators, an entity named twice, a reprint."""
    change, lark = corpus.document_change(year), corpus.entity_id("云雀视频")
    records: list[Any] = []
    for place, record in enumerate(change.records):
        if isinstance(record, Document) and year % 2:
            record = record.model_copy(update={"reprint_of": corpus.document_id(year - 1)})
        elif isinstance(record, Action) and record.entities:
            first = record.entities[0]
            again = EntityMention(entity=first.entity, name="又名", kind=first.kind)
            run = first.model_copy(update={"operator": lark, "operator_name": "云雀视频"} if place % 3 else {})
            record = record.model_copy(update={"entities": (run, *record.entities[1:], again)})
        records.append(record)
    return Change(cause=change.cause, note=change.note, records=records, texts=change.texts)


def _corrected(year: int) -> Change:
    """Half the actions of a year on another day and under other codes, one withdrawn."""
    actions = [record for record in _varied(year).records if isinstance(record, Action)]
    changed = [
        action.model_copy(update={"categories": ("gambling",), "decided_on": day, "acted_on": day,
                                  "date_basis": "decided" if day else "none"})
        for action in actions[1::2]
        for day in [action.acted_on and action.acted_on - timedelta(days=500)]
    ]  # fmt: skip
    return Change(
        cause="our_correction", note=f"The list of {year}.", records=changed, closed=[("action", actions[0].id)]
    )


@pytest_asyncio.fixture(scope="module")
async def store(server: str, template: str) -> AsyncIterator[str]:
    async with fresh_database(server, template) as dsn:
        connection = await connect(dsn, role="cunzhao_writer")
        await corpus.fill(connection)
        for year in MORE_YEARS:
            await commit(connection, _varied(year))
        for year in MORE_YEARS[::3]:
            await commit(connection, _corrected(year))
        await connection.close()
        yield dsn


@pytest_asyncio.fixture(scope="module")
async def several(store: str) -> AsyncIterator[PostgresReader]:
    pool = await open_pool(store, size=2, statement_timeout=10)
    yield PostgresReader(pool)
    await pool.close()


async def _world(reader: PostgresReader, revision: int) -> World:
    async def all_of(kind: RecordKind) -> tuple[Any, ...]:
        lines = await streamed(reader, kind, Filter(), revision)
        return tuple(RECORD_MODELS[kind].model_validate_json(line) for line in lines)

    return World(
        await all_of("action"),
        await all_of("document"),
        await all_of("entity"),
        await all_of("figure"),
        await reader.codebook(revision),
    )


def _asked(world: World, choose: random.Random) -> Filter:
    """A filter that one of the actions matches, mostly, and others may."""
    one, other = choose.choice(world.actions), choose.choice(world.actions)
    fields: dict[str, Any] = {}
    for name in choose.sample(sorted({*CODE_FILTERS, "entity", "entity_id", "operator", "document", "year", "since",
                                      "until", "basis", "search"}), choose.choice([0, 1, 1, 2, 2, 3])):  # fmt: skip
        values: list[Any] = [value for action in (one, other) for value in _values(name, action, choose)]
        if values and name in ("since", "until"):
            fields[name] = values[0]
        elif values and name == "search":
            fields[name] = (values[0],)
        elif values:
            group = tuple(choose.sample(values, min(len(values), choose.choice([1, 1, 2]))))
            fields[name] = (group,) if choose.random() < 0.8 else (group, (values[0],))
    if "since" in fields and "until" in fields and fields["since"] > fields["until"]:
        fields["since"], fields["until"] = fields["until"], fields["since"]
    return Filter(**fields)


def _values(name: str, action: Action, choose: random.Random) -> list[Any]:
    entities = [mention.entity for mention in action.entities]
    if name in CODE_FILTERS:
        codes = list(getattr(action, CODE_FILTERS[name]))
        return ["platform_duty", *codes] if name == "category" and choose.random() < 0.3 else codes
    if name == "entity":
        return [*entities, *(mention.name for mention in action.entities)]
    if name == "search":
        text = choose.choice([action.gist_zh, action.gist_en, *(anchor.exact for anchor in action.anchors)])
        start = choose.randrange(len(text))
        found = text[start : start + choose.choice([1, 2, 3, 7])].strip()
        return [found] if found else []
    if name in ("year", "since", "until"):
        day = action.acted_on
        return [day.year if name == "year" else day] if day else []
    return {
        "entity_id": entities,
        "operator": [mention.operator for mention in action.entities if mention.operator],
        "document": [action.document.id],
        "basis": ["text", "transcribed"] if choose.random() < 0.5 else ["transcribed"],
    }[name]


async def _paged(
    reader: PostgresReader, filter: Filter, revision: int, limit: int, kind: RecordKind = "action"
) -> list[str]:
    ids: list[str] = []
    after: Key | None = None
    while True:
        page = await reader.page(PageQuery(kind=kind, filter=filter, revision=revision, limit=limit, after=after))
        ids += [row.id for row in page.rows]
        if not page.more:
            return ids
        assert len(page.rows) == limit
        after = page.rows[-1].key


@pytest.mark.parametrize("revision", [9, 17, 21])
async def test_pages_totals_and_exports_are_as_the_filter_reads(several: PostgresReader, revision: int) -> None:
    world, choose = await _world(several, revision), random.Random(revision)  # noqa: S311  # chance, not secrecy
    found_any = 0
    for _ in range(60):
        filter = _asked(world, choose)
        expected = [action.id for action in world.found(filter)]
        limit = choose.choice([1, 3, 10, 500]) if len(expected) < 40 else 100
        assert await _paged(several, filter, revision, limit) == expected, filter
        assert await several.total("action", filter, revision) == len(expected), filter
        assert await streamed_ids(several, "action", filter, revision) == expected, filter
        found_any += bool(expected)
    assert found_any > 30


@pytest.mark.parametrize("kind", ["figure", "entity", "document"])
async def test_so_are_those_of_the_other_kinds(several: PostgresReader, kind: RecordKind) -> None:
    world, choose, found_any = await _world(several, 21), random.Random(kind), 0  # noqa: S311
    names = {"since" if name == "from" else "until" if name == "to" else name for name in FILTERS_OF[kind]}
    for _ in range(25):
        asked = {name: value for name, value in asdict(_asked(world, choose)).items() if name in names and value}
        if choose.random() < 0.3:
            shown = {"figure": "wording", "entity": "name", "document": "title"}[kind]
            asked = {"search": (getattr(choose.choice(world.of(kind, Filter())), shown)[:3],)}
        filter = Filter(**asked)
        expected = [record.id for record in world.of(kind, filter)]
        assert await _paged(several, filter, 21, choose.choice([3, 10, 500]), kind) == expected, filter
        assert await several.total(kind, filter, 21) == len(expected), filter
        assert await streamed_ids(several, kind, filter, 21) == expected, filter
        found_any += bool(expected)
    assert found_any > 10


async def test_aggregates_equal_a_fold_over_what_the_filter_leaves(several: PostgresReader) -> None:
    world, choose = await _world(several, 21), random.Random(5)  # noqa: S311
    for _ in range(25):
        filter = _asked(world, choose)
        group_by = tuple(choose.sample(get_args(Dimension), choose.choice([1, 2, 3])))
        folded: dict[tuple[Any, ...], int] = {}
        for action in world.found(filter):
            for key in _groups(action, group_by):
                folded[key] = folded.get(key, 0) + 1
        answer = await several.aggregate(AggregateQuery(group_by=group_by, filter=filter, revision=21, limit=500))
        counted = {tuple(getattr(g, dimension) for dimension in group_by): g.count for g in answer.groups}
        assert answer.total == len(folded), (filter, group_by)
        assert counted == folded or (len(folded) > 500 and counted.items() <= folded.items()), (filter, group_by)


def _groups(action: Action, group_by: tuple[Dimension, ...]) -> set[tuple[Any, ...]]:
    keys: set[tuple[Any, ...]] = {()}
    for dimension in group_by:
        values: dict[Dimension, set[Any]] = {
            "year": {action.acted_on.year if action.acted_on else None},
            "category": set(action.categories) or {None},
            "measure": set(action.measures),
            "authority": set(action.authorities) or {None},
            "entity": {mention.entity for mention in action.entities} or {None},
        }
        keys = {(*key, value) for key in keys for value in values[dimension]}
    return keys


async def test_pages_of_a_revision_stay_while_a_writer_commits(server: str, template: str) -> None:
    async with fresh_database(server, template) as dsn:
        connection = await connect(dsn, role="cunzhao_writer")
        await corpus.fill(connection)
        pool = await open_pool(dsn, size=2, statement_timeout=10)
        reader = PostgresReader(pool)
        filter, seen, after = Filter(measure=(tuple(corpus.MEASURES),)), [], None
        expected = await _paged(reader, filter, 7, 500)
        while True:
            page = await reader.page(PageQuery(kind="action", filter=filter, revision=7, limit=4, after=after))
            seen += [row.id for row in page.rows]
            if not page.more:
                break
            after = page.rows[-1].key
            # The actions shown last, and those to be shown next, are corrected to other days.
            await _redate(connection, expected[len(seen) - 2 : len(seen) + 3])
        assert seen == expected
        await pool.close()
        await connection.close()


async def _redate(connection: Any, ids: list[str]) -> Revision:
    bodies = await connection.fetch(
        "SELECT body FROM action_version WHERE id = ANY($1::text[]) AND revision_to IS NULL", ids
    )
    actions = [Action.model_validate_json(row["body"]) for row in bodies]
    moved = [a.model_copy(update={"acted_on": None, "decided_on": None, "date_basis": "none"}) for a in actions]
    return await commit(connection, Change(cause="our_correction", note="Without a day.", records=moved))


async def test_a_figure_matches_by_its_span(several: PostgresReader) -> None:
    lines = await streamed(several, "figure", Filter(year=((2012, 2015),)), 21)
    figures = [Figure.model_validate_json(line) for line in lines]
    assert figures
    for figure in figures:
        assert figure.period is not None
        assert any(figure.period.start.year <= year <= figure.period.end.year for year in (2012, 2015))
