"""What a new reading leaves of the old one: the same records under the same ids, and nothing for what is the same."""

from __future__ import annotations

from collections.abc import Sequence

from db.changes import KIND_OF
from db.ingest.corrected import Corrections
from db.ingest.identity import R, match
from schema.ids import mint
from schema.records import AnyRecord, RecordKind

UNSTAMPED = 1
"""The revision of a record that the writer has not stamped yet."""
_HOW_READ = {"revision", "extractor"}  # a record read the same by a newer extractor is the same record


def same(before: AnyRecord | None, now: AnyRecord) -> bool:
    """Whether a record says what it said before."""
    return before is not None and before.model_dump(exclude=_HOW_READ) == now.model_dump(exclude=_HOW_READ)


def continue_records(
    model: type[R],
    before: Sequence[R],
    now: Sequence[R],
    same_text: bool,
    corrections: Corrections,
    closed: list[tuple[RecordKind, str]],
) -> list[R]:
    """The records to open: those that are new, and those that continue a standing one but differ from it."""
    kind = KIND_OF[model.__name__]
    stood: dict[str, R] = {record.id: record for record in before}
    gone: list[R] = corrections.retracted(model)
    taken = {*stood, *(record.id for record in gone)}
    former = [corrections.as_read(record) for record in before] + gone
    pairs = match(former, now, same_text=same_text, gone=taken - stood.keys())
    kept = {record.id for record in pairs.values()}
    # A person saw to a corrected record: not reading it any more in the same text is no reason to close it.
    closed += [(kind, i) for i in stood if i not in kept and not (same_text and corrections.vouched(i))]
    opened = []
    for index, record in enumerate(now):
        record_id = pairs[index].id if index in pairs else _free(kind, record.id, taken)
        taken.add(record_id)
        record = corrections.apply(record.model_copy(update={"id": record_id}))
        if not corrections.is_retracted(record_id) and not same(stood.get(record_id), record):
            opened.append(record)
    return opened


def _free(kind: RecordKind, record_id: str, taken: set[str]) -> str:
    """The id itself, unless it stands for another record of this document."""
    number = 2
    free = record_id
    while free in taken:
        free = mint(kind, record_id, number)
        number += 1
    return free
