"""Search finds a text where it is, wherever that is: compared with looking at every record."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from db import lookups, selecting
from db.changes import Change
from db.matching import match_key, to_pinyin, to_traditional
from db.pool import connect, open_pool
from db.reader import PostgresReader
from db.writer import commit
from schema.query import Filter, PageQuery
from schema.records import Action, Entity, EntityMention, EntityName, RecordKind
from tests.support import corpus
from tests.support.databases import fresh_database
from tests.support.streams import streamed, streamed_ids

_FULL_WIDTH = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)})
_LATIN = ["QQ", "Keep", "58同城", "QQ浏览器", "A+𠮷野家", "绿洲keepQQ"]
"""Names put into actions of the corpus: Latin words in Chinese text, and a character beyond the basic plane."""
REVISION = 9


@pytest_asyncio.fixture(scope="module")
async def store(server: str, template: str) -> AsyncIterator[str]:
    async with fresh_database(server, template) as dsn:
        connection = await connect(dsn, role="cunzhao_writer")
        await corpus.fill(connection)
        await commit(connection, await _named_otherwise(connection))
        await commit(connection, await _withdrawn(connection))
        await connection.close()
        yield dsn


async def _named_otherwise(connection: Any) -> Change:
    """Every name of the corpus has a reading; some actions name what is written in Latin letters too."""
    entities = [
        entity.model_copy(update={"names": (*entity.names, EntityName(
            name=to_pinyin(entity.name), language="zh-Latn-pinyin", kind="transliteration"))})
        for entity in await _standing(connection, Entity, "entity")
    ]  # fmt: skip
    actions = [
        action.model_copy(update={
            "entities": (EntityMention(entity=corpus.entity_id("小满日记"), name=name, kind="app"),),
            "unnamed_subject": None, "gist_en": f"Something about {name} and qqmail", "gist_zh": f"{name}：约谈",
        })
        for name, action in zip(_LATIN, await _standing(connection, Action, "action"), strict=False)
    ]  # fmt: skip
    return Change(cause="our_correction", note="Named otherwise.", records=[*entities, *actions])


async def _withdrawn(connection: Any) -> Change:
    actions = await _standing(connection, Action, "action")
    return Change(cause="retraction", note="Gone.", records=[], closed=[("action", each.id) for each in actions[3:9]])


async def _standing(connection: Any, model: Any, kind: str) -> list[Any]:
    rows = await connection.fetch(f"SELECT body FROM {kind}_version WHERE revision_to IS NULL ORDER BY id")  # noqa: S608
    return [model.model_validate_json(row["body"]) for row in rows]


@pytest_asyncio.fixture(scope="module")
async def searched(store: str) -> AsyncIterator[PostgresReader]:
    pool = await open_pool(store, size=2, statement_timeout=10)
    yield PostgresReader(pool)
    await pool.close()


def _said(kind: RecordKind, record: dict[str, Any]) -> Iterator[str | None]:
    """The texts of a record that search looks at, as the documentation tells them."""
    if kind in ("action", "figure"):
        yield from (record["gist_zh"], record["gist_en"], *(anchor["exact"] for anchor in record["anchors"]))
    if kind == "action":
        yield from (record["unnamed_subject"], *(mention["name"] for mention in record["entities"]))
    elif kind == "figure":
        yield record["wording"]
    elif kind == "entity":
        yield from (name["name"] for name in record["names"])
    else:
        yield from (record["title"], record["publisher"], record["url"], record["original_url"])


def _readings(entity: dict[str, Any]) -> set[str]:
    """How the entity's names are read, and parts of them of whole syllables."""
    found: set[str] = set()
    for name in entity["names"]:
        if name["language"] == "zh-Latn-pinyin":
            syllables = name["name"].casefold().replace("ü", "v").split()
            places = range(len(syllables) + 1)
            found |= {"".join(syllables[i:j]) for i in places for j in places if i < j <= i + 12}
    return found


def _plain(text: str) -> str:
    """A text as letters of pinyin, for texts without tones."""
    return match_key(text).replace(" ", "").replace("'", "")


class _Oracle:
    """All records of a kind, as (id, what is said in it, how its names are read)."""

    def __init__(self, kind: RecordKind, records: list[dict[str, Any]], entities: list[dict[str, Any]]) -> None:
        readings = {entity["id"]: _readings(entity) for entity in entities}
        self.records = []
        for record in records:
            named = [mention["entity"] for mention in record["entities"]] if kind == "action" else []
            named += [record["id"]] if kind == "entity" else []
            read = {reading for entity in named for reading in readings[entity]}
            self.records.append((record["id"], [match_key(text) for text in _said(kind, record) if text], read))

    def found(self, text: str) -> list[str]:
        key, sound = match_key(text), _plain(text)
        return [i for i, keys, read in self.records if any(key in each for each in keys) or sound in read]


async def _oracle(reader: PostgresReader, kind: RecordKind, revision: int) -> _Oracle:
    records = [json.loads(line) for line in await streamed(reader, kind, Filter(), revision)]
    entities = [json.loads(line) for line in await streamed(reader, "entity", Filter(), revision)]
    return _Oracle(kind, records, entities)


