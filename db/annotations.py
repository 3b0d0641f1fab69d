"""Annotations in the store: read as of a revision, and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from db.conditions import as_of
from db.pool import Connection
from db.statements import statement
from schema.annotated import Annotations
from schema.annotations import (
    ANNOTATION_MODELS,
    AnnotationKind,
    AnyAnnotation,
    Series,
    annotation_kind,
    documents_of,
    figures_of,
    series_of,
)
from schema.codes import CodeBook, ListName
from schema.records import RecordKind

_Of = Callable[[AnyAnnotation], Sequence[str]]
_SERIES_CODES: tuple[ListName, ...] = ("measures", "subject_kinds", "authorities", "campaigns")


def annotation_of(kind: AnnotationKind, body: str | bytes | Mapping[str, Any]) -> AnyAnnotation:
    """An annotation from its JSON."""
    model = ANNOTATION_MODELS[kind]
    return model.model_validate_json(body) if isinstance(body, str | bytes) else model.model_validate(body)


async def read_annotations(connection: Connection, revision: int) -> Annotations:
    """The annotations as of a revision."""
    rows = await connection.fetch(statement("annotations").format(where=as_of("v")), revision)
    return Annotations(annotation_of(row["kind"], row["body"]) for row in rows)


async def faults_of(
    connection: Connection, wanted: Sequence[AnyAnnotation], book: CodeBook, revision: int
) -> list[str]:
    """What is wrong with some annotations: those that stand twice, or refer to what does not stand at a revision."""
    faults = list(_unknown_codes(wanted, book))
    for of, name, known in (
        (figures_of, "figure", await _standing(connection, "figure", revision, wanted, figures_of)),
        (documents_of, "document", await _standing(connection, "document", revision, wanted, documents_of)),
        (series_of, "series", {one.id for one in wanted if isinstance(one, Series)}),
    ):
        faults += [
            f"{annotation_kind(one)} {one.id}: there is no {name} {other}"
            for one in wanted
            for other in of(one)
            if other not in known
        ]
    keys = [(annotation_kind(one), one.id) for one in wanted]
    return [*faults, *(f"{kind} {id_} stands twice" for kind, id_ in sorted({k for k in keys if keys.count(k) > 1}))]


async def _standing(
    connection: Connection, kind: RecordKind, revision: int, wanted: Iterable[AnyAnnotation], of: _Of
) -> set[str]:
    ids = sorted({other for one in wanted for other in of(one)})
    sql = statement("annotated").format(kind=kind, where=as_of("v"))
    return {row["id"] for row in await connection.fetch(sql, revision, ids)}


def _unknown_codes(wanted: Iterable[AnyAnnotation], book: CodeBook) -> Iterator[str]:
    for one in wanted:
        if isinstance(one, Series):
            for name in _SERIES_CODES:
                for code in getattr(one, name):
                    if not book.has(name, code):
                        yield f"series {one.id}: no code {code!r} in the list {name!r}"
