"""The dataset that comes with the program: facts and their history, without the texts they were read from.

`db/dataset/` holds one JSON Lines file for the ledger of revisions, one for the code lists, one for each
kind of record, with every version ever made, one for annotations, one for what people have set right, and one for
what reprints are known by, and one that names the releases. Applying it writes
the same revisions as were made where the dataset comes from; their digests prove it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import asyncpg

from db.changes import BEFORE_ALL
from db.pool import Connection
from db.release.shipped import ShippedRelease, enter_shipped, shipped_lines
from db.shipped_changes import ANNOTATIONS, CODES, CORRECTIONS, FILES, REVISIONS, ShippedChanges, lines_of
from db.sketches import Sketch, StoredSketch
from db.statements import statement
from db.writer import RevisionDiffers, commit, hold_sketches, latest
from schema.codes import CodeItem
from schema.records import RecordKind, Revision

_SKETCHES, _RELEASES = "sketches.ndjson", "releases.ndjson"


class BrokenDataset(Exception):
    """The files of a dataset cannot be read. The message names one in one line; nothing was written."""


@contextmanager
def _legible() -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        what = f"{error} is missing in a line" if isinstance(error, KeyError) else str(error)
        raise BrokenDataset(f"the dataset is damaged: {' '.join(what.split())[:300]}") from error


@dataclass(frozen=True)
class Dataset:
    """A ledger and what each of its revisions changed."""

    revisions: tuple[Revision, ...]
    changes: ShippedChanges
    """By the numbers of the revisions."""
    sketches: tuple[StoredSketch, ...] = ()
    """By what reprints of its documents are known where their texts are not held."""
    releases: tuple[ShippedRelease, ...] = ()
    """Revisions that have a name."""


@dataclass(frozen=True)
class Applied:
    """What applying a dataset to a store came to."""

    added: int
    """Revisions of the dataset that the store did not have."""
    own: int
    """Revisions of the store that the dataset does not have."""
    missing: int
    """Revisions of the dataset that could not be added, because the store went its own way."""
    releases: int = 0
    """Releases of the dataset that the store did not have."""
    unnamed: Sequence[str] = ()
    """Releases of the dataset that the store cannot have, because it has others of its own."""

    @property
    def advice(self) -> str | None:
        """One line on how to have both, where the store and the dataset went different ways."""
        if not self.missing and self.unnamed:
            names = ", ".join(self.unnamed)
            return f"this store keeps its own releases, so of those shipped with this program it lacks {names}"
        if not self.missing:
            return None
        return (
            f"this store keeps its {self.own} revisions of its own, so the {self.missing} newest revisions shipped "
            "with this program are not in it; to have both, start with an empty CUNZHAO_DATA_FOLDER and ingest "
            "your own documents again"
        )


def shipped_folder() -> Traversable:
    """Where the dataset of this build lies."""
    return resources.files("db").joinpath("dataset")


def load_dataset(folder: Traversable | None = None) -> Dataset:
    """Read a dataset, by default the one of this build. A folder without one gives an empty dataset.

    Raises `BrokenDataset`.
    """
    folder = folder or shipped_folder()
    with _legible():
        revisions = tuple(Revision.model_validate(line) for line in lines_of(folder, REVISIONS))
        sketches = tuple(
            StoredSketch(line["document"], line["sha256"], Sketch.model_validate(line["sketch"]))
            for line in lines_of(folder, _SKETCHES)
        )
        return Dataset(revisions, ShippedChanges(revisions, folder), sketches, load_releases(folder))


def load_releases(folder: Traversable | None = None) -> tuple[ShippedRelease, ...]:
    """The releases of a dataset, by default that of this build."""
    with _legible():
        return tuple(ShippedRelease.model_validate(line) for line in lines_of(folder or shipped_folder(), _RELEASES))


async def apply_dataset(connection: Connection, dataset: Dataset) -> Applied:
    """Add the revisions of a dataset that a store lacks, unless the store has gone its own way.

    What is added is validated; of what the store has, the digests tell that the files hold the same, which was
    validated when it was added. Raises `RevisionDiffers` if the dataset does not hold what its ledger says; nothing is
    written then.
    """
    last = await latest(connection)
    held, theirs = last.number if last else 0, [revision.digest for revision in dataset.revisions]
    own = [row["digest"] for row in await connection.fetch(statement("first_digests"), len(theirs))]
    shared = next((n for n, pair in enumerate(zip(own, theirs, strict=False)) if pair[0] != pair[1]), len(own))
    with _legible():
        _check(dataset, shared)
    if held > shared:
        added, left = await enter_shipped(connection, dataset.releases, shared)
        return Applied(0, held - shared, len(theirs) - shared, added, left)
    async with connection.transaction():
        for revision in dataset.revisions[shared:]:
            await commit(connection, dataset.changes[revision.number], ledger=revision)
        if len(theirs) > shared:
            known = {row["id"] for row in await connection.fetch(statement("all_documents"))}
            await hold_sketches(connection, [one for one in dataset.sketches if one.document in known])
        added, left = await enter_shipped(connection, dataset.releases, len(theirs))
    return Applied(len(theirs) - shared, own=0, missing=0, releases=added, unnamed=left)


def _check(dataset: Dataset, shared: int) -> None:
    before = BEFORE_ALL
    for revision in dataset.revisions[:shared]:
        if not dataset.changes.holds(revision.number, before):
            raise RevisionDiffers.content(revision.number)
        before = revision.digest


def _write_lines(file: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    file.write_text(text, encoding="utf-8", newline="\n")


def _closing(row: asyncpg.Record) -> dict[str, int]:
    return {} if row["revision_to"] is None else {"revision_to": row["revision_to"]}


async def write_dataset(connection: Connection, folder: Path) -> None:
    """Write the whole history of a store as a dataset. The texts stay where they are."""
    revisions = [Revision(**row) for row in await connection.fetch(statement("all_revisions"))]
    _write_lines(folder / REVISIONS, (r.model_dump(mode="json") for r in revisions))
    _write_lines(folder / CODES, [_code_line(row) for row in await connection.fetch(statement("all_code_versions"))])
    annotations = await connection.fetch(statement("all_annotation_versions"))
    _write_lines(folder / ANNOTATIONS, (_annotation_line(row) for row in annotations))
    corrections = await connection.fetch(statement("all_corrections"))
    _write_lines(
        folder / CORRECTIONS,
        [correction_line(c["revision"], c["cause"], c["note"], json.loads(c["body"])) for c in corrections],
    )
    sketches = await connection.fetch(statement("all_sketches"))
    _write_lines(
        folder / _SKETCHES,
        ({"document": s["document"], "sha256": s["sha256"], "sketch": json.loads(s["body"])} for s in sketches),
    )
    _write_lines(folder / _RELEASES, (one.model_dump(mode="json") for one in await shipped_lines(connection)))
    unhandled: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in await connection.fetch(statement("all_unhandled_clauses")):
        clause = {"start": row["start"], "end": row["end"], "reason": row["reason"]}
        unhandled[row["id"], row["revision_from"]].append(clause)
    for kind, name in FILES.items():
        rows = await connection.fetch(statement("all_versions").format(kind=kind))
        _write_lines(folder / name, [_record_line(kind, row, unhandled) for row in rows])


def correction_line(revision: int, cause: str, note: str, correction: Mapping[str, Any]) -> dict[str, Any]:
    """One line of the file of corrections: the correction and the revision that made it, with its cause and note."""
    return {"revision": revision, **correction, "cause": cause, "note": note}


def _code_line(row: asyncpg.Record) -> dict[str, Any]:
    item = {name: row[name] for name in CodeItem.model_fields}
    return {"revision": row["revision_from"], **_closing(row), "position": row["position"], "item": item}


def _annotation_line(row: asyncpg.Record) -> dict[str, Any]:
    return {"kind": row["kind"], **_closing(row), "annotation": json.loads(row["body"])}


def _record_line(
    kind: RecordKind, row: asyncpg.Record, unhandled: Mapping[tuple[str, int], list[dict[str, Any]]]
) -> dict[str, Any]:
    line: dict[str, Any] = {**_closing(row), "record": json.loads(row["body"])}
    clauses = unhandled.get((row["id"], row["revision_from"])) if kind == "document" else None
    return line | ({"unhandled": clauses} if clauses else {})
