"""The scorer of the parser, on invented labels."""

from __future__ import annotations

from typing import Any

import pytest

from tests.accuracy.compare import AMOUNTS, CATEGORIES, DOCUMENT, FIGURES, MEASURES, NAMES, Score, compare
from tests.accuracy.score import rates, table, top_category, total

FIGURE = {"measure": "fine", "subject": "company", "value_min": 3, "value_max": 3, "qualifier": "exact"}
ACTION: dict[str, Any] = {
    "entities": [{"name": "云雀视频", "kind": "app"}],
    "unnamed_subject": None,
    "measures": ["warning", "fine"],
    "categories": ["data_leak"],
    "amount_cny": 5000,
}
NOBODY = {"entities": [], "unnamed_subject": "某公司"}


def _document(*, figures: list[Any] | None = None, actions: list[Any] | None = None, **fields: Any) -> dict[str, Any]:
    stated = {"issuer": "cac", "period": None, "published_on": "2031-02-03", **fields}
    return {"figures": figures or [], "actions": actions or [], "document": stated, **stated}


def _score(label: dict[str, Any], given: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    found = compare(label, given, top_category)
    return {kind: (one.hits, len(one.missed), len(one.extra)) for kind, one in found.items()}


def test_what_agrees_is_a_hit_of_every_kind() -> None:
    document = _document(figures=[FIGURE], actions=[ACTION])
    assert _score(document, document) == {
        FIGURES: (1, 0, 0),
        NAMES: (1, 0, 0),
        MEASURES: (2, 0, 0),
        CATEGORIES: (1, 0, 0),
        AMOUNTS: (1, 0, 0),
        DOCUMENT: (2, 0, 0),
    }


def test_a_wrong_number_is_a_miss_and_an_extra() -> None:
    given = _document(figures=[{**FIGURE, "value_min": 4, "value_max": 4}])
    assert _score(_document(figures=[FIGURE]), given)[FIGURES] == (0, 1, 1)


def test_alternatives_of_several_fields_combine() -> None:
    label = {**FIGURE, "alternatives": [{"measure": "warning"}, {"subject": "platform"}]}
    given = _document(figures=[{**FIGURE, "measure": "warning", "subject": "platform"}])
    assert _score(_document(figures=[label]), given)[FIGURES] == (1, 0, 0)


@pytest.mark.parametrize("given", [[], [FIGURE]])
def test_an_optional_figure_is_no_error_either_way(given: list[Any]) -> None:
    label = {**FIGURE, "alternatives": [{"optional": True}]}
    assert _score(_document(figures=[label]), _document(figures=given))[FIGURES] == (0, 0, 0)


def test_a_figure_that_fits_two_labels_goes_where_both_are_found() -> None:
    loose = {**FIGURE, "alternatives": [{"measure": "warning"}]}
    given = _document(figures=[FIGURE, {**FIGURE, "measure": "warning"}])
    assert _score(_document(figures=[loose, FIGURE]), given)[FIGURES] == (2, 0, 0)


def test_how_actions_are_grouped_does_not_matter() -> None:
    split = [
        {**ACTION, "measures": [code], "amount_cny": amount} for code, amount in (("warning", None), ("fine", 5000))
    ]
    assert _score(_document(actions=[ACTION]), _document(actions=split))[MEASURES] == (2, 0, 0)


def test_a_name_counts_once_and_each_unnamed_subject_for_itself() -> None:
    label = _document(actions=[ACTION, ACTION, {**ACTION, **NOBODY}, {**ACTION, **NOBODY}])
    given = _document(actions=[ACTION, {**ACTION, **NOBODY}])
    assert _score(label, given)[NAMES] == (1, 0, 0)
    assert _score(label, given)[MEASURES] == (4, 2, 0)


@pytest.mark.parametrize(("measures", "expected"), [(["fine"], (1, 0, 0)), (["warning"], (0, 1, 1))])
def test_the_best_reading_of_an_action_is_taken(measures: list[str], expected: tuple[int, int, int]) -> None:
    label = {**ACTION, "measures": ["regulatory_talk"], "alternatives": [{"measures": ["fine"]}]}
    assert (
        _score(_document(actions=[label]), _document(actions=[{**ACTION, "measures": measures}]))[MEASURES] == expected
    )


def test_categories_of_one_parent_agree() -> None:
    given = {**ACTION, "categories": ["log_retention_failure"]}
    assert _score(_document(actions=[ACTION]), _document(actions=[given]))[CATEGORIES] == (1, 0, 0)


def test_an_optional_action_is_no_error_either_way() -> None:
    label = _document(actions=[{**ACTION, "alternatives": [{"optional": True}]}])
    for given in (label, _document()):
        assert {one[1:] for one in _score(label, given).values()} == {(0, 0)}


def test_a_document_field_may_have_alternatives() -> None:
    label = _document(alternatives=[{"issuer": "occac"}, {"issuer": None}])
    label["alternatives"] = [{"issuer": "occac"}]
    assert _score(label, _document(issuer="occac"))[DOCUMENT] == (2, 0, 0)
    assert _score(label, _document(issuer="mps"))[DOCUMENT] == (1, 1, 1)


def test_the_table_weighs_every_value_the_same() -> None:
    together = total([{FIGURES: Score(3, ["a"], [])}, {FIGURES: Score(0, [], ["b"])}])
    assert rates(together[FIGURES]) == (0.75, 0.75, 0.75)
    assert "| figures | 4 | 0.750 | 0.750 | 0.750 |" in table(together)


def test_nothing_to_find_and_nothing_found_is_right() -> None:
    assert rates(Score()) == (1.0, 1.0, 1.0)
