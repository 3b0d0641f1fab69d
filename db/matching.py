"""The form of a text by which names and searches are compared: one script, one width, one case."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from opencc import OpenCC

_PARTING = re.compile("[\\s'’\\-]+")
_SOUND = re.compile("[a-z0-9]{2,}")
_READ_TOGETHER = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[^\s\u3400-\u9fff\U00020000-\U0003ffff]+")


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
    if not folded.isascii():
        folded = "".join(map(_simplified, folded))
    return " ".join(folded.split())


def to_simplified(text: str) -> str:
    """The text in simplified characters, by phrase."""
    converted: str = _converter("t2s").convert(text)
    return converted


def to_traditional(text: str) -> str:
    """The text in traditional characters, by phrase."""
    converted: str = _converter("s2t").convert(text)
    return converted


def _read(text: str) -> list[str]:
    """The syllables of a text. What reads them is large, and is loaded when something is first to be read."""
    from pypinyin import lazy_pinyin

    return lazy_pinyin(text)


def to_pinyin(text: str) -> str:
    """How the text is read: Hanyu Pinyin without tones, a space between syllables, other characters as they are."""
    return " ".join(" ".join(_read(text)).split())


def sound_key(text: str) -> str | None:
    """The letters of a text that may be pinyin: no tones, no case, nothing between syllables, and v for ü.

    None where it holds anything else, or is too short to tell names apart.
    """
    key = _PARTING.sub("", _sound(text))
    return key if _SOUND.fullmatch(key) else None


def _sound(text: str) -> str:
    spelt = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in spelt.replace("u\u0308", "v") if unicodedata.category(c) != "Mn")


def syllables(name: str) -> list[tuple[str, int, int]]:
    """How a name is read, syllable by syllable as `sound_key` writes them, each with the code points it stands for.

    What is not Chinese is read as it is written.
    """
    found: list[tuple[str, int, int]] = []
    for run in _READ_TOGETHER.finditer(name):
        start, end = run.span()
        read = _read(run[0])
        if len(read) == end - start:
            found += ((_sound(syllable), place, place + 1) for place, syllable in enumerate(read, start))
        else:
            found.append((_sound(run[0]), start, end))
    return found
