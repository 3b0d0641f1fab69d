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
ATOM = "http://www.w3.org/2005/Atom"
TAG = "tag:cunzhao.invalid,2026:"
"""Ids are tags (RFC 4151) under a name that nobody can own: the same revision has the same id on every server."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DONE: dict[Operation, str] = {"ADD": "added", "MOD": "modified", "DEL": "deleted"}

Xml.register_namespace("", ATOM)


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
    root = Xml.Element(f"{{{ATOM}}}feed")
    newest = feed.entries[0].revision if feed.entries else feed.latest
    tables = "" if feed.query.tables == ALL_TABLES else f"/{'+'.join(feed.query.wanted)}"
    add(root, "id", f"{TAG}changes/r{feed.query.since}{tables}")
    add(root, "title", "Cunzhao 存照: changes of the record")
    add(root, "updated", moment(newest.committed_at))
    add(add(root, "author"), "name", "Cunzhao 存照")
    link(root, "self", feed.self, MEDIA_TYPE)
    link(root, "first", feed.first, MEDIA_TYPE)
    if feed.next is not None:
        link(root, "next", feed.next, MEDIA_TYPE)
    for row in feed.entries:
        _entry(root, feed, row)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(root: Xml.Element, feed: Feed, row: RevisionRow) -> None:
    revision = row.revision
    entry = add(root, "entry")
    # The digest tells the histories of two stores apart where both have a revision of that number.
    add(entry, "id", f"{TAG}revision/{revision.digest}")
    add(entry, "title", f"r{revision.number}: {revision.note}")
    add(entry, "updated", moment(revision.committed_at))
    add(entry, "published", moment(revision.committed_at))
    add(entry, "category").set("term", revision.cause)
    # Without a media type: readers of feeds show no link to what they cannot show.
    link(entry, "alternate", changes_of(feed.root, feed.query, revision.number))
    add(entry, "summary", summary_of(feed.query, row))


def changes_of(root: str, query: ChangeQuery, number: int) -> str:
    """The address of what one revision changed, in the tables that are asked for; `root` is that of the interface."""
    since = f"since=r{number - 1}&" if number > 1 else ""
    tables = "" if query.tables == ALL_TABLES else f"&table={','.join(query.wanted)}"
    return f"{root}/changes?{since}as_of=r{number}{tables}"


def summary_of(query: ChangeQuery, row: RevisionRow) -> str:
    """How many records of each table were added, modified and deleted, in words."""
    parts = []
    for table in query.wanted:
        counts = [f"{row.counts[table, op]} {done}" for op, done in _DONE.items() if (table, op) in row.counts]
        if counts:
            parts.append(f"{table}: {', '.join(counts)}")
    return "; ".join(parts)


def add(parent: Xml.Element, name: str, text: str | None = None) -> Xml.Element:
    """A new element of Atom, with a text in it, as far as XML can hold it."""
    made = Xml.SubElement(parent, f"{{{ATOM}}}{name}")
    if text is not None:
        made.text = _NOT_XML.sub("\ufffd", text)
    return made


def link(parent: Xml.Element, rel: str, href: str, media_type: str | None = None) -> None:
    """A new link of Atom."""
    made = add(parent, "link")
    made.attrib.update(rel=rel, href=href)
    if media_type is not None:
        made.set("type", media_type)


def moment(time: datetime) -> str:
    """A time as Atom writes it, in UTC."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
