"""The feed of revisions as Atom (RFC 4287), in pages (RFC 5005)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

from schema.changes import ALL_TABLES, ChangeQuery, Operation, RevisionRow
from schema.records import Revision

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_TAG = "tag:cunzhao.invalid,2026:"
"""Ids are tags (RFC 4151) under a name that nobody can own: the same revision has the same id on every server."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DONE: dict[Operation, str] = {"ADD": "added", "MOD": "modified", "DEL": "deleted"}

Xml.register_namespace("", _ATOM)


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of the feed, with the addresses that its links lead to."""

    query: ChangeQuery
    latest: Revision
    """The revision that the feed is as of."""
    entries: Sequence[RevisionRow]
    self: str
    first: str
    next: str | None
    root: str
    """What the addresses of the interface begin with."""


def feed_xml(feed: Feed) -> bytes:
    """The document."""
    root = Xml.Element(f"{{{_ATOM}}}feed")
    newest = feed.entries[0].revision if feed.entries else feed.latest
    tables = "" if feed.query.tables == ALL_TABLES else f"/{'+'.join(feed.query.wanted)}"
    _add(root, "id", f"{_TAG}changes/r{feed.query.since}{tables}")
    _add(root, "title", "Cunzhao 存照: changes of the record")
    _add(root, "updated", _moment(newest.committed_at))
    _add(_add(root, "author"), "name", "Cunzhao 存照")
    _link(root, "self", feed.self, MEDIA_TYPE)
    _link(root, "first", feed.first, MEDIA_TYPE)
    if feed.next is not None:
        _link(root, "next", feed.next, MEDIA_TYPE)
    for row in feed.entries:
        _entry(root, feed, row)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(root: Xml.Element, feed: Feed, row: RevisionRow) -> None:
    revision = row.revision
    entry = _add(root, "entry")
    # The digest tells the histories of two stores apart where both have a revision of that number.
    _add(entry, "id", f"{_TAG}revision/{revision.digest}")
    _add(entry, "title", f"r{revision.number}: {revision.note}")
    _add(entry, "updated", _moment(revision.committed_at))
    _add(entry, "published", _moment(revision.committed_at))
    _add(entry, "category").set("term", revision.cause)
    # Without a media type: readers of feeds show no link to what they cannot show.
    _link(entry, "alternate", _changes_of(feed, revision.number))
    _add(entry, "summary", _summary(feed.query, row))


def _changes_of(feed: Feed, number: int) -> str:
    """The address of what one revision changed, in the tables that the feed is about."""
    since = f"since=r{number - 1}&" if number > 1 else ""
    tables = "" if feed.query.tables == ALL_TABLES else f"&table={','.join(feed.query.wanted)}"
    return f"{feed.root}/changes?{since}as_of=r{number}{tables}"


def _summary(query: ChangeQuery, row: RevisionRow) -> str:
    """How many records of each table were added, modified and deleted, in words."""
    parts = []
    for table in query.wanted:
        counts = [f"{row.counts[table, op]} {done}" for op, done in _DONE.items() if (table, op) in row.counts]
        if counts:
            parts.append(f"{table}: {', '.join(counts)}")
    return "; ".join(parts)


def _add(parent: Xml.Element, name: str, text: str | None = None) -> Xml.Element:
    made = Xml.SubElement(parent, f"{{{_ATOM}}}{name}")
    if text is not None:
        made.text = _NOT_XML.sub("\ufffd", text)
    return made


def _link(parent: Xml.Element, rel: str, href: str, media_type: str | None = None) -> None:
    link = _add(parent, "link")
    link.attrib.update(rel=rel, href=href)
    if media_type is not None:
        link.set("type", media_type)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
