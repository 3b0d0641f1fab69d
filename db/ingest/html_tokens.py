"""Cuts a page into tags, character references and text with the standard HTML parser, keeping every offset."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from itertools import accumulate
from typing import Literal, NamedTuple

_NONE: Mapping[str, str] = {}


class Token(NamedTuple):
    """One piece of a page: `text[start:end]`; of a tag only where it begins is told."""

    kind: Literal["text", "reference", "start", "empty", "end"]
    start: int
    end: int
    name: str = ""
    """Of a tag, in lower case."""
    attributes: Mapping[str, str] = _NONE


def tokens(text: str, start: int) -> list[Token]:
    """The tokens from a position on, in order; comments and declarations are left out."""
    return _Tokens(text, start).found


class _Tokens(HTMLParser):
    """Collects the tokens of one page."""

    def __init__(self, text: str, start: int) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[Token] = []
        self._text = text
        body = _masked(text[start:])
        self._lines = [start, *(start + end for end in accumulate(len(line) + 1 for line in body.split("\n")))]
        self.feed(body)
        self.close()

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _tag(self, kind: Literal["start", "empty", "end"], name: str, given: Mapping[str, str] = _NONE) -> None:
        at = self._here()
        self.found.append(Token(kind, at, at, name, given))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag("start", tag, _first(attrs) if attrs else _NONE)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag("empty", tag)

    def handle_endtag(self, tag: str) -> None:
        self._tag("end", tag)

    def handle_data(self, data: str) -> None:
        at = self._here()
        self.found.append(Token("text", at, at + len(data)))

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def _reference(self, written: str) -> None:
        at = self._here()
        end = at + len(written)
        self.found.append(Token("reference", at, end + self._text.startswith(";", end)))


def _first(attrs: list[tuple[str, str | None]]) -> Mapping[str, str]:
    """Of two attributes with one name the first counts."""
    return {name: value or "" for name, value in reversed(attrs)}


def _masked(body: str) -> str:
    """The page without marks that never end, each of which the parser would seek the end of through all the rest.

    What takes the place of a mark has its length, so that no offset moves; text is taken from the page itself.
    """
    closed = body.rfind(">") + 1
    body = body[:closed].replace("<![", "<!x") + body[closed:].replace("<", " ")
    commented = max(body.rfind("-->"), 0)
    return body[:commented] + body[commented:].replace("<!--", "<!x ")
