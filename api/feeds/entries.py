"""What stands in a feed, whichever way it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from api.rest.atom import TAG, changes_of, summary_of
from api.web.language import Language
from schema.changes import ChangeQuery, RevisionRow
from schema.ports import Recent
from schema.records import RecordKind


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is new."""

    id: str
    """The same on every server, and when the thing is changed."""
    title: str
    url: str
    """Where people read of it."""
    data: str
    """Where programs do."""
    published: datetime
    """When it was first on record."""
    updated: datetime
    """When it was put on record as it stands."""
    summary: str


@dataclass(frozen=True, slots=True)
class Feed:
    """Some of what is new, newest first."""

    id: str
    title: str
    language: Language
    home: str
    """The page about the same."""
    updated: datetime
    entries: Sequence[Entry]


def record_entry(home: str, kind: RecordKind, plural: str, one: Recent, language: Language) -> Entry:
    """An action or a figure."""
    body: dict[str, Any] = orjson.loads(one.row.body)
    path = f"{plural}/{one.row.id}"
    day = f"{one.row.on.isoformat()}: " if one.row.on else ""
    source = body["document"]["url"] or body["document"]["id"]
    return Entry(
        id=f"{TAG}{kind}/{one.row.id}",
        title=body[f"gist_{language}"],
        url=f"{home}/{path}?lang={language}",
        data=f"{home}/v1/{path}?as_of=r{body['revision']}",
        published=one.first,
        updated=one.committed_at,
        summary=f"{day}{body[f'gist_{language}']} ({source})",
    )


def correction_entry(home: str, row: RevisionRow, query: ChangeQuery) -> Entry:
    """A revision that set something right or took something back."""
    revision = row.revision
    data = changes_of(f"{home}/v1", query, revision.number)
    return Entry(
        id=f"{TAG}revision/{revision.digest}",
        title=f"r{revision.number}: {revision.note}",
        url=data,
        data=data,
        published=revision.committed_at,
        updated=revision.committed_at,
        summary=f"{revision.cause}: {summary_of(query, row)}",
    )
