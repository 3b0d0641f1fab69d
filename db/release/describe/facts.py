"""What is known of a release when its files of data are written: all that the descriptions are made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import orjson

from schema.codes import CodeItem
from schema.tables import RECORD_TABLES, Table


class DataFile(Protocol):
    """One file of data, as the manifest has it; `url` is its path within the release."""

    @property
    def url(self) -> str: ...
    @property
    def table(self) -> str | None: ...
    @property
    def media_type(self) -> str: ...
    @property
    def encoding(self) -> str | None: ...
    @property
    def bytes(self) -> int: ...
    @property
    def rows(self) -> int | None: ...
    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """One release: its name, its revision, its files of data and the code lists as they stand in it."""

    name: str
    revision: int
    digest: str
    """Digest of the revision, which chains it to all before."""
    committed_at: datetime
    """When the revision was committed (UTC). No other time is in any file of a release."""
    previous: str | None
    """The release before it."""
    covers: tuple[date, date] | None
    """The first and the last day on which a dated action was taken; None where no action is dated."""
    files: tuple[DataFile, ...]
    codes: tuple[CodeItem, ...]
    tables: tuple[Table, ...] = RECORD_TABLES

    @property
    def issued(self) -> date:
        """The day of the release."""
        return self.committed_at.date()

    def file(self, url: str) -> DataFile | None:
        """The file of a path; None where the release has none."""
        return next((file for file in self.files if file.url == url), None)

    def csv_files(self) -> Iterator[tuple[Table, DataFile]]:
        """The tables and the CSV file of each, in the order of the tables."""
        for table in self.tables:
            if file := self.file(f"{table.name}.csv"):
                yield table, file

    def rows(self, table: Table) -> int:
        """How many rows a table has."""
        file = self.file(f"{table.name}.csv")
        return (file.rows or 0) if file else 0

    def labels(self, list_name: str) -> dict[str, str]:
        """The codes of a list with their English labels."""
        return {item.code: item.label_en for item in self.codes if item.list == list_name}


def as_json(value: Any) -> bytes:
    """A description as a file: the same bytes for the same facts."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def present(**fields: Any) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value is not None}


def bilingual(chinese: str, english: str) -> list[dict[str, str]]:
    """The same in both languages, as JSON-LD has it."""
    return [{"@value": chinese, "@language": "zh-Hans"}, {"@value": english, "@language": "en"}]
