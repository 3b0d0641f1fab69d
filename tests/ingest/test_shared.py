"""The two announcements the project begins with, and no crash on any other; only where the texts are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from db.ingest.extract import extract
from db.ingest.notice import Refused
from schema.extraction import Extraction
from tests.ingest.notices import SHARED, anchors

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the texts of the announcements are not at hand")
FIGURE = ("measure", "subject", "value_min", "value_max", "qualifier", "unit")


def _seeds() -> list[dict[str, Any]]:
    path = SHARED / "expected" / "seed_facts.json"
    seeds: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return seeds


def _others() -> list[Path]:
    return sorted((SHARED / "sources" / "announcements").glob("*.txt"))


def _figures(records: list[dict[str, Any]]) -> list[str]:
    return sorted(str([record[key] for key in FIGURE]) for record in records)


def _actions(records: list[dict[str, Any]]) -> list[str]:
    return sorted(
        str(
            [
                sorted((mention["name"], mention["kind"]) for mention in record["entities"]),
                record["unnamed_subject"],
                record["open_ended"],
                *(sorted(record[key]) for key in ("measures", "categories", "authorities")),
            ]
        )
        for record in records
    )


def _read(file: str) -> tuple[Extraction, dict[str, Any]]:
    extraction = extract((SHARED / file).read_bytes())
    return extraction, extraction.model_dump(mode="json")


@pytest.mark.parametrize("seed", _seeds(), ids=lambda seed: seed["file"])
def test_a_seed_is_read_exactly(seed: dict[str, Any]) -> None:
    extraction, given = _read(seed["file"])
    assert given["document"]["issuer"] == seed["issuer"]
    assert given["document"]["period"] == seed["period"]
    assert _figures(given["figures"]) == _figures(seed["figures"])
    assert _actions(given["actions"]) == _actions(seed["actions"])
    assert extraction.unhandled == ()


@pytest.mark.parametrize("seed", _seeds(), ids=lambda seed: seed["file"])
def test_the_anchors_of_a_seed_hold(seed: dict[str, Any]) -> None:
    extraction, _ = _read(seed["file"])
    text = (SHARED / seed["file"]).read_text(encoding="utf-8")
    assert all(text[anchor.start : anchor.end] == anchor.exact for anchor in anchors(extraction))


@pytest.mark.parametrize("path", _others(), ids=lambda path: path.name)
def test_no_announcement_breaks_the_parser(path: Path) -> None:
    data = path.read_bytes()
    try:
        extraction = extract(data)
    except Refused:
        return
    text = data.decode()
    assert all(text[anchor.start : anchor.end] == anchor.exact for anchor in anchors(extraction))
