"""The word lists of the parser, compiled once from the code lists and `sources/genre.yml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from db.ingest.fold import fold
from db.ingest.lexicon import Lexicon, trie_pattern
from db.ingest.source_facts import source
from schema.codes import vocabulary_source

TRIED = ("circulars", "list_leads", "masked", "company_names", "party_people")
"""Patterns that are searched for in every passage, and mostly in vain."""


@dataclass(frozen=True, slots=True)
class Frames:
    """Verbs that become a measure by what they are done to."""

    verb: re.Pattern[str]
    by_kind: Mapping[tuple[str, str], str]
    bare: Mapping[str, str]
    """Verbs that say a measure even when no object is named."""


def genre() -> Mapping[str, Any]:
    """The genre's words as the file has them."""
    return source("genre")


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A compiled pattern of the genre file: a list of words or a pattern, by its key."""
    value = genre()[name]
    return re.compile(value if isinstance(value, str) else trie_pattern(value), re.IGNORECASE)


@cache
def ignored_patterns() -> Mapping[str, re.Pattern[str]]:
    """Reason class → pattern, in the order they are tried."""
    return {name: re.compile(words, re.IGNORECASE) for name, words in genre()["ignored"].items()}


def _forms(items: Iterable[Mapping[str, Any]], *keys: str) -> Iterator[tuple[str, str | None]]:
    for item in items:
        for key in keys:
            yield from ((form, item["code"]) for form in item.get(key, ()))
        yield from ((form, None) for form in item.get("decoys", ()))


def _patterns(items: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    return ((words, item["code"]) for item in items for words in item.get("patterns", ()))


@cache
def kinds() -> Lexicon:
    """Nouns for what an act is done to."""
    return Lexicon(_forms(vocabulary_source("subject_kinds"), "zh_variants"))


@cache
def categories() -> Lexicon:
    """Phrases that name a violation."""
    items = vocabulary_source("categories")
    return Lexicon(_forms(items, "trigger_phrases"), _patterns(items))


@cache
def authorities() -> Lexicon:
    """Names of bodies that act; platforms and stores that carry out an order are none."""
    items = [item for item in vocabulary_source("authorities") if item["kind"] != "private"]
    return Lexicon(_forms(items, "zh_variants"), _patterns(items))


@cache
def instruments() -> Lexicon:
    """Names of laws and rules."""
    items = vocabulary_source("instruments")
    full = ((item["zh"], item["code"]) for item in items)
    return Lexicon((*full, *_forms(items, "zh_variants")), _patterns(items))


@cache
def campaigns() -> Lexicon:
    """Names of campaigns, in full."""
    items = vocabulary_source("campaigns")
    full = ((item["zh"], item["code"]) for item in items)
    return Lexicon((*full, *_forms(items, "zh_variants")), _patterns(items))


@cache
def frames() -> Frames:
    """The verb frames of the measures."""
    by_kind: dict[tuple[str, str], str] = {}
    bare: dict[str, str] = {}
    for item in vocabulary_source("measures"):
        for frame in item.get("frames", ()):
            by_kind |= {(verb, kind): item["code"] for verb in frame["verbs"] for kind in frame["kinds"]}
            bare |= dict.fromkeys(frame.get("bare", ()), item["code"])
    verbs = {verb for verb, _ in by_kind}
    return Frames(re.compile(trie_pattern(verbs)), by_kind, bare)


@cache
def measures() -> Lexicon:
    """Words that name a measure by themselves."""
    items = vocabulary_source("measures")
    forms = [(form, code) for form, code in _forms(items, "zh_variants") if code is None or not _has_object(form)]
    return Lexicon(forms, _patterns(items))


@cache
def _object_form() -> re.Pattern[str]:
    nouns = trie_pattern(fold(form) for item in vocabulary_source("subject_kinds") for form in item["zh_variants"])
    verbs = trie_pattern([*{verb for verb, _ in frames().by_kind}, *genre()["object_verbs"]])
    orders = trie_pattern(genre()["order_words"])
    alone = trie_pattern(frames().bare)
    return re.compile(f"(?:{orders})?(?:{verbs})[^、或]*(?:{nouns})|(?:{orders})(?:{alone})")


def _has_object(form: str) -> bool:
    """Whether a form is a verb with its object: such a form is read as a frame, so that the object stays free."""
    return bool(_object_form().fullmatch(fold(form)))
