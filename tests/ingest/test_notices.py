"""Invented announcements of the genre against what a careful reader takes from them."""

from __future__ import annotations

import pytest

from db.ingest.extract import extract, to_json
from tests.ingest.notices import NAMES, anchors, data_of, expected_of, facts


@pytest.mark.parametrize("name", NAMES)
def test_everything_stated_is_read_and_nothing_else(name: str) -> None:
    assert facts(extract(data_of(name))) == expected_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_anchor_is_the_text_at_its_place(name: str) -> None:
    data = data_of(name)
    text = data.decode("gb18030" if name.startswith("gbk") else "utf-8")
    extraction = extract(data)
    assert all(text[anchor.start : anchor.end] == anchor.exact for anchor in anchors(extraction))


@pytest.mark.parametrize("name", NAMES)
def test_every_value_of_an_action_has_an_anchor(name: str) -> None:
    for action in extract(data_of(name)).actions:
        anchored = {(anchor.field, anchor.value) for anchor in action.anchors}
        for field in ("measures", "categories", "authorities", "instruments", "campaigns"):
            assert {(field, code) for code in getattr(action, field)} <= anchored
        assert {("entities", mention.name) for mention in action.entities} <= anchored
        assert action.unnamed_subject is None or ("unnamed_subject", action.unnamed_subject) in anchored
        assert action.amount_cny is None or ("amount_cny", str(action.amount_cny)) in anchored


@pytest.mark.parametrize("name", NAMES)
def test_the_clauses_add_up(name: str) -> None:
    extraction = extract(data_of(name))
    counts = extraction.document.clauses
    assert counts.unhandled == len(extraction.unhandled)
    assert counts.extracted + counts.ignored + counts.unhandled > 0


def test_json_is_one_line_with_the_keys_of_the_command() -> None:
    line = to_json(extract(data_of("cases.md")))
    assert "\n" not in line
    assert line.startswith('{"document":{"title":"网信部门公布一批典型处置案例"')
    assert all(f'"{key}":' in line for key in ("figures", "actions", "unhandled", "sha256", "anchors"))
