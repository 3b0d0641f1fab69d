"""Cases told over several sentences: who did what, then what the authority did to 该公司."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from db.ingest import words
from db.ingest.attribution import Attribution
from db.ingest.clauses import Clause, Sentence
from db.ingest.details import add_details
from db.ingest.drafts import Draft, Found, Result, narrowed, violations
from db.ingest.evidence import Evidence, first_of_each
from db.ingest.measures import Measure, measures_in
from db.ingest.names import named_subjects
from db.ingest.parties import Parties, Party, governed, mentions
from db.ingest.quantities import Quantity
from db.ingest.reading import Reading, between
from db.ingest.reasons import Reasons
from db.ingest.subjects import Subject

_PLANS = ("law", "intent")
_REMEMBERED, _PARTIES = 6000, 8
"""How much of a case is kept: a page may be one endless case."""
_GAINS = 10
_TAIL = 3
"""So many characters of a name, before words such as 有限公司, tell it from others."""


@dataclass(slots=True)
class CaseReader:
    """What the case at hand has said so far."""

    result: Result
    categories: list[Evidence] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    _told: list[str] = field(default_factory=list)
    """The sentences of the case at hand; what is forgotten is cut when they are asked for."""
    _closed: bool = False
    _decided: dict[Subject, Draft] = field(default_factory=dict)
    """What was decided of the case before, which a paragraph that only points back still speaks of."""

    _is_crime: bool = False
    _caught: Found | None = None
    """The count of the suspects of the case at hand, who are one subject where the case decides on nobody else."""

    def enter(self, reading: Reading) -> None:
        """A new segment: a heading, a numbered paragraph, or one after a case that was decided begins another case."""
        begins = reading.segment.kind in ("title", "heading") or words.pattern("case_begins").search(reading.text)
        if begins:
            self._decided = {}
        if begins or self._closed:
            self.finish()
            self._is_crime = words.pattern("crime_cases").search(reading.text) is not None
            self.categories, self.parties, self._told, self._closed = [], [], [], False

    def finish(self) -> None:
        """Hand over the suspects of the case at hand: 抓获犯罪嫌疑人5名 is a count and an action."""
        found, self._caught = self._caught, None
        if found is None or self._closed:
            return
        count, noun = found.count, found.count.noun
        start = min(count.quantity.start, noun.start) if noun else count.quantity.start
        end = max(count.quantity.end, noun.end) if noun else count.quantity.end
        draft = Draft(found.reading, Subject(start, end, kind=count.subject), start, reach=1, how="case")
        draft.measures = [Evidence(count.measure.code, found.reading.segment, count.measure.start, count.measure.end)]
        draft.categories, draft.clauses = narrowed(self.categories), [found.clause]
        draft.attribution = found.attribution
        self.result.add(draft)

    def observe(self, reading: Reading, sentence: Sentence) -> None:
        """Take in what a sentence tells of the case."""
        if reading.categories and (stated := violations(reading, sentence.start, sentence.end, None)):
            self.categories = first_of_each([*self.categories, *stated])
        self._told.append(reading.text[sentence.start : sentence.end])
        if len(self.parties) < _PARTIES:
            self.parties = [*self.parties, *mentions(reading, sentence.start, sentence.end)][:_PARTIES]

    def act(
        self,
        reading: Reading,
        sentence: Sentence,
        attributions: Sequence[Attribution],
        read: Sequence[Draft],
    ) -> None:
        """Read the acts of a sentence that fall on a party of the case; `read` are the drafts made of it already."""
        taken = {one.start for draft in read for one in draft.measures}
        measures = [
            (measure, clause, attribution)
            for clause, attribution in zip(sentence.clauses, attributions, strict=True)
            for measure in measures_in(reading, clause)
        ]
        reasons = Reasons(reading.text, sentence)
        counts = self.result.counts_of(reading, sentence)
        if self._is_crime:
            self._caught = self._caught or next((one for one in counts if one.count.subject == "person"), None)
        counted = [found.count.measure.start for found in counts]
        measures = [one for one in measures if one[0].start not in counted]
        if not measures or any(reasons.says(plan, measures[0][0].start) for plan in _PLANS):
            return
        drafts: dict[Subject, Draft] = {}
        earlier = self._decided
        # A form such as 依法约谈 begins before the verb that governs the party, and ends with it.
        lasts = [measure.end - 1 for measure, _, _ in measures]
        groups = governed(reading, sentence.start, sentence.end)
        ends = [*(one.start for one in groups), sentence.end][1:]
        for group, end in zip(groups, ends, strict=True):
            own = measures[bisect_left(lasts, group.start) : bisect_left(lasts, end)]
            if own and not any(measure.start in taken for measure, _, _ in own):
                self._decide(_Decision(reading, sentence, group, end, own), drafts)
        for subject, draft in drafts.items():
            self._closed = True
            draft.how = "case"
            if subject not in earlier:
                self.result.add(draft)
        self._decided = drafts or self._decided

    def claims(self, reading: Reading, sentence: Sentence) -> bool:
        """Whether a sentence is a case's alone: parties hidden or by full name, or sums that only their order deals."""
        if between(reading.counts, sentence.start, sentence.end):
            return False
        groups = governed(reading, sentence.start, sentence.end)
        parties = [party for group in groups for party in group.parties]
        if len(between(reading.sums, sentence.start, sentence.end)) > 1:
            return any(len(group.parties) > 1 for group in groups) or len(groups) > 1
        names = named_subjects(reading, sentence.start, sentence.end)
        if names:
            return False
        return len(groups) > 1 or any(party.subject.named or party.is_hidden for party in parties)

    def _decide(self, decision: _Decision, drafts: dict[Subject, Draft]) -> None:
        amounts = decision.amounts()
        for index, party in enumerate(decision.group.parties):
            meant = self._meant(decision.talked_with(party))
            if meant is None:
                continue
            draft = drafts.get(meant.subject) or self._decided.get(meant.subject)
            if draft is None:
                draft = Draft(decision.reading, meant.subject, meant.subject.start)
                draft.categories = self._ground(decision, party)
                draft.reach = 1
            elif meant.subject not in drafts:
                draft.categories = narrowed(first_of_each([*draft.categories, *self.categories]))
            drafts[meant.subject] = draft
            decision.give(draft, amounts[index])
            for clause in draft.clauses:
                self.result.use(decision.reading, clause)
            draft.acts = draft.acts or decision.reading
            draft.reading, draft.clauses = meant.reading, []

    def _ground(self, decision: _Decision, party: Party) -> list[Evidence]:
        """What the case says was done, if it was told of this party; else only what the act's own sentence says."""
        subject = party.subject
        name = words.pattern("company_forms").sub("", party.reading.text[subject.start : subject.end])[-_TAIL:]
        self._told = ["".join(self._told)[-_REMEMBERED:]]
        is_told = self._told[0].count(name) > 1
        if party.points_back or subject.kind == "person_responsible" or is_told:
            return narrowed(self.categories)
        return violations(decision.reading, decision.sentence.start, decision.sentence.end, None)

    def _meant(self, party: Party) -> Party | None:
        """The party that 该公司 points back to: whom the case began with. A bare 其 alone says nothing."""
        if not party.points_back:
            return party
        told = self._told_of(party)
        return told or self._before() or (None if party.subject.end - party.subject.start == 1 else party)

    def _told_of(self, party: Party) -> Party | None:
        """Whom the case has told of: in the same sentence, else one that is called the same, else the first."""
        known = [one for one in self.parties if one.subject.kind != "person_responsible"]
        start, text = party.subject.start, party.reading.text
        full_stop = text.rfind("。", 0, start)
        near = [one for one in known if one.reading is party.reading and full_stop < one.subject.start < start]
        called = text[party.subject.end - 2 : party.subject.end]
        alike = [one for one in near or known if one.reading.text[: one.subject.end].endswith(called)]
        return next(iter(alike or near or known), None)

    def _before(self) -> Party | None:
        """The party of the decision before, where the case at hand has named none of its own."""
        drafts = self._decided.values()
        found = (one for one in drafts if one.subject is not None and one.subject.kind != "person_responsible")
        return next((Party(one.reading, one.subject) for one in found if one.subject is not None), None)


