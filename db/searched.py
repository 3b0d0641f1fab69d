"""Which texts of a record search looks at, and the one text they make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from db.changes import record_kind
from db.lookups import LATIN
from db.matching import match_key
from schema.records import AnyRecord, RecordKind

_SEARCHED: dict[RecordKind, tuple[str, ...]] = {
    "action": ("gist_zh", "gist_en", "unnamed_subject", "entities.name", "anchors.exact"),
    "figure": ("gist_zh", "gist_en", "wording", "anchors.exact"),
    "entity": ("names.name",),
    "document": ("title", "publisher", "url", "original_url"),
}
"""By kind, the fields whose texts are searched; after a dot, the field of each item of a list."""
_SEARCHED_PARTS = {
    kind: [(name, part or None) for name, _, part in (field.partition(".") for field in fields)]
    for kind, fields in _SEARCHED.items()
}
_HEAD = 2_000
"""A text in a longer one need not stand there twice; looking for it in one longer than this takes too long."""


def searched_fields(kind: RecordKind, record: object) -> Iterator[tuple[str, str]]:
    """The texts of a record (a model, or its JSON) that search looks at, by their fields: `entities.0.name`."""
    for field in _SEARCHED[kind]:
        name, _, part = field.partition(".")
        found = _get(record, name)
        if not part:
            texts = [(name, found)]
        else:
            texts = [(f"{name}.{place}.{part}", _get(item, part)) for place, item in enumerate(found)]
        yield from ((path, text) for path, text in texts if text)


def _get(thing: object, name: str) -> Any:
    return thing[name] if isinstance(thing, Mapping) else getattr(thing, name)


def search_key(texts: Iterable[str], fold: Callable[[str], str] = match_key) -> str:
    """What search looks at. The parts stand on lines of their own, so that no match spans two."""
    keys: list[str] = []
    for key in dict.fromkeys(map(fold, texts)):
        if key and not any(len(line) <= _HEAD and key in line for line in keys[:2]):
            keys.append(key)
    return "\n".join(keys)


def searched_texts(kind: RecordKind, record: AnyRecord) -> Iterator[str]:
    """The same texts of a model, without their fields."""
    for name, part in _SEARCHED_PARTS[kind]:
        found = getattr(record, name)
        if part is not None:
            for item in found:
                if text := getattr(item, part):
                    yield text
        elif found:
            yield found


_folded = lru_cache(20_000)(match_key)
"""Names and what is quoted come again and again."""


class Searched:
    """Makes the search keys of records, and notes the Latin words in them."""

    def __init__(self) -> None:
        self.latin: set[str] = set()

    def key_of(self, record: AnyRecord) -> str:
        """What search looks at in a record."""
        key = search_key(searched_texts(record_kind(record), record), _folded)
        self.latin.update(LATIN.findall(key))
        return key
