"""A block made ready to be written: its rows, and what the digests of its revisions are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db.changes import Change, record_kind
from schema.records import Cause, Document, RecordKind
from tests.bench.store.changes import correction, own_changes
from tests.bench.store.plan import Block, Plan
from tests.bench.store.records import Maker
from tests.bench.store.rows import Rows


@dataclass(frozen=True)
class Content:
    """What a revision opens and closes, as its digest takes it."""

    number: int
    cause: Cause
    note: str
    opened: Sequence[tuple[str, str]]
    closed: Sequence[tuple[RecordKind, str]]


@dataclass(frozen=True)
class Batch:
    """Some revisions, with their rows by table and the Latin words in them."""

    contents: Sequence[Content]
    rows: dict[str, bytes]
    latin: frozenset[str]


class Workshop:
    """Makes the blocks of one plan, in a process of its own."""

    _maker: Maker

    @classmethod
    def open(cls, plan: Plan) -> None:
        """Prepare this process."""
        cls._maker = Maker(plan)

    @classmethod
    def make(cls, block: Block) -> tuple[Batch, Batch]:
        """A block and its correction."""
        own = own_changes(cls._maker, block)
        later = correction(cls._maker, block, own)
        number, change = later
        closed = {record.id: number for record in change.records} | {key: number for _, key in change.closed}
        documents = [r for _, made in own for r in made.records if isinstance(r, Document)]
        texts = {r.id: r.sha256 for r in documents if r.sha256}
        first = Rows(dict(block.versions), closed, texts)
        for _, made in own:
            first.write(made)
        second = Rows(dict(block.corrected_versions), {}, texts)
        second.write(change, known=True)
        return _batch(own, first), _batch([later], second)


def _batch(changes: list[tuple[int, Change]], rows: Rows) -> Batch:
    contents = [
        Content(number, change.cause, change.note, [(record_kind(r), rows.bodies[r.id]) for r in change.records],
                change.closed)
        for number, change in changes
    ]  # fmt: skip
    return Batch(contents, rows.copied(), frozenset(rows.latin))
