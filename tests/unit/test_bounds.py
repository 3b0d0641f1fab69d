"""Bounds through sums and changes: a floor stays a floor, what is not known stays so, nothing is made exact."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from schema.bounds import Amount, change, ratio, total

NUMBERS = st.integers(0, 10**12)


@st.composite
def known(draw: st.DrawFn) -> tuple[Amount, int]:
    """An amount, and a true number within its bounds."""
    true = draw(NUMBERS)
    low = draw(st.none() | st.integers(0, true))
    high = draw(st.none() | st.integers(true, 2 * 10**12))
    return draw(st.sampled_from([Amount(low, high), Amount(low, high, True), Amount(true, true)])), true


def holds(one: Amount, true: int) -> bool:
    return (one.low is None or one.low <= true) and (one.high is None or true <= one.high)


@settings(max_examples=150, derandomize=True, database=None)
@given(st.lists(known(), min_size=1, max_size=6))
def test_the_true_sum_lies_within_the_bounds_of_the_sum(found: list[tuple[Amount, int]]) -> None:
    amounts = [one for one, _ in found]
    added = total(amounts)
    assert holds(added, sum(true for _, true in found))
    assert (added.low is None) == any(one.low is None for one in amounts)
    assert (added.high is None) == any(one.high is None for one in amounts)
    assert added.about == any(one.about for one in amounts)
    if added.qualifier == "exact":
        assert all(one.qualifier == "exact" for one in amounts)


@settings(max_examples=150, derandomize=True, database=None)
@given(known(), known())
def test_the_true_change_lies_within_its_bounds(one: tuple[Amount, int], other: tuple[Amount, int]) -> None:
    (before, was), (after, is_now) = one, other
    found = change(before, after)
    assert holds(found, is_now - was)
    assert found.about == (before.about or after.about)
    times = ratio(before, after)
    if was and times.min is not None:
        assert times.min <= is_now / was + 1e-4
    if was and times.max is not None:
        assert is_now / was <= times.max + 1e-4


def test_what_is_said_of_bounds_in_one_word() -> None:
    words = [
        (Amount(3, 3), "exact"), (Amount(3, None), "at_least"), (Amount(None, 3), "at_most"),
        (Amount(3, 3, True), "about"), (Amount(3, 5), "between"),
        (Amount(None, None), "unknown"), (Amount(3, None, True), "at_least"),
    ]  # fmt: skip
    assert [one.qualifier for one, _ in words] == [word for _, word in words]


def test_nothing_is_a_multiple_of_zero() -> None:
    found = ratio(Amount(0, 0), Amount(5, 5))
    assert (found.min, found.max) == (None, None)
    assert ratio(Amount(0, 10), Amount(5, 5)).min == 0.5
