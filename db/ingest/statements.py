"""Reads one sentence after another of a paragraph into drafts and counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache

from db.ingest import words
from db.ingest.attribution import NOBODY, Attribution, attribute
from db.ingest.clauses import Clause, Sentence
from db.ingest.drafts import Draft, inherited, violations
from db.ingest.evidence import Evidence
from db.ingest.figures import Count, counts_in
from db.ingest.lexicon import trie_pattern
from db.ingest.measures import Measure, measures_in, nature
from db.ingest.names import named_subjects
from db.ingest.objects import Deed, deeds
from db.ingest.reading import Reading
from db.ingest.subjects import Subject, head_kind, unnamed

_LEAD = re.compile("(?:同时|其中|此外|另外|并|一是|二是|三是|四是|五是|\\d+[.、]|（[一二三四五六七八九十]+）|\\s)*")
_SUBJECT_LEAD = re.compile("(?:以及|其中|同时|，|\\s)*")
_OPEN_OBJECT = re.compile("一批(?:[^，。；]*)$")


class Use(StrEnum):
    """What became of a clause."""

    RECORD = "record"
    GROUND = "ground"


@dataclass(slots=True)
class Found:
    """A count with all that belongs to it."""

    reading: Reading
    sentence: Sentence
    count: Count
    attribution: Attribution


@dataclass(slots=True)
class Result:
    """What the statements of an announcement gave so far."""

    drafts: list[Draft] = field(default_factory=list)
    counts: list[Found] = field(default_factory=list)
    used: dict[tuple[int, int], Use] = field(default_factory=dict)
    """Segment index and clause start → what became of the clause."""


@cache
def _opener() -> re.Pattern[str]:
    return re.compile(trie_pattern(words.genre()["ground_openers"]))


@cache
def _closer() -> re.Pattern[str]:
    return re.compile(f"(?:{trie_pattern(words.genre()['ground_closers'])})(?!的)")


class ParagraphReader:
    """Reads the sentences of one paragraph; what a sentence leaves open may be said by an earlier one."""

    def __init__(self, reading: Reading, result: Result, default: Attribution) -> None:
        self._reading = reading
        self._result = result
        self._attribution = default
        self._earlier: list[Draft] = []
        for sentence in reading.sentences:
            reader = _SentenceReader(reading, sentence, result, self._attribution, self._earlier)
            reader.read()
            self._earlier = [*self._earlier[-4:], *reader.drafts]
            last = reader.attributions[-1]
            if last.authorities and last.reach == 0:
                self._attribution = replace(last, reach=1)


class _SentenceReader:
    """Grounds are gathered until an act comes; the closing measures then fall on all of them (rule r7)."""

    def __init__(
        self, reading: Reading, sentence: Sentence, result: Result, before: Attribution, earlier: Sequence[Draft]
    ) -> None:
        self._reading = reading
        self._sentence = sentence
        self._result = result
        self._earlier = earlier
        self._grounds: list[Draft] = []
        self._in_ground = False
        self._clause = sentence.clauses[0]
        self._now = NOBODY
        self.attributions = attribute(reading, sentence, before)
        self.drafts: list[Draft] = []
        self._is_effort = words.ignored_patterns()["effort"].search(reading.text, sentence.start, sentence.end) is not None

    def read(self) -> None:
        """Read the clauses in order, then hand over the drafts that are whole."""
        for clause, attribution in _wrapped(self._reading, self._sentence, self.attributions):
            self._clause, self._now = clause, attribution
            self._read_clause()
        for draft in self._grounds:
            if draft.is_complete:
                self.drafts.append(draft)
        self.drafts.sort(key=lambda draft: draft.start)
        self._result.drafts.extend(self.drafts)

    def _read_clause(self) -> None:
        clause = self._clause
        start = _LEAD.match(self._reading.text, clause.start, clause.end).end()  # type: ignore[union-attr]
        opener = _opener().match(self._reading.text, start, clause.end)
        measures = measures_in(self._reading, clause)
        if opener is not None:
            self._grounds, self._in_ground = [], True
            self._add_ground(opener.end())
            self._act([one for one in measures if self._is_after_ground(one, opener.end())])
        elif not measures and (self._in_ground or self._begins_ground(start)):
            self._in_ground = True
            self._add_ground(start)
        elif measures:
            self._in_ground = False
            self._act(measures)

    def _is_after_ground(self, measure: Measure, start: int) -> bool:
        closed = None
        for closed in _closer().finditer(self._reading.text, start, measure.start):
            pass
        return closed is not None

    def _begins_ground(self, start: int) -> bool:
        """A clause that begins with its subject and states a breach (rule for texts without 针对)."""
        subject = _leading_subject(self._reading, start, self._clause.end)
        breach = words.pattern("breach_words")
        if subject is None or not breach.search(self._reading.text, subject.end, self._clause.end):
            return False
        self._grounds = []
        return True

    def _add_ground(self, start: int) -> None:
        """A clause of the ground: a new group if it begins with a subject, else more about the last one."""
        subject = _leading_subject(self._reading, start, self._clause.end)
        if not self._grounds or (subject is not None and self._grounds[-1].subject is not None):
            self._grounds.append(Draft(self._reading, subject, start))
        elif subject is not None:
            self._grounds[-1].subject = subject
        self._grounds[-1].categories.extend(violations(self._reading, start, self._clause.end))
        self._grounds[-1].categories = _narrowed(self._grounds[-1].categories)
        self._use(Use.GROUND)

    def _use(self, use: Use) -> None:
        self._result.used[self._reading.index, self._clause.start] = use

    def _act(self, measures: Sequence[Measure]) -> None:
        if not measures:
            return
        clause = self._clause
        counts = counts_in(self._reading, clause.start, clause.end, measures)
        for count in counts:
            self._result.counts.append(Found(self._reading, self._sentence, count, self._now))
            self._use(Use.RECORD)
        counted = {count.measure for count in counts}
        for deed in deeds(self._reading, clause, measures):
            uncounted = tuple(one for one in deed.measures if one not in counted)
            if deed.subject is not None and deed.subject.named:
                self._draft(deed.subject, deed.measures)
            elif deed.subject is not None and uncounted:
                self._on_group(replace(deed, measures=uncounted))
            elif uncounted:
                self._on_nobody(uncounted)

    def _on_group(self, deed: Deed) -> None:
        """A deed on a group that is not named."""
        if deed.subject is None:
            return
        bare = [ground for ground in self._grounds if ground.subject is None]
        if bare:
            for ground in bare:
                ground.subject = deed.subject
                self._give(ground, deed.measures)
        elif self._grounds or not self._is_effort:
            self._draft(deed.subject, deed.measures)

    def _on_nobody(self, measures: Sequence[Measure]) -> None:
        """Measures without an object of their own fall on whom the sentence spoke of last (rule r11)."""
        if self._grounds:
            for ground in self._grounds:
                self._give(ground, measures)
        elif self.drafts:
            self._give(self.drafts[-1], measures)

    def _draft(self, subject: Subject, measures: Sequence[Measure]) -> None:
        draft = Draft(self._reading, subject, subject.start)
        draft.categories = violations(self._reading, self._clause.start, self._clause.end)
        if not draft.categories:
            self._inherit(draft, measures)
        self._give(draft, measures)
        self.drafts.append(draft)

    def _inherit(self, draft: Draft, measures: Sequence[Measure]) -> None:
        """The ground of an act that states none: that of its sentence, or the one that it points back to."""
        if self._grounds:
            draft.categories = inherited(one for ground in self._grounds for one in ground.categories)
        elif self._earlier and (self._points_back(draft) or any(nature(one.code) == "lifting" for one in measures)):
            draft.categories = inherited(self._earlier[-1].categories)
            draft.reach = 1

    def _points_back(self, draft: Draft) -> bool:
        subject = draft.subject
        return subject is not None and bool(
            words.pattern("anaphors").search(self._reading.text, subject.start, subject.end)
        )

    def _give(self, draft: Draft, measures: Sequence[Measure]) -> None:
        segment = self._reading.segment
        draft.measures.extend(Evidence(one.code, segment, one.start, one.end) for one in measures)
        if not draft.attribution.authorities:
            draft.attribution = self._now
        self._use(Use.RECORD)


def _narrowed(categories: list[Evidence]) -> list[Evidence]:
    """The categories of a ground told in several clauses, general ones only where nothing says more."""
    from db.ingest.drafts import _says_less

    present = {one.value for one in categories}
    return [one for one in categories if not _says_less(one.value, present)]


def _leading_subject(reading: Reading, start: int, end: int) -> Subject | None:
    """The subject that a clause begins with."""
    start = _SUBJECT_LEAD.match(reading.text, start, end).end()  # type: ignore[union-attr]
    for subject in named_subjects(reading, start, end)[:1]:
        if subject.start - start <= 2:
            return subject
    group = unnamed(reading, start, end, whole=False)
    return group if group is not None and group.start == start else None


def _wrapped(
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
    opened = _OPEN_OBJECT.search(reading.text, held.start, held.end)
    if opened is None or held.closer != "，" or head_kind(reading, opened.start(), held.end) is not None:
        return False
    head = head_kind(reading, clause.start, clause.end)
    return head is not None and reading.text[head.start - 1] == "的"
