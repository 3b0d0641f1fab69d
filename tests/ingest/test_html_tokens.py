"""Tags, references and text of a page: every character once, whatever is broken about the markup."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.ingest.html_tokens import tokens

BOUNDED = settings(derandomize=True, max_examples=150, deadline=None, database=None)
PIECES = (
    *("甲", "<", ">", "/", "!", "?", "-", "--", "=", '"', "'", " ", "a", "p", "&", "&amp;", "&#20002;"),
    *("<p>", "</p>", "<!--", "-->", "<script>", "</script>", "<br/>", "<![CDATA[", "]]>", '<a href="'),
)


def shown(text: str) -> list[str]:
    """Kind and name or words of every token; how a stretch of text is cut differs between releases of Python."""
    found: list[str] = []
    for one in tokens(text, 0):
        if one.kind == "text" and found and found[-1].startswith("t:"):
            found[-1] += text[one.start : one.end]
        else:
            sort = one.kind[:2] if one.kind in ("end", "empty") else one.kind[0]
            found.append(f"{sort}:{one.name or text[one.start : one.end]}")
    return found


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("甲<P>乙</p >丙", ["t:甲", "s:p", "t:乙", "en:p", "t:丙"]),
        ("<!DOCTYPE html><?x y?></><!-- <p> -->甲", ["t:甲"]),
        ("甲<!-- 乙", ["t:甲<!-- 乙"]),
        ("1 < 2 <3>", ["t:1 < 2 <3>"]),
        ("<a title='>'>甲</a>", ["s:a", "t:甲", "en:a"]),
        ("<br/>甲<br>", ["em:br", "t:甲", "s:br"]),
        ("甲<a 乙", ["t:甲<a 乙"]),
        ("<script>if (a<b) '</p>'</Script><p>", ["s:script", "t:if (a<b) '</p>'", "en:script", "s:p"]),
        ("&lt;&#x4e2d;&nosuch &1", ["r:&lt;", "r:&#x4e2d;", "r:&nosuch", "t: &1"]),
    ],
)
def test_tokens(page: str, expected: list[str]) -> None:
    assert shown(page) == expected


def test_attributes_are_read_in_any_of_their_forms() -> None:
    (tag,) = tokens("""<p Class="a b" id='c' href=x?a=1&amp;b hidden class="z">""", 0)
    assert tag.attributes == {"class": "a b", "id": "c", "href": "x?a=1&b", "hidden": ""}


@BOUNDED
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_tokens_stand_in_order_and_within_the_page(page: str) -> None:
    at = 0
    for one in tokens(page, 0):
        assert at <= one.start <= one.end <= len(page)
        at = one.end
        if one.kind == "reference":
            assert page[one.start] == "&"
        elif one.kind != "text":
            assert page[one.start] == "<"


@pytest.mark.parametrize(
    "piece", ["<a ", "<a b='", "<a b=", "<!--", "<![CDATA[", "</", "</a ", "<?", "<!", "<script>", "&", "&a", "&#", "<"]
)
def test_markup_that_never_ends_takes_no_endless_time(piece: str) -> None:
    for end in ("", "'>'", ">"):
        began = time.process_time()
        for _ in tokens(piece * 20_000 + end, 0):
            pass
        # Read in the square of its length, a page like this takes a minute.
        assert time.process_time() - began < 2
