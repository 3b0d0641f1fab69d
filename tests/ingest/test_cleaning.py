"""Header, markup and furniture: what is left is the announcement, and every character knows its place."""

from __future__ import annotations

from datetime import date

import pytest

from db.ingest.clean import Cleaned, clean
from db.ingest.extract import extract
from db.ingest.mapped import MappedText, verbatim
from db.ingest.notice import read_notice
from db.ingest.page_dates import parse_date


def cleaned(text: str, url: str | None = None) -> Cleaned:
    return clean(read_notice(text.encode(), url=url))


def texts(text: str) -> list[tuple[str, str]]:
    return [(segment.kind, segment.text) for segment in cleaned(text).segments]


def test_front_matter_gives_title_address_publisher_and_date() -> None:
    copy = cleaned('---\ntitle: "甲"\nurl: https://a.example/1\nsource: 乙报\ndate: 2031-02-03\n---\n正文。\n')
    assert (copy.title, copy.url, copy.publisher) == ("甲", "https://a.example/1", "乙报")
    assert copy.published_on == date(2031, 2, 3)
    assert [segment.text for segment in copy.segments] == ["甲", "正文。"]


def test_a_header_that_never_closes_is_text() -> None:
    assert texts("---\ntitle: 甲\n正文。")[-1][1].endswith("正文。")


def test_the_address_it_was_fetched_from_serves_where_the_copy_has_none() -> None:
    assert cleaned("正文。", url="https://b.example/").url == "https://b.example/"


def test_headings_lists_and_rows_of_markdown() -> None:
    page = (
        "# 甲\n\n乙丙\n===\n\n**一、丁戊**\n\n二、己庚\n\n* 辛\n1. 壬\n\n"
        "| 名称 | 版本 |\n| --- | --- |\n| 癸 | 1.0 |\n\n> 子丑。"
    )
    assert texts(page) == [
        ("title", "甲"),
        ("heading", "乙丙"),
        ("heading", "一、丁戊"),
        ("heading", "二、己庚"),
        ("item", "辛"),
        ("item", "1. 壬"),
        ("row", "| 名称 | 版本 |"),
        ("row", "| 癸 | 1.0 |"),
        ("paragraph", "子丑。"),
    ]


def test_links_keep_their_words_and_images_vanish() -> None:
    page = "开头 [甲[1]乙](https://a.example/x_(y)) ![图](i.png)[![图](i.png)](https://b.example)、**丙**结束\\*。"
    assert texts(page) == [("paragraph", "开头 甲[1]乙 、丙结束*。")]


def test_a_paragraph_wrapped_by_hand_is_whole_again() -> None:
    line = "网信部门依法对存在突出问题的多家网站平台负责人进行了集中约谈并"
    assert texts(f"{line}\n责令其限期整改。\n短行\n另一行") == [
        ("paragraph", f"{line}责令其限期整改。"),
        ("paragraph", "短行"),
        ("paragraph", "另一行"),
    ]


def test_html_blocks_breaks_entities_and_hidden_parts() -> None:
    page = (
        "<html><head><title>x</title><script>var a = '<p>不</p>';</script></head><body>"
        "<div>甲&amp;乙<br>丙&#20002;&nbsp;丁</div><p>戊<b>己</b>\n庚<p><strong>辛壬</strong></p>"
        "<ul><li>癸<li>子</ul><table><tr><td>丑</td><td>寅</td></tr></table><!-- 卯 --><h2>辰</h2></body></html>"
    )
    assert texts(page) == [
        ("paragraph", "甲&乙"),
        ("paragraph", "丙丢 丁"),
        ("paragraph", "戊己 庚"),
        ("heading", "辛壬"),
        ("item", "癸"),
        ("item", "子"),
        ("row", "| 丑 | 寅"),
        ("heading", "辰"),
    ]


