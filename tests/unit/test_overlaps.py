"""How figures overlap, rule by rule and for figures made by chance: a sum never counts a thing twice."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.codes import shipped_codes
from schema.extraction import Period, Qualifier
from schema.overlaps import Overlapping, link
from schema.query import BadQuery
from schema.records import DocumentReference, Figure
from schema.spans import period_name, read_period
from schema.summing import Missing, Sum, sum_of

BOOK = shipped_codes()
CAC, TELECOM = ("cac_system",), ("cac_system", "telecom_authority")
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def figure(
    number: int,
    period: str | None,
    measure: str = "regulatory_talk",
    authorities: tuple[str, ...] = CAC,
    campaign: str | None = None,
    kind: str = "website",
    low: int | None = 5,
    high: int | None = 5,
) -> Figure:
    qualifier: Qualifier = "exact" if low == high else "at_least" if high is None else "at_most"
    return Figure(
        id=f"f-{LETTERS[number] * 13}", document=DocumentReference(id="d-2222222222222", url=None), measure=measure,
        subject_kind=kind, value_min=low, value_max=high, qualifier=qualifier, unit="家", wording="5家",
        period=read_period(period) if period else None, authorities=authorities, regions=(), campaign=campaign,
        gist_zh="", gist_en="", confidence="high", basis="transcribed", extractor="invented", anchors=(), revision=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        (figure(0, "2023"), figure(1, "2023Q1"), "includes"),
        (figure(0, "2023H1"), figure(1, "2023"), "included_in"),
        (figure(0, "2017"), figure(1, "2015-01-01/2017-12-24"), "overlaps"),
        (figure(0, "2023"), figure(1, "2023"), "overlaps"),
        (figure(0, "2022"), figure(1, "2023"), None),
        (figure(0, None), figure(1, "2023"), "unknown"),
        (figure(0, "2023"), figure(1, "2023", "warning"), "overlaps"),
        (figure(0, "2023"), figure(1, "2023", "account_closure", kind="account"), "unknown"),
        (figure(0, "2023", "mini_program_disposal"), figure(1, "2023", "mini_program_shutdown"), "includes"),
        (figure(0, "2023"), figure(1, "2023", authorities=("cac_beijing",)), "includes"),
        (figure(0, "2023", authorities=("cac_beijing",)), figure(1, "2023", authorities=("cac_hebei",)), None),
        (figure(0, "2023"), figure(1, "2023", authorities=("miit",)), "unknown"),
        (figure(0, "2023"), figure(1, "2023", authorities=TELECOM), "overlaps"),
        (figure(0, "2020"), figure(1, "2020-07", campaign="qinglang_2020_01"), "overlaps"),
        (figure(0, "2021", campaign="qinglang_2021"), figure(1, "2021-02", campaign="qinglang_2021_02"), "includes"),
        (figure(0, "2021", campaign="qinglang_2021"), figure(1, "2021", campaign="jianwang"), "unknown"),
        (figure(0, "2023", authorities=()), figure(1, "2023"), "unknown"),
    ],
)
def test_how_two_figures_relate(one: Figure, other: Figure, relation: str | None) -> None:
    found, back = link(one, other, BOOK), link(other, one, BOOK)
    assert (found and found.relation) == relation
    turned = {"includes": "included_in", "included_in": "includes"}
    assert (back and back.relation) == turned.get(relation or "", relation)


PERIODS = ["2022", "2023", "2023H1", "2023H2", "2023Q1", "2023Q3", "2024-02", "2022-06-01/2023-02-01"]
FIGURES = st.lists(
    st.builds(
        figure,
        st.just(0),
        st.sampled_from([*PERIODS, None]),
        st.sampled_from(["regulatory_talk", "warning"]),
        st.sampled_from([CAC, TELECOM, ("cac_beijing",), ("cac_hebei",), ("miit",)]),
        st.sampled_from([None, None, "qinglang_2022"]),
    ),
    max_size=5,
).map(lambda found: [one.model_copy(update={"id": f"f-{LETTERS[n] * 13}"}) for n, one in enumerate(found)])


def asked(figures: list[Figure]) -> Sum | BadQuery:
    """The sum, or why there is none."""
    try:
        return sum_of(figures, (), BOOK)
    except BadQuery as refused:
        return refused


@settings(max_examples=120, derandomize=True, database=None, deadline=None)
@given(FIGURES)
def test_no_sum_counts_a_day_twice(figures: list[Figure]) -> None:
    """Whatever is added up: no two figures have a day in common, but those of bodies that act for themselves."""
    found = asked(figures)
    if isinstance(found, Overlapping):
        ids = {one.id for one in figures}
        assert found.total >= len(found.links) > 0
        assert {one.figure for one in found.links} | {one.other for one in found.links} <= ids
        return
    if isinstance(found, BadQuery):
        assert len({one.measure for one in figures}) > 1
        return
    assert (found.value is None) == (not figures)
    for n, one in enumerate(figures):
        for other in figures[:n]:
            if {one.authorities, other.authorities} != {("cac_beijing",), ("cac_hebei",)}:
                assert one.period is not None
                assert other.period is not None
                assert one.period.end < other.period.start or other.period.end < one.period.start


def test_what_is_missing_makes_a_sum_a_floor() -> None:
    gap = Missing(series="cac_talks", period="2023Q2", gap=None)
    found = sum_of([figure(0, "2023Q1"), figure(1, "2023Q3")], [gap], BOOK)
    assert found.value is not None
    assert (found.value.value_min, found.value.value_max, found.value.qualifier) == (10, None, "at_least")
    nothing = sum_of([], [gap], BOOK)
    assert (nothing.value, nothing.figures) == (None, ())


@pytest.mark.parametrize("name", [*PERIODS[:-1], "2023Q4", "2020-12", "2015-01-01/2017-12-24"])
def test_a_period_has_one_name(name: str) -> None:
    assert period_name(read_period(name)) == name


def test_a_span_of_days_has_the_shortest_name_there_is() -> None:
    assert period_name(Period(start=date(2023, 1, 1), end=date(2023, 3, 31))) == "2023Q1"
    assert period_name(read_period("2023-01-01/2023-12-31")) == "2023"


@pytest.mark.parametrize("text", ["", "23", "2023Q5", "2023H3", "2023-13", "2023-02-30/2023-03-01", "1066", "2024/2023",
                                  "2024-01-01/2023-01-01", "２０２３", "2023 "])  # fmt: skip
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadQuery, match="is no period"):
        read_period(text)
