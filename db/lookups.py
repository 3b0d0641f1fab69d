"""What must be known before a question is turned into SQL: the code lists, and what Latin letters may stand for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from db.matching import match_key, sound_key
from db.pool import Connection
from db.statements import statement
from schema.codes import CodeBook

LATIN = re.compile("[a-z0-9]+")
"""A Latin word of a key, as the SQL function `pieces` has them."""
_MANY_WORDS = 100
"""What is part of more words than this is part of so many texts that their index is no help."""


@dataclass(frozen=True, slots=True)
class Spelt:
    """What the store knows of a text that is written in Latin letters, at a revision."""

    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By each run of its letters, the words that hold it, where these are not too many."""
    entities: Sequence[str] = ()
    """Ids of the entities with a name that is read so, or a part of one."""

    @property
    def length(self) -> int:
        """About what it takes in memory, in bytes."""
        return sum(60 + len(each) for each in (*self.entities, *(w for words in self.words.values() for w in words)))


@dataclass(frozen=True, slots=True)
class Lookups:
    """What a question is turned into SQL with, as of its revision."""

    book: CodeBook
    spelt: Mapping[str, Spelt] = field(default_factory=dict)
    """By search text; those without Latin letters need none."""
    named: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By each name of an entity that is asked for, the ids of those that have it, or one that is read so."""


async def spelt(connection: Connection, text: str, revision: int) -> Spelt:
    """Look up a text that is searched for."""
    words: dict[str, Sequence[str]] = {}
    for run in dict.fromkeys(LATIN.findall(match_key(text))):
        found = await connection.fetch(statement("latin_words"), run, _MANY_WORDS + 1)
        if len(found) <= _MANY_WORDS:
            words[run] = [row["word"] for row in found]
    sound = sound_key(text)
    named = await connection.fetch(statement("entities_read_so"), revision, sound) if sound else []
    return Spelt(words, [row["id"] for row in named])


async def named(connection: Connection, names: Sequence[str], revision: int) -> Mapping[str, Sequence[str]]:
    """Look up names of entities: the ids of those that stand at a revision, for each name."""
    found: dict[str, list[str]] = defaultdict(list)
    keys, sounds = [match_key(name) for name in names], [sound_key(name) for name in names]
    for row in await connection.fetch(statement("entities_named"), revision, names, keys, sounds):
        found[row["name"]].append(row["id"])
    return {name: found[name] for name in names}


def has_latin(text: str) -> bool:
    """Whether a text must be looked up."""
    return bool(LATIN.search(match_key(text)))
