"""The header of `key: value` lines that saved pages begin with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from db.ingest.mapped import MappedText, verbatim

_HEADER = re.compile(r"\s*---[ \t]*\n(?P<body>(?:(?!---[ \t]*$).*\n)*?)---[ \t]*(?:\n|\Z)", re.MULTILINE)
_FIELD = re.compile(r"^(?P<key>[A-Za-z_][\w-]*)[ \t]*:[ \t]*(?P<value>.*?)[ \t]*$", re.MULTILINE)
_QUOTED = re.compile(r"""(["']).*\1""")
_LONGEST = 8192


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The header's fields, and where the page itself begins."""

    end: int = 0
    fields: Mapping[str, MappedText] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        """The value of a field, or None where it is missing or empty."""
        value = self.fields.get(key)
        return value.text or None if value is not None else None


def read_front_matter(text: str) -> FrontMatter:
    """The header of a text layer; an empty one if there is none."""
    header = _HEADER.match(text, 0, _LONGEST)
    if header is None or not (found := list(_FIELD.finditer(text, header.start("body"), header.end("body")))):
        return FrontMatter()
    return FrontMatter(header.end(), {field["key"].lower(): _value(text, field) for field in found})


def _value(text: str, found: re.Match[str]) -> MappedText:
    start, end = found.span("value")
    if _QUOTED.fullmatch(text, start, end):
        start, end = start + 1, end - 1
    return verbatim(text, start, end)
