"""Folding, clauses, lists of words, numbers and spans of time, each alone."""

from __future__ import annotations

from datetime import date

import pytest

from db.ingest.blocks import Segment
from db.ingest.clauses import split
from db.ingest.fold import fold
from db.ingest.lexicon import Lexicon, Spot
from db.ingest.mapped import verbatim
from db.ingest.numerals import chinese
from db.ingest.periods import periods
from db.ingest.quantities import counts, sums
from db.ingest.reading import Reading
from db.ingest.scan import Scanner


def reading(text: str) -> Reading:
    return Reading(Segment("paragraph", verbatim(text, 0, len(text)), fold(text)))


def found(lexicon: Lexicon, text: str) -> list[Spot]:
    return Scanner({"it": lexicon}).scan(text).spots("it")


@pytest.mark.parametrize(
    ("given", "folded"),
    [
        ("網信辦約談平臺", "网信办约谈平台"),
        ("ＡＰＰ１２款", "app12款"),
        ("＠某号,「甲」『乙』", "@某号，“甲”‘乙’"),
        ('"甲"和"乙"', "“甲”和“乙”"),
        ("1,205家, 3款", "1,205家， 3款"),
    ],
)
def test_folding_keeps_every_place(given: str, folded: str) -> None:
    assert fold(given) == folded
    assert len(given) == len(folded)


def test_clauses_respect_quotes_and_brackets() -> None:
    one = reading("甲“乙，丙。丁”戊，己（庚；辛）壬。癸：子”丑，寅")
    clauses = [[one.text[clause.start : clause.end] for clause in sentence.clauses] for sentence in one.sentences]
    assert clauses == [["甲“乙，丙。丁”戊", "己（庚；辛）壬"], ["癸", "子”丑", "寅"]]
    assert [sentence.clauses[-1].closer for sentence in split(one.segment)] == ["。", ""]


def test_the_longest_form_wins_wherever_two_overlap() -> None:
    lexicon = Lexicon([("约谈", "a"), ("行政约谈", "b"), ("谈话记录", "c"), ("约谈制度", None)], [("罚(款|没)", "d")])
    assert found(lexicon, "行政约谈约谈罚没约谈制度") == [Spot("b", 0, 4), Spot("a", 4, 6), Spot("d", 6, 8)]
    assert found(lexicon, "约谈话记录") == [Spot("c", 1, 5)]


def test_a_form_of_two_codes_gives_both() -> None:
    lexicon = Lexicon([("低俗色情", "a"), ("低俗色情", "b")])
    assert [spot.code for spot in found(lexicon, "低俗色情")] == ["a", "b"]


@pytest.mark.parametrize(
    ("words", "value", "qualifier", "unit"),
    [
        ("10646家", 10646, "exact", "家"),
        ("1,205家", 1205, "exact", "家"),
        ("9.7万个", 97000, "exact", "个"),
        ("1.72亿件", 172_000_000, "exact", "件"),
        ("208万余条", 2_080_000, "at_least", "条"),
        ("5430余万条", 54_300_000, "at_least", "条"),
        ("3700 多个", 3700, "at_least", "个"),
        ("三百余家", 300, "at_least", "家"),
        ("一万两千个", 12000, "exact", "个"),
        ("逾7300家", 7300, "at_least", "家"),
        ("超过7300家", 7300, "at_least", "家"),
        ("10家以上", 10, "at_least", "家"),
        ("近100万条", 1_000_000, "about", "条"),
        ("约20款", 20, "about", "款"),
        ("20款左右", 20, "about", "款"),
        ("将近20款", 20, "about", "款"),
        ("不超过10家", 10, "at_most", "家"),
        ("10家以下", 10, "at_most", "家"),
        ("３５家", 35, "exact", "家"),
    ],
)
def test_counts(words: str, value: int, qualifier: str, unit: str) -> None:
    found = counts(fold(f"共{words}，"))
    assert [(one.value, one.qualifier, one.unit) for one in found] == [(value, qualifier, unit)]


@pytest.mark.parametrize(
    "words", ["第3批", "3个月", "15个工作日", "63%", "2031年", "20万元", "数百家", "一批", "第五个", "8时"]
)
def test_what_is_no_count(words: str) -> None:
    assert counts(words) == []


@pytest.mark.parametrize(
    ("words", "yuan"), [("5万元", 50_000), ("五万元", 50_000), ("80.26亿元", 8_026_000_000), ("5仟元", 5000)]
)
def test_sums_of_money(words: str, yuan: int) -> None:
    assert [one.value for one in sums(words)] == [yuan]


@pytest.mark.parametrize(
    ("words", "value"), [("十", 10), ("二十三", 23), ("三百零五", 305), ("一亿二千万", 120_000_000), ("二〇三一", 2031)]
)
def test_chinese_numerals(words: str, value: int) -> None:
    assert chinese(words) == value


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("2031年，", "2031-01-01", "2031-12-31"),
        ("2031年全年", "2031-01-01", "2031-12-31"),
        ("2031年第三季度", "2031-07-01", "2031-09-30"),
        ("2031年下半年", "2031-07-01", "2031-12-31"),
        ("2032年1月至2月", "2032-01-01", "2032-02-29"),
        ("2031年5月份", "2031-05-01", "2031-05-31"),
        ("去年，", "2031-01-01", "2031-12-31"),
        ("今年以来", "2032-01-01", "2032-03-04"),
    ],
)
def test_periods(words: str, start: str, end: str) -> None:
    found = list(periods(words, 0, len(words), date(2032, 3, 4)))
    assert [(str(spot.period.start), str(spot.period.end)) for spot in found] == [(start, end)]


@pytest.mark.parametrize("words", ["2031年3月4日", "2031年第8批", "12031年", "2031年13月至14月"])
def test_what_is_no_period(words: str) -> None:
    assert list(periods(words, 0, len(words), None)) == []
