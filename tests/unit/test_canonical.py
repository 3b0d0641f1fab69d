"""Canonical JSON: one value has one text, as RFC 8785 writes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.canonical import canonical_json

TEXTS = st.text(st.characters(codec="utf-8"), max_size=80)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


@given(VALUES)
@settings(max_examples=50, deadline=None)
def test_canonical_json_is_the_same_value_in_one_text(value: Any) -> None:
    text = canonical_json(value)
    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"), (-0.0, "0"), (0.97, "0.97"), (1e-05, "0.00001"), (1.5e-7, "1.5e-7"), (1e21, "1e+21"),
        (1e20, "100000000000000000000"), ({"b": 1, "a": [None, True]}, '{"a":[null,true],"b":1}'),
        ("百\n\u007f\x01\"", '"百\\n\u007f\\u0001\\""'),
        ({"\U00010000": 1, "\ue000": 2}, '{"\U00010000":1,"\ue000":2}'),
    ],
)  # fmt: skip
def test_canonical_json_is_written_as_rfc_8785_says(value: Any, text: str) -> None:
    assert canonical_json(value) == text
