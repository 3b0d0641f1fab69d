"""What is looked at before a release is cut. What is wrong is said in one line, and nothing is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from db.annotations import faults_of, read_annotations
from db.deltas import dropped_without_cause
from db.release.snapshot import Snapshot
from db.statements import statement
from db.verify.compare import anchor_fault
from schema.records import RECORD_MODELS
from schema.releases import Manifest, Validation
from schema.tables import TABLE_OF

_ROWS = 1_000


class CannotRelease(Exception):
    """A release cannot be cut. The message says in one line what is wrong."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A revision that may be released."""

    validation: Validation
    rows: Mapping[str, int]
    """How many rows the tables have whose number was counted."""


async def validate(snapshot: Snapshot, before: int | None, manifest: Manifest | None) -> Checked:
    """Check that every code and reference is known, every anchor holds, and no record was lost.

    `before` is the revision of the release before, and `manifest` what that release says of itself, where its files
    are at hand. Raises `CannotRelease` naming the first fault.
    """
    codes = await snapshot.row("check_codes")
    references = await snapshot.row("check_references")
    for found in (codes, references):
        if found["fault"] is not None:
            raise CannotRelease(found["fault"])
    await _annotations(snapshot)
    if before is not None:
        await _nothing_dropped(snapshot, before, manifest)
    held, wrong = await _anchors(snapshot)
    if wrong is not None:
        raise CannotRelease(wrong)
    anchors = await snapshot.connection.fetchval(snapshot.sql("count_anchors"), snapshot.revision)
    rows = await snapshot.row("released_counts")
    validation = Validation(
        anchors_checked=held,
        anchors_without_text=anchors - held,
        records=sum(rows[TABLE_OF[kind].name] for kind in RECORD_MODELS),
        codes=codes["checked"],
        references=references["checked"],
    )
    return Checked(validation, rows)


async def _annotations(snapshot: Snapshot) -> None:
    """Whether everything that annotations refer to stands."""
    book, _ = await snapshot.codes()
    standing = list(await read_annotations(snapshot.connection, snapshot.revision))
    for fault in await faults_of(snapshot.connection, standing, book, snapshot.revision):
        raise CannotRelease(fault)


async def _nothing_dropped(snapshot: Snapshot, before: int, manifest: Manifest | None) -> None:
    """Whether every record of the release before stands, or a revision says why it does not."""
    if fault := await dropped_without_cause(snapshot.connection, before, snapshot.revision):
        raise CannotRelease(f"{fault}, which is no reason for it to be gone since r{before}")
    if manifest is None:
        return
    rows = await Snapshot(snapshot.connection, before).row("released_counts")
    for table in manifest.tables:
        if table.name in rows and table.rows != rows[table.name]:
            raise CannotRelease(
                f"the store has {rows[table.name]} {table.name} as of r{before}, but the release {manifest.name} of "
                f"that revision has {table.rows}"
            )


async def _anchors(snapshot: Snapshot) -> tuple[int, str | None]:
    """How many anchors lie in texts that are held, and what is wrong with the first of them that does not hold."""
    checked, sha256, text = 0, None, ""
    cursor = await snapshot.connection.cursor(snapshot.sql("check_anchors"), snapshot.revision)
    while rows := await cursor.fetch(_ROWS):
        for row in rows:
            if row["sha256"] != sha256:
                sha256 = row["sha256"]
                text = await snapshot.connection.fetchval(statement("verify_text"), sha256)
            checked += 1
            if fault := anchor_fault(text, dict(row.items())):
                return checked, fault
    return checked, None
