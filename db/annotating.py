"""Brings annotations into the store: what somebody wrote down, compared with what stands there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from db.annotations import annotation_of, faults_of, read_annotations
from db.changes import Change
from db.pool import Connection
from db.writer import commit, latest
from schema.annotated import Annotations
from schema.annotations import AnyAnnotation, annotation_kind
from schema.codes import CodeBook
from schema.records import Cause


class BadAnnotations(Exception):
    """Annotations that cannot be taken. One line a fault."""


def read_file(file: Path) -> list[AnyAnnotation]:
    """The annotations of a file, one a line: its kind and its fields. Raises `BadAnnotations` with every fault."""
    found: list[AnyAnnotation] = []
    faults: list[str] = []
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{file.name}, line {number}"
        try:
            line = json.loads(text)
            found.append(annotation_of(line["kind"], line["annotation"]))
        except ValidationError as error:
            faults += [f"{where}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        except (ValueError, KeyError, AttributeError) as error:
            faults.append(f"{where}: no annotation: {error!r}")
    if faults:
        raise BadAnnotations("\n".join(faults))
    return found


async def annotate(connection: Connection, wanted: Sequence[AnyAnnotation], book: CodeBook, note: str) -> Change:
    """Give the store these annotations and no others, as a revision; the change made, which may be empty.

    Raises `BadAnnotations` where one refers to what is not on record; nothing is written then.
    """
    async with connection.transaction():
        last = await latest(connection)
        standing = await read_annotations(connection, last.number if last else 0)
        if faults := await faults_of(connection, wanted, book, last.number if last else 0):
            raise BadAnnotations("\n".join(faults))
        change = change_to(standing, wanted, note)
        if not change.empty:
            await commit(connection, change)
    return change


def change_to(standing: Annotations, wanted: Sequence[AnyAnnotation], note: str) -> Change:
    """What has to change for the annotations to be those wanted. It is empty if they are."""
    keys = {(annotation_kind(one), one.id) for one in wanted}
    opened = [one for one in wanted if not _same(standing.one(annotation_kind(one), one.id), one)]
    closed = [
        (annotation_kind(one), one.id) for one in standing if (annotation_kind(one), one.id) not in keys
    ]  # fmt: skip
    cause: Cause = "our_correction" if any(True for _ in standing) else "new_source"
    return Change(cause=cause, note=note, annotations=opened, closed_annotations=closed)


def _same(one: AnyAnnotation | None, other: AnyAnnotation) -> bool:
    return one is not None and one.model_copy(update={"revision": other.revision}) == other
