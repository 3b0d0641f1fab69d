"""Every clause is extracted, ignored for a named reason, or unhandled."""

from __future__ import annotations

import pytest

from db.ingest.audit import audit
from db.ingest.blocks import Segment
from db.ingest.extract import extract
from db.ingest.fold import fold
from db.ingest.mapped import verbatim
from db.ingest.reading import Reading
from db.ingest.statements import read_statements


def outcomes(text: str) -> list[str]:
    one = Reading(Segment("paragraph", verbatim(text, 0, len(text)), fold(text)))
    return [verdict.outcome for verdict in audit([one], read_statements([one]))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("网信部门约谈网站5家，", ["extracted"]),
        ("共有3款应用，天气晴好。", ["count_of_something_else", "no_act"]),
        ("着力推进治理，及时关闭违规账号。", ["no_act", "effort"]),
        ("下一步，将持续约谈平台。", ["no_act", "intent"]),
        ("网络运营者违反规定的，由有关主管部门给予警告。", ["no_act", "law"]),
        ("依法查处各类违法违规行为。", ["conduct"]),
        ("督促平台落实约谈责任。", ["how"]),
        ("网信办依法予以约谈。", ["unhandled"]),
    ],
)
def test_outcomes(text: str, expected: list[str]) -> None:
    assert outcomes(text) == expected


def test_an_unhandled_clause_is_reported_where_it_stands() -> None:
    text = "开头。\n\n网信办依法予以约谈。"
    (unhandled,) = extract(text.encode()).unhandled
    assert text[unhandled.start : unhandled.end] == "网信办依法予以约谈"
    assert "regulatory_talk" in unhandled.reason


def test_a_ground_without_a_readable_subject_is_not_dropped_in_silence() -> None:
    text = "针对某些做法混乱，部分平台未尽管理义务问题，网信办依法约谈。"
    extraction = extract(text.encode())
    assert [action.unnamed_subject for action in extraction.actions] == ["部分平台"]
    assert [text[one.start : one.end] for one in extraction.unhandled] == ["针对某些做法混乱"]


def test_headings_give_no_action_but_counts_where_the_body_has_none() -> None:
    extraction = extract("# 网信部门处置违规账号2210个\n\n正文缺失".encode())
    assert [(one.measure, one.value_min) for one in extraction.figures] == [("account_disposal", 2210)]
    assert extraction.actions == ()


def test_a_count_repeated_in_title_and_body_counts_once() -> None:
    extraction = extract("# 约谈网站平台77家\n\n网信部门约谈网站平台77家。".encode())
    assert len(extraction.figures) == 1


def test_confidence_says_how_far_away_the_authority_was_read() -> None:
    text = "网信部门召开会议。\n\n国家网信办约谈“云雀”平台。下架“柿子”App。\n\n关闭“夜航”网站。"
    assert [action.confidence for action in extract(text.encode()).actions] == ["high", "medium", "low"]


def test_a_later_measure_falls_on_whom_the_sentence_spoke_of_last() -> None:
    text = "针对“云雀”平台未尽管理义务问题，网信部门予以约谈，依法关闭“夜航”网站，并处罚款。"
    actions = extract(text.encode()).actions
    assert [(action.entities[0].name, action.measures) for action in actions] == [
        ("云雀", ("regulatory_talk",)),
        ("夜航", ("website_closure", "fine")),
    ]


def test_two_subjects_with_the_same_count_are_two_figures() -> None:
    figures = extract("网信部门警告网站10家，警告账号10个。".encode()).figures
    assert [figure.subject for figure in figures] == ["website", "account"]
