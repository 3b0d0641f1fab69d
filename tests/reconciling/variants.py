"""Texts as they stand in the tables of others, made by rules from the names on record, and invented ones."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pypinyin import Style, lazy_pinyin

from db.matching import match_key, to_pinyin, to_traditional

DATASET = Path(__file__).parents[2] / "db" / "dataset" / "entities.ndjson"
_EVERY = 15
"""One in so many entities is taken, and one in three of those with an English name."""
_INVENTED = 40
_FIRST, _SECOND = "澜枫霁沐岚珩榆芷", "鹭笙蔻屿珀翎漪槿"
_AFTER = ("", "阅读", "出行", "记账", "科技有限公司", "直播")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


class Variant(NamedTuple):
    """A text and what it means."""

    rule: str
    text: str
    ids: frozenset[str]
    """The entities that have this name, as far as it can be told from the names; none for an invented text."""


def variants() -> list[Variant]:
    """All of them, the same each time."""
    entities = _standing()
    named: dict[str, set[str]] = defaultdict(set)
    for entity in entities:
        for name in entity["names"]:
            named[match_key(name["name"])].add(entity["id"])
    chosen = [one for place, one in enumerate(entities) if place % _EVERY == 0 or (one["name_en"] and place % 3 == 0)]
    found = [
        Variant(rule, text, frozenset(named[match_key(meant)] | {entity["id"]}))
        for entity in chosen
        for rule, text, meant in _spelt(entity)
    ]
    nothing = {
        "invented": _invented(set(named)),
        "invented, ending like a name": [
            text for one in chosen if len(one["name"]) > 3 and match_key(text := "榆鹭" + one["name"][2:]) not in named
        ],
    }
    return [*dict.fromkeys(found), *(Variant(rule, text, frozenset()) for rule, all in nothing.items() for text in all)]


def _standing() -> list[dict[str, Any]]:
    lines = map(json.loads, DATASET.read_text(encoding="utf-8").splitlines())
    return sorted((line["record"] for line in lines if "revision_to" not in line), key=lambda one: str(one["id"]))


def _spelt(entity: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """By which rule, how it is spelt, and of which name that is a spelling."""
    name: str = entity["name"]
    yield "simplified", name, name
    if (traditional := to_traditional(name)) != name:
        yield "traditional", traditional, name
    if _is_han(name):
        yield "pinyin", to_pinyin(name), to_pinyin(name)
        yield "pinyin, joined", to_pinyin(name).replace(" ", ""), to_pinyin(name)
        yield "pinyin, toned", " ".join(lazy_pinyin(name, style=Style.TONE)), to_pinyin(name)
    if entity["name_en"]:
        yield "English", entity["name_en"].split(" (")[0], name
    for other in entity["names"]:
        if other["kind"] == "alias" and other["language"] == "zh-Hans":
            yield "alias", other["name"], other["name"]
    if name.translate(_FULL_WIDTH) != name:
        yield "full width", name.translate(_FULL_WIDTH), name
    yield "App, 平台 or brackets added", ("{}App", "{}平台", "“{}”")[len(name) % 3].format(name), name
    if len(name) >= 4:
        place = len(name) // 2
        yield "one character missing", name[:place] + name[place + 1 :], name
        yield "one character wrong", f"{name[:place]}丽{name[place + 1 :]}", name
    if len(name) >= 5:
        yield "first characters only", name[:3] if len(name) == 5 else name[:-3], name
    if _is_han(name) and len(name) >= 3:
        *before, last = to_pinyin(name).split()
        yield "pinyin, last letter missing", " ".join([*before, last[:-1] or "x"]), name


def _is_han(name: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in name)


def _invented(known: set[str]) -> list[str]:
    chance = random.Random(20261122)  # noqa: S311
    found: dict[str, None] = {}
    while len(found) < _INVENTED:
        text = chance.choice(_FIRST) + chance.choice(_SECOND) + chance.choice(_AFTER)
        if match_key(text) not in known:
            found[text] = None
    return list(found)
