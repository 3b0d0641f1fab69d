"""An invented release to describe: the tables of the invented corpus as CSV, without a store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256

from db.export.csv_file import CsvFile
from db.release.describe import ReleaseFacts
from schema.codes import CodeItem, shipped_codes
from schema.records import RECORD_MODELS, AnyRecord, RecordKind
from schema.tables import TABLE_OF
from tests.support import corpus


@dataclass(frozen=True)
class File:
    """A file of data, as the manifest has it."""

    url: str
    table: str | None
    media_type: str
    encoding: str | None
    bytes: int
    rows: int | None
    sha256: str


def release_facts(*, previous: str | None = None, more_codes: Iterable[CodeItem] = ()) -> ReleaseFacts:
    """The facts of a release of the corpus."""
    years = corpus.YEARS
    records = [r for year in years for r in corpus.document_change(year, entities=year == years[0]).records]
    return ReleaseFacts(
        name="2026.11.2",
        revision=4,
        digest=sha256(b"revision 4").hexdigest(),
        committed_at=datetime(2026, 11, 20, 23, 59, 3, tzinfo=UTC),
        previous=previous,
        covers=(date(2021, 1, 3), date(2024, 12, 31)),
        files=tuple(_csv(kind, records) for kind in TABLE_OF),
        codes=(*shipped_codes(), *more_codes),
    )


def _csv(kind: RecordKind, records: list[AnyRecord]) -> File:
    lines = [r.model_dump_json().encode() + b"\n" for r in records if isinstance(r, RECORD_MODELS[kind])]
    writer = CsvFile(kind)
    body = writer.head() + writer.rows(b"".join(lines)) + writer.tail()
    table = TABLE_OF[kind].name
    digest = sha256(body).hexdigest()
    return File(f"{table}.csv", table, "text/csv; charset=utf-8", None, len(body), len(lines), digest)
