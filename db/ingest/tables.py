"""Puts the cells of an HTML table row together again, in the form that Markdown has for rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from db.ingest.blocks import Block
from db.ingest.mapped import MappedBuilder

_BEGINS_CELL = "| "
_LONGEST_CELL = 300
"""A longer cell holds an article: many pages are laid out as tables."""


def joined_rows(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, those of one row of data as one block; a row of one cell or with long ones lays out the page."""
    for row, group in groupby(blocks, key=lambda block: block.cell.row if block.cell else None):
        members = list(group)
        if row is None or not _is_data(members):
            yield from members
        else:
            yield _joined(members)


def _is_data(members: Sequence[Block]) -> bool:
    sizes: dict[int, int] = {}
    for block in members:
        if block.cell is not None:
            sizes[block.cell.place] = sizes.get(block.cell.place, 0) + len(block.text)
    return len(sizes) > 1 and max(sizes.values()) <= _LONGEST_CELL


def _joined(members: Sequence[Block]) -> Block:
    """One block of the row's cells, each after a bar that stands for its tag; an empty cell keeps its place."""
    builder = MappedBuilder()
    at = members[0].mapped.offset(0)
    place = -1
    for block in members:
        index = block.cell.place if block.cell else place
        while place < index:
            builder.add(_BEGINS_CELL, at, at)
            place += 1
        builder.extend(block.mapped, 0, 0, len(block.text))
        at = block.mapped.span(0, len(block.text))[1]
        builder.add(" ", at, at)
    return Block("row", builder.build(), region=members[0].region)
