"""What holds for any page: offsets, determinism, and that furniture changes nothing."""

from __future__ import annotations

import contextlib
import html
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.ingest.clean import clean
from db.ingest.extract import extract, to_json
from db.ingest.fold import fold
from db.ingest.notice import Refused, read_notice
from tests.ingest.notices import NAMES, anchors, data_of, facts

BOUNDED = settings(derandomize=True, max_examples=60, deadline=None, database=None)
MARKDOWN = [name for name in NAMES if not name.endswith(".html")]
PIECES = (
    "网信办",
    "依法",
    "约谈",
    "“云雀”",
    "等",
    "平台",
    "，",
    "。",
    "、",
    "\n",
    "\n\n",
    "10家",
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<br>",
    "&amp;",
    "&#x4e2d;",
    "&nbsp;",
    "&",
    "<",
    ">",
    "**",
    "# ",
    "- ",
    "[甲](http://a)",
    "![](b)",
    "| ",
    "---\n",
    "<!-- 乙 -->",
    "<script>丙</script>",
    '<div class="share">丁</div>',
    "（",
    "）",
    "@",
    "12",
    ",",
    "\t",
    "\\*",
    "網信辦",
    "ａｐｐ",
    "关闭",
    "账号",
)
PAGES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=60).map("".join)


@BOUNDED
@given(PAGES)
def test_every_character_that_is_left_stands_where_it_says(page: str) -> None:
    try:
        notice = read_notice(page.encode())
    except Refused:
        return
    for segment in clean(notice).segments:
        assert len(segment.folded) == len(segment.text)
        ends = 0
        for at, character in enumerate(segment.text):
            start, end = segment.span(at, at + 1)
            source = notice.layer.text[start:end]
            assert html.unescape(source).translate({10: 32, 9: 32, 0xA0: 32}) == character
            assert start >= ends
            ends = end


@BOUNDED
@given(PAGES)
def test_any_page_is_read_the_same_way_twice_and_its_anchors_hold(page: str) -> None:
    try:
        extraction = extract(page.encode())
    except Refused:
        return
    assert to_json(extract(page.encode())) == to_json(extraction)
    text = read_notice(page.encode()).layer.text
    assert all(text[anchor.start : anchor.end] == anchor.exact for anchor in anchors(extraction))


@BOUNDED
@given(st.text(max_size=80))
def test_folding_keeps_the_length_and_is_final(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@BOUNDED
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(Refused):
        extract(data)


def _footer(text: str) -> str:
    return f"{text}\n\n预览时标签不可点\n\n微信扫一扫\n关注该公众号\n\n约谈“抖音”等平台100家\n\n视频\n小程序\n赞"


def _recommended(text: str) -> str:
    return f"{text}\n\n推荐阅读\n\n* [关闭“无关”等账号](https://a.example)\n"


def _share(text: str) -> str:
    return f'{text}\n\n<div class="addtoany_share_save_container"><a href="#">下架应用9款</a></div>\n'


def _adverts(text: str) -> str:
    return f"{text}\n\n![](https://a.example/x.png)\n\n**点击下方名片关注我们**\n\n征订热线：010-00000000\n"


@pytest.mark.parametrize("add", [_footer, _recommended, _share, _adverts])
@pytest.mark.parametrize("name", MARKDOWN)
def test_furniture_changes_nothing(name: str, add: Callable[[str], str]) -> None:
    plain = data_of(name)
    assert facts(extract(add(plain.decode()).encode())) == facts(extract(plain))


@BOUNDED
@given(st.data(), st.sampled_from([name for name in NAMES if name.endswith(".html")]))
def test_markup_inside_a_paragraph_changes_no_fact(data: st.DataObject, name: str) -> None:
    page = data_of(name).decode("gb18030" if name.startswith("gbk") else "utf-8")
    inside = [at for at in range(page.index("<p>") + 3, page.rindex("</p>")) if _is_words(page, at)]
    at = data.draw(st.sampled_from(inside))
    marked = f"{page[:at]}<span style='x'>{page[at]}</span>{page[at + 1 :]}"
    assert facts(extract(marked.encode())) == facts(extract(page.encode()))


def _is_words(page: str, at: int) -> bool:
    return page[at] >= "\u4e00" and page.rfind("<", 0, at) <= page.rfind(">", 0, at)


def test_order_does_not_matter() -> None:
    forwards = {name: to_json(extract(data_of(name))) for name in NAMES}
    backwards = {name: to_json(extract(data_of(name))) for name in reversed(NAMES)}
    assert forwards == backwards


def test_a_page_of_very_many_names_is_read_in_time() -> None:
    names = "".join(f"“号{number}”" for number in range(5_000))
    (action,) = extract(f"网信部门依法关闭{names}等账号。".encode()).actions
    assert len(action.entities) == 5_000
