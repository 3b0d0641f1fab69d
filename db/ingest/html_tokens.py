"""Cuts a page into tags, character references and text, as the HTML standard does, in one pass.

The parser of the standard library gives other tokens in other releases of Python, and takes time
that grows with the square of the page on tags, quotes and comments that never end.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

_MARK = re.compile(r"<(?=[a-zA-Z/!?])|&(?=#?[a-zA-Z0-9])")
# All that is not > is part of a tag, and > too within quotes after =; a quote that never ends is none.
_TAG = re.compile(
    r"""</?(?P<name>[a-zA-Z][^\s/>]*+)(?P<rest>(?:[\s/]++|[^\s/>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))*+)>"""
)
_NAMED = re.compile("</?[a-zA-Z]")
_ATTRIBUTE = re.compile(r"""(?P<name>[^\s/>=]++)(?:\s*+=\s*+(?:"(?P<a>[^"]*+)"|'(?P<b>[^']*+)'|(?P<c>[^\s>]*+)))?""")
_REFERENCE = re.compile(r"&(?:#(?:[0-9]++|[xX][0-9a-fA-F]++)|[a-zA-Z][a-zA-Z0-9]*+);?")
_RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes"})
"""Elements in which nothing is markup but their own end."""


class Token(NamedTuple):
    """One piece of a page: `text[start:end]`."""

    kind: Literal["text", "reference", "start", "end"]
    start: int
    end: int
    name: str = ""
    """Of a tag, in lower case."""
    rest: str = ""
    """What a tag holds after its name."""


def attributes(token: Token) -> Mapping[str, str]:
    """The attributes of a tag by their names in lower case; of two with one name the first counts."""
    found: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(token.rest):
        found.setdefault(one["name"].lower(), html.unescape(one["a"] or one["b"] or one["c"] or ""))
    return found


def tokens(text: str, start: int) -> Iterator[Token]:
    """The tokens from a position on, in order; comments and declarations are left out."""
    return _Tokens(text, start).read()


class _Tokens:
    """The state of one pass."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._held = start
        """Where the text begins that no token has been made of yet."""
        self._last = text.rfind(">")
        self._last_comment = text.rfind("-->")

    def read(self) -> Iterator[Token]:
        at = self._held
        while mark := _MARK.search(self._text, at):
            token, end = self._token(mark.start())
            if end == mark.start():
                at = end + 1  # the sign stands for itself
                continue
            yield from self._text_before(mark.start())
            self._held = at = end
            if token is not None:
                yield token
                if token.kind == "start" and token.name in _RAW:
                    at = self._raw_end(token)
        yield from self._text_before(len(self._text))

    def _text_before(self, end: int) -> Iterator[Token]:
        if self._held < end:
            yield Token("text", self._held, end)

    def _token(self, at: int) -> tuple[Token | None, int]:
        """The token at a sign, if any, and where it ends: at the sign itself where that is only text."""
        if self._text[at] == "&":
            found = _REFERENCE.match(self._text, at)
            return (Token("reference", at, found.end()), found.end()) if found else (None, at)
        if at > self._last:
            return None, at
        if self._text.startswith("<!--", at) and at <= self._last_comment - 2:
            return None, self._text.index("-->", at + 2) + 3
        tag = _TAG.match(self._text, at)
        if tag is not None:
            kind: Literal["start", "end"] = "end" if self._text[at + 1] == "/" else "start"
            return Token(kind, at, tag.end(), tag["name"].lower(), tag["rest"]), tag.end()
        if _NAMED.match(self._text, at):
            # A tag that never ends: what follows is text, and asking at every sign in it would be endless.
            self._last = -1
            return None, at
        return None, self._text.index(">", at) + 1

    def _raw_end(self, token: Token) -> int:
        found = re.compile(f"</{token.name}(?=[\\s/>])", re.IGNORECASE).search(self._text, token.end)
        return found.start() if found else len(self._text)
