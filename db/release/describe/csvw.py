"""`<table>.csv-metadata.json`: CSV on the Web, a file for each table and one for all (w3.org/TR/tabular-metadata).

The names are those at which a reader of a CSV file looks for its metadata.
"""

from __future__ import annotations

from typing import Any

from db.release.describe.cells import LIST_SEPARATOR, cell_description, is_required, is_split
from db.release.describe.facts import ReleaseFacts, as_json, present
from schema.columns import ColumnType, TableColumn
from schema.dataset import DATASET
from schema.tables import Table

MEDIA_TYPE = "application/csvm+json"
GROUP = "csv-metadata.json"
_CONTEXT = ["http://www.w3.org/ns/csvw", {"@language": "en"}]
_TYPES: dict[ColumnType, str] = {
    "string": "string", "integer": "integer", "number": "double", "boolean": "boolean", "date": "date",
    "timestamp": "dateTime",
}  # fmt: skip


def metadata_name(csv: str) -> str:
    """The name of the file that describes a CSV file."""
    return f"{csv}-metadata.json"


def csvw_files(facts: ReleaseFacts) -> dict[str, bytes]:
    """The metadata of each table; in that of all of them together stand the references between them."""
    tables = dict(facts.csv_files())
    alone = {
        metadata_name(file.url): as_json({"@context": _CONTEXT, **_table(facts, table, file.url)})
        for table, file in tables.items()
    }
    group = {
        "@context": _CONTEXT,
        "dc:title": DATASET.title,
        "tables": [_table(facts, table, file.url, references=True) for table, file in tables.items()],
    }
    return {**alone, GROUP: as_json(group)}


def _table(facts: ReleaseFacts, table: Table, csv: str, *, references: bool = False) -> dict[str, Any]:
    keys = [
        {
            "columnReference": column.name,
            "reference": {"resource": f"{column.references[0]}.csv", "columnReference": column.references[1]},
        }
        for column in table.columns
        if references and column.references and not column.many
    ]
    return {
        "url": csv,
        "dc:title": [{"@value": table.title_en, "@language": "en"}, {"@value": table.title_zh, "@language": "zh-Hans"}],
        "dc:description": table.description,
        "dc:creator": DATASET.creator,
        "dc:license": {"@id": DATASET.licence.url},
        "dc:issued": facts.issued.isoformat(),
        "dialect": {"encoding": "utf-8", "delimiter": ",", "lineTerminators": ["\r\n"], "header": True},
        "tableSchema": present(
            columns=[_column(table, column) for column in table.columns],
            primaryKey=list(table.key),
            foreignKeys=keys or None,
        ),
    }


def _column(table: Table, column: TableColumn) -> dict[str, Any]:
    base = _TYPES[column.type]
    pattern = "|".join(column.values)
    return present(
        name=column.name,
        titles=column.name,
        datatype={"base": base, "format": pattern} if pattern else base,
        required=True if is_required(table, column) else None,
        separator=LIST_SEPARATOR if is_split(column) else None,
        **{"dc:description": cell_description(column)},
    )
