"""Writes the page on comparability anew from the shipped dataset: `python -m tests.release.comparability`."""

from __future__ import annotations

from pathlib import Path

from db.shipped import load_dataset
from schema.annotated import Annotations
from schema.annotations import AnyAnnotation, annotation_kind
from schema.methods import methods_page
from schema.records import AnyRecord, Document, Figure

PAGE = Path(__file__).parents[2] / "api" / "web" / "docs" / "comparability.md"


def written() -> str:
    """The page as of the last revision that changed an annotation."""
    dataset = load_dataset()
    records: dict[str, AnyRecord] = {}
    said: dict[tuple[str, str], AnyAnnotation] = {}
    page = ""
    for revision in dataset.revisions:
        change = dataset.changes[revision.number]
        for _, id in change.closed:
            del records[id]
        records |= {one.id: one for one in change.records}
        for key in change.closed_annotations:
            del said[key]
        said |= {(annotation_kind(one), one.id): one for one in change.annotations}
        if change.annotations or change.closed_annotations:
            figures = {id: one for id, one in records.items() if isinstance(one, Figure)}
            documents = {id: one for id, one in records.items() if isinstance(one, Document)}
            page = methods_page(Annotations(said.values()), figures, documents, revision)
    return page


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
