"""What a page is cut into: blocks while it is read, segments once it is clean."""

from __future__ import annotations

from typing import Literal, NamedTuple

from db.ingest.mapped import EMPTY, MappedText

Kind = Literal["title", "heading", "paragraph", "item", "row"]


class Link(NamedTuple):
    """A hyperlink inside a block: the characters it covers and its address."""

    start: int
    end: int
    url: str


class Cell(NamedTuple):
    """A cell of an HTML table: which row of the page it is in, and its place there, both from 0."""

    row: int
    place: int


class Block(NamedTuple):
    """One visual line or paragraph of the page, furniture included."""

    kind: Kind
    mapped: MappedText
    links: tuple[Link, ...] = ()
    region: str | None = None
    """The marker of the page part it stands in, where a publisher's facts name one."""
    loose: bool = False
    """A raw line outside all HTML blocks, so Markdown may still be in it."""
    cell: Cell | None = None

    @property
    def text(self) -> str:
        return self.mapped.text


BLANK = Block("paragraph", EMPTY, loose=True)
"""A line without words, which parts paragraphs."""


class Segment(NamedTuple):
    """One piece of the announcement itself."""

    kind: Kind
    mapped: MappedText
    folded: str
    """The text folded for matching: as long as the text, character for character."""

    @property
    def text(self) -> str:
        return self.mapped.text

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the text layer."""
        return self.mapped.span(start, end)