def _texts(keys: list[str], choose: random.Random) -> list[str]:
    """Pieces of what is on record as people write them, what only seems to be there, and what is not."""
    found = ["抖音", "約談", "q", "qq", "云x", "%", "_", "'", "\\", "{", "云雀 lark", "Ｌａｒｋ", "𠮷", "𠮷野", "58",
             "Keep", "yunque", "Yun Que", "que shi", "queshi", "yunq", "yun que shi pin", "xiaomanriji", "keepqq",
             "q浏", "mail", "ee", "e", "云雀视频 yun"]  # fmt: skip
    for _ in range(20):
        key = choose.choice(keys)
        start, length = choose.randrange(len(key)), choose.choice([1, 1, 2, 2, 2, 3, 4, 5, 9])
        piece = key[start : start + length]
        found += [piece, to_traditional(piece).upper()]
    swapped = [text[::-1] for text in found[-20:]]
    wide = [text.translate(_FULL_WIDTH) for text in found[-20:]]
    return [text for text in dict.fromkeys([*found, *swapped, *wide]) if match_key(text)]


@pytest.mark.parametrize("kind", ["action", "figure", "entity", "document"])
@pytest.mark.parametrize(("near", "many", "revision"), [(3000, 100, 9), (5, 3, 9), (5, 100, 8), (50, 100, 7)])
async def test_search_equals_looking_at_every_record(
    store: str, monkeypatch: pytest.MonkeyPatch, kind: RecordKind, near: int, many: int, revision: int
) -> None:
    monkeypatch.setattr(selecting, "_NEAR", near)
    monkeypatch.setattr(lookups, "_MANY_WORDS", many)
    pool = await open_pool(store, size=2, statement_timeout=10)
    reader = PostgresReader(pool)
    oracle = await _oracle(reader, kind, revision)
    choose, found = random.Random(near), 0  # noqa: S311  # chance, not secrecy
    for text in _texts([key for _, keys, _ in oracle.records for key in keys], choose):
        expected = oracle.found(text)
        filter, limit = Filter(search=(text,)), choose.choice([1, 4, 500])
        page = await reader.page(PageQuery(kind=kind, filter=filter, revision=revision, limit=limit))
        assert [row.id for row in page.rows] == expected[:limit], text
        assert page.more == (len(expected) > limit), text
        assert await reader.total(kind, filter, revision) == len(expected), text
        if page.more:
            query = PageQuery(kind=kind, filter=filter, revision=revision, limit=limit, after=page.rows[-1].key)
            assert [row.id for row in (await reader.page(query)).rows] == expected[limit : 2 * limit], text
        found += bool(expected)
    assert found > 20
    await pool.close()


async def test_search_and_other_conditions_hold_together(searched: PostgresReader) -> None:
    everything = await streamed_ids(searched, "action", Filter(), REVISION)
    oracle = await _oracle(searched, "action", REVISION)
    for measure in corpus.MEASURES[:3]:
        for texts in (("云雀", "通报" if measure == "fine" else "云"), ("yun que",), ("something", "约谈")):
            filter = Filter(search=texts, measure=((measure,),))
            alone = {*await streamed_ids(searched, "action", Filter(measure=((measure,),)), REVISION)}
            both = alone.intersection(*map(oracle.found, texts))
            expected = [record_id for record_id in everything if record_id in both]
            page = await searched.page(PageQuery(kind="action", filter=filter, revision=REVISION, limit=500))
            assert [row.id for row in page.rows] == expected
            assert await streamed_ids(searched, "action", filter, REVISION) == expected
            assert await searched.total("action", filter, REVISION) == len(expected)


@pytest.mark.parametrize(
    "name",
    [
        "yunqueshipin",
        "yun que shi pin",
        "Yún què shì pín",
        "YUNQUE ShiPin",
        "ｙｕｎｑｕｅｓｈｉｐｉｎ",
        "yun'que-shipin",
    ],
)
async def test_a_name_is_found_as_it_is_read(searched: PostgresReader, name: str) -> None:
    lark = corpus.entity_id("云雀视频")
    for filter in (Filter(entity=((name,),)), Filter(search=(name,))):
        assert await streamed_ids(searched, "entity", filter, REVISION) == [lark]
        actions = await streamed(searched, "action", filter, REVISION)
        assert actions
        for line in actions:
            assert lark in [mention["entity"] for mention in json.loads(line)["entities"]]
    everything = await streamed_ids(searched, "action", Filter(entity_id=((lark,),)), REVISION)
    assert await streamed_ids(searched, "action", Filter(search=(name,)), REVISION) == everything


@pytest.mark.parametrize("name", ["yunque", "shipin", "yqsp", "yun que shi pi", "yunqueshipinwang"])
async def test_a_filter_by_name_wants_the_whole_of_it(searched: PostgresReader, name: str) -> None:
    assert await streamed_ids(searched, "entity", Filter(entity=((name,),)), REVISION) == []


@pytest.mark.parametrize("name", ["yqsp", "yunq", "unque"])
async def test_neither_initials_nor_broken_syllables_are_readings(searched: PostgresReader, name: str) -> None:
    assert await streamed_ids(searched, "entity", Filter(search=(name,)), REVISION) == []
