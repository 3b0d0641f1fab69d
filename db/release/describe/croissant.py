"""`dataset.jsonld`: a schema.org Dataset for search engines that is Croissant 1.0 for machine learning.

docs.mlcommons.org/croissant/docs/croissant-spec.html. Records are declared over Parquet files, which have types and
lists; a table that is divided into several Parquet files is declared over its CSV file.
"""

from __future__ import annotations

from typing import Any

from db.release.describe.facts import DataFile, ReleaseFacts, as_json, present
from schema.columns import ColumnType, TableColumn
from schema.dataset import DATASET
from schema.tables import TABLES, Table

NAME = "dataset.jsonld"
MEDIA_TYPE = "application/ld+json"
_CROISSANT = "http://mlcommons.org/croissant/1.0"
_COMPRESSED = {"gzip": "application/gzip", "zstd": "application/zstd"}
_READ_AS = {
    # The names by which readers of Croissant choose how to read a file.
    "application/vnd.apache.parquet": "application/x-parquet",
    "application/x-ndjson": "application/jsonlines",
}
_TYPES: dict[ColumnType, str] = {
    "string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date",
    "timestamp": "sc:DateTime",
}  # fmt: skip
_TERMS = (
    "citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes",
    "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated",
    "replace", "samplingRate", "separator", "source", "subField", "transform",
)  # fmt: skip
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _TERMS},
}


def croissant(facts: ReleaseFacts, citation: str) -> bytes:
    """The dataset with its files and the records in them. `citation` is the BibTeX entry."""
    dataset = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": _CROISSANT,
        "name": DATASET.name,
        "alternateName": [DATASET.title_en, DATASET.title_zh],
        "description": f"{DATASET.description_en}\n\n{DATASET.description_zh}",
        "url": "./",
        "license": DATASET.licence.url,
        "creator": {"@type": "sc:Organization", "name": DATASET.creator},
        "publisher": {"@type": "sc:Organization", "name": DATASET.creator},
        "datePublished": facts.issued.isoformat(),
        "version": facts.name,
        "keywords": list(DATASET.keywords),
        "inLanguage": ["zh-Hans", "en"],
        "spatialCoverage": "China",
        "isAccessibleForFree": True,
        "isLiveDataset": False,
        "citeAs": citation,
        "distribution": [_file(file) for file in facts.files],
        "recordSet": [_records(facts, table) for table in facts.tables if facts.file(f"{table.name}.csv")],
    }
    if facts.covers:
        dataset["temporalCoverage"] = "/".join(day.isoformat() for day in facts.covers)
    return as_json(dataset)


def _file(file: DataFile) -> dict[str, Any]:
    plain = file.media_type.partition(";")[0]
    return {
        "@type": "cr:FileObject",
        "@id": file.url,
        "name": file.url,
        "contentUrl": file.url,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": _COMPRESSED[file.encoding] if file.encoding else _READ_AS.get(plain, plain),
        "sha256": file.sha256,
    }


def _records(facts: ReleaseFacts, table: Table) -> dict[str, Any]:
    parquet = facts.file(f"{table.name}.parquet")
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": f"{table.title_en} ({table.title_zh}). {table.description}",
        "key": [{"@id": f"{table.name}/{column}"} for column in table.key],
        "field": [_field(table, column, parquet) for column in table.columns],
    }


def _field(table: Table, column: TableColumn, parquet: DataFile | None) -> dict[str, Any]:
    # Readers of Croissant guess the types in CSV, so that they cannot split its lists.
    as_written = parquet is None and column.many
    return present(
        **{"@type": "cr:Field", "@id": f"{table.name}/{column.name}"},
        name=column.name,
        description=column.description,
        dataType="sc:Text" if as_written else _TYPES[column.type],
        repeated=True if column.many and not as_written else None,
        references=_reference(table, column),
        source={
            "fileObject": {"@id": parquet.url if parquet else f"{table.name}.csv"},
            "extract": {"column": column.name},
        },
    )


def _reference(table: Table, column: TableColumn) -> dict[str, Any] | None:
    """The column whose values these are, where readers of Croissant can follow: they do it by joining.

    They join neither by lists, nor a table with itself, nor with one that is joined with another in its turn.
    """
    if column.references is None or column.many:
        return None
    name, _ = column.references
    if name == table.name or _refers_elsewhere(next(one for one in TABLES if one.name == name)):
        return None
    return {"field": {"@id": "/".join(column.references)}}


def _refers_elsewhere(table: Table) -> bool:
    return any(one.references and not one.many and one.references[0] != table.name for one in table.columns)
