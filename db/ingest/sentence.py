"""Reads one sentence: grounds are gathered until an act comes, and the closing measures fall on all of them."""

from __future__ import annotations

from collections.abc import Sequence

from db.ingest import words
from db.ingest.attribution import NOBODY, Attribution
from db.ingest.clauses import Sentence
from db.ingest.details import add_details
from db.ingest.drafts import Draft, Found, Result, inherited, narrowed, violations
from db.ingest.evidence import Evidence
from db.ingest.figures import Count, counts_in
from db.ingest.grounds import is_closed, lead_end, leading_subject, opener_end, states_breach, wrapped
from db.ingest.measures import Measure, is_referral, measures_in, nature
from db.ingest.names import is_list, together
from db.ingest.objects import Deed, deeds
from db.ingest.reading import Reading
from db.ingest.reasons import Reasons
from db.ingest.subjects import Subject

_PLANS = ("law", "intent")
_FEW = 100
_LITTLE = 3
_BARE = 4
"""A noun so short has nothing beside it that says which ones: 平台, 网站平台."""
_QUOTES = "“‘《"
_USUAL_BEARER = "platform"
"""What bears a name after 针对 where the text does not say."""


class SentenceReader:
    """The reader's state between two clauses: whom the sentence has spoken of, and on what ground."""

    def __init__(self, reading: Reading, sentence: Sentence, attributions: list[Attribution], result: Result) -> None:
        self.attributions = attributions
        self.drafts: list[Draft] = []
        self._reading = reading
        self._sentence = sentence
        self._result = result
        self._earlier: Sequence[Draft] = ()
        self._topic: Draft | None = None
        self._grounds: list[Draft] = []
        self._targets: list[Draft] = []
        self._in_ground = False
        self._counted: Count | None = None
        self._clause = sentence.clauses[0]
        self._now = NOBODY
        self._reasons = Reasons(reading.text, sentence)

    def read(self, earlier: Sequence[Draft], topic: Draft | None) -> None:
        """Read the clauses in order and hand over the drafts that are whole.

        `earlier` are the drafts of the paragraph so far; `topic` is the last ground in it that no
        measure has fallen on yet.
        """
        self._earlier, self._topic = earlier, topic
        for clause, attribution in wrapped(self._reading, self._sentence, self.attributions):
            self._clause, self._now = clause, attribution
            self._read_clause()
        self.drafts.extend(ground for ground in self._grounds if self._is_whole(ground))
        self.drafts.sort(key=lambda draft: draft.start)
        for draft in self.drafts:
            self._result.add(draft)
        for ground in self._grounds:
            if ground.subject is None and ground.measures:
                self._result.leave(ground)

    def open_ground(self) -> Draft | None:
        """The last ground of the sentence that has a subject and no measure."""
        return next((one for one in reversed(self._grounds) if one.subject and not one.measures), None)

    @property
    def _is_effort(self) -> bool:
        return self._reasons.says("effort", self._sentence.end)

    def _is_whole(self, ground: Draft) -> bool:
        """Whether a ground is an action; one that only points back takes over the topic of the paragraph."""
        if ground.subject is None and ground.measures and self._topic is not None:
            if self._topic.reading is not self._reading:
                for clause in ground.clauses:
                    self._result.use(self._reading, clause)
                ground.clauses = []
            ground.take_over(self._topic)
        return ground.subject is not None and bool(ground.measures)

    def _read_clause(self) -> None:
        start = lead_end(self._reading, self._clause)
        opened = opener_end(self._reading, start, self._clause)
        measures = measures_in(self._reading, self._clause, self._spoken_of())
        if opened is not None:
            self._grounds, self._in_ground = [], True
            self._add_ground(opened, assumed=_USUAL_BEARER)
            self._act([one for one in measures if is_closed(self._reading, opened, one.start)])
        elif not measures and (self._in_ground or self._begins_ground(start)):
            self._in_ground = True
            self._add_ground(start, assumed=self._quoted_at(start))
        elif measures:
            self._in_ground = False
            self._act(measures)

    def _spoken_of(self) -> str | None:
        """The kind of those that the sentence has named."""
        named = (one.subject for one in reversed(self._targets) if one.subject is not None and one.subject.named)
        last = next(named, None)
        return last.kind if last else None

    def _begins_ground(self, start: int) -> bool:
        """A clause that begins with its subject and states a breach needs no 针对."""
        subject = leading_subject(self._reading, start, self._clause.end, self._quoted_at(start))
        if subject is None or not self._is_told_of(subject):
            return False
        self._grounds = []
        return True

    def _quoted_at(self, start: int) -> str | None:
        """What bears a name that a clause begins with, quoted but not called anything."""
        return _USUAL_BEARER if self._reading.text[start] in _QUOTES else None

    def _is_told_of(self, subject: Subject) -> bool:
        """Whether the clause says what a subject did, or the sentence that it was a violation by name."""
        # Names alone may be a list that goes on over commas before it comes to the breach.
        only_names = subject.named and self._clause.end - subject.end <= _LITTLE
        if states_breach(self._reading, subject.end, self._sentence.end if only_names else self._clause.end):
            return True
        return subject.named and bool(self._reading.categories_between(subject.end, self._sentence.end))

    def _add_ground(self, start: int, assumed: str | None = None) -> None:
        """A clause of the ground: a new group if it begins with a subject, else more about the last one."""
        subject = leading_subject(self._reading, start, self._clause.end, assumed)
        if subject is not None and self._grounds and (whole := self._goes_on(self._grounds[-1], subject)):
            self._grounds[-1].subject = whole
        elif not self._grounds or subject is not None:
            self._grounds.append(Draft(self._reading, subject, start))
        ground = self._grounds[-1]
        stated = violations(self._reading, start, self._clause.end, subject)
        ground.categories = narrowed([*ground.categories, *stated])
        ground.clauses.append(self._clause)
        self._targets = self._grounds

    def _goes_on(self, ground: Draft, subject: Subject) -> Subject | None:
        """Both, where the clause before held nothing but names: 微博账号“…”，抖音账号“…”等，发布…."""
        last = ground.subject
        if last is None or not (last.named and subject.named) or ground.clauses[-1].end > last.end:
            return None
        return together(last, subject)

    def _act(self, measures: Sequence[Measure]) -> None:
        if not measures or any(self._reasons.says(reason, measures[0].start) for reason in _PLANS):
            return
        counted = self._count(measures)
        for deed in deeds(self._reading, self._clause, measures):
            uncounted = tuple(one for one in deed.measures if one not in counted)
            subject = deed.subject
            if subject is not None and self._is_spoken_of(subject):
                self._on_unnamed(Deed(None, uncounted))
            elif subject is not None and subject.named:
                if not self._is_effort or is_list(self._reading, subject):
                    self._draft(subject, deed.measures)
            elif uncounted:
                self._on_unnamed(Deed(subject, uncounted))

    def _is_spoken_of(self, subject: Subject) -> bool:
        """Whether a bare noun only says again what the sentence has named: 针对甲、乙等平台…，对平台处以罚款."""
        if subject.named or subject.opening is not None or subject.end - subject.start > _BARE:
            return False
        named = (one.subject for one in self._targets if one.subject is not None and one.subject.named)
        return any(one.kind == subject.kind for one in named)

    def _count(self, measures: Sequence[Measure]) -> set[Measure]:
        """Hand over the counts of the clause; returns the measures they tell of."""
        clause = self._clause
        counts = counts_in(self._reading, clause.start, clause.end, measures, self._counted)
        self._counted = counts[-1] if counts else self._counted
        stated = [count for count in counts if not self._is_told(count)]
        for count in stated:
            self._result.count(Found(self._reading, self._sentence, clause, count, self._now))
        return {one for one in measures for count in stated if one.start == count.measure.start}

    def _is_told(self, count: Count) -> bool:
        """Whether a count is only of those that the sentence named before: 就“甲”“乙”…约谈两家网站."""
        if count.quantity.qualifier != "exact" or not 1 < count.quantity.value <= _FEW:
            return False
        subjects = [target.subject for target in self._targets[: _FEW + 1] if target.subject is not None]
        return sum(len(subject.names) for subject in subjects) == count.quantity.value

    def _on_unnamed(self, deed: Deed) -> None:
        """A deed on a group that is not named, or without an object: on whom the sentence spoke of last (r11)."""
        bare = [ground for ground in self._grounds if ground.subject is None]
        if deed.subject is not None and not bare:
            if self._grounds or not self._is_effort:
                self._draft(deed.subject, deed.measures)
            return
        if deed.subject is not None:
            for ground in bare:
                ground.subject = deed.subject
        elif not self._targets and self._topic is not None and self._is_of_topic():
            self._grounds = self._targets = [Draft(self._reading, None, self._clause.start)]
            # What is handed on then is a lead, not who was named.
            deed = Deed(None, tuple(one for one in deed.measures if not is_referral(one.code)))
        for target in bare if deed.subject is not None else self._targets:
            self._give(target, deed.measures)

    def _is_of_topic(self) -> bool:
        """Whether an act without an object falls on whom the paragraph told of: it points back, or that is named."""
        named = self._topic is not None and self._topic.subject is not None and self._topic.subject.named
        return self._points_back(self._clause.start) or (named and not self._is_effort)

    def _draft(self, subject: Subject, measures: Sequence[Measure]) -> None:
        draft = Draft(self._reading, subject, subject.start)
        draft.categories = violations(self._reading, self._clause.start, self._clause.end, subject)
        if not draft.categories:
            self._inherit(draft, measures)
        self._give(draft, measures)
        self.drafts.append(draft)
        self._targets = [draft]

    def _inherit(self, draft: Draft, measures: Sequence[Measure]) -> None:
        """The ground of an act that states none: that of its sentence, or the one that it points back to."""
        if self._grounds:
            draft.categories = inherited(one for ground in self._grounds for one in ground.categories)
        elif self._earlier and (
            self._points_back(draft.start) or any(nature(one.code) == "lifting" for one in measures)
        ):
            draft.categories = inherited(self._like(draft).categories)
            draft.reach = 1

    def _like(self, draft: Draft) -> Draft:
        """The last draft of the paragraph on subjects of the same kind, else the last of all."""
        kind = draft.subject.kind if draft.subject else None
        alike = [one for one in self._earlier if one.subject is not None and one.subject.kind == kind]
        return alike[-1] if alike else self._earlier[-1]

    def _points_back(self, start: int) -> bool:
        return words.pattern("anaphors").search(self._reading.text, start, self._clause.end) is not None

    def _give(self, draft: Draft, measures: Sequence[Measure]) -> None:
        segment = self._reading.segment
        draft.measures.extend(Evidence(one.code, segment, one.start, one.end) for one in measures)
        if not draft.attribution.authorities:
            draft.attribution = self._now
        draft.clauses.append(self._clause)
        add_details(draft, self._sentence, self._clause)
