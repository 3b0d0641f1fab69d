"""Negotiation of encodings and comparison of validators."""

from __future__ import annotations

import pytest

from api.caching import build_id, matches, negotiate


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("gzip, deflate, br, zstd", "gzip"),
        ("*", "gzip"),
        ("br", "identity"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.0, *", "identity"),
        ("identity;q=1, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=1", "gzip"),
        ("identity;q=0", "identity"),
        ("identity;q=0, *", "gzip"),
        ("*;q=0", "identity"),
        ("gzip;q=nonsense", "identity"),
        (";;;,,,", "identity"),
    ],
)
def test_the_encoding_follows_the_qualities(accepted: str, encoding: str) -> None:
    assert negotiate(accepted) == encoding


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ('"b",W/"a" , "c"', True),
        ('"b"', False),
        ('"a b"', False),
        ("a", False),
        ("", False),
    ],
)
def test_validators_are_compared_weakly(header: str, known: bool) -> None:
    assert matches(header, '"a"') is known


def test_the_build_has_one_name() -> None:
    assert build_id() == build_id()
    assert len(build_id()) == 16
