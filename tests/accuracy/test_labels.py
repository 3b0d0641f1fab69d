"""The labels themselves: codes that exist, whole records, and words that stand in the texts."""

from __future__ import annotations

import hashlib
import html
import json
import re
import sys
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schema.codes import vocabulary_source
from tests.accuracy import score
from tests.accuracy.__main__ import main
from tests.accuracy.score import INVENTED, LABELS, SHARED

REAL = tuple(sorted(LABELS.glob("*.json")))
OWN = tuple(sorted(INVENTED.glob("*.json")))
PATHS = REAL + OWN
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
    assert len(REAL) >= 25


def test_each_invented_announcement_has_its_label() -> None:
    texts = sorted(path.name for path in INVENTED.iterdir() if path.suffix != ".json")
    assert sorted(_label(path)["file"] for path in OWN) == texts
    assert [Path(name).stem for name in texts] == [path.stem for path in OWN]


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
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_label_is_of_its_text(path: Path) -> None:
    label = _label(path)
    data = (SHARED / "sources" / label["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == label["sha256"]
    assert _not_in(data.decode(), label) == []


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_the_label_of_an_invented_announcement_is_of_its_text(path: Path) -> None:
    label = _label(path)
    data = (INVENTED / label["file"]).read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    if label["file"].endswith(".html"):
        text = html.unescape(re.sub(r"<[^>]*>", "", text))
    assert _not_in(text, label) == []


def _not_in(text: str, label: dict[str, Any]) -> list[str]:
    """The number phrases and names of a label that do not stand in the text."""
    phrases = [figure["wording"] for figure in label["figures"]]
    actions = [one for action in label["actions"] for one in _readings(action)]
    phrases += [entity["name"] for action in actions for entity in action.get("entities", ())]
    plain = _plain(text)
    return [phrase for phrase in phrases if not phrase or _plain(phrase) not in plain]


def _plain(text: str) -> str:
    """Without marks of emphasis and spaces, which may stand inside a name or phrase."""
    kept = unicodedata.normalize("NFKC", text)
    return "".join(character for character in kept if not character.isspace() and character not in "*\\>")


def test_the_invented_are_scored_without_the_texts_of_the_regulators(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(score, "SHARED", tmp_path)
    monkeypatch.setattr(sys, "argv", ["make accuracy"])
    main()
    printed = capsys.readouterr().out
    assert printed.count("| figures |") == 1
    assert f"Invented announcements: {len(OWN)} documents" in printed
