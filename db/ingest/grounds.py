"""Where a sentence states its ground: the clauses from 针对 on, and whom they begin with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from db.ingest import words
from db.ingest.attribution import Attribution
from db.ingest.clauses import Clause, Sentence
from db.ingest.lexicon import trie_pattern
from db.ingest.names import named_subjects
from db.ingest.quantities import counted_phrase
from db.ingest.reading import Reading, between
from db.ingest.subjects import Subject, head_kind, masked, unnamed

_NEAR = 2
_LONGEST_CALLING = 14
_STOPS = re.compile("[，。；：、“”《》]|对|将|责令|约谈|督促|要求")


@cache
def _opener() -> re.Pattern[str]:
    return re.compile(trie_pattern(words.genre()["ground_openers"]))


@cache
def _closer() -> re.Pattern[str]:
    return re.compile(f"(?:{trie_pattern(words.genre()['ground_closers'])})(?!的)")


@cache
def _ending() -> re.Pattern[str]:
    """What may follow the names that a ground ends with: how many, and what they are called."""
    return re.compile(f"(?:\\s*{counted_phrase()})?[^，。；]{{0,8}}")


@cache
def _closed_end() -> re.Pattern[str]:
    return re.compile(f"(?:{trie_pattern(words.genre()['ground_closers'])}|一事)$")


def lead_end(reading: Reading, clause: Clause) -> int:
    """Where a clause begins in earnest, after 同时, 其中, a number."""
    lead = words.pattern("clause_leads").match(reading.text, clause.start, clause.end)
    return lead.end() if lead else clause.start


@cache
def _agent_opener() -> re.Pattern[str]:
    genre = words.genre()
    return re.compile(f"(?:{genre['adverbs']}|组织)*(?P<opener>{trie_pattern(genre['ground_openers'])}|对)")


def opener_end(reading: Reading, start: int, clause: Clause) -> int | None:
    """Where the ground begins that 针对 or the like opens, first in its clause or after who acts; or None."""
    found = _opener().match(reading.text, start, clause.end)
    if found is not None:
        return found.end()
    for spot in between(reading.authorities, start, clause.end):
        opened = _agent_opener().match(reading.text, spot.end, clause.end)
        # 对 opens a ground only where the clause ends with it.
        if opened is not None and (opened["opener"] != "对" or _closed_end().search(reading.text, start, clause.end)):
            return opened.end()
    return None


def is_closed(reading: Reading, start: int, end: int) -> bool:
    """Whether a ground has come to its closing word (问题, 行为) between two positions."""
    return _closer().search(reading.text, start, end) is not None


def leading_subject(reading: Reading, start: int, end: int, assumed: str | None = None) -> Subject | None:
    """The subject that a clause begins with, or that a long modifier in 的 leads to at its end."""
    lead = words.pattern("subject_leads").match(reading.text, start, end)
    start = lead.end() if lead else start
    subjects = named_subjects(reading, start, end, assumed)
    for subject in subjects[:1]:
        if subject.start - start <= _NEAR or _is_called(reading, start, subject.start):
            return subject
    for subject in subjects[-1:] if assumed else ():
        if reading.text[subject.start - 1] == "的" and _ending().fullmatch(reading.text, subject.end, end):
            return subject
    group = unnamed(reading, start, end, whole=False)
    return group if group is not None and group.start == start else masked(reading, start, end)


def _is_called(reading: Reading, start: int, end: int) -> bool:
    """Whether what stands before a name only says what its bearer is: 短视频账号“…”, 一MCN机构“…”."""
    if end - start > _LONGEST_CALLING or _STOPS.search(reading.text, start, end):
        return False
    return any(spot.end == end and spot.code in words.genre()["nameable"] for spot in reading.kinds_between(start, end))


def states_breach(reading: Reading, start: int, end: int) -> bool:
    """Whether words such as 未, 违反, 存在 follow."""
    return words.pattern("breach_words").search(reading.text, start, end) is not None


def wrapped(
    reading: Reading, sentence: Sentence, attributions: Sequence[Attribution]
) -> list[tuple[Clause, Attribution]]:
    """The clauses, with an object that runs over a comma put together again: 一批未…，存在…的应用."""
    found: list[tuple[Clause, Attribution]] = []
    for clause, attribution in zip(sentence.clauses, attributions, strict=True):
        if found and _runs_on(reading, found[-1][0], clause):
            held, first = found.pop()
            clause, attribution = Clause(held.start, clause.end, clause.closer), first
        found.append((clause, attribution))
    return found


def _runs_on(reading: Reading, held: Clause, clause: Clause) -> bool:
    opened = words.pattern("batch_words").search(reading.text, held.start, held.end)
    if opened is None or held.closer != "，" or head_kind(reading, opened.start(), held.end) is not None:
        return False
    head = head_kind(reading, clause.start, clause.end)
    return head is not None and reading.text[head.start - 1] == "的"
