"""Facts about pages and publishers, from the YAML files in `sources/`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml

PAGE_SOURCES = ("page", "cdt", "wechat")


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What is known about page furniture, of all publishers together."""

    regions: Mapping[str, str]
    skipped_tags: frozenset[str]
    furniture_line: re.Pattern[str]
    end_line: re.Pattern[str]
    source_line: re.Pattern[str]
    archive_prefix: re.Pattern[str]
    card_labels: Mapping[str, str]
    publishers: Mapping[str, str]
    """Host name → publisher."""


@cache
def source(name: str) -> Mapping[str, Any]:
    """One YAML file of `sources/`."""
    text = resources.files("db.ingest").joinpath("sources", f"{name}.yml").read_text(encoding="utf-8")
    facts: Mapping[str, Any] = yaml.safe_load(text)
    return facts


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """A compiled pattern that matches where any of the given ones does, or nowhere if there are none."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)", re.IGNORECASE)


@cache
def page_facts() -> PageFacts:
    """The facts of all sources, compiled once."""
    all_facts = [source(name) for name in PAGE_SOURCES]
    merged = {key: [entry for facts in all_facts for entry in facts.get(key, ())] for key in
              ("lines", "ends", "archive_prefixes")}  # fmt: skip
    regions = {marker: part for facts in all_facts for marker, part in facts.get("regions", {}).items()}
    labels = {label: key for facts in all_facts for key, label in facts.get("card", {}).items()}
    publishers = {
        host: facts["publisher"] for facts in all_facts if facts.get("publisher") for host in facts.get("hosts", ())
    }
    return PageFacts(
        regions=MappingProxyType(regions),
        skipped_tags=frozenset(source("page")["skipped_tags"]),
        furniture_line=any_of(merged["lines"]),
        end_line=any_of(merged["ends"]),
        source_line=re.compile(source("page")["source_line"]),
        archive_prefix=any_of(merged["archive_prefixes"]),
        card_labels=MappingProxyType(labels),
        publishers=MappingProxyType(publishers),
    )
