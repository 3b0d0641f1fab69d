"""The day a copy says it was published: in its metadata, in the line under its title, or under its last words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from db.ingest.blocks import Block
from db.ingest.fold import fold

_DATE = re.compile(r"(?P<y>20\d\d|19\d\d)\s*[-./年]\s*(?P<m>\d{1,2})\s*[-./月]\s*(?P<d>\d{1,2})")
_MARKED = re.compile(
    r"""<meta\b[^>]{0,80}(?:pubdate|publishdate|publish_?time|published_time|datepublished)[^>]{0,120}"""
    r"""|"(?:datePublished|pubDate|publish_?time)"\s*:\s*"[^"]{1,40}\"""",
    re.IGNORECASE,
)
_MARKED_REACH = 20_000
_FIRST, _LAST = 12, 8
"""So many blocks from the top may hold the line of the date, and so many at the end the signature."""
_LONGEST_LINE = 90
_SENTENCE = re.compile("[。！？；]")
_LABEL = re.compile("(?:发布|发表|更新|编发|上传|成文|印发)?(?:时间|日期|日)\\s*[：:]\\s*$")
_SIGNED = re.compile(r"(?:[^，。；：\d]{2,40}\s)?\s*(?:20\d\d|19\d\d)\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*")
_IN_PROSE = re.compile("[，、《》“”]|起$|至|截至|关于")


def parse_date(words: str) -> date | None:
    """The first full date in a few words, or None."""
    return _day(_DATE.search(words))


def stated_date(text: str, start: int, blocks: list[Block]) -> date | None:
    """The day that a page itself states, from the position `start` of its text layer on."""
    marked = _MARKED.search(text, start, start + _MARKED_REACH)
    return (parse_date(marked.group()) if marked else None) or _first(_lead(blocks[:_FIRST])) or _first(_signed(blocks))


def _first(days: Iterable[date | None]) -> date | None:
    return next(filter(None, days), None)


def _lead(blocks: list[Block]) -> Iterator[date | None]:
    """The dates of short lines at the top; one with a label before it comes first."""
    lines = [fold(block.text) for block in blocks if len(block.text) <= _LONGEST_LINE]
    found = [(line, match) for line in lines if not _SENTENCE.search(line) for match in _DATE.finditer(line)]
    yield from (_day(match) for line, match in found if _LABEL.search(line, 0, match.start()))
    yield from (_day(match) for line, match in found if not _IN_PROSE.search(line))


def _signed(blocks: list[Block]) -> Iterator[date | None]:
    """The day under the last paragraph, alone or after who signs."""
    for block in reversed(blocks[-_LAST:]):
        line = fold(block.text)
        if len(line) <= _LONGEST_LINE and _SIGNED.fullmatch(line):
            yield parse_date(line)


def _day(found: re.Match[str] | None) -> date | None:
    if found is None:
        return None
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None
