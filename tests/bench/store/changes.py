"""The revisions of a synthetic store, as the changes that the writer would be given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from db.changes import Change
from schema.extraction import Unhandled
from schema.records import Action, AnyRecord, Document, Figure, RecordKind
from tests.bench.store.plan import Block
from tests.bench.store.records import Maker
from tests.bench.store.words import entity, renamed


def own_changes(maker: Maker, block: Block) -> list[tuple[int, Change]]:
    """What a block brings: each revision with its number."""
    if block.entities:
        opened = [entity(number, block.revision) for number in block.entities]
        return [(block.revision, Change("new_source", f"Invented entities, {len(opened)} of them.", opened))]
    return [
        (revision, _announcement(maker, number, actions, figures, revision))
        for revision, (number, (actions, figures)) in enumerate(
            zip(block.documents, block.sizes, strict=True), block.revision
        )
    ]


def _announcement(maker: Maker, number: int, actions: int, figures: int, revision: int) -> Change:
    choose = maker.chance("document", number)
    document = maker.document(number, choose, revision)
    records: list[AnyRecord] = [document]
    records += [maker.action(document, place, choose) for place in range(actions)]
    records += [maker.figure(document, place, choose) for place in range(figures)]
    return Change("new_source", f"Invented announcement {number}.", records, unhandled=_unhandled(records))


def _unhandled(records: Iterable[AnyRecord]) -> dict[str, tuple[Unhandled]]:
    clause = Unhandled(start=10, end=24, reason="no rule reads it")
    return {r.id: (clause,) for r in records if isinstance(r, Document) and r.clauses and r.clauses.unhandled}


def correction(maker: Maker, block: Block, own: list[tuple[int, Change]]) -> tuple[int, Change]:
    """What is set right about a block later on: some records opened anew, and one figure withdrawn."""
    choose, records = maker.chance("correction", block.number), [r for _, change in own for r in change.records]
    changed = [
        _corrected(maker, record, block.correction)
        for kind, count in block.corrected.items()
        for record in choose.sample(list(_of_kind(records, kind)), count)
    ]
    closed: list[tuple[RecordKind, str]] = [("figure", record.id) for record in records if isinstance(record, Figure)]
    note = f"Invented correction {block.number}."
    return block.correction, Change("our_correction", note, changed, closed[:1], unhandled=_unhandled(changed))


def _of_kind(records: list[AnyRecord], kind: RecordKind) -> Iterator[AnyRecord]:
    return (record for record in records if type(record).__name__.lower() == kind)


def _corrected(maker: Maker, record: AnyRecord, revision: int) -> AnyRecord:
    if isinstance(record, Action):
        return maker.corrected(record, revision)
    if isinstance(record, Document):
        return record.model_copy(update={"publisher": "虚构周报", "revision": revision})
    if isinstance(record, Figure):
        raise TypeError("figures are not corrected")
    return renamed(record, revision)
