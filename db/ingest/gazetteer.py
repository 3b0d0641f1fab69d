"""The names known beforehand, and whether a mention is one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from db.ingest.fold import fold
from db.ingest.lexicon import trie_pattern
from db.ingest.words import genre
from schema.codes import vocabulary_source
from schema.extraction import ExtractedMention

_ALIAS_KEYS = ("aliases", "aliases_zh_hant", "former_names")
_REMEMBERED = 4096
_PARENTHESIS = re.compile(r"（[^）]*）$")


@dataclass(frozen=True, slots=True)
class Known:
    """What the gazetteer says of a name."""

    code: str
    kind: str
    agrees: frozenset[str]
    needs_context: bool
    """The name is a common word or belongs to others too (rule r12)."""


@cache
def known_names() -> Mapping[str, Known]:
    """Folded name → entity. Of two entities that share a name the earlier one has it."""
    names: dict[str, Known] = {}
    for item in vocabulary_source("entities"):
        if item["kind"] not in genre()["never_subjects"]:
            for name, known in _names_of(item):
                names.setdefault(name, known)
    return names


def _names_of(item: Mapping[str, Any]) -> Iterator[tuple[str, Known]]:
    usage = genre()["entity_kinds"].get(item["kind"]) or genre()["entity_kinds"]["default"]
    risky = set(item.get("risky_aliases", ()))
    agrees = frozenset(usage["agrees"])
    for name in (item["zh"], *(alias for key in _ALIAS_KEYS for alias in item.get(key, ()))):
        if "（" in name:
            # A gloss is no part of the name: 知网（CNKI） is read as 知网.
            continue
        risk = name in risky or bool(item.get("common_word")) or len(name) == 1
        yield fold(name), Known(item["code"], usage["kind"], agrees, risk)


@cache
def name_pattern() -> re.Pattern[str]:
    """Any known name; one in Latin letters must stand apart from other letters."""
    latin = [name for name in known_names() if name.isascii()]
    han = [name for name in known_names() if not name.isascii()]
    return re.compile(f"(?:{trie_pattern(han)})|(?<![a-z0-9])(?:{trie_pattern(latin)})(?![a-z0-9])")


def resolve(name: str, kind: str) -> str | None:
    """The code of the entity that a mention of this kind means, if it is a known one."""
    known = lookup(name)
    return known.code if known is not None and kind in known.agrees else None


def operator_mention(name: str) -> ExtractedMention:
    """A company as the text names it where it says who runs something."""
    return ExtractedMention(name=name, kind="company", entity=resolve(name, "company"))


@lru_cache(_REMEMBERED)
def lookup(name: str) -> Known | None:
    """The entity of a name in either script, with or without a gloss in brackets."""
    folded = fold(name)
    return known_names().get(folded) or known_names().get(_PARENTHESIS.sub("", folded))
