"""Folds text for matching, one character to one character, so that offsets stay the same."""

from __future__ import annotations

import re
from functools import cache

from opencc import OpenCC

_HAN = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))
_SIGNS = {"＠": "@", "％": "%", "．": ".", "＋": "+", "－": "-", "／": "/", "\u3000": " ", "\xa0": " ", "﹑": "、"}
# Quotation marks of either script fold to one pair, brackets too; doubled ones nest as they stand.
_PAIRS = {
    "「": "“",
    "」": "”",
    "『": "‘",
    "』": "’",
    "﹁": "“",
    "﹂": "”",
    "(": "（",
    ")": "）",
    "〈": "《",
    "〉": "》",
}
_PUNCTUATION = {",": "，", ";": "；", "?": "？", "!": "！", "｡": "。", "､": "、"}

_STRAIGHT = re.compile('"([^"]*)"')
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


@cache
def _table() -> dict[int, int]:
    table = {ord(low) - 32: ord(low) for low in "abcdefghijklmnopqrstuvwxyz"}
    for wide in range(0xFF10, 0xFF1A):
        table[wide] = wide - 0xFEE0
    for wide in range(0xFF21, 0xFF3B):
        table[wide] = wide - 0xFEE0 + 32
        table[wide + 32] = wide - 0xFEE0 + 32
    table.update({ord(one): ord(other) for one, other in (_SIGNS | _PAIRS | _PUNCTUATION).items()})
    return table | _simplified()


def _simplified() -> dict[int, int]:
    """Traditional to simplified for single characters, where OpenCC gives just one back."""
    # Line feeds between the characters keep OpenCC from reading them as words.
    given = [chr(code) for code in _HAN]
    found = OpenCC("t2s").convert("\n".join(given)).split("\n")
    return {ord(one): ord(other) for one, other in zip(given, found, strict=True) if one != other and len(other) == 1}


@cache
def _others() -> re.Pattern[str]:
    """Runs of characters that fold to others."""
    return re.compile(f"[{re.escape(''.join(map(chr, _table())))}]+")


def fold(text: str) -> str:
    """The text in the form that the word lists are in; every character keeps its place."""
    if text.count('"') % 2 == 0:
        text = _STRAIGHT.sub("“\\1”", text)
    if "," in text:
        # A comma between digits is part of the number, any other stands for the Chinese one.
        return _folded(_THOUSANDS.sub("\x1f", text)).replace("\x1f", ",")
    return _folded(text)


def _folded(text: str) -> str:
    # Most characters stand as they are, and a search for the others is faster than a look at each.
    return _others().sub(lambda found: found.group().translate(_table()), text)
