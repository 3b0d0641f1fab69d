"""Search finds a text where it is, wherever that is: compared with looking at every record."""

from __future__ import annotations

import random

import pytest

from db import selecting
from db.matching import match_key, to_traditional
from db.pool import connect
from db.reader import PostgresReader
from schema.query import Filter, PageQuery
from schema.records import RecordKind
from tests.support import corpus
from tests.support.streams import streamed_ids

_FULL_WIDTH = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)})


def _texts(keys: list[str], choose: random.Random) -> list[str]:
    """Pieces of what is on record as people write them, what only seems to be there, and what is not."""
    found = ["抖音", "約談", "q", "qq", "云x", "%", "_", "'", "\\", "{", "云雀 lark", "Ｌａｒｋ", "𠮷"]
    for _ in range(40):
        key = choose.choice(keys)
        start, length = choose.randrange(len(key)), choose.choice([1, 1, 2, 2, 2, 3, 4, 5, 9])
        # A piece may reach over the end of a line, where two texts meet that do not belong together.
        piece = key[start : start + length]
        found += [piece.replace("\n", ""), to_traditional(piece).upper().replace("\n", " ")]
    swapped = [text[::-1] for text in found[-20:]]
    wide = [text.translate(_FULL_WIDTH) for text in found[-20:]]
    return [text for text in dict.fromkeys([*found, *swapped, *wide]) if match_key(text)]


@pytest.mark.parametrize("kind", ["action", "figure", "entity", "document"])
@pytest.mark.parametrize("near", [3000, 5])
async def test_search_equals_looking_at_every_record(
    reader: PostgresReader, sample_dsn: str, monkeypatch: pytest.MonkeyPatch, kind: RecordKind, near: int
) -> None:
    monkeypatch.setattr(selecting, "_NEAR", near)
    connection = await connect(sample_dsn)
    rows = await connection.fetch(f"SELECT id, search_key FROM {kind}_version WHERE revision_to IS NULL")  # noqa: S608
    await connection.close()
    order = await streamed_ids(reader, kind, Filter(), 7)
    keys = {row["id"]: row["search_key"] for row in rows}
    assert sorted(order) == sorted(keys)
    choose, found = random.Random(near), 0  # noqa: S311  # chance, not secrecy
    for text in _texts(list(keys.values()), choose):
        expected = [record_id for record_id in order if match_key(text) in keys[record_id]]
        filter, limit = Filter(search=(text,)), choose.choice([1, 4, 500])
        page = await reader.page(PageQuery(kind=kind, filter=filter, revision=7, limit=limit))
        assert [row.id for row in page.rows] == expected[:limit], text
        assert page.more == (len(expected) > limit), text
        assert await reader.total(kind, filter, 7) == len(expected), text
        if page.more:
            query = PageQuery(kind=kind, filter=filter, revision=7, limit=limit, after=page.rows[-1].key)
            assert [row.id for row in (await reader.page(query)).rows] == expected[limit : 2 * limit], text
        found += bool(expected)
    assert found > 20


async def test_search_and_other_conditions_hold_together(reader: PostgresReader) -> None:
    everything = await streamed_ids(reader, "action", Filter(), 7)
    for measure in corpus.MEASURES[:3]:
        filter = Filter(search=("云雀", "通报" if measure == "fine" else "云"), measure=((measure,),))
        page = await reader.page(PageQuery(kind="action", filter=filter, revision=7, limit=500))
        alone = Filter(measure=((measure,),))
        those = await reader.page(PageQuery(kind="action", filter=alone, revision=7, limit=500))
        words = await reader.page(PageQuery(kind="action", filter=Filter(search=filter.search), revision=7, limit=500))
        both = {row.id for row in those.rows} & {row.id for row in words.rows}
        assert [row.id for row in page.rows] == [record_id for record_id in everything if record_id in both]
