"""Which question a cursor belongs to: one recipe, so that cursors work across REST and GraphQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from schema.changes import ChangedTable
from schema.query import Dimension, Filter, Measurable, fingerprint
from schema.records import RecordKind


def list_fingerprint(kind: RecordKind, filter: Filter) -> str:
    """The fingerprint in the cursors of a list of records. Their place is a `Key`."""
    return fingerprint(kind, filter.canonical())


def aggregate_fingerprint(of: Measurable, group_by: Sequence[Dimension], filter: Filter) -> str:
    """The fingerprint in the cursors of an aggregate. Their place is the number of groups before it."""
    return fingerprint("aggregate", of, ",".join(group_by), filter.canonical())


def changes_fingerprint(face: Literal["changes", "revisions"], since: int, tables: Collection[ChangedTable]) -> str:
    """The fingerprint in the cursors of what changed. Their place is a `ChangeKey`, or the number of a revision."""
    return fingerprint(face, str(since), ",".join(sorted(tables)))
