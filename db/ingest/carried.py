"""Counts whose measure stands elsewhere: in the sentence before (其中…), or in what the sentence ends with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from db.ingest import words
from db.ingest.attribution import Attribution
from db.ingest.clauses import Clause, Sentence
from db.ingest.drafts import Draft, Found, Result
from db.ingest.evidence import Evidence
from db.ingest.figures import Count, counts_in
from db.ingest.measures import Measure, measures_in
from db.ingest.reading import Reading, around, between, next_from
from db.ingest.subjects import Subject

_LISTED = frozenset({"app", "mini_program", "device"})


def is_annexed(reading: Reading) -> bool:
    """Whether a passage counts something and names it in an annex, which may be all that it says was done."""
    return bool(reading.counts) and words.pattern("annexes").search(reading.text) is not None


class CountCarrier:
    """Finds the counts of one paragraph that have no measure in their own clause."""

    def __init__(self, reading: Reading, result: Result) -> None:
        self._reading = reading
        self._result = result
        self._last: Found | None = None

    def read(self, sentence: Sentence, attributions: Sequence[Attribution], found: Sequence[Found]) -> None:
        """Take in a sentence; `found` are the counts already read from it."""
        measures = [one for clause in sentence.clauses for one in measures_in(self._reading, clause)]
        if not measures and self._last and words.pattern("splits").match(self._reading.text, sentence.start):
            self._split(sentence, attributions, self._last)
        self._remaining(sentence, attributions, measures)
        if not found:
            self._announced(sentence, attributions)
        self._last = found[-1] if found else self._last

    def _split(self, sentence: Sentence, attributions: Sequence[Attribution], whole: Found) -> None:
        """其中 A 3个，B 4个: what was done to the whole was done to the parts."""
        measure = whole.count.measure
        for clause, attribution, count in self._counts(sentence, attributions, measure):
            if count.subject == whole.count.subject:
                self._result.count(Found(self._reading, sentence, clause, count, attribution))

    def _remaining(self, sentence: Sentence, attributions: Sequence[Attribution], measures: Sequence[Measure]) -> None:
        """仍有 8款存在问题，已予以下架: those that are left are what the act that follows is done to."""
        reading = self._reading
        for clause, attribution in zip(sentence.clauses, attributions, strict=True):
            for quantity in between(reading.counts, clause.start, clause.end):
                if not words.pattern("remaining").search(reading.text, clause.start, quantity.start):
                    continue
                act = next_from(measures, clause.end)
                place = act or self._annexed(clause)
                if place is None:
                    break
                for count in counts_in(reading, quantity.start, clause.end, [place]):
                    self._result.count(Found(reading, sentence, clause, count, attribution))
                    self._use(sentence, place.start)
                    if act is not None:
                        self._act(quantity.start, quantity.end, count, clause, attribution)

    def _annexed(self, clause: Clause) -> Measure | None:
        """尚有 9款未整改（详见附件）: an annex that names those who are left is a circular."""
        annex = words.pattern("annexes").search(self._reading.text, clause.start, clause.end)
        return Measure("circular_notice", *annex.span(), clause.end) if annex else None

    def _use(self, sentence: Sentence, position: int) -> None:
        """Note that the clause of a measure gave a record, though its count or list stands elsewhere."""
        if self._reading.segment.kind not in ("title", "heading"):
            for clause in around(sentence.clauses, position):
                self._result.use(self._reading, clause)

    def _act(self, start: int, end: int, count: Count, clause: Clause, attribution: Attribution) -> None:
        draft = Draft(self._reading, Subject(start, end, kind=count.subject), start)
        measure = count.measure
        draft.measures = [Evidence(measure.code, self._reading.segment, measure.start, measure.end)]
        draft.attribution = attribution
        draft.clauses = [clause]
        self._result.add(draft)

    def _announced(self, sentence: Sentence, attributions: Sequence[Attribution]) -> None:
        """69款App存在…问题，现通报如下: the circular names as many as it counts."""
        notice = self._reading.search("circulars", sentence.start, sentence.end)
        if notice is None:
            return
        measure = Measure("circular_notice", *notice.span(), sentence.end)
        self._use(sentence, notice.start())
        for clause, attribution, count in self._counts(sentence, attributions, measure):
            end = count.quantity.end
            if words.pattern("tested").match(self._reading.text, count.noun.end if count.noun else end, clause.end):
                continue
            if count.subject in _LISTED and count.noun is not None and not self._is_known(count):
                self._result.count(Found(self._reading, sentence, clause, count, attribution))

    def _is_known(self, count: Count) -> bool:
        """Whether an earlier line, the summary say, has announced as many."""
        return count.quantity.bounds in self._result.announced

    def _counts(
        self, sentence: Sentence, attributions: Sequence[Attribution], measure: Measure
    ) -> Iterator[tuple[Clause, Attribution, Count]]:
        for clause, attribution in zip(sentence.clauses, attributions, strict=True):
            # The measure is bound from outside, so it is placed where the clause begins.
            bound = Measure(measure.code, clause.start, clause.start, clause.end)
            for count in counts_in(self._reading, clause.start, clause.end, [bound]):
                yield clause, attribution, Count(count.quantity, measure, count.subject, count.noun)
