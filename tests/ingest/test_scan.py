"""What a pattern requires, and the one pass that looks for it: nothing is skipped that would have matched."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.ingest import words
from db.ingest.fold import fold
from db.ingest.gazetteer import name_pattern
from db.ingest.required import required
from db.ingest.scan import scanner

BOUNDED = settings(derandomize=True, max_examples=80, deadline=None, database=None)
PATTERNS = {
    **{name: words.pattern(name) for name, value in words.genre().items() if isinstance(value, str)},
    **{f"ignored {name}": pattern for name, pattern in words.ignored_patterns().items()},
    **{
        f"{name} {place}": pattern
        for name, lexicon in scanner().lexicons.items()
        for place, (pattern, _) in enumerate(lexicon.patterns)
    },
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("责令[^。；]{0,12}(改正|整改)", {"责令"}),
        ("未(?:依法)?采取.{1,3}技术措施", {"技术措施"}),
        ("甲乙?丙丁+戊", {"丙丁"}),
        ("(?:甲乙|丙丁)(?!戊己庚)", {"甲乙", "丙丁"}),
        ("甲乙|[丙丁]", set()),
        ("(?:甲乙)?", set()),
        ("(?:甲乙){0,3}丙", {"丙"}),
        (r"\d+\.甲|乙(?P<name>[)(|]*)", {".甲", "乙"}),
        ("App|丙", {"app", "丙"}),
    ],
)
def test_the_words_that_a_pattern_requires(pattern: str, expected: set[str]) -> None:
    assert required(pattern) == expected


@BOUNDED
@given(st.sampled_from(sorted(PATTERNS)), st.data())
def test_whatever_a_pattern_matches_holds_a_word_it_requires(name: str, data: st.DataObject) -> None:
    pattern = PATTERNS[name]
    matching = data.draw(st.from_regex(pattern, alphabet=st.characters(codec="gb2312")))
    found = pattern.search(fold(matching))
    needed = required(pattern.pattern)
    assert found is None or not needed or any(word in fold(matching) for word in needed)


PARTS = [*list(words.kinds().codes)[:40], *list(words.measures().codes)[:40], *list(words.authorities().codes)[:20],
         "抖音", "qq", "qq音乐", "微博", "关闭", "下架", "，", "。", "12", "a", "一批"]  # fmt: skip


@BOUNDED
@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_one_pass_finds_what_each_pattern_alone_would(text: str) -> None:
    hits = scanner().scan(text)
    for name, pattern in (("names", name_pattern()), ("verbs", words.frames().verb)):
        alone = [match.span() for match in pattern.finditer(text, 1, len(text))]
        assert [match.span() for match in hits.find(name, 1, len(text))] == alone
    for name in words.TRIED:
        assert hits.may_match(name) or not words.pattern(name).search(text)
