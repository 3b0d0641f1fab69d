"""Releases, and the manifest of one, `index.json`: which files it has, how long they are, what their bytes come to.

The one who builds a release writes it so, the server serves by it, and `cunzhao download` fetches by it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MANIFEST_FORMAT = 1
"""Grows when a reader of older manifests would misunderstand a new one."""
INDEX, SUMS, SUM_SUFFIX = "index.json", "SHA256SUMS", ".sha256"
"""The manifest itself; the digests of the files as `sha256sum` reads them, of all together and beside each."""
RELEASE_PATTERN = r"^[0-9]{4}\.(1[0-2]|[1-9])\.[1-9][0-9]{0,3}$"
FILE_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9._=-]*(/[A-Za-z0-9_][A-Za-z0-9._=-]*)*$"
"""A file of a release, by its path within it: nothing hidden, nothing above, nothing a shell or an address escapes."""
SHA256_PATTERN = "^[0-9a-f]{64}$"


class Release(BaseModel):
    """A revision with a name, under which its files are published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=RELEASE_PATTERN, description="Its name: year, month, and a number counted from 1.")
    revision: int = Field(ge=1, description="The revision that it is.")
    committed_at: datetime = Field(description="When that revision was committed.")
    previous: str | None = Field(description="The release before it; null of the first.")


def is_release_name(text: str) -> bool:
    """Whether a release may have that name."""
    return re.fullmatch(RELEASE_PATTERN.strip("^$"), text, re.ASCII) is not None


def next_name(committed_at: datetime, taken: Collection[str]) -> str:
    """The name of a release whose revision was committed then: the first number of its month that is free."""
    month = committed_at.astimezone(UTC)
    number = 1
    while (name := f"{month.year}.{month.month}.{number}") in taken:
        number += 1
    return name


class Part(BaseModel):
    """Base of the parts of a manifest: immutable; what a later program adds is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)


class TableRows(Part):
    """A table of a release."""

    name: str = Field(description="Its name.")
    rows: int = Field(ge=0, description="How many rows it has.")


class Resource(Part):
    """One file of a release."""

    name: str = Field(description="The name of the file, without that of its folder.")
    table: str | None = Field(description="The table that it holds; null where it is about more than one.")
    url: str = Field(description="Where the file is.")
    media_type: str = Field(description="Media type of what it holds, before any compression.")
    encoding: Literal["gzip", "zstd"] | None = Field(description="How the file is compressed; null where it is not.")
    bytes: int = Field(ge=0, description="Its length in bytes.")
    rows: int | None = Field(ge=0, description="How many rows of the table it holds; null where it holds none.")
    sha256: str = Field(pattern=SHA256_PATTERN, description="SHA-256 of its bytes, in hexadecimal.")
    described_by: str | None = Field(
        None, alias="schema", description="The file that describes its columns (CSVW); null where none does."
    )

    @property
    def file_type(self) -> str:
        """Media type of the file as it is, compressed or not."""
        if self.encoding:
            return f"application/{self.encoding}"
        said = not self.media_type.startswith("text/") or "charset=" in self.media_type
        return self.media_type if said else f"{self.media_type}; charset=utf-8"

    @property
    def format(self) -> str:
        """What stands after the first dot of its name: `csv`, `csv.gz`, `parquet`."""
        return self.url.rpartition("/")[2].partition(".")[2]


class Validation(Part):
    """What was checked before the release was cut."""

    anchors_checked: int = Field(ge=0, description="Anchors compared with the text they point into.")
    anchors_without_text: int = Field(ge=0, description="Anchors into texts that were not at hand.")
    records: int = Field(ge=0, description="Records checked.")
    codes: int = Field(ge=0, description="Codes checked against their lists.")
    references: int = Field(ge=0, description="References between records followed.")


class Manifest(Part):
    """A release, and all its files."""

    name: str = Field(pattern=RELEASE_PATTERN, description="Name of the release.")
    revision: int = Field(ge=1, description="The revision that it is.")
    revision_digest: str = Field(description="Digest of that revision, which chains it to all before it.")
    committed_at: datetime = Field(description="When the revision was committed.")
    previous: str | None = Field(description="The release before it; null of the first.")
    format: int = Field(ge=1, description="Version of the shape of this manifest.")
    software: str = Field(description="Version of the program that built the files.")
    licence: str = Field(description="Licence of the data, as its SPDX identifier.")
    tables: list[TableRows] = Field(description="The tables.")
    validation: Validation = Field(description="What was checked before it was cut, on the machine that built it.")
    resources: list[Resource] = Field(description="The files, each with its digest.")
