"""Files of transcribed facts are refused as a whole, with one line a fault that names file, line and field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from db.transcribing.format import BadTranscription, Page, read_pages
from schema.codes import shipped_codes

FIGURE: dict[str, Any] = {
    "measure": "fine", "subject_kind": "website", "value_min": 3, "value_max": 3, "qualifier": "exact", "wording": "3",
}  # fmt: skip
ACTION: dict[str, Any] = {"entities": [{"name": "云雀视频", "kind": "platform"}], "measures": ["fine"]}
PAGE: dict[str, Any] = {"url": "https://page.example/1", "figures": [FIGURE], "actions": [ACTION]}


def read(folder: Path, *lines: str | dict[str, Any]) -> list[Page]:
    file = folder / "facts.ndjson"
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    file.write_text(text, encoding="utf-8")
    return read_pages(file, shipped_codes())


def test_what_is_right_is_read(tmp_path: Path) -> None:
    (page,) = read(tmp_path, PAGE)
    assert (page.figures[0].confidence, page.figures[0].unit, page.actions[0].entities[0].name) == (
        "low",
        "",
        "云雀视频",
    )


def test_a_fact_has_the_period_of_its_page_unless_it_has_its_own_or_none(tmp_path: Path) -> None:
    year, month = {"start": "2031-01-01", "end": "2031-12-31"}, {"start": "2031-05-01", "end": "2031-05-31"}
    figures = [FIGURE, FIGURE | {"period": month}, FIGURE | {"period": None}]
    (page,) = read(tmp_path, PAGE | {"period": year, "figures": figures})
    ends = [period and str(period.end) for period in (figure.period_on(page) for figure in page.figures)]
    assert ends == ["2031-12-31", "2031-05-31", None]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"url": None}, "url: Input should be a valid string"),
        ({"url": "code:somewhere"}, "url: String should match pattern"),
        ({"url": "https://页.example/"}, "url: String should match pattern"),
        ({"titel": "x"}, "titel: Extra inputs are not permitted"),
        ({"issuer": "nobody"}, "issuer: no code 'nobody' in the list 'authorities'"),
        ({"reprint_of": "https://page.example/1"}, "a page is no reprint of itself"),
        ({"published_on": "2031-02-30"}, "published_on: Input should be a valid date"),
        ({"period": {"start": "2031-02-01", "end": "2031-01-01"}}, "period: Value error, the period ends"),
        ({"figures": [FIGURE, FIGURE | {"wording": "三"}]}, "the figures say one thing twice"),
        ({"figures": [FIGURE | {"measure": "scolding"}]}, "figures.0.measure: no code 'scolding' in the list"),
        ({"figures": [FIGURE | {"authorities": ["cac", "x"]}]}, "figures.0.authorities: no code 'x' in the list"),
        ({"figures": [FIGURE | {"value_max": None}]}, "figures.0: Value error, a figure that is 'exact' cannot have"),
        ({"figures": [FIGURE | {"wording": "字" * 61}]}, "figures.0.wording: String should have at most 60"),
        ({"figures": [FIGURE | {"value_min": -1}]}, "figures.0.value_min: Input should be greater"),
        ({"actions": [ACTION | {"measures": []}]}, "actions.0.measures: Tuple should have at least 1 item"),
        ({"actions": [ACTION | {"entities": []}]}, "actions.0: Value error, an action has either entities or"),
        ({"actions": [ACTION | {"entities": [{"name": "甲", "kind": "ship"}]}]}, "actions.0.entities.0.kind: no code"),
        (
            {"actions": [ACTION | {"entities": [{"name": "甲", "kind": "app", "entity": "jia"}]}]},
            "actions.0.entities.0.entity: no known entity 'jia'",
        ),
    ],
)
def test_each_fault_is_named_with_its_place(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    with pytest.raises(BadTranscription) as caught:
        read(tmp_path, PAGE | {"url": "https://page.example/0"}, PAGE | change)
    (line,) = str(caught.value).splitlines()
    assert line.startswith("facts.ndjson, line 2: ")
    assert fault in line


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadTranscription) as caught:
        read(tmp_path, PAGE, "{", "[]", PAGE, PAGE | {"url": "https://page.example/2", "issuer": "x", "figures": [{}]})
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("facts.ndjson, line 2: no JSON object: ")
    assert lines[1].startswith("facts.ndjson, line 3: Input should be a valid dictionary")
    assert lines[2] == "facts.ndjson, line 4: url: an earlier line has this address"
    assert {line.split(": ")[1] for line in lines[3:]} == {
        "figures.0.measure", "figures.0.subject_kind", "figures.0.qualifier", "figures.0.wording",
    }  # fmt: skip