def test_an_entity_maps_to_all_of_its_source() -> None:
    page = "<p>甲&amp;乙&lt</p>"
    segment = cleaned(page).segments[0]
    assert [page[slice(*segment.span(at, at + 1))] for at in range(4)] == ["甲", "&amp;", "乙", "&lt"]
    assert page[slice(*segment.span(0, 3))] == "甲&amp;乙"


def test_furniture_is_no_evidence() -> None:
    page = (
        "# 题目\n\n甲报\n\n**点击蓝字关注我们**\n\n[首页](/)\n\n发布时间：2031-01-01 10:00\n\n正文。\n\n"
        "（来源：某网）\n\n**学习计划**\n\n推荐阅读\n\n约谈平台100家。\n"
    )
    copy = cleaned(f"---\nsource: 甲报\n---\n{page}")
    assert [segment.text for segment in copy.segments] == ["题目", "正文。"]
    assert copy.sources == ("某网",)


def test_an_archive_card_speaks_of_the_announcement() -> None:
    page = (
        "[【存】转载标题](https://chinadigitaltimes.net/chinese/1.html)\n------\n"
        '<div class="su-spoiler"><strong>标题：</strong>原题<br><strong>发表日期：</strong>2031.1.31<br>'
        '<strong>来源：</strong><a href="https://web.archive.org/web/20310131/http://a.example/c.htm">某办</a></div>'
        "<p>正文。</p>"
    )
    copy = cleaned(page)
    assert (copy.title, copy.published_on) == ("原题", date(2031, 1, 31))
    assert copy.original_url == "http://a.example/c.htm"
    assert (copy.publisher, copy.url) == ("China Digital Times", "https://chinadigitaltimes.net/chinese/1.html")
    assert [segment.text for segment in copy.segments] == ["原题", "【存】转载标题", "正文。"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [("2031-2-3", date(2031, 2, 3)), ("2031年2月3日", date(2031, 2, 3)), ("2031.2.31", None), ("昨天", None)],
)
def test_dates(words: str, expected: date | None) -> None:
    assert parse_date(words) == expected


def test_mapped_text_survives_cuts() -> None:
    source = "0123456789"
    mapped = verbatim(source, 2, 9).keep([(0, 2), (4, 7)])
    assert mapped.text == "23678"
    assert [mapped.span(at, at + 1) for at in range(5)] == [(2, 3), (3, 4), (6, 7), (7, 8), (8, 9)]
    assert mapped.span(1, 3) == (3, 7)
    assert mapped.keep([]) == MappedText("", ())


@pytest.mark.parametrize(
    "page",
    [
        '<head><meta name="PubDate" content="2031-02-03 09:00"></head><p>正文。</p>',
        '<script type="application/ld+json">{"datePublished":"2031-02-03T08:00"}</script><p>2031年1月1日</p>',
        "# 题目\n\n某网　2031-02-03 15:00　来源：某办\n\n2030年5月1日，某办发现。\n",
        "# 题目\n\n2030-05-01 至 2030-06-30\n\n发布时间：2031年2月3日\n\n正文。\n",
        "题目\n\n2030年5月1日，某办发现问题。\n\n某某管理局\n\n2031年2月3日\n",
    ],
)
def test_the_day_a_page_states_itself(page: str) -> None:
    assert cleaned(page).published_on == date(2031, 2, 3)


def test_a_day_in_prose_is_not_that_of_publication() -> None:
    assert cleaned("# 题目\n\n2030年5月1日，某办发现问题。\n\n整改应于2030年6月1日前完成。\n").published_on is None


@pytest.mark.parametrize("url", ["https://[bad/", "nowhere", "https://", ""])
def test_what_is_no_address_is_left_out(url: str) -> None:
    page = f"---\ntitle: 某省通报\nurl: {url}\nsource: https://[also bad\n---\n\n某省网信办依法关闭违法网站12家。\n"
    extraction = extract(page.encode())
    assert extraction.document.url is None
    assert [figure.value_min for figure in extraction.figures] == [12]
