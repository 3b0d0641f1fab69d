"""What a new reading leaves of the old one: the same facts under the same ids, whichever copy they are read from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from db.changes import KIND_OF
from db.ingest.corrected import Corrections
from db.ingest.identity import R, match
from schema.ids import mint
from schema.records import AnyRecord, RecordKind

UNSTAMPED = 1
"""The revision of a record that the writer has not stamped yet."""
_HOW_READ: dict[str, Any] = {"revision": True, "extractor": True, "anchors": {"__all__": {"confidence"}}}
"""A record read the same by a newer extractor, or by rules that were calibrated again, is the same record."""


@dataclass(frozen=True)
class Continued(Generic[R]):
    """What becomes of the records of one kind."""

    opened: list[R]
    """Those that are new, and those that continue a standing one but differ from it."""
    closed: list[tuple[RecordKind, str]]


def same(before: AnyRecord | None, now: AnyRecord) -> bool:
    """Whether a record says what stands already."""
    return before is not None and before.model_dump(exclude=_HOW_READ) == now.model_dump(exclude=_HOW_READ)


def continued(
    model: type[R], before: Sequence[R], now: Sequence[R], unchanged: Collection[str], corrections: Corrections
) -> Continued[R]:
    """What is read now, as continuing what stood before. `unchanged` are the documents whose text is the same."""
    kind = KIND_OF[model.__name__]
    stood: dict[str, R] = {record.id: record for record in before}
    gone: list[R] = corrections.retracted(model)
    taken = {*stood, *(record.id for record in gone)}
    former = [corrections.as_read(record) for record in before] + gone
    pairs = _pairs(former, now, unchanged, taken - stood.keys())
    kept = {record.id for record in pairs.values()}
    opened = []
    for index, record in enumerate(now):
        record_id = pairs[index].id if index in pairs else _free(kind, record.id, taken)
        taken.add(record_id)
        if record_id != record.id:
            record = record.model_copy(update={"id": record_id})
        record = corrections.apply(record)
        if not corrections.is_retracted(record_id) and not same(stood.get(record_id), record):
            opened.append(record)
    # A person saw to a corrected record: not reading it any more in the same text is no reason to close it.
    vouched = {i for i, one in stood.items() if one.document.id in unchanged and corrections.vouched(i)}
    return Continued(opened, [(kind, i) for i in stood if i not in kept and i not in vouched])


def _pairs(former: Sequence[R], now: Sequence[R], unchanged: Collection[str], gone: Collection[str]) -> dict[int, R]:
    """The former record that each one continues: of the same copy if there is one, else of another copy."""
    pairs: dict[int, R] = {}
    for old, new in _copies(former, now):
        taken = {record.id for record in pairs.values()}
        left = [record for record in former if record.document.id == old and record.id not in taken]
        open_ = [i for i, record in enumerate(now) if record.document.id == new and i not in pairs]
        if left and open_:
            found = match(left, [now[i] for i in open_], same_text=old == new and old in unchanged, gone=gone)
            pairs.update({open_[index]: record for index, record in found.items()})
    return pairs


def _copies(former: Sequence[R], now: Sequence[R]) -> Iterator[tuple[str, str]]:
    """The pairs of copies to look at: each with itself, then each with the others."""
    old = list(dict.fromkeys(record.document.id for record in former))
    new = list(dict.fromkeys(record.document.id for record in now))
    yield from ((copy, copy) for copy in new if copy in old)
    yield from ((one, other) for other in new for one in old if one != other)


def _free(kind: RecordKind, record_id: str, taken: set[str]) -> str:
    """The id itself, unless it stands for another record."""
    number = 2
    free = record_id
    while free in taken:
        free = mint(kind, record_id, number)
        number += 1
    return free
