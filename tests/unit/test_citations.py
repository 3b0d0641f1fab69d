"""Tokens of citations: they say what was cited and nothing else, and what is damaged or forged is no token."""

from __future__ import annotations

import base64
import hashlib
import random
import re
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.canonical import canonical_json
from schema.citations import (
    CITATION_PATTERN,
    LONGEST_TOKEN,
    BadToken,
    Citation,
    GraphQLQuery,
    GraphQLText,
    TooLongToCite,
    decode_citation,
    encode_citation,
)
from tests.unit.test_canonical import TEXTS, VALUES

QUERIES = TEXTS | st.builds(
    lambda query, variables: GraphQLQuery(graphql=GraphQLText(query=query, variables=variables)),
    TEXTS.filter(bool),
    st.dictionaries(TEXTS, VALUES, max_size=3),
)
CITATIONS = st.builds(
    Citation,
    release=st.from_regex(r"20[0-9]{2}\.(1[0-2]|[1-9])\.[1-9]", fullmatch=True),
    rows=st.integers(0, 2**53 - 1),
    sha256=st.binary().map(lambda data: hashlib.sha256(data).hexdigest()),
    query=QUERIES,
)
ONE = Citation(release="2026.11.1", rows=3, sha256="ab" * 32, query="/v1/actions?year=2023")


def _stream(text: bytes) -> bytes:
    squeeze = zlib.compressobj(level=9, wbits=-15)
    return squeeze.compress(text) + squeeze.flush()


def _raw(stream: bytes, check: bytes | None = None) -> str:
    check = hashlib.sha256(stream).digest()[:6] if check is None else check
    return "1." + base64.urlsafe_b64encode(stream + check).decode().rstrip("=")


def _packed(text: bytes, check: bytes | None = None) -> str:
    """A token around any text, as only a forger writes it."""
    return _raw(_stream(text), check)


_JSON = canonical_json(["2026.11.1", 3, "ab" * 32, "/v1/actions"]).encode()
_STREAM = _stream(_JSON)


@given(CITATIONS)
@settings(max_examples=30, deadline=None)
def test_a_token_says_what_was_cited_and_nothing_else(citation: Citation) -> None:
    token = encode_citation(citation)
    assert re.fullmatch(CITATION_PATTERN, token)
    again = decode_citation(token)
    assert canonical_json(again.model_dump(mode="json")) == canonical_json(citation.model_dump(mode="json"))
    assert encode_citation(again) == token


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_a_damaged_token_is_told_from_another_citation(data: st.DataObject) -> None:
    token = encode_citation(ONE)
    place = data.draw(st.integers(2, len(token) - 1))
    other = data.draw(st.sampled_from("ABCDXYZabcxyz0189-_").filter(lambda character: character != token[place]))
    for damaged in (token[:place], token[:place] + other + token[place + 1 :], token + other):
        with pytest.raises(BadToken):
            decode_citation(damaged)


@pytest.mark.parametrize(
    "token",
    [
        "", "1.", "2.AAAAAAAAAAAAAAAAAAAA", "1.AAAAAAAAAAAAAAAA AAAA", "1." + "A" * LONGEST_TOKEN,
        _packed(b"[]"),
        _packed(b'["2026.11.1", 3, "' + b"ab" * 32 + b'", "/v1/actions"]'),
        _packed(b'["2026.13.1",3,"' + b"ab" * 32 + b'","/v1/actions"]'),
        _packed(b'["2026.11.1",-3,"' + b"ab" * 32 + b'","/v1/actions"]'),
        _packed(b'["2026.11.1",3,"' + b"ab" * 32 + b'",{"graphql":{"query":"{a}","more":1}}]'),
        _packed(b"[" * 20_000),
        _packed(b"\xff\xfe"),
        _packed(_JSON, check=b"123456"),
        _raw(_STREAM[:-8]), _raw(_STREAM + b"more"), _raw(b"\xff" * 40),
    ],
)  # fmt: skip
def test_what_is_no_token_of_ours_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        decode_citation(token)


def test_a_token_is_not_unfolded_beyond_what_a_citation_may_have() -> None:
    text = canonical_json(["2026.11.1", 3, "ab" * 32, "/v1/actions?search=" + "a" * 2_000_000]).encode()
    bomb = _packed(text)
    assert len(bomb) < LONGEST_TOKEN
    with pytest.raises(BadToken):
        decode_citation(bomb)


def test_what_does_not_fit_an_address_is_not_cited() -> None:
    noise = random.Random(1)  # noqa: S311  # a text that cannot be squeezed
    query = "".join(noise.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(6_000))
    with pytest.raises(TooLongToCite, match="4096"):
        encode_citation(ONE.model_copy(update={"query": query}))