@dataclass(frozen=True, slots=True)
class _Decision:
    """The measures that one preposition brings upon its parties."""

    reading: Reading
    sentence: Sentence
    group: Parties
    end: int
    measures: list[tuple[Measure, Clause, Attribution]]

    def amounts(self) -> list[Quantity | None]:
        """The fine of each party: one each in order where they are as many, the same for all after 各 or 分别."""
        sums = [
            one
            for one in between(self.reading.sums, self.group.start, self.end)
            if one.qualifier == "exact"
            and not words.pattern("gains").search(self.reading.text, max(0, one.start - _GAINS), one.start)
        ]
        parties = self.group.parties
        if len(sums) == len(parties):
            return list(sums)
        if len(sums) == 1 and words.pattern("each").search(self.reading.text, self.group.start, sums[0].start):
            return [sums[0] for _ in parties]
        return [None] * len(parties)

    def talked_with(self, party: Party) -> Party:
        """A talk with 该公司负责人 is one with the company; a fine on him is his own."""
        if party.subject.kind != "person_responsible" or any(
            one.code != "regulatory_talk" for one, _, _ in self.measures[:1]
        ):
            return party
        start, end = party.subject.start, party.subject.end
        whom = words.pattern("party_anaphors").match(party.reading.text, start, end)
        return Party(party.reading, Subject(start, whom.end(), kind=None), points_back=True) if whom else party

    def give(self, draft: Draft, amount: Quantity | None) -> None:
        """Add the measures, and the sum where one of them is a fine."""
        draft.reading = self.reading
        segment = self.reading.segment
        draft.measures.extend(Evidence(one.code, segment, one.start, one.end) for one, _, _ in self.measures)
        if amount is not None and any(one.code == "fine" for one, _, _ in self.measures):
            draft.amounts = [Evidence(str(amount.value), segment, amount.start, amount.end)]
        clauses = list(dict.fromkeys(clause for _, clause, _ in self.measures))
        stated = list(draft.amounts)
        for _, clause, attribution in self.measures:
            draft.attribution = draft.attribution if draft.attribution.authorities else attribution
            add_details(draft, self.sentence, clause)
        # A clause with several parties states no sum for one of them but by their order.
        draft.amounts = stated
        draft.clauses.extend(clauses)
