"""What names are compared by: their key, what is left of it without generic words, and how they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from db.matching import match_key, sound_key, syllables

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_MARKS = re.compile(r"[^\w]|_")
_BRACKETS = re.compile(r"\s*[(（]([^()（）]*)[)）]\s*$")
_NUMBERED = re.compile(r"(?:[a-zü]+[1-5][\s'’-]*)+", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_GENERIC = re.compile(
    r"(?<=..)(?:app|应用程序|应用软件|应用|软件|客户端|小程序|公众号|账号|帐号|官方网站|官网|网站|平台|网|网络平台"
    r"|股份有限公司|有限责任公司|有限公司|公司|集团)$"
)
"""Words that are added to names and left out of them. What stands before must be a name by itself."""
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Folded:
    """A name in the forms by which it is compared. Names that are equal in an earlier form are more surely the same."""

    text: str
    """As it is written."""
    key: str
    """In one script, width and case."""
    bare: str
    """Without spaces and marks as well."""
    core: str
    """Without generic words at its end as well."""
    sound: str
    """In the letters of Hanyu Pinyin, without tones; empty where it is not read so."""
    han: bool
    """Whether Chinese characters are among its letters."""


def tidied(text: str) -> str:
    """A text as it stands in a cell of a table: without control characters and spaces around it."""
    return " ".join(_CONTROLS.sub(" ", text).split())


@lru_cache(_REMEMBERED)
def folded(text: str) -> Folded:
    """The forms of a name."""
    key = match_key(text)
    bare = _MARKS.sub("", key)
    core = bare
    while (shorter := _GENERIC.sub("", core)) != core:
        core = shorter
    han = bool(_HAN.search(key))
    return Folded(text, key, bare, core, _sound(text, core, han=han), han)


def _sound(text: str, core: str, *, han: bool) -> str:
    if han:
        return "".join(syllable for syllable, _, _ in syllables(core))
    if _NUMBERED.fullmatch(text):  # wei1 bo2: the tones as numbers
        text = re.sub("[1-5]", "", text)
    return sound_key(text) or ""


def unbracketed(name: str) -> list[str]:
    """A name that ends in brackets, and what stands before and within them: `Weibo (Sina Weibo)` is called either."""
    match = _BRACKETS.search(name)
    return [name, name[: match.start()], match[1]] if match and match.start() and match[1].strip() else [name]
