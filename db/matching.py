"""The form of a text by which names and searches are compared: one script, one width, one case."""

from __future__ import annotations

import unicodedata
from functools import cache

from opencc import OpenCC
from pypinyin import lazy_pinyin


@cache
def _converter(direction: str) -> OpenCC:
    return OpenCC(direction)


@cache
def _simplified(character: str) -> str:
    converted: str = _converter("t2s").convert(character)
    return converted


def match_key(text: str) -> str:
    """Fold a text so that its traditional, full-width and upper-case spellings compare equal.

    Characters are converted one by one: the key of a part is then a part of the key of the whole,
    which is what makes searching the keys the same as searching the texts.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(_simplified(character) for character in folded).split())


def to_simplified(text: str) -> str:
    """The text in simplified characters, by phrase."""
    converted: str = _converter("t2s").convert(text)
    return converted


def to_traditional(text: str) -> str:
    """The text in traditional characters, by phrase."""
    converted: str = _converter("s2t").convert(text)
    return converted


def to_pinyin(text: str) -> str:
    """How the text is read: Hanyu Pinyin without tones, a space between syllables, other characters as they are."""
    return " ".join(" ".join(lazy_pinyin(text)).split())
