"""Reads Markdown in the loose lines of a page: headings, lists, rows, links, emphasis."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, zip_longest

from db.ingest.blocks import BLANK, Block, Kind, Link
from db.ingest.mapped import EMPTY, MappedBuilder

# Images, links around images included, vanish; of a link only its words stay.
_INLINE = re.compile(
    r"\[!\[[^\[\]\n]*\]\([^()\n]*\)\s*\]\([^()\n]*\)"
    r"|!\[[^\[\]\n]*\]\([^()\n]*\)"
    r"|\[(?P<words>(?:[^\[\]\n]|\[[^\[\]\n]{0,80}\])*)\]\((?P<url>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"\n]*\")?\)"
    r"|(?P<mark>\*{1,3}|__|~~|`+)"
    r"|\\(?P<escaped>[\\`*_{}\[\]()#+\-.!|>])"
)
_PREFIX = re.compile(r"\s*(?:(?P<quote>>)\s*|(?P<hash>#{1,6})\s+|(?P<bullet>[-*+•·])\s+|(?P<number>\d{1,3}\.)\s+)")
# A line with neither is words from end to end: what may stand for something at its beginning, and anywhere.
_FIRST_SIGN = re.compile(r"\s*(?:[>#\-*+•·=_]|\d{1,3}\.)")
_SIGN = re.compile(r"\]\(|__|~~|[*`\\|]")
_UNDERLINE = re.compile(r"\s*(={3,}|-{3,})\s*")
_RULE = re.compile(r"\s*([-*_]\s*){3,}")
_ROW = re.compile(r"\s*\|.*\|\s*|[^|\n]+(\|[^|\n]*){2,}")
_ROW_RULE = re.compile(r"[\s|:\-]+")
_BOLD = re.compile(r"\s*\*\*(?:(?!\*\*).)+\*\*\s*")
_UNFINISHED = re.compile(r"[^。！？；：…”』」）)!?;:\s]\s*")
_JOIN_FROM = 30


def read_markdown(blocks: list[Block]) -> list[Block]:
    """The blocks with Markdown read in the loose ones; blocks that come from HTML are left as they are."""
    return _joined(_lines(blocks))


def _lines(blocks: list[Block]) -> Iterator[Block]:
    for block, after in zip_longest(blocks, blocks[1:], fillvalue=BLANK):
        if block is BLANK or not block.loose:
            yield block
            continue
        text = block.mapped.text
        signed = _FIRST_SIGN.match(text) is not None or _SIGN.search(text) is not None
        if _is_blank(text) or (signed and _RULE.fullmatch(text)):
            yield BLANK
            continue
        underlined = after.loose and _UNDERLINE.fullmatch(after.mapped.text) is not None
        yield _read_line(block, underlined) if signed or underlined else block


def _read_line(block: Block, underlined: bool) -> Block:
    text = block.mapped.text
    start, kind = _prefix(text)
    if underlined or _BOLD.fullmatch(text, start):
        kind = "heading"
    if "|" in text and _ROW.fullmatch(text):
        kind = "row"
        if _ROW_RULE.fullmatch(text):
            return Block("row", EMPTY, loose=True)
    ranges, urls = _kept(text, start, len(text))
    links = (*block.links, *_links(ranges, urls)) if urls else block.links
    return Block(kind, block.mapped.keep(ranges), links, block.region, True)


def _prefix(text: str) -> tuple[int, Kind]:
    """Where the words of a line begin, and what kind of line its marks make it."""
    at = 0
    kind: Kind = "paragraph"
    while found := _PREFIX.match(text, at):
        at = found.end()
        if found["hash"]:
            return at, "heading"
        if found["number"]:
            # The number stays: it is how announcements count their cases.
            return found.start("number"), "item"
        if found["bullet"]:
            kind = "item"
    return at, kind


def _kept(text: str, start: int, end: int) -> tuple[list[tuple[int, int]], list[tuple[int, int, str]]]:
    """The stretches of a line that are words, and the links among them, in positions of the line."""
    kept: list[tuple[int, int]] = []
    links: list[tuple[int, int, str]] = []
    at = start
    for found in _INLINE.finditer(text, start, end):
        kept.append((at, found.start()))
        if found["words"] is not None:
            inner, inner_links = _kept(text, found.start("words"), found.end("words"))
            kept.extend(inner)
            links.extend(inner_links)
            links.append((found.start("words"), found.end("words"), found["url"]))
        elif found["escaped"] is not None:
            kept.append(found.span("escaped"))
        at = found.end()
    kept.append((at, end))
    return [stretch for stretch in kept if stretch[0] < stretch[1]], links


def _links(ranges: list[tuple[int, int]], links: list[tuple[int, int, str]]) -> Iterator[Link]:
    """The links in positions of the kept text."""
    before = [0, *accumulate(high - low for low, high in ranges)]
    starts = [low for low, _ in ranges]

    def kept_until(position: int) -> int:
        index = bisect_right(starts, position) - 1
        return before[index] + min(position, ranges[index][1]) - starts[index] if index >= 0 else 0

    for start, end, url in links:
        yield Link(kept_until(start), kept_until(end), url)


def _joined(blocks: Iterable[Block]) -> list[Block]:
    """Hard-wrapped lines of one paragraph are one block again; blank ones are left out."""
    found: list[Block] = []
    held: list[Block] = []
    for block in blocks:
        if held and not _continues(held[-1], block):
            found.append(_one(held))
            held = []
        if held or not _is_blank(block.mapped.text):
            held.append(block)
    if held:
        found.append(_one(held))
    return found


def _one(held: list[Block]) -> Block:
    if len(held) == 1:
        return held[0]
    builder = MappedBuilder()
    for block in held:
        builder.extend(block.mapped, 0, 0, len(block.mapped))
    return Block("paragraph", builder.build(), held[0].links, held[0].region, loose=True)


def _is_blank(text: str) -> bool:
    return not text or text.isspace()


def _continues(held: Block, block: Block) -> bool:
    plain = held.loose and block.loose and held.kind == block.kind == "paragraph"
    # A long line that stops in mid-sentence goes on in the next; short lines are menus and captions.
    return plain and len(held.mapped) >= _JOIN_FROM and bool(block.text) and _unfinished(held.text)


def _unfinished(text: str) -> bool:
    return not text.endswith("  ") and bool(_UNFINISHED.fullmatch(text.rstrip()[-1:]))
