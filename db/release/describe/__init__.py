"""The files of a release that describe it: metadata, citation, licence. All are made from the same few facts.

What they say of the dataset stands in `schema/dataset.py`, what they say of tables and columns in `schema/tables.py`.
Nothing here reads or writes: facts go in, bytes come out, and the same facts give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from db.release.describe import citation, croissant, csvw, datapackage, dcat, readme, skos
from db.release.describe.facts import DataFile, ReleaseFacts
from schema.references import bibtex, csl_json

__all__ = ["DataFile", "Described", "ReleaseFacts", "describe", "schema_of"]

_PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Described:
    """One file that describes the release."""

    name: str
    media_type: str
    body: bytes
    table: str | None = None
    """The table that it describes; None where it is about all."""


def describe(facts: ReleaseFacts) -> Iterator[Described]:
    """The descriptions of a release, in the order of their names in the documentation."""
    entry = bibtex(citation.reference(facts))
    yield Described(datapackage.NAME, datapackage.MEDIA_TYPE, datapackage.datapackage(facts))
    tables = {csvw.metadata_name(file.url): table.name for table, file in facts.csv_files()}
    for name, body in csvw.csvw_files(facts).items():
        yield Described(name, csvw.MEDIA_TYPE, body, tables.get(name))
    yield Described(croissant.NAME, croissant.MEDIA_TYPE, croissant.croissant(facts, entry))
    yield Described(dcat.NAME, dcat.MEDIA_TYPE, dcat.dcat(facts))
    yield Described(skos.NAME, skos.MEDIA_TYPE, skos.skos(facts))
    yield Described(citation.CFF, citation.CFF_TYPE, citation.citation_cff(facts))
    yield Described(citation.BIBTEX, f"{citation.BIBTEX_TYPE}; charset=utf-8", entry.encode())
    yield Described(citation.CSL, citation.CSL_TYPE, csl_json(citation.reference(facts)).encode())
    yield Described(citation.LICENCE, _PLAIN, citation.licence_text())
    yield Described(readme.NAME, readme.MEDIA_TYPE, readme.readme(facts))


def schema_of(file: DataFile) -> str | None:
    """The file that describes the columns of a file of data; None where it has no columns to describe."""
    if file.table is None or not file.media_type.startswith("text/csv"):
        return None
    return csvw.metadata_name(f"{file.table}.csv")
