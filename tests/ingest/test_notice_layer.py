"""Bytes to text layer: encodings, newlines, hashes, and what is refused."""

from __future__ import annotations

import hashlib

import pytest

from db.ingest import notice
from db.ingest.notice import Refused, read_notice

TEXT = "网信部门依法约谈平台，有关信息对外公布。\n第二行的内容是这样的。"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("gb18030"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16-be with mark", "gb18030", "crlf", "cr"],
)
def test_every_encoding_gives_the_same_layer(data: bytes) -> None:
    layer = read_notice(data).layer
    assert layer.text == TEXT
    assert layer.length == len(TEXT)
    assert layer.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert layer.source_sha256 == hashlib.sha256(data).hexdigest()


def test_a_declared_encoding_is_believed_where_it_fits() -> None:
    page = '<meta charset="big5"><p>國家網信辦依法約談平臺，對有關信息進行處理。</p>'
    assert read_notice(page.encode("big5")).layer.text == page


def test_a_wrong_declaration_is_overruled() -> None:
    page = f'<meta charset="shift_jis"><p>{TEXT}</p>'
    assert read_notice(page.encode("gb18030")).layer.text == page


def test_big5_is_told_from_gb18030() -> None:
    text = "國家網信辦依法約談平臺，對有關的信息和個人進行處理，這是上個月的事。"
    assert read_notice(text.encode("big5")).layer.text == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "white space"),
        (b"PK\x03\x04\x00\x00text", "NUL bytes"),
        (b"\x01\x02\x03\x04\x05\x06 text", "control characters"),
        (b"\xff\xfe\x00", "utf-16-le"),
        (bytes(range(128, 256)) * 3, "encoding"),
        (b"a\x00b".decode().encode("utf-16"), "NUL characters"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        read_notice(data)
    assert "\n" not in str(refused.value)


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice, "SIZE_LIMIT", 10)
    with pytest.raises(Refused, match="more than the limit of 10"):
        read_notice(b"x" * 11)
