"""The tables of the bulk files: what each holds, column by column, said once for every format.

The columns follow from the models of the records. CSV, Parquet and SQLite files, their schemas and the documentation
are made from what stands here or compared with it by a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from schema.annotations import ANNOTATION_MODELS, AnnotationKind
from schema.codes import CodeItem
from schema.columns import ColumnType, TableColumn, own_columns, record_columns
from schema.extraction import Anchor
from schema.records import Action, Document, Entity, EntityMention, EntityName, Figure, RecordKind


@dataclass(frozen=True, slots=True)
class Table:
    """One table."""

    name: str
    title_en: str
    title_zh: str
    description: str
    key: tuple[str, ...]
    """The columns that tell its rows apart."""
    columns: tuple[TableColumn, ...]
    kind: RecordKind | None = None
    """The kind of record that a row is; None where rows are made of parts of records."""

    def column(self, name: str) -> TableColumn:
        """The column of a name. Raises `KeyError`."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _made(
    name: str,
    type_: ColumnType,
    description: str,
    *,
    nullable: bool = False,
    references: tuple[str, str] | None = None,
    values: tuple[str, ...] = (),
) -> TableColumn:
    """A column that no field of a model stands for."""
    return TableColumn(name, type_, nullable, False, description, references=references, values=values)


_ENTITY_ID = _made("entity_id", "string", "Id of the entity.", references=("entities", "id"))
_POSITION = "Its place in the record, counted from 1."
_DOCUMENT_ID = record_columns(Action)[1]
_TEXT = "SHA-256 of the text layer that the offsets point into: that of the document when it was read."

DOCUMENTS = Table(
    "documents", "Documents", "文件",
    "Retrieved copies of announcements. A reprint points to the canonical copy; texts are not included.",
    ("id",), record_columns(Document), "document",
)  # fmt: skip
ENTITIES = Table(
    "entities", "Entities", "主体",
    "Named platforms, websites, apps, accounts, companies, devices and persons.",
    ("id",), record_columns(Entity), "entity",
)  # fmt: skip
ENTITY_NAMES = Table(
    "entity_names", "Names of entities", "主体名称",
    "All known names of the entities, one a row.",
    ("entity_id", "position"),
    (_ENTITY_ID, _made("position", "integer", _POSITION), *own_columns(EntityName)),
)  # fmt: skip
ACTIONS = Table(
    "actions", "Actions", "执法行动",
    "Acts of a regulator against one group of subjects for one violation, as one announcement states each.",
    ("id",), record_columns(Action), "action",
)  # fmt: skip
FIGURES = Table(
    "figures", "Figures", "官方统计数字",
    "Official counts. They overlap and are not to be added up without looking; null is not zero.",
    ("id",), record_columns(Figure), "figure",
)  # fmt: skip
ANCHORS = Table(
    "anchors", "Anchors", "证据锚点",
    "The evidence of single values of actions and figures: where in which text each was read.",
    ("record_id", "position"),
    (
        _made("record_kind", "string", "The kind of record whose value it supports.", values=("action", "figure")),
        _made("record_id", "string", "Id of that action or figure."),
        _made("position", "integer", _POSITION),
        replace(_DOCUMENT_ID, path=()),
        _made("sha256", "string", _TEXT),
        *own_columns(Anchor),
    ),
)  # fmt: skip
CODES = Table(
    "codes", "Code lists", "代码表",
    "The items of all code lists, in Chinese and English, ordered by list and code.",
    ("list", "code"),
    (*own_columns(CodeItem), _made("position", "integer", "Its place in the order of its list, counted from 1.")),
)  # fmt: skip

_ONE_OF: dict[str, str] = {
    "entity_ids": "entity_id",
    "entity_names": "entity_name",
    "entity_kinds": "entity_kind",
    "operator_ids": "operator_id",
    "operator_names": "operator_name",
    "measures": "measure",
}
"""The lists of an action that the flat table has a row for each value of, and what one value is called there."""


def _flat_columns() -> Iterator[TableColumn]:
    """The columns of an action, with one entity and one measure a row and the labels beside each code."""
    mention = {column.path[0]: column.description for column in own_columns(EntityMention)}
    for column in ACTIONS.columns:
        if column.name == "id":
            yield replace(column, name="action_id", description="Id of the action.", references=("actions", "id"))
        elif column.name == "acted_on":
            yield _made("year", "integer", "The year of `acted_on`.", nullable=True)
            yield column
        elif column.name == "amount_cny":
            yield replace(column, description=f"{column.description} It is of the action: every row of it repeats it.")
        elif column.name in _ONE_OF:
            yield from _one_of(column, mention)
        elif column.path != ("anchors",):
            yield column
            yield from _labels(column)


def _one_of(column: TableColumn, mention: dict[str, str]) -> Iterator[TableColumn]:
    name = _ONE_OF[column.name]
    if name == "entity_id":
        words = "Place of the entity among those named, counted from 1; 0 where none is named."
        yield _made("entity_position", "integer", words)
    of_entity = name != "measure"
    words = mention[column.path[1]] if of_entity else "One measure: a code of `measures`."
    one = replace(column, name=name, many=False, nullable=of_entity, description=words)
    yield one
    yield from _labels(one)


def _labels(column: TableColumn) -> Iterator[TableColumn]:
    if column.codes is not None:
        for suffix, language in (("zh", "Chinese"), ("en", "English")):
            words = f"{language} label{'s' if column.many else ''} of `{column.name}`."
            yield replace(
                column, name=f"{column.name}_label_{suffix}", description=words, codes=None, references=None, path=()
            )


ACTIONS_FLAT = Table(
    "actions_flat", "Actions, flat", "执法行动（展开）",
    "One row for each entity and measure of each action, with labels beside the codes; an action that names no entity "
    "has rows with an empty one. Rows are not acts: count distinct `action_id`.",
    ("action_id", "entity_position", "measure"), tuple(_flat_columns()),
)  # fmt: skip

_ANNOTATIONS: dict[AnnotationKind, tuple[str, str, str]] = {
    "series": ("Series", "统计系列", "Named series of figures: what is counted, of whom, by which authority."),
    "series_figures": (
        "Figures in series", "系列中的数字",
        "Where figures stand in series, with flags on each: a figure without flags is as its series says.",
    ),
    "comparability": (
        "Comparability", "可比性说明", "Why figures of two periods of a series are not like for like.",
    ),
    "contradictions": ("Contradictions", "数字矛盾", "Official figures that cannot all be right as they are worded."),
    "series_notes": ("Notes on series", "系列说明", "Notes on method: how series are to be read."),
    "series_gaps": ("Gaps", "缺失时期", "Periods whose figures are not on record. They are null, never zero."),
}  # fmt: skip
ANNOTATION_TABLES: dict[AnnotationKind, Table] = {
    kind: Table(kind, title_en, title_zh, description, ("id",), record_columns(ANNOTATION_MODELS[kind]))
    for kind, (title_en, title_zh, description) in _ANNOTATIONS.items()
}
"""The tables of annotations. A release has those that have rows: those cut before there were annotations stay as they
were."""

RECORD_TABLES: tuple[Table, ...] = (
    DOCUMENTS, ENTITIES, ENTITY_NAMES, ACTIONS, FIGURES, ANCHORS, CODES, ACTIONS_FLAT,
)  # fmt: skip
"""The tables that every release has."""
TABLES: tuple[Table, ...] = (*RECORD_TABLES, *ANNOTATION_TABLES.values())
TABLE_OF: dict[RecordKind, Table] = {table.kind: table for table in TABLES if table.kind is not None}
