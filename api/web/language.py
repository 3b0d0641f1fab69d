"""The two languages of the pages: which one a reader gets, and the texts in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal, get_args

from schema.query import BadQuery

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
TAGS: Mapping[Language, str] = {"zh": "zh-Hans", "en": "en"}
"""What the languages are called in HTML (BCP 47)."""


def read_language(text: str) -> Language:
    """A language as the parameter `lang` names it. Raises `BadQuery`."""
    for language in LANGUAGES:
        if text == language:
            return language
    raise BadQuery("lang", f"lang: {text[:20]!r} is not one of {', '.join(LANGUAGES)}")


def preferred(accepted: str) -> Language:
    """The language of ours that an `Accept-Language` likes best; Chinese where it likes none or says nothing."""
    liked: dict[str, float] = {}
    for part in accepted.lower().split(","):
        tag, _, quality = part.partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        primary = tag.strip().split("-")[0]
        liked[primary] = max(weight, liked.get(primary, 0.0))
    return max(LANGUAGES, key=lambda language: liked.get(language, 0.0))


@cache
def texts(language: Language) -> Mapping[str, str]:
    """The texts of the pages in a language, by their keys."""
    source = resources.files("api.web").joinpath(f"texts/{language}.json").read_text(encoding="utf-8")
    read: Mapping[str, str] = json.loads(source)
    return read
