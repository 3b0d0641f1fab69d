"""What a search looks for: pieces that an index holds, Latin words by any part of them, and names as they are read.

A text is found where its key (`db.matching.match_key`) is part of a record's words, and where an entity's name is read
so in pinyin. What the index gives is tried on the words themselves, unless it has said all there is to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from db.conditions import Conditions
from db.lookups import LATIN, Spelt
from db.matching import match_key
from schema.query import AnyOf, BadQuery, Filter
from schema.records import RecordKind

_OTHERS = re.compile(r"[^\x00-\x7f]+")


def add_words(made: Conditions, kind: RecordKind, filter: Filter) -> None:
    """The texts searched for must be among the words of the rows, or say how what they name is read."""
    for text in filter.search:
        key, spelt = match_key(text), made.lookups.spelt.get(text, Spelt())
        if not key:
            raise BadQuery("search", "there is nothing to search for in blank text")
        found = _words_sql(f"{made.alias}.search_key", key, spelt, made.bind, indexed=not made.walked)
        named = _naming(made, kind, spelt.entities) if spelt.entities else None
        made.add(f"({found} OR {named})" if named else found)


def _naming(made: Conditions, kind: RecordKind, entities: Sequence[str]) -> str | None:
    """Rows that are or name one of some entities. Documents and figures name none."""
    if kind == "entity":
        return f"{made.alias}.id = ANY({made.bind_texts(entities)})"
    if kind != "action":
        return None
    naming = f"FROM action_entity s WHERE s.entity = ANY({made.bind_texts(entities)})"
    if made.walked:
        return f"EXISTS (SELECT {naming} AND s.version = {made.alias}.version OFFSET 0)"
    return f"{made.alias}.version = ANY(ARRAY(SELECT s.version {naming}))"


def _words_sql(column: str, key: str, spelt: Spelt, bind: Callable[[object], str], *, indexed: bool) -> str:
    """The condition that a key is part of the words in a column, which has an index of their pieces if `indexed`."""
    parts: list[str] = []
    if indexed:
        pieces, runs = _pieces_of(key), LATIN.findall(key)
        if pieces:
            parts.append(f"pieces({column}) @> {bind(pieces)}::text[]")
        parts += [f"pieces({column}) && {bind(list(spelt.words[run]))}::text[]" for run in runs if run in spelt.words]
        if parts and ([key] == pieces or [key] == runs):
            return parts[0]
    return " AND ".join([*parts, f"strpos({column}, {bind(key)}) > 0"])


def _pieces_of(key: str) -> list[str]:
    """The pieces that whatever holds the key has too, as the SQL function of this name makes them: no Latin ones."""
    pieces: set[str] = set()
    for run in _OTHERS.findall(key):
        pieces.update([run] if len(run) == 1 else (a + b for a, b in pairwise(run)))
    return sorted(pieces)


def bind_entities(made: Conditions, group: AnyOf) -> str:
    """The entities asked for by id, by any of their names or by how one is read in pinyin, as an array."""
    named = made.lookups.named
    return made.bind_texts(sorted({*group, *(each for name in group for each in named[name])}))
