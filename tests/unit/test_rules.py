"""What a rule is worth after so many right and wrong values, on counts made up for the test."""

from __future__ import annotations

import json

import pytest

from schema.rules import (
    HIGHEST,
    LOWEST,
    Calibration,
    Tally,
    added,
    calibration,
    confidence_of,
    confidences,
    extraction_rules,
    kinds_of_rules,
    to_json,
)

FEW, MANY = "name_known", "name_quoted"
"""Two rules of one kind."""


def test_without_any_count_nothing_is_known() -> None:
    assert set(confidences({}).values()) == {None}


def test_the_confidence_is_the_share_pulled_towards_that_of_the_kind() -> None:
    worth = confidences({MANY: Tally(99, 90), FEW: Tally(1, 0)})
    usual = 90.5 / 101
    assert worth[MANY] == round((90 + 10 * usual) / 109, 2)
    assert worth[FEW] == round(10 * usual / 11, 2)


def test_a_rule_never_seen_has_the_share_of_its_kind_and_other_kinds_have_none() -> None:
    worth = confidences({MANY: Tally(200, 100)})
    assert worth[FEW] == 0.5
    assert worth["measure_same_clause"] is None


def test_no_rule_is_certain() -> None:
    assert confidences({MANY: Tally(10**6, 10**6)})[MANY] == HIGHEST < 1
    assert confidences({MANY: Tally(10**6, 0)})[MANY] == LOWEST > 0


def test_counts_add_up_by_rule() -> None:
    assert added([{FEW: Tally(2, 1)}, {FEW: Tally(3, 3), MANY: Tally(1, 1)}]) == {FEW: Tally(5, 4), MANY: Tally(1, 1)}


def test_the_file_holds_what_was_counted() -> None:
    made = Calibration("cunzhao/7", {"regulators": {FEW: Tally(5, 4)}, "invented": {MANY: Tally(2, 2)}})
    read = json.loads(to_json(made))
    assert read["extractor"] == "cunzhao/7"
    assert read["announcements"] == {"regulators": {FEW: [5, 4]}, "invented": {MANY: [2, 2]}}


def test_the_shipped_rules_are_those_of_the_list_with_their_counts() -> None:
    total = calibration().total
    assert set(total) <= set(kinds_of_rules())
    assert [rule.code for rule in extraction_rules()] == list(kinds_of_rules())
    for rule in extraction_rules():
        assert Tally(rule.labelled, rule.right) == total.get(rule.code, Tally())
        assert rule.right <= rule.labelled
        assert rule.confidence == confidence_of(rule.code) == confidences(total)[rule.code]
        assert rule.extractor == calibration().extractor


def test_a_rule_that_is_not_listed_is_no_rule() -> None:
    with pytest.raises(KeyError):
        confidence_of("name_guessed")
