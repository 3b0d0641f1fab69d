"""Has the programs that define the formats of metadata check those of a release, and prints what they say as JSON.

Run by the interpreter of the readers' environment with the folder of a release, and with the names of the checks where
not all are wanted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cffconvert  # type: ignore[import-not-found]  # of the readers' own environment, as are the others
import csvw  # type: ignore[import-not-found]
import frictionless  # type: ignore[import-not-found]
import mlcroissant  # type: ignore[import-not-found]
import rdflib  # type: ignore[import-not-found]

_BASE = "https://record.example/releases/it/"


def check_frictionless(folder: Path) -> dict[str, Any]:
    """The Data Package with all its files: lengths, digests, types, constraints and keys."""
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    return {
        "errors": [error.message for error in report.errors] + [e.message for t in report.tasks for e in t.errors],
        "warnings": report.warnings,
        "rows": {task.name: task.stats["rows"] for task in report.tasks},
    }


def check_mlcroissant(folder: Path) -> dict[str, Any]:
    """The Croissant, and how many records it leads to."""
    dataset = mlcroissant.Dataset(str(folder / "dataset.jsonld"))
    issues = dataset.metadata.ctx.issues
    # A set is gone through once: where tables are joined, it gives nothing the second time.
    records = {one.id: list(dataset.records(one.id)) for one in dataset.metadata.record_sets}
    return {
        "errors": sorted(issues.errors),
        "warnings": sorted(issues.warnings),
        "rows": {name: len(found) for name, found in records.items()},
        "first": {name: found[0] for name, found in records.items() if found},
    }


def check_csvw(folder: Path) -> dict[str, Any]:
    """CSV on the Web: every cell by its type, and the references between the tables."""
    group = csvw.TableGroup.from_file(str(folder / "csv-metadata.json"))
    rows = {str(table.url): sum(1 for _ in table.iterdicts(strict=True)) for table in group.tables}
    alone = {}
    for path in sorted(folder.glob("*.csv-metadata.json")):
        table = csvw.Table.from_file(str(path))
        alone[str(table.url)] = sum(1 for _ in table.iterdicts(strict=True))
    return {"references": group.check_referential_integrity(), "rows": rows, "alone": alone}


def check_rdf(folder: Path) -> dict[str, Any]:
    """What the catalogue and the vocabularies come to as statements."""
    counted = {}
    for name, kind in (
        ("dcat.jsonld", rdflib.DCAT.Distribution),
        ("vocabularies.jsonld", rdflib.SKOS.Concept),
        ("dataset.jsonld", rdflib.URIRef("http://mlcommons.org/croissant/FileObject")),
    ):
        graph = rdflib.Graph().parse(folder / name, format="json-ld", publicID=_BASE + name)
        counted[name] = sum(1 for _ in graph.subjects(rdflib.RDF.type, kind))
    return counted


def check_cff(folder: Path) -> dict[str, Any]:
    """The citation against the schema of its format."""
    citation = cffconvert.Citation((folder / "CITATION.cff").read_text(encoding="utf-8"))
    citation.validate()
    return {"bibtex": citation.as_bibtex()}


CHECKS: tuple[Callable[[Path], dict[str, Any]], ...] = (
    check_frictionless, check_mlcroissant, check_csvw, check_rdf, check_cff,
)  # fmt: skip


def main(folder: Path, *wanted: str) -> None:
    """Check everything; what fails is told and the rest goes on."""
    said: dict[str, Any] = {}
    for check in CHECKS:
        name = check.__name__.removeprefix("check_")
        if wanted and name not in wanted:
            continue
        try:
            said[name] = check(folder)
        except Exception as error:
            said[name] = {"failed": repr(error)}
    json.dump(said, sys.stdout, ensure_ascii=False, default=_told)


def _told(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
