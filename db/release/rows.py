"""The rows of the tables, a column at a time, made of the JSON of some records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.export.values import Values, value_readers
from schema.codes import LIST_NAMES, CodeBook
from schema.columns import TableColumn
from schema.extraction import Anchor
from schema.records import EntityName, RecordKind
from schema.tables import ACTIONS, ACTIONS_FLAT, ANCHORS, CODES, ENTITY_NAMES, TABLE_OF, Table

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table: a list of values for each column, in the order of the columns."""

    table: Table
    columns: Sequence[Values]
    count: int

    def tuples(self) -> Iterator[tuple[Any, ...]]:
        """The rows one by one."""
        return zip(*self.columns, strict=True)


def record_rows(kind: RecordKind, records: Sequence[Record]) -> Rows:
    """A row for each record."""
    table = TABLE_OF[kind]
    return Rows(table, [read(records) for read in value_readers(kind)], len(records))


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
        taken, places, mentions, measures = _expanded(records)
        columns: dict[str, Values] = {}
        for column in ACTIONS_FLAT.columns:
            if column.path[:1] == ("entities",):
                part = column.path[1]
                values = [mention.get(part) for mention in mentions]
            elif column.path == ("measures",):
                values = measures
            elif column.path or column.many:
                of_actions = self._of_actions(column, actions)
                values = [of_actions[place] for place in taken]
            else:
                values = self._made(column, columns)
            columns[column.name] = values
        # What stands before the columns it follows from: filled in, now that these are there.
        columns["entity_position"] = places
        columns["year"] = [day and int(day[:4]) for day in columns["acted_on"]]
        return Rows(ACTIONS_FLAT, list(columns.values()), len(taken))

    def _of_actions(self, column: TableColumn, actions: Rows) -> Values:
        """What every row of an action repeats: a column of it, or the labels of its codes."""
        if column.path:
            return list(actions.columns[self._place[column.path]])
        coded, label = self._label(column)
        codes = actions.columns[self._place[coded.path]]
        return [[label[code] for code in each] for each in codes]

    def _made(self, column: TableColumn, before: Mapping[str, Values]) -> Values:
        """A label, which stands after its code. Nothing yet for the other columns that no field stands for."""
        if "_label_" not in column.name:
            return []
        coded, label = self._label(column)
        return [None if code is None else label[code] for code in before[coded.name]]

    def _label(self, column: TableColumn) -> tuple[TableColumn, Mapping[str, str]]:
        """The column whose codes a column has the labels of, and these labels."""
        name, _, language = column.name.rpartition("_label_")
        coded = ACTIONS_FLAT.column(name)
        return coded, self._labels[coded.codes or "", language]


def _expanded(records: Sequence[Record]) -> tuple[list[int], list[int], Values, Values]:
    """For each row: which action it is of, the place of the entity, the entity, and the measure."""
    taken: list[int] = []
    places: list[int] = []
    mentions: Values = []
    measures: Values = []
    for number, record in enumerate(records):
        taking = record["measures"]
        for place, mention in enumerate(record["entities"], 1) if record["entities"] else ((0, {}),):
            many = len(taking)
            taken += [number] * many
            places += [place] * many
            mentions += [mention] * many
            measures += taking
    return taken, places, mentions, measures
