"""Names that an announcement introduces one by one (账号为“…”) and acts on together (上述账号均已关闭)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from db.ingest import words
from db.ingest.attribution import Attribution
from db.ingest.clauses import Clause
from db.ingest.drafts import Draft, Result, violations
from db.ingest.evidence import Evidence, first_of_each
from db.ingest.lexicon import trie_pattern
from db.ingest.reading import Reading
from db.ingest.subjects import Name, Subject, head_kind

_GIVEN = re.compile("(?:名称|昵称|名)?(?:为|：|是)“(?P<name>[^“”]{1,60})”")

_SIGN = re.compile("[为：是]“")
"""What every name so given has before it, and few passages hold."""


@cache
def _acted_on() -> re.Pattern[str]:
    verbs = trie_pattern(verb for verb, _ in words.frames().by_kind)
    adverbs = f"(?:{words.genre()['adverbs']}|全部|被|都)*"
    return re.compile(f"(?:上述|以上|前述)(?P<noun>[^，。；、的]{{1,14}}?){adverbs}(?P<verb>{verbs})")


@dataclass(slots=True)
class Introductions:
    """The names introduced so far, by the kind of their bearers."""

    result: Result
    drafts: dict[str, list[Draft]] = field(default_factory=dict)

    def read(self, reading: Reading, attribution: Attribution) -> None:
        """Take in one segment: names it introduces, and acts on all introduced before."""
        # What acts on all introduced before acts on nobody where none were.
        for found in _acted_on().finditer(reading.text) if self.drafts else ():
            noun = head_kind(reading, *found.span("noun"))
            code = words.frames().by_kind.get((found["verb"], noun.code)) if noun else None
            if noun is not None and code is not None:
                act = Evidence(code, reading.segment, *found.span("verb"))
                self._act(noun.code, act, attribution)
        stated: list[Evidence] | None = None
        for found in _GIVEN.finditer(reading.text) if _SIGN.search(reading.text) else ():
            noun = head_kind(reading, 0, found.start())
            if noun is not None and noun.code in words.genre()["nameable"]:
                # Asked once for the whole segment: it may introduce thousands.
                stated = first_of_each(violations(reading, 0, len(reading.text), None)) if stated is None else stated
                self._introduce(reading, Name(*found.span("name"), noun.code), stated)

    def _introduce(self, reading: Reading, name: Name, stated: list[Evidence]) -> None:
        draft = Draft(reading, Subject(name.start, name.end, (name,), name.kind), name.start, reach=1, how="introduced")
        draft.categories = stated
        draft.clauses = [Clause(name.start, name.end, "")]
        self.drafts.setdefault(name.kind, []).append(draft)

    def _act(self, kind: str, act: Evidence, attribution: Attribution) -> None:
        for draft in self.drafts.pop(kind, []):
            draft.measures = [act]
            draft.attribution = attribution
            self.result.add(draft)
