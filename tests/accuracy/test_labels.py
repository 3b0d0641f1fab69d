"""The labels themselves: codes that exist, whole records, and words that stand in the texts."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schema.codes import vocabulary_source
from tests.accuracy.score import LABELS, SHARED

PATHS = tuple(sorted(LABELS.glob("*.json")))
LISTS = {"measures": "measures", "categories": "categories", "authorities": "authorities"}
QUALIFIERS = {"exact", "at_least", "at_most", "about"}


def _label(path: Path) -> dict[str, Any]:
    label: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return label


def _codes(name: str) -> set[str]:
    return {item["code"] for item in vocabulary_source(name)}


def _readings(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [record, *record.get("alternatives", [])]


def test_there_are_enough_documents() -> None:
    assert len(PATHS) >= 25


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_codes_of_a_label_exist(path: Path) -> None:
    label = _label(path)
    for document in _readings(label):
        assert document.get("issuer") in {*_codes("authorities"), None}
    for figure in (one for record in label["figures"] for one in _readings(record)):
        assert figure.get("measure", "fine") in _codes("measures")
        assert figure.get("subject", "app") in _codes("subject_kinds")
    for action in (one for record in label["actions"] for one in _readings(record)):
        for field, name in LISTS.items():
            assert set(action.get(field, ())) <= _codes(name)
        assert {entity["kind"] for entity in action.get("entities", ())} <= _codes("subject_kinds")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_label_is_whole(path: Path) -> None:
    label = _label(path)
    if label["published_on"] is not None:
        date.fromisoformat(label["published_on"])
    for figure in label["figures"]:
        low, high = figure["value_min"], figure["value_max"]
        assert figure["qualifier"] in QUALIFIERS
        assert (low is None) == (figure["qualifier"] == "at_most")
        assert (high is None) == (figure["qualifier"] == "at_least")
    for action in label["actions"]:
        assert bool(action["entities"]) or action["unnamed_subject"]
        assert action["measures"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the texts of the announcements are not at hand")
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_label_is_of_its_text(path: Path) -> None:
    label = _label(path)
    data = (SHARED / "sources" / label["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == label["sha256"]
    text = _plain(data.decode())
    missing = [figure["wording"] for figure in label["figures"] if _plain(figure["wording"]) not in text]
    names = [entity["name"] for action in label["actions"] for entity in action["entities"]]
    assert missing + [name for name in names if _plain(name) not in text] == []


def _plain(text: str) -> str:
    """Without marks of emphasis and spaces, which may stand inside a name or phrase."""
    kept = unicodedata.normalize("NFKC", text)
    return "".join(character for character in kept if not character.isspace() and character not in "*\\>")
