"""The two ways in which a feed is written: Atom (RFC 4287) and JSON Feed 1.1 (jsonfeed.org)."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

import orjson

from api.feeds.entries import Feed
from api.rest.atom import ATOM, MEDIA_TYPE, add, link, moment
from api.web.language import TAGS

JSON_FEED = "application/feed+json"
AUTHOR = "Cunzhao 存照"


def atom(feed: Feed, here: str) -> bytes:
    """The feed as Atom; `here` is its own address."""
    root = Xml.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": TAGS[feed.language]})
    add(root, "id", feed.id)
    add(root, "title", feed.title)
    add(root, "updated", moment(feed.updated))
    add(add(root, "author"), "name", AUTHOR)
    link(root, "self", here, MEDIA_TYPE)
    link(root, "alternate", feed.home)
    for one in feed.entries:
        entry = add(root, "entry")
        add(entry, "id", one.id)
        add(entry, "title", one.title)
        add(entry, "published", moment(one.published))
        add(entry, "updated", moment(one.updated))
        link(entry, "alternate", one.url)
        link(entry, "related", one.data, "application/json")
        add(entry, "summary", one.summary)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def json_feed(feed: Feed, here: str) -> bytes:
    """The feed as JSON Feed; `here` is its own address."""
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "home_page_url": feed.home,
            "feed_url": here,
            "language": TAGS[feed.language],
            "authors": [{"name": AUTHOR}],
            "items": [
                {
                    "id": one.id,
                    "url": one.url,
                    "external_url": one.data,
                    "title": one.title,
                    "content_text": one.summary,
                    "date_published": moment(one.published),
                    "date_modified": moment(one.updated),
                }
                for one in feed.entries
            ],
        }
    )
