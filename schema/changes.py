"""What changed in the record: revision by revision, and between two revisions on the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from schema.annotations import AnnotationKind, AnyAnnotation
from schema.codes import CodeItem
from schema.query import DEFAULT_LIMIT, MAX_LIMIT
from schema.records import Action, Cause, Document, Entity, Figure, RecordKind, Revision

Operation = Literal["ADD", "MOD", "DEL"]
ChangedTable = Literal["documents", "entities", "actions", "figures", "codes", AnnotationKind]
CHANGED_TABLES: tuple[ChangedTable, ...] = get_args(ChangedTable)
"""The tables whose changes are told, in the order in which one revision's are."""
KIND_OF_TABLE: Mapping[ChangedTable, RecordKind] = {
    "documents": "document",
    "entities": "entity",
    "actions": "action",
    "figures": "figure",
}
"""The tables that hold records. Codes are no records; as an id they have their list, a slash and the code."""
ALL_TABLES = frozenset(CHANGED_TABLES)


class CodeLine(CodeItem):
    """An item of a code list with its place, as the bulk files have it."""

    position: int = Field(ge=1, description="Its place in the order of its list, counted from 1.")


class RecordChange(BaseModel):
    """What one revision did to one record or code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    op: Operation = Field(
        description="ADD: it was not on record before. MOD: it says something else than before. DEL: it was closed."
    )
    table: ChangedTable = Field(description="The table it stands in.")
    id: str = Field(description="Id of the record; of a code, its list, a slash and the code.")
    revision: int = Field(ge=1, description="The revision that made the change.")
    committed_at: datetime = Field(description="When that revision was committed.")
    cause: Cause = Field(description="Why that revision was made.")
    note: str = Field(description="What that revision was about, in words.")
    url: str = Field(
        description="Where it stands as the revision left it; of what was closed, as it stood just before."
    )
    record: Action | Figure | Entity | Document | CodeLine | AnyAnnotation | None = Field(
        None,
        exclude_if=lambda record: record is None,
        description="The record as the revision left it, if `records=true` asks for it. What was closed has none.",
    )


@dataclass(frozen=True, slots=True)
class ChangeKey:
    """The place of a change in the order of changes: oldest revision first, then by table and id."""

    revision: int
    table: ChangedTable
    id: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change as the store gives it."""

    op: Operation
    table: ChangedTable
    id: str
    revision: int
    committed_at: datetime
    cause: Cause
    note: str
    body: bytes | None = None
    """The JSON of the record as the revision left it, where it was asked for and there is one."""

    @property
    def key(self) -> ChangeKey:
        """Its place in the order of changes."""
        return ChangeKey(self.revision, self.table, self.id)


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Some changes and whether more follow."""

    rows: Sequence[ChangeRow]
    more: bool


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A revision with the number of changes it made, by table and operation."""

    revision: Revision
    counts: Mapping[tuple[ChangedTable, Operation], int]


class ChangeQuery(BaseModel):
    """Some of the changes that the revisions after one and up to another made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: int = Field(0, ge=0)
    """The revision after which to begin; 0 is before the first."""
    until: int = Field(ge=1)
    tables: frozenset[ChangedTable] = ALL_TABLES
    causes: frozenset[Cause] | None = None
    """Only revisions that were made for one of these reasons; it narrows revisions, not single changes."""
    limit: int = Field(DEFAULT_LIMIT, ge=0, le=MAX_LIMIT)
    bodies: bool = False
    """Whether the records are wanted too."""
    after: ChangeKey | None = None

    @property
    def wanted(self) -> list[ChangedTable]:
        """The tables asked for, in their order."""
        return [table for table in CHANGED_TABLES if table in self.tables]
