"""Which copies are of one announcement, and which only look so."""

from __future__ import annotations

from itertools import permutations

import pytest

from db.ingest.addresses import page_key
from db.ingest.clean import clean
from db.ingest.extract import extract_notice
from db.ingest.families import Decided, Families
from db.ingest.notice import read_notice
from db.ingest.reprints import judge
from db.ingest.sketches import sketch_of
from db.sketches import Sketch, keys_asked, keys_of
from tests.support.copies import COPIES, DIGEST, EXCERPT, FULL, case, circular, page

_WECHAT = "https://mp.weixin.qq.com/s?__biz=MzAx&mid=226&idx=4&sn=c5ed"


def _sketch(text: str) -> Sketch:
    notice = read_notice(text.encode())
    cleaned = clean(notice)
    return sketch_of(extract_notice(notice, cleaned), cleaned)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (_WECHAT, f"{_WECHAT}&chksm=8b59&scene=58&subscene=0#rd", True),
        (_WECHAT, _WECHAT.replace("idx=4", "idx=5"), False),
        ("http://www.news.example/a/?utm_source=x", "https://news.example/a", True),
        ("https://news.example/a?id=1", "https://news.example/a?id=2", False),
        ("https://news.example/A", "https://news.example/a", False),
        ("https://news.example:8443/a", "https://news.example/a", False),
    ],
)
def test_addresses_of_one_page(one: str, other: str, same: bool) -> None:
    assert (page_key(one) == page_key(other)) is same


@pytest.mark.parametrize(("one", "other"), list(permutations(COPIES, 2)))
def test_copies_are_known_and_found(one: str, other: str) -> None:
    first, second = _sketch(one), _sketch(other)
    assert judge(first, second).basis
    assert keys_asked(first) & keys_of(second)


def test_a_judgement_has_no_direction() -> None:
    texts = [
        *COPIES,
        circular(7, 21, "2031-08-28", "https://a.example/7"),
        case("2031-04-08", "https://a.example/c", 5, 2),
    ]
    for one, other in permutations(map(_sketch, texts), 2):
        assert judge(one, other) == judge(other, one)


def _contradictions(one: str, other: str) -> tuple[str, ...]:
    verdict = judge(_sketch(one), _sketch(other))
    assert verdict.basis is None
    return verdict.agreement.contradictions


def test_two_batches_are_two_though_nearly_all_words_agree() -> None:
    one = circular(7, 21, "2031-08-28", "https://a.example/7")
    other = circular(8, 21, "2031-09-03", "https://a.example/8")
    assert judge(_sketch(one), _sketch(other)).agreement.overlap > 0.8
    assert _contradictions(one, other) == ("batch",)


def test_the_same_batch_on_another_page_is_one() -> None:
    one = circular(7, 21, "2031-08-28", "https://a.example/7")
    other = circular(7, 21, "2031-09-20", "https://b.example/x").replace("工信部通报21款", "注意这些应用，21款")
    assert judge(_sketch(one), _sketch(other)).basis in ("batch", "text")


def test_the_same_count_a_month_later_is_left_alone() -> None:
    one = page("工信部通报17款APP", "https://a.example/1", "2031-07-30", "工业和信息化部通报17款APP，应限期整改。")
    other = page("工信部通报17款APP", "https://b.example/2", "2031-08-29", "工信部近日通报17款APP，存在违规行为。")
    assert _contradictions(one, other) == ()


def test_other_fines_are_another_case() -> None:
    one = case("2031-11-03", "https://a.example/1", 5, 2)
    assert "amounts" in _contradictions(one, case("2031-11-05", "https://a.example/2", 20, 3))
    copy = judge(_sketch(one), _sketch(case("2031-11-05", "https://b.example/3", 5, 2)))
    assert copy.basis


def test_the_same_number_told_twice_in_bare_titles() -> None:
    title = "“清朗·整治纸鸢乱象”专项行动第一阶段：清理违法违规信息{}条"
    one = page(title.format("近100万"), "https://a.example/1", "2031-06-21", "，\n。")
    assert judge(_sketch(one), _sketch(page(title.format("96万余"), "https://b.example/2", "2031-06-22", "。"))).basis
    assert not judge(
        _sketch(one), _sketch(page(title.format("150万余"), "https://b.example/3", "2031-06-22", "。"))
    ).basis
    later = title.format("96万余").replace("第一阶段", "第二阶段")
    assert "phase" in _contradictions(one, page(later, "https://b.example/4", "2031-06-22", "。"))


def test_traditional_characters_make_no_other_announcement() -> None:
    other = EXCERPT.replace("约谈", "約談").replace("网站", "網站").replace("问题", "問題").replace("1.html", "9.html")
    assert judge(_sketch(EXCERPT), _sketch(other)).basis == "text"


def _sketches() -> dict[str, Sketch | None]:
    return {name: _sketch(text) for name, text in (("full", FULL), ("excerpt", EXCERPT), ("digest", DIGEST))}


def test_the_fuller_and_more_original_copy_is_canonical() -> None:
    families = Families(_sketches(), Decided())
    assert families.families == [["full", "excerpt", "digest"]]
    assert families.relation("full").reprint_of is None
    evidence = families.relation("digest").evidence
    assert evidence is not None
    assert (evidence.basis, evidence.figures, evidence.days) == ("facts", 2, 2)


def test_what_people_say_goes_before_what_is_computed() -> None:
    sketches = _sketches()
    apart = Families(sketches, Decided(originals={"excerpt": {"full", "digest"}}))
    assert sorted(apart.families) == [["excerpt"], ["full", "digest"]]
    other = _sketch(circular(7, 21, "2031-08-28", "https://a.example/7"))
    tied = Families({**sketches, "other": other}, Decided(reprints={"full": "other"}))
    assert tied.relation("full").reprint_of == "other"
    assert [tied.relation(name).reprint_of for name in ("excerpt", "digest")] == [None, "excerpt"]
    turned = Families(sketches, Decided(reprints={"full": "excerpt"}))
    assert [turned.relation(name).reprint_of for name in ("excerpt", "full", "digest")] == [None, "excerpt", "excerpt"]
    evidence = turned.relation("full").evidence
    assert evidence is not None
    assert evidence.basis == "correction"


def test_a_copy_without_a_sketch_stays_where_it_is() -> None:
    families = Families({**_sketches(), "lost": None}, Decided(kept={"lost": "digest"}))
    assert families.relation("lost").reprint_of == "full"
    assert not families.compared("lost")
