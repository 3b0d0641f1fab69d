"""Reads the bytes of one copy into the text layer that every offset refers to."""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass

SIZE_LIMIT = 20 * 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_DECLARATION_LIMIT = 4096
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_COMMON = re.compile("[的一是在不了有和人這这中大為为上個个信息網网法對对等依據据，。、]")
_SMALLEST_COMMON_SHARE = 0.04


class Refused(ValueError):
    """The bytes cannot be read as an announcement; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The text that is hashed and that offsets count in, with both hashes."""

    text: str
    sha256: str
    source_sha256: str

    @property
    def length(self) -> int:
        return len(self.text)


@dataclass(frozen=True, slots=True)
class Notice:
    """One copy of an announcement, with where it was found, as far as the caller knows."""

    layer: TextLayer
    url: str | None = None
    name: str | None = None


def read_notice(data: bytes, *, url: str | None = None, name: str | None = None) -> Notice:
    """Decode the bytes. Raises `Refused` where they hold no readable text."""
    if len(data) > SIZE_LIMIT:
        raise Refused(f"the file has {len(data)} bytes, more than the limit of {SIZE_LIMIT}")
    if not data:
        raise Refused("the file is empty")
    text = _decode(data).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Refused("the file holds nothing but white space")
    layer = TextLayer(
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        source_sha256=hashlib.sha256(data).hexdigest(),
    )
    return Notice(layer, url, name)


def _decode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding)
    if b"\x00" in data:
        raise Refused("the file is binary: it holds NUL bytes")
    if data.startswith(b"%PDF-"):
        raise Refused("the file is a PDF: only text and HTML are read")  # a short one may hold no NUL byte
    try:
        return _without_controls(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _decode_legacy(data)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return _without_controls(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise Refused(f"the byte-order mark says {encoding}, but byte {error.start} does not fit it") from None


def _without_controls(text: str) -> str:
    # Stray control characters occur in saved pages; a thousandth of the text is no longer text.
    if len(_CONTROL.findall(text)) > len(text) // 1000 + 4:
        raise Refused("the file is binary: it is full of control characters")
    if "\x00" in text:
        raise Refused("the file is binary: it holds NUL characters")
    return text


def _decode_legacy(data: bytes) -> str:
    """Text in a legacy encoding: the declared one, else the likelier of GB18030 and Big5."""
    declared = _declared_encoding(data)
    if declared is not None:
        try:
            return _without_controls(data.decode(declared))
        except UnicodeDecodeError:
            pass
    guesses = [text for text in (_try(data, "gb18030"), _try(data, "big5hkscs")) if text is not None]
    best = max(guesses, key=_common_share, default="")
    if _common_share(best) < _SMALLEST_COMMON_SHARE:
        raise Refused("the encoding is not recognised: neither UTF-8, GB18030 nor Big5")
    return _without_controls(best)


def _declared_encoding(data: bytes) -> str | None:
    found = _DECLARED.search(data, 0, _DECLARATION_LIMIT)
    if found is None:
        return None
    name = found.group(1).decode("ascii").lower()
    # Pages that say gb2312 use the characters of its supersets.
    name = "gb18030" if name.startswith("gb") else name
    try:
        info = codecs.lookup(name)
    except LookupError:
        return None
    return name if info._is_text_encoding and info.name != "utf-8" else None


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _common_share(text: str) -> float:
    beyond_ascii = sum(1 for character in text if character > "\x7f")
    return len(_COMMON.findall(text)) / beyond_ascii if beyond_ascii else 0.0
