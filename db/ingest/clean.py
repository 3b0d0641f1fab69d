"""From a text layer to the announcement: what the copy says of itself, and its segments in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from db.ingest.addresses import host_of
from db.ingest.blocks import Block, Kind, Segment
from db.ingest.fold import fold
from db.ingest.front_matter import read_front_matter
from db.ingest.furniture import Line, Sorted, sort_blocks
from db.ingest.html_blocks import read_blocks
from db.ingest.mapped import EMPTY, MappedText
from db.ingest.markdown import read_markdown
from db.ingest.notice import Notice
from db.ingest.page_dates import parse_date, stated_date
from db.ingest.source_facts import page_facts

_CARD_LINE = re.compile(r"\s*(?P<label>[^：:]{1,8})\s*[：:]\s*(?P<value>.+?)\s*")
_ORDINAL_HEADING = re.compile(
    r"\s*(?:第?[一二三四五六七八九十]{1,3}[、．.]|[（(][一二三四五六七八九十]{1,3}[）)]).{2,58}"
)
_SENTENCE_END = re.compile(r"[。！？；]")
_LONGEST_HEADING = 60


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The announcement as one copy has it."""

    segments: tuple[Segment, ...]
    title: str | None
    url: str | None
    original_url: str | None
    publisher: str | None
    published_on: date | None
    sources: tuple[str, ...]
    """Whom the copy names as its source: names and addresses."""


@dataclass(frozen=True, slots=True)
class _Card:
    """What an archive's card says of the announcement."""

    title: MappedText | None = None
    published_on: date | None = None
    source: str | None = None
    source_url: str | None = None


def clean(notice: Notice) -> Cleaned:
    """Read header, markup and furniture of one copy."""
    text = notice.layer.text
    header = read_front_matter(text)
    blocks = read_markdown(read_blocks(text, header.end))
    own_url = _own_url(blocks)
    # What a page gives as its address may be none at all.
    url = next((one for one in (header.get("url"), own_url, notice.url) if host_of(one)), None)
    card = _read_card([block for block in blocks if block.region == "card"])
    names = frozenset(name for name in (header.get("source"), header.get("author")) if name)
    parts = sort_blocks(blocks, names)
    original_url = _original(card.source_url)
    title = card.title or header.fields.get("title") or _first_heading(parts.body)
    return Cleaned(
        segments=tuple(_segments(title, parts)),
        title=title.text.strip() or None if title else None,
        url=url,
        original_url=original_url,
        publisher=_publisher(url) or header.get("source"),
        published_on=card.published_on or parse_date(header.get("date") or "") or stated_date(text, header.end, blocks),
        sources=tuple(filter(None, (original_url, *parts.sources, card.source, url))),
    )


def _segments(title: MappedText | None, parts: Sorted) -> Iterator[Segment]:
    stated = title.strip() if title is not None else EMPTY
    if stated.text:
        yield Segment("title", stated, fold(stated.text))
    for block, words, folded in parts.body:
        kind = _kind(block.kind, words)
        # Where there is a title, a heading that repeats it says nothing new.
        if kind != "heading" or title is None or words != stated.text:
            yield Segment(kind, block.mapped.strip(), folded)


def _kind(kind: Kind, words: str) -> Kind:
    """A short line with an ordinal is a heading; a bold or marked one with sentences in it is not."""
    is_short = len(words) <= _LONGEST_HEADING
    if kind == "heading":
        return "heading" if is_short or not _SENTENCE_END.search(words) else "paragraph"
    if is_short and _ORDINAL_HEADING.fullmatch(words) and not _SENTENCE_END.search(words):
        return "heading"
    return kind


def _first_heading(body: tuple[Line, ...]) -> MappedText | None:
    for block, words, _ in body[:3]:
        if block.kind == "heading" and not _ORDINAL_HEADING.fullmatch(words):
            return block.mapped
    return None


def _own_url(blocks: list[Block]) -> str | None:
    """The address an archive's heading links to, where the page begins with one."""
    for block in blocks[:3]:
        for link in block.links:
            if block.kind == "heading" and _publisher(link.url):
                return link.url
    return None


def _publisher(url: str | None) -> str | None:
    return page_facts().publishers.get(host_of(url).removeprefix("www."))


def _read_card(blocks: list[Block]) -> _Card:
    card = _Card()
    labels = page_facts().card_labels
    for block in blocks:
        found = _CARD_LINE.fullmatch(block.text)
        key = labels.get(fold(found["label"])) if found else None
        if found is None or key is None:
            continue
        if key == "title":
            card = replace(card, title=block.mapped.keep([found.span("value")]))
        elif key == "published_on":
            card = replace(card, published_on=parse_date(found["value"]))
        elif key == "source":
            address = next((link.url for link in block.links if link.url), None)
            card = replace(card, source=found["value"], source_url=address)
    return card


def _original(url: str | None) -> str | None:
    """The address without the archive service that stands in front of it."""
    if not url:
        return None
    found = page_facts().archive_prefix.match(url)
    return url[found.end() :] if found else url
