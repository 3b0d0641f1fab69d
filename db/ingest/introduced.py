"""Names that an announcement introduces one by one (账号为“…”) and acts on together (上述账号均已关闭)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from db.ingest import words
from db.ingest.attribution import Attribution
from db.ingest.drafts import Draft, Result, violations
from db.ingest.evidence import Evidence
from db.ingest.lexicon import trie_pattern
from db.ingest.reading import Reading
from db.ingest.subjects import Name, Subject, head_kind

_GIVEN = re.compile("(?:名称|昵称|名)?(?:为|：|是)“(?P<name>[^“”]{1,60})”")


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
        for found in _acted_on().finditer(reading.text):
            noun = head_kind(reading, *found.span("noun"))
            code = words.frames().by_kind.get((found["verb"], noun.code)) if noun else None
            if noun is not None and code is not None:
                act = Evidence(code, reading.segment, *found.span("verb"))
                self._act(noun.code, act, attribution)
        for found in _GIVEN.finditer(reading.text):
            noun = head_kind(reading, 0, found.start())
            if noun is not None and noun.code in words.genre()["nameable"]:
                self._introduce(reading, Name(*found.span("name"), noun.code))

    def _introduce(self, reading: Reading, name: Name) -> None:
        draft = Draft(reading, Subject(name.start, name.end, (name,), name.kind), name.start, reach=1)
        draft.categories = violations(reading, 0, len(reading.text), draft.subject)
        draft.clauses = [one for sentence in reading.sentences for one in sentence.clauses if one.end >= name.end][:1]
        self.drafts.setdefault(name.kind, []).append(draft)

    def _act(self, kind: str, act: Evidence, attribution: Attribution) -> None:
        for draft in self.drafts.pop(kind, []):
            draft.measures = [act]
            draft.attribution = attribution
            self.result.add(draft)
