"""Cuts a page into blocks by its HTML, keeping every offset."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from db.ingest.blocks import BLANK, Block, Cell, Kind, Link
from db.ingest.html_tokens import Token, tokens
from db.ingest.mapped import EMPTY, MappedBuilder, verbatim
from db.ingest.source_facts import page_facts
from db.ingest.tables import joined_rows

_BLOCKS: dict[str, Kind] = {
    **dict.fromkeys(("p", "div", "section", "article", "blockquote", "pre", "table", "ul", "ol", "dl"), "paragraph"),
    **dict.fromkeys(("header", "footer", "nav", "aside", "main", "form", "figure", "figcaption"), "paragraph"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "legend", "summary"), "heading"),
    **dict.fromkeys(("li", "dt", "dd"), "item"),
    **dict.fromkeys(("tr", "td", "th"), "row"),
}
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "source", "area", "col", "wbr", "embed", "base"})
_IMPLIED_END = {"p": "p", "li": "li", "tr": "tr", "dt": "dt", "dd": "dd", "option": "option", "td": "td"}


class _Open(NamedTuple):
    """An element that is open, with the page part it belongs to."""

    tag: str
    region: str | None
    skip: bool
    cell: Cell | None = None


@dataclass(slots=True)
class _Pending:
    """The block being collected."""

    builder: MappedBuilder = field(default_factory=MappedBuilder)
    links: list[Link] = field(default_factory=list)
    bold: int = 0


class BlockReader:
    """Collects blocks; use `read_blocks`."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._facts = page_facts()
        self._stack: list[_Open] = []
        self._counts: dict[str, int] = {}
        self._depth = 0
        self._bold = 0
        self._pending = _Pending()
        self._link: tuple[int, str] | None = None
        self._cells: list[int] = []
        """How many cells each table row has had so far."""
        self.blocks: list[Block] = []
        for token in tokens(text, start):
            if token.kind == "text":
                self._words(token)
            elif token.kind in ("start", "empty"):
                self._open(token)
            elif token.kind == "end":
                self._close(token.name)
            else:
                self._reference(token)
        self._flush("paragraph")

    def _open(self, token: Token) -> None:
        tag = token.name
        if tag == "br":
            self._flush(self._kind())
        if tag in _VOID or token.kind == "empty":
            return
        if tag in _IMPLIED_END and self._stack and self._stack[-1].tag == _IMPLIED_END[tag]:
            self._close(tag)
        if tag in _BLOCKS:
            self._flush(self._kind())
        self._push(tag, token.attributes)
        if tag == "a":
            self._link = (self._pending.builder.size, token.attributes.get("href", ""))

    def _push(self, tag: str, given: Mapping[str, str]) -> None:
        above = self._stack[-1] if self._stack else _Open("", None, False)
        names = f"{given.get('class', '')} {given.get('id', '')}".split() if given else ()
        region = next((self._facts.regions[name] for name in names if name in self._facts.regions), above.region)
        skip = above.skip or tag in self._facts.skipped_tags
        self._stack.append(_Open(tag, region, skip, self._cell(tag, above.cell)))
        self._counts[tag] = self._counts.get(tag, 0) + 1
        self._depth += tag in _BLOCKS
        self._bold += tag in ("b", "strong")

    def _cell(self, tag: str, within: Cell | None) -> Cell | None:
        """The table cell that an element stands in or begins."""
        if tag == "tr":
            self._cells.append(0)
            return Cell(len(self._cells) - 1, 0)
        if tag in ("td", "th") and within is not None:
            self._cells[within.row] += 1
            return Cell(within.row, self._cells[within.row] - 1)
        return within

    def _close(self, tag: str) -> None:
        if not self._counts.get(tag):
            return
        if tag in _BLOCKS:
            self._flush(self._kind())
        if tag == "a" and self._link is not None:
            at, url = self._link
            self._pending.links.append(Link(min(at, self._pending.builder.size), self._pending.builder.size, url))
            self._link = None
        while self._stack:
            closed = self._stack.pop()
            self._counts[closed.tag] -= 1
            self._depth -= closed.tag in _BLOCKS
            self._bold -= closed.tag in ("b", "strong")
            if closed.tag == tag:
                return

    def _kind(self) -> Kind:
        for element in reversed(self._stack[-8:]):
            if element.tag in _BLOCKS:
                return _BLOCKS[element.tag]
        return "paragraph"

    def _words(self, token: Token) -> None:
        if self._stack and self._stack[-1].skip:
            return
        data = self._text[token.start : token.end]
        if self._depth:
            self._add(_spaced(data), token.start, len(data))
        else:
            self._add_lines(data, token.start)

    def _add_lines(self, data: str, at: int) -> None:
        first, *others = data.split("\n")
        self._add(first, at, len(first))
        if not others:
            return
        at += len(first) + 1
        self._flush("paragraph", ends_line=True)
        last = others.pop()
        if self._link is None:
            at = self._add_whole_lines(others, at)
        else:
            for line in others:
                self._add(line, at, len(line))
                at += len(line) + 1
                self._flush("paragraph", ends_line=True)
        self._add(last, at, len(last))

    def _add_whole_lines(self, lines: list[str], at: int) -> int:
        """Lines that begin and end in the same loose text are blocks as they stand; returns where they end."""
        region = self._stack[-1].region if self._stack else None
        for line in lines:
            end = at + len(line)
            # A blank one is kept: it parts paragraphs.
            is_blank = not line or line.isspace()
            self.blocks.append(
                BLANK if is_blank else Block("paragraph", verbatim(self._text, at, end), (), region, True)
            )
            at = end + 1
        return at

    def _reference(self, token: Token) -> None:
        if not (self._stack and self._stack[-1].skip):
            written = self._text[token.start : token.end]
            meaning = _spaced(html.unescape(written).replace("\x00", ""))
            self._add(meaning, token.start, len(written))

    def _add(self, text: str, at: int, length: int) -> None:
        self._pending.builder.add(text, at, at + length)
        self._pending.bold += len(text.strip()) if self._bold else 0

    def _flush(self, kind: Kind, *, ends_line: bool = False) -> None:
        """Close the block being collected. A blank loose line is kept: it parts paragraphs."""
        if self._link is not None:
            self._link = (0, self._link[1])
        pending = self._pending
        if pending.builder.size or pending.links:
            self._pending = _Pending()
        mapped = pending.builder.build() if pending.builder.size else EMPTY
        words = mapped.text.strip()
        if words:
            is_bold = not self._loose() and kind == "paragraph" and pending.bold >= len(words)
            region = self._stack[-1].region if self._stack else None
            kind = "heading" if is_bold else kind
            cell = self._stack[-1].cell if self._stack else None
            self.blocks.append(Block(kind, mapped, tuple(pending.links), region, self._loose(), cell))
        elif ends_line:
            self.blocks.append(BLANK)

    def _loose(self) -> bool:
        return self._depth == 0


def _spaced(text: str) -> str:
    """With a plain space for every other space within a line, and for line feeds."""
    return text.replace("\n", " ").replace("\t", " ").replace("\xa0", " ")


def read_blocks(text: str, start: int) -> list[Block]:
    """The blocks of the page from `start` on, in order, blank loose lines included."""
    return list(joined_rows(BlockReader(text, start).blocks))
