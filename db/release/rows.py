"""The rows of the tables, a column at a time, made of the JSON of some records.

What many rows repeat stands once, with the places where it goes: whoever writes makes a cell of it once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from db.export.values import Values, annotation_readers, value_readers
from schema.annotations import AnnotationKind
from schema.codes import LIST_NAMES, CodeBook
from schema.columns import TableColumn
from schema.extraction import Anchor
from schema.records import EntityName, RecordKind
from schema.tables import ACTIONS, ACTIONS_FLAT, ANCHORS, ANNOTATION_TABLES, CODES, ENTITY_NAMES, TABLE_OF, Table

Record = Mapping[str, Any]


Places = Sequence[int]
"""For each row, which of some values it has."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Repeated:
    """A column whose values rows repeat."""

    values: Values
    places: Places
    """Columns that repeat alike have the same object here."""


Column = Values | Repeated


def known_of(column: Column) -> tuple[Values, Places | None]:
    """The values of a column as they are known, each once, and their places where rows repeat them."""
    return (column.values, column.places) if isinstance(column, Repeated) else (column, None)


def for_rows(made: Sequence[T], places: Places | None) -> Sequence[T]:
    """What was made of values, for each row."""
    return made if places is None else list(map(made.__getitem__, places))


class Run(NamedTuple):
    """Columns that stand side by side and repeat alike."""

    columns: slice
    values: Sequence[Values]
    places: Places | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table: the values of each column, in the order of the columns."""

    table: Table
    columns: Sequence[Column]
    count: int

    def runs(self) -> Iterator[Run]:
        """The columns in runs, so that what each row has of a run is made in one piece."""
        known = [known_of(column) for column in self.columns]
        start = 0
        for _, each in groupby(known, key=lambda one: id(one[1])):
            run = list(each)
            yield Run(slice(start, start + len(run)), [values for values, _ in run], run[0][1])
            start += len(run)


def record_rows(kind: RecordKind, records: Sequence[Record]) -> Rows:
    """A row for each record. Lists of codes are few, and stand once each."""
    table = TABLE_OF[kind]
    columns: list[Column] = []
    for column, read in zip(table.columns, value_readers(kind), strict=True):
        values = read(records)
        columns.append(_distinct(values) if column.many and column.codes else values)
    return Rows(table, columns, len(records))


def _distinct(lists: Values) -> Repeated:
    known: dict[tuple[str, ...], int] = {}
    places = [known.setdefault(tuple(each), len(known)) for each in lists]
    return Repeated([list(each) for each in known], places)


def annotation_rows(kind: AnnotationKind, annotations: Sequence[Record]) -> Rows:
    """A row for each annotation of a kind."""
    columns = [read(annotations) for read in annotation_readers(kind)]
    return Rows(ANNOTATION_TABLES[kind], columns, len(annotations))


def code_rows(items: Sequence[Record]) -> Rows:
    """A row for each item of a code list."""
    return Rows(CODES, [[item[column.name] for item in items] for column in CODES.columns], len(items))


_NAME_FIELDS = tuple(EntityName.model_fields)
_ANCHOR_FIELDS = tuple(Anchor.model_fields)


def name_rows(entities: Sequence[Record]) -> Rows:
    """A row for each name of each entity."""
    found = [(entity["id"], place, name) for entity in entities for place, name in enumerate(entity["names"], 1)]
    own = [[name[field] for _, _, name in found] for field in _NAME_FIELDS]
    return Rows(ENTITY_NAMES, [[one[0] for one in found], [one[1] for one in found], *own], len(found))


def anchor_rows(kind: RecordKind, records: Sequence[Record], texts: Sequence[str]) -> Rows:
    """A row for each anchor of each record."""
    found = [
        (place, record["id"], record["document"]["id"], text, anchor)
        for record, text in zip(records, texts, strict=True)
        for place, anchor in enumerate(record["anchors"], 1)
    ]
    places, ids, documents, hashes, anchors = map(list, zip(*found, strict=True)) if found else ([], [], [], [], [])
    own = [[anchor.get(field) for anchor in anchors] for field in _ANCHOR_FIELDS]
    return Rows(ANCHORS, [[kind] * len(found), ids, places, documents, hashes, *own], len(found))


class FlatRows:
    """Makes rows of `actions_flat`, which have labels beside the codes."""

    def __init__(self, book: CodeBook) -> None:
        self._labels: dict[tuple[str, str], dict[str, str]] = {}
        for name in LIST_NAMES:
            self._labels[name, "zh"] = {item.code: item.label_zh for item in book.items(name)}
            self._labels[name, "en"] = {item.code: item.label_en for item in book.items(name)}
        self._place = {column.path: place for place, column in enumerate(ACTIONS.columns)}

    def of(self, actions: Rows, records: Sequence[Record]) -> Rows:
        """The rows for some actions: for each the entities, for each of these the measures."""
        expanded = _expanded(records)
        columns: dict[str, Repeated] = {}
        for column in ACTIONS_FLAT.columns:
            columns[column.name] = self._column(column, actions, expanded, columns)
        return Rows(ACTIONS_FLAT, list(columns.values()), len(expanded.action))

    def _column(
        self, column: TableColumn, actions: Rows, expanded: _Expanded, before: Mapping[str, Repeated]
    ) -> Repeated:
        """One column, which may follow from the one of its codes `before` it."""
        if column.path[:1] == ("entities",):
            part = column.path[1]
            return Repeated([mention.get(part) for mention in expanded.mentions], expanded.mention)
        if column.path == ("measures",):
            return Repeated(expanded.codes, expanded.code)
        if column.path:
            return self._of_actions(column.path, actions, expanded)
        if column.name == "entity_position":
            return Repeated(expanded.positions, expanded.mention)
        if column.name == "year":
            acted_on = self._of_actions(("acted_on",), actions, expanded)
            return Repeated([day and int(day[:4]) for day in acted_on.values], acted_on.places)
        coded, label = self._label(column)
        codes, places = before[coded.name].values, before[coded.name].places
        if column.many:
            return Repeated([[label[code] for code in each] for each in codes], places)
        return Repeated([None if code is None else label[code] for code in codes], places)

    def _of_actions(self, path: tuple[str, ...], actions: Rows, expanded: _Expanded) -> Repeated:
        """A column of the actions, repeated for all rows of each."""
        values, places = known_of(actions.columns[self._place[path]])
        return Repeated(values, expanded.action if places is None else for_rows(places, expanded.action))

    def _label(self, column: TableColumn) -> tuple[TableColumn, Mapping[str, str]]:
        """The column whose codes a column has the labels of, and these labels."""
        name, _, language = column.name.rpartition("_label_")
        coded = ACTIONS_FLAT.column(name)
        return coded, self._labels[coded.codes or "", language]


class _Expanded(NamedTuple):
    """What the rows of some actions are made of: for each row which action, which entity and which measure."""

    action: Places
    mention: Places
    mentions: Values
    positions: Values
    """The place of each entity in its action, counted from 1; 0 for the nothing of an action that names none."""
    code: Places
    codes: Values


def _expanded(records: Sequence[Record]) -> _Expanded:
    action: list[int] = []
    mention: list[int] = []
    mentions: Values = []
    positions: Values = []
    code: list[int] = []
    codes: dict[str, int] = {}
    for number, record in enumerate(records):
        taking = [codes.setdefault(measure, len(codes)) for measure in record["measures"]]
        for position, one in enumerate(record["entities"], 1) if record["entities"] else ((0, {}),):
            action += [number] * len(taking)
            mention += [len(mentions)] * len(taking)
            code += taking
            mentions.append(one)
            positions.append(position)
    return _Expanded(action, mention, mentions, positions, code, list(codes))
