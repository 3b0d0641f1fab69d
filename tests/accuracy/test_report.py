"""The counts shipped with the parser and the published page say what the parser reads now."""

from __future__ import annotations

import pytest

from db.ingest.extract import EXTRACTOR
from schema.rules import Calibration, calibration, to_json
from tests.accuracy.report import COUNTS, INVENTED, PAGE, REAL, Sets, counted, part, rules_table, sections
from tests.accuracy.score import NoTexts, invented, labels, score_all

ANEW = "run: make accuracy ARGS=--write"
NOT_HELD = (
    "the texts of the regulators' announcements are not at hand: their scores, counts and the trial are not compared"
)


@pytest.fixture(scope="module")
def sets() -> Sets:
    """What `make accuracy` scores here."""
    try:
        return {REAL: score_all(labels()), INVENTED: score_all(invented())}
    except NoTexts:
        return {INVENTED: score_all(invented())}


@pytest.mark.parametrize("name", [REAL, INVENTED])
def test_the_shipped_counts_are_those_of_the_labels(sets: Sets, name: str) -> None:
    if name not in sets:
        pytest.skip(NOT_HELD)
    assert calibration().parts[name] == counted(sets).parts[name], ANEW
    assert calibration().extractor == EXTRACTOR, ANEW


@pytest.mark.parametrize("name", [f"scores of {REAL}", f"scores of {INVENTED}", "rules", "reliability"])
def test_the_page_says_what_is_read(sets: Sets, name: str) -> None:
    made = sections(sets)
    if name not in made:
        pytest.skip(NOT_HELD)
    assert part(PAGE.read_text(encoding="utf-8"), name) == made[name], ANEW


def test_the_table_of_rules_is_that_of_the_shipped_counts() -> None:
    assert part(PAGE.read_text(encoding="utf-8"), "rules") == rules_table(calibration())
    assert COUNTS.read_text(encoding="utf-8") == to_json(calibration())


def test_without_the_texts_the_counts_of_regulators_stay_as_they_are(sets: Sets) -> None:
    made = counted({INVENTED: sets[INVENTED][:1]})
    assert made.parts[REAL] == calibration().parts[REAL]
    assert made.parts[INVENTED] != calibration().parts[INVENTED]
    assert rules_table(made) != rules_table(calibration())  # a stale table is seen


def test_a_kind_that_labels_cannot_judge_shows_no_confidence() -> None:
    line = next(line for line in rules_table(Calibration(EXTRACTOR, {REAL: {}, INVENTED: {}})).splitlines()[2:])
    assert line.endswith("| – | – | – |")
