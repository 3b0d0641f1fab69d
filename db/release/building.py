"""Builds the files of a release: one pass over the records feeds every format, and memory does not grow with them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import orjson

from db.deltas import delta
from db.export.files import MEDIA_TYPES
from db.release.describe import ReleaseFacts, describe, schema_of
from db.release.resources import resource
from db.release.rows import FlatRows, anchor_rows, annotation_rows, code_rows, name_rows, record_rows
from db.release.snapshot import Batch, Snapshot
from db.release.tables import TableFiles
from db.release.validating import Checked
from schema.annotations import AnnotationKind
from schema.codes import CodeBook, CodeItem
from schema.dataset import DATASET
from schema.records import Revision
from schema.releases import INDEX, MANIFEST_FORMAT, SUM_SUFFIX, SUMS, Manifest, Release, Resource, TableRows
from schema.tables import (
    ACTIONS,
    ACTIONS_FLAT,
    ANCHORS,
    ANNOTATION_TABLES,
    CODES,
    DOCUMENTS,
    ENTITIES,
    ENTITY_NAMES,
    FIGURES,
    RECORD_TABLES,
    Table,
)

DELTA = "delta.ndjson"


@dataclass(frozen=True, slots=True)
class Planned:
    """A release that is to be built."""

    release: Release
    revision: Revision
    before: int | None
    """The revision of the release before."""
    checked: Checked


async def build(snapshot: Snapshot, planned: Planned, folder: Path) -> Manifest:
    """Write all files of a release into a folder that is empty. The bytes follow from the revision and its name."""
    book, lines = await snapshot.codes()
    annotated = await snapshot.annotations()
    present = (*RECORD_TABLES, *(ANNOTATION_TABLES[kind] for kind in annotated))
    with TableFiles(folder, snapshot.revision, present, planned.checked.rows) as files:
        covers = await _tables(snapshot, files, book, lines)
        _annotations(files, annotated)
        tables = files.done()
        rows = dict(files.rows)
    if planned.before is not None:
        tables.append(await _delta(snapshot, planned.before, folder))
    tables = [one.model_copy(update={"described_by": schema_of(one)}) for one in tables]
    facts = _facts(planned, present, tables, covers, tuple(book))
    manifest = _manifest(planned, rows, [*tables, *_descriptions(folder, facts)])
    _write_sums(folder, manifest)
    return manifest


async def _tables(snapshot: Snapshot, files: TableFiles, book: CodeBook, codes: bytes) -> tuple[date, date] | None:
    """Write the tables; the first and the last day on which a dated action was taken."""
    files.begin(CODES)
    files.add(code_rows([orjson.loads(line) for line in codes.splitlines()]), codes)
    files.end(CODES)
    files.begin(DOCUMENTS)
    async for batch in snapshot.batches("document"):
        files.add(record_rows("document", batch.records), batch.lines)
    files.end(DOCUMENTS)
    files.begin(ENTITIES, ENTITY_NAMES)
    async for batch in snapshot.batches("entity"):
        files.add(record_rows("entity", batch.records), batch.lines)
        files.add(name_rows(batch.records))
    files.end(ENTITIES, ENTITY_NAMES)
    covers = await _stated(snapshot, files, FlatRows(book))
    return covers


async def _stated(snapshot: Snapshot, files: TableFiles, flat: FlatRows) -> tuple[date, date] | None:
    """Write what announcements state: actions, figures, and the evidence of both."""
    days: list[str] = []
    files.begin(ACTIONS, ACTIONS_FLAT, ANCHORS)
    async for batch in snapshot.batches("action"):
        actions = record_rows("action", batch.records)
        files.add(actions, batch.lines)
        files.add(flat.of(actions, batch.records))
        files.add(anchor_rows("action", batch.records, batch.texts))
        days = _extremes(days, batch)
    files.end(ACTIONS, ACTIONS_FLAT)
    files.begin(FIGURES)
    async for batch in snapshot.batches("figure"):
        files.add(record_rows("figure", batch.records), batch.lines)
        files.add(anchor_rows("figure", batch.records, batch.texts))
    files.end(FIGURES, ANCHORS)
    return (date.fromisoformat(days[0]), date.fromisoformat(days[-1])) if days else None


def _extremes(known: list[str], batch: Batch) -> list[str]:
    days = [*known, *(one["acted_on"] for one in batch.records if one["acted_on"])]
    return [min(days), max(days)] if days else []


def _annotations(files: TableFiles, annotated: Mapping[AnnotationKind, bytes]) -> None:
    """Write the annotations, of which there are few."""
    for kind, lines in annotated.items():
        table = ANNOTATION_TABLES[kind]
        files.begin(table)
        files.add(annotation_rows(kind, [orjson.loads(line) for line in lines.splitlines()]), lines)
        files.end(table)


async def _delta(snapshot: Snapshot, before: int, folder: Path) -> Resource:
    """Write what is otherwise than in the release before."""
    lines = 0
    async with aclosing(delta(snapshot.connection, before, snapshot.revision)) as chunks:
        with (folder / DELTA).open("wb") as file:
            async for chunk in chunks:
                lines += chunk.count(b"\n")
                file.write(chunk)
    return resource(folder, DELTA, None, MEDIA_TYPES["ndjson"], rows=lines)


def _facts(
    planned: Planned,
    tables: tuple[Table, ...],
    files: list[Resource],
    covers: tuple[date, date] | None,
    codes: tuple[CodeItem, ...],
) -> ReleaseFacts:
    release = planned.release
    return ReleaseFacts(
        name=release.name, revision=release.revision, digest=planned.revision.digest,
        committed_at=release.committed_at, previous=release.previous, covers=covers, files=tuple(files), codes=codes,
        tables=tables,
    )  # fmt: skip


def _descriptions(folder: Path, facts: ReleaseFacts) -> list[Resource]:
    """Write the files that describe the others."""
    made = []
    for one in describe(facts):
        (folder / one.name).write_bytes(one.body)
        made.append(resource(folder, one.name, one.table, one.media_type))
    return made


def _manifest(planned: Planned, rows: dict[str, int], resources: list[Resource]) -> Manifest:
    release = planned.release
    return Manifest(
        name=release.name, revision=release.revision, revision_digest=planned.revision.digest,
        committed_at=release.committed_at, previous=release.previous, format=MANIFEST_FORMAT,
        software=version("cunzhao"), licence=DATASET.licence.id,
        tables=[TableRows(name=name, rows=many) for name, many in rows.items()],
        validation=planned.checked.validation, resources=resources,
    )  # fmt: skip


def _write_sums(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, and the digests of the files as `sha256sum` reads them."""
    (folder / INDEX).write_bytes(orjson.dumps(manifest.model_dump(mode="json"), option=orjson.OPT_INDENT_2) + b"\n")
    sums = [f"{one.sha256}  {one.url}\n" for one in sorted(manifest.resources, key=lambda one: one.url)]
    (folder / SUMS).write_text("".join(sums), newline="\n")
    for one in manifest.resources:
        if "/" in one.url:
            continue  # readers take all there is in the folder of a divided table for its data
        (folder / f"{one.url}{SUM_SUFFIX}").write_text(f"{one.sha256}  {one.name}\n", newline="\n")
