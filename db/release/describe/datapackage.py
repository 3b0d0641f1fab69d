"""`datapackage.json`: a Data Package, version 2, of the CSV files (datapackage.org)."""

from __future__ import annotations

from typing import Any

from db.release.describe.cells import LIST_SEPARATOR, cell_description, is_required, is_split
from db.release.describe.facts import DataFile, ReleaseFacts, as_json, present
from schema.columns import ColumnType, TableColumn
from schema.dataset import DATASET
from schema.tables import Table

NAME = "datapackage.json"
MEDIA_TYPE = "application/json"
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES: dict[ColumnType, str] = {
    "string": "string", "integer": "integer", "number": "number", "boolean": "boolean", "date": "date",
    "timestamp": "datetime",
}  # fmt: skip
_DIALECT = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True}


def datapackage(facts: ReleaseFacts) -> bytes:
    """The package with a resource for each table."""
    licence = DATASET.licence
    package = {
        "$schema": _PROFILE,
        "name": DATASET.name,
        "title": DATASET.title,
        "description": f"{DATASET.description_en}\n\n{DATASET.description_zh}",
        "version": facts.name,
        "created": facts.committed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "keywords": list(DATASET.keywords),
        "contributors": [{"title": DATASET.creator, "roles": ["creator"]}],
        "licenses": [{"name": licence.id, "title": licence.title, "path": licence.url}],
        "resources": [_resource(facts, table, file) for table, file in facts.csv_files()],
    }
    return as_json(package)


def _resource(facts: ReleaseFacts, table: Table, file: DataFile) -> dict[str, Any]:
    return {
        "name": table.name,
        "path": file.url,
        "type": "table",
        "title": f"{table.title_en} ({table.title_zh})",
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "dialect": _DIALECT,
        "schema": _schema(facts, table),
    }


def _schema(facts: ReleaseFacts, table: Table) -> dict[str, Any]:
    keys = [
        {"fields": [column.name], "reference": _reference(table, column.references)}
        for column in table.columns
        if column.references and not column.many
    ]
    return present(
        fieldsMatch="equal",
        fields=[_field(facts, table, column) for column in table.columns],
        missingValues=[""],
        primaryKey=list(table.key),
        foreignKeys=keys or None,
    )


def _reference(table: Table, target: tuple[str, str]) -> dict[str, Any]:
    # A table that refers to itself leaves its own name out.
    other = {} if target[0] == table.name else {"resource": target[0]}
    return {**other, "fields": [target[1]]}


def _field(facts: ReleaseFacts, table: Table, column: TableColumn) -> dict[str, Any]:
    described = {"name": column.name, "description": cell_description(column)}
    if is_split(column):
        return {**described, "type": "list", "delimiter": LIST_SEPARATOR, "itemType": _TYPES[column.type]}
    if column.many:
        return {**described, "type": "string"}
    rules = present(
        required=True if is_required(table, column) else None,
        unique=True if table.key == (column.name,) else None,
        enum=list(column.values) or None,
    )
    labels = facts.labels(column.codes) if column.codes else {}
    return {
        **described,
        "type": _TYPES[column.type],
        **present(
            categories=[{"value": code, "label": label} for code, label in labels.items()] or None,
            constraints=rules or None,
        ),
    }
