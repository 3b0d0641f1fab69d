"""What a manifest may name."""

from __future__ import annotations

import re

import pytest

from schema.query import AS_OF_PATTERN
from schema.releases import FILE_PATTERN, RELEASE_PATTERN


@pytest.mark.parametrize(
    "path",
    ["actions.csv", "actions.csv-metadata.json", "SHA256SUMS", "actions/year=2024/part-0.parquet",
     "actions/year=__HIVE_DEFAULT_PARTITION__/part-0.parquet", "CITATION.cff"],
)  # fmt: skip
def test_files_of_a_release(path: str) -> None:
    assert re.fullmatch(FILE_PATTERN, path)


@pytest.mark.parametrize(
    "path",
    ["", ".", "..", "../actions.csv", "a/../b", "a/./b", "/etc/passwd", "a//b", "a/", ".hidden", "a/.hidden", "a\\b",
     "a b", "a%2Fb", "c:x", "a\n", "名.csv", "~root", "a\x00b"],
)  # fmt: skip
def test_what_is_hidden_or_leads_elsewhere_is_none(path: str) -> None:
    assert not re.fullmatch(FILE_PATTERN, path)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("2026.11.1", True), ("2026.1.20", True), ("2026.12.3", True), ("2026.13.1", False), ("2026.01.1", False),
     ("2026.1.0", False), ("latest", False), ("2026.11.1\n", False)],
)  # fmt: skip
def test_names_of_releases(name: str, is_one: bool) -> None:
    assert bool(re.fullmatch(RELEASE_PATTERN, name)) is is_one
    assert not is_one or re.fullmatch(AS_OF_PATTERN, name)
