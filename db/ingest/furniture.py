"""Tells the announcement from the page around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from db.ingest.blocks import Block
from db.ingest.fold import fold
from db.ingest.source_facts import page_facts

_SENTENCE_END = re.compile(r"[。！？；：]")
_LONGEST_CAPTION = 40


class Line(NamedTuple):
    """A block of the announcement, with its words without white space around them, as they stand and folded."""

    block: Block
    words: str
    folded: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """The blocks of a page, sorted by what they are."""

    body: tuple[Line, ...]
    card: tuple[Block, ...]
    sources: tuple[str, ...]
    """What the page's own source lines name."""


def sort_blocks(blocks: list[Block], names: frozenset[str]) -> Sorted:
    """Part the announcement's blocks from furniture; `names` are lines that only repeat the header."""
    card = tuple(block for block in blocks if block.region == "card")
    sources: list[str] = []
    body = tuple(_body(blocks, names, sources))
    return Sorted(body, card, tuple(sources))


def _body(blocks: list[Block], names: frozenset[str], sources: list[str]) -> Iterator[Line]:
    facts = page_facts()
    for block in blocks:
        if block.region is not None:
            continue
        words = block.mapped.text.strip()
        line = Line(block, words, fold(words))
        if facts.end_line.fullmatch(line.folded):
            return
        if found := facts.source_line.fullmatch(line.folded):
            sources.append(words[slice(*found.span("source"))])
        elif not (facts.furniture_line.fullmatch(line.folded) or words in names or _is_menu(line, bool(sources))):
            yield line


def _is_menu(line: Line, after: bool) -> bool:
    """A short line that is all link, or, once the source has been named, any short line without a sentence."""
    block, words, folded = line
    if len(words) > _LONGEST_CAPTION or not (after or block.links) or _SENTENCE_END.search(folded):
        return False
    linked = sum(link.end - link.start for link in block.links if link.url)
    # The heading of an archive copy links to the copy itself.
    return (linked >= len(words) and block.kind != "heading") or (after and block.kind in ("heading", "paragraph"))
