"""Highlights stand where a plain look at every part of a text finds what was searched for."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.highlighting import highlights
from db.matching import match_key

_ALPHABET = "抖音約约談谈網网ab QqＱ１1㎏ﬁßÉe\u0301\u0300ｶﾞ𠮷😀　\t哈哈"
_TEXTS = st.text(_ALPHABET, max_size=14)


def _record(**texts: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"gist_zh": "", "gist_en": "", "unnamed_subject": None, "entities": [], "anchors": []}
    return empty | texts


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _cuts(text: str) -> list[int]:
    """Where a text can be cut without a mark being cut off its letter."""
    inside = [
        place
        for place in range(1, len(text))
        if _folded(text[:place]) + _folded(text[place:]) == _folded(text)
        and not unicodedata.combining(unicodedata.normalize("NFKC", text[place])[0])
    ]
    return [0, *inside, len(text)]


def _looked_for(text: str, search: Sequence[str]) -> list[tuple[int, int]]:
    """The shortest parts of a text that hold any of what is searched for, those that overlap joined."""
    cuts, found = _cuts(text), set()
    for key in map(match_key, search):
        holding = [(s, e) for s in cuts for e in cuts if s < e and key in match_key(text[s:e])]
        found |= {(s, e) for s, e in holding if not any((a, b) != (s, e) and s <= a and b <= e for a, b in holding)}
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


@given(text=_TEXTS, others=st.lists(st.text(_ALPHABET, min_size=1, max_size=3), max_size=2), data=st.data())
def test_they_are_where_a_plain_look_finds_them(text: str, others: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    part = text[start : start + data.draw(st.integers(1, 4))]
    search = [each for each in (part, *others) if match_key(each)]
    found = highlights("action", _record(gist_zh=text), search)
    assert [(each.start, each.end) for each in found] == _looked_for(text, search)


@pytest.mark.parametrize(
    ("text", "search", "spans"),
    [
        ("😀抖音😀抖音", ["抖音"], [(1, 3), (4, 6)]),
        ("被约谈", ["約談"], [(1, 3)]),
        ("被約談", ["约谈"], [(1, 3)]),
        ("𠮷野家", ["𠮷"], [(0, 1)]),
        ("ＱＱ浏览器", ["qq", "Q瀏"], [(0, 3)]),
        ("哈哈哈", ["哈哈"], [(0, 3)]),
        ("约谈约谈", ["约谈"], [(0, 2), (2, 4)]),
        ("云雀 \t lark", ["雀 Lark"], [(1, 9)]),
        ("罚5㎏", ["k"], [(2, 3)]),
        ("ßß", ["ss"], [(0, 1), (1, 2)]),
    ],
)
def test_offsets_are_code_points_of_the_text_as_served(
    text: str, search: list[str], spans: list[tuple[int, int]]
) -> None:
    found = highlights("action", _record(unnamed_subject=text), search)
    assert [(each.field, each.start, each.end) for each in found] == [("unnamed_subject", *span) for span in spans]


@pytest.mark.parametrize(
    ("name", "search", "spans"),
    [
        ("抖音", "douyin", [(0, 2)]),
        ("抖音视频", "Dǒu Yīn", [(0, 2)]),
        ("看抖音", "douyin", [(1, 3)]),
        ("dou yin shi pin", "douyin", [(0, 7)]),
        ("QQ浏览器", "qqliulan", [(0, 4)]),
        ("绿洲", "lǜzhōu", [(0, 2)]),
        ("抖音", "dy", []),
        ("抖音", "douyi", []),
    ],
)
def test_names_are_marked_where_they_are_read_so(name: str, search: str, spans: list[tuple[int, int]]) -> None:
    found = highlights("action", _record(gist_zh=name, entities=[{"name": "别的"}, {"name": name}]), [search])
    assert [(each.field, each.start, each.end) for each in found] == [("entities.1.name", *span) for span in spans]
