"""The judge of values and the trial of confidences, on invented labels."""

from __future__ import annotations

from typing import Any

import pytest

from tests.accuracy.calibrate import Said, binned, brier, calibration_error, left_out, reliability, wilson
from tests.accuracy.judge import Judged, judge
from tests.accuracy.report import filled, part

ACTION: dict[str, Any] = {
    "entities": [{"name": "云雀", "kind": "app"}, {"name": "柿子", "kind": "app"}],
    "unnamed_subject": None,
    "measures": ["warning"],
    "categories": ["data_leak"],
    "authorities": ["cac"],
    "amount_cny": 5000,
    "decided_on": "2031-02-03",
}
NOBODY = {**ACTION, "entities": [], "unnamed_subject": "某公司"}
FIGURE = {"measure": "fine", "subject": "company", "value_min": 3, "value_max": 3, "qualifier": "exact"}
YEAR = {"start": "2031-01-01", "end": "2031-12-31"}


def _anchors(**values: str | list[str]) -> list[dict[str, Any]]:
    return [
        {"field": field, "value": value, "rule": field}
        for field, listed in values.items()
        for value in ([listed] if isinstance(listed, str) else listed)
    ]


def _judged(
    label: list[dict[str, Any]], given: list[dict[str, Any]], key: str = "actions", **document: Any
) -> list[tuple[str, bool]]:
    empty: dict[str, Any] = {"actions": [], "figures": [], "period": None, **document}
    return [(one.rule, one.right) for one in judge({**empty, key: label}, {**empty, key: given})]


def test_each_value_of_an_action_is_judged_for_itself() -> None:
    anchors = _anchors(
        entities=["云雀", "夜航"], measures=["warning", "fine"], categories="data_leak", authorities="mps",
        amount_cny="5000", decided_on="2031-02-04",
    )  # fmt: skip
    given = {**ACTION, "entities": [{"name": "云雀"}, {"name": "夜航"}], "anchors": anchors}
    assert _judged([ACTION], [given]) == [
        ("entities", True), ("entities", False), ("measures", True), ("measures", False),
        ("categories", True), ("authorities", False), ("amount_cny", True), ("decided_on", False),
    ]  # fmt: skip


def test_what_labels_do_not_state_is_not_judged() -> None:
    given = {**ACTION, "anchors": _anchors(instruments="cybersecurity_law", campaigns="qinglang", operators="某甲公司")}
    assert _judged([ACTION], [given]) == []


def test_a_measure_right_for_most_of_the_right_names_is_right() -> None:
    one = {
        **ACTION,
        "entities": [{"name": name} for name in ("云雀", "柿子", "夜航")],
        "anchors": _anchors(measures="fine"),
    }
    fined = {**ACTION, "entities": [{"name": "云雀"}], "measures": ["fine"]}
    both = {**ACTION, "entities": [{"name": "云雀"}, {"name": "柿子"}], "measures": ["fine"]}
    assert _judged([ACTION, fined], [one]) == [("measures", False)]
    assert _judged([ACTION, both], [one]) == [("measures", True)]


def test_each_subject_without_a_name_uses_up_a_label() -> None:
    given = {**NOBODY, "anchors": _anchors(unnamed_subject="某公司", measures="warning")}
    found = _judged([NOBODY], [given, given])
    assert found == [("unnamed_subject", True), ("measures", True), ("unnamed_subject", False), ("measures", False)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, (True, True, True)),
        ({"measure": "warning"}, (True, False, True)),
        ({"value_max": 4}, (False, False, False)),
    ],
)
def test_the_parts_of_a_figure_are_compared_with_labels_of_its_number(
    change: dict[str, Any], expected: tuple[bool, ...]
) -> None:
    given = {**FIGURE, **change, "anchors": _anchors(value="3", measure="fine", subject="company")}
    found = _judged([FIGURE], [given], "figures")
    assert tuple(right for _, right in found) == expected


@pytest.mark.parametrize(("period", "right"), [(YEAR, True), (None, False)])
def test_the_period_taken_from_the_document_is_judged_by_that_of_the_document(period: Any, right: bool) -> None:
    anchor = {"field": "period", "value": "2031", "rule": "period_of_document"}
    figure = {**FIGURE, "period": YEAR, "anchors": [anchor, {**anchor, "rule": "period_same_sentence"}]}
    label = {"actions": [], "figures": [FIGURE], "period": period}
    found = list(judge(label, {"actions": [], "figures": [figure]}))
    assert found == [Judged("period_of_document", right)]


def test_an_announcement_is_left_out_of_its_own_calibration() -> None:
    wrong = [Judged("name_quoted", right=False)] * 50
    right = [Judged("name_quoted", right=True)] * 50
    said = list(left_out([wrong, right]))
    assert {one.confidence for one in said if not one.right} == {0.99}
    assert {one.confidence for one in said if one.right} == {0.01}
    assert list(left_out([wrong])) == []  # nothing else to learn from
    assert {one.confidence for one in left_out([wrong], [right])} == {0.99}


def test_the_interval_is_wilsons() -> None:
    # Computed with statsmodels.stats.proportion.proportion_confint(9, 10, method="wilson").
    assert wilson(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert wilson(10, 10)[1] == 1.0
    assert wilson(0, 10)[0] == 0.0


def test_the_scores_of_confidences() -> None:
    said = [Said(0.9, right=True)] * 8 + [Said(0.9, right=False)] * 2 + [Said(0.6, right=True)] * 10
    assert brier(said) == pytest.approx((8 * 0.01 + 2 * 0.81 + 10 * 0.16) / 20)
    assert calibration_error(said) == pytest.approx((1 + 4) / 20)
    assert [len(held) for held in binned([*said, Said(0.95, right=True)])] == [0, 10, 0, 0, 10, 1]
    assert "| [0.90, 0.95) | 10 | 0.900 | 8 | 0.800 | 0.490–0.943 |" in reliability(said)


def test_the_page_is_filled_between_its_markers_only() -> None:
    page = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n<!-- y -->\nold\n<!-- end of y -->\n"
    made = filled(page, {"y": "new\nlines"})
    assert made == page.replace("<!-- y -->\nold", "<!-- y -->\nnew\nlines")
    assert part(made, "y") == "new\nlines"
    with pytest.raises(ValueError, match="no place for 'z'"):
        filled(page, {"z": ""})
