"""Reads the paragraphs of an announcement into drafts and counts."""

from __future__ import annotations

from collections.abc import Sequence

from db.ingest import words
from db.ingest.attribution import Attribution, attribute
from db.ingest.carried import CountCarrier, is_annexed
from db.ingest.cases import CaseReader
from db.ingest.drafts import Draft, Result
from db.ingest.introduced import Introductions
from db.ingest.listings import ListReader
from db.ingest.reading import Reading
from db.ingest.scope import section_attributions
from db.ingest.sentence import SentenceReader

_REMEMBERED = 4


def read_statements(readings: Sequence[Reading]) -> Result:
    """The statements of the body, then the counts of headings that the body does not repeat."""
    result, headings = Result(), Result()
    cases, lists, introductions = CaseReader(result), ListReader(result), Introductions(result)
    topic: Draft | None = None
    for reading, default in zip(readings, section_attributions(readings), strict=True):
        lists.read(reading, default)
        introductions.read(reading, default)
        cases.enter(reading)
        is_heading = reading.segment.kind in ("title", "heading")
        open_topic = (
            topic if not is_heading and words.pattern("points_to_paragraph_before").match(reading.text) else None
        )
        topic = _read_paragraph(reading, headings if is_heading else result, default, cases, open_topic)
    cases.finish()
    lists.finish()
    # Headings speak of what follows: their counts are facts, their acts only where the body tells of none.
    read = [*(found.reading for found in result.counts), *(draft.reading for draft in result.drafts)]
    last = max((reading.index for reading in read), default=None)
    # A heading after all that was read is that of other news on the page.
    result.counts.extend(one for one in headings.counts if last is None or one.reading.index < last)
    for found in headings.counts:
        result.use(found.reading, found.clause)
    if not result.drafts:
        for draft in headings.drafts:
            if draft.reading.segment.kind == "title" and draft.subject is not None and draft.subject.named:
                result.add(draft)
    return result


def _read_paragraph(
    reading: Reading, result: Result, attribution: Attribution, cases: CaseReader, topic: Draft | None
) -> Draft | None:
    """What a sentence leaves open, an earlier one of its paragraph may have said; returns what stays open after it."""
    earlier: list[Draft] = []
    if not (reading.acts or reading.circular is not None or is_annexed(reading)):
        for sentence in reading.sentences:
            cases.observe(reading, sentence)
        return topic
    carrier = CountCarrier(reading, result)
    for sentence in reading.sentences:
        cases.observe(reading, sentence)
        counted = len(result.counts)
        attributions = attribute(reading, sentence, attribution)
        if result is cases.result and cases.claims(reading, sentence):
            cases.act(reading, sentence, attributions, ())
            continue
        reader = SentenceReader(reading, sentence, attributions, result)
        reader.read(earlier, topic)
        carrier.read(sentence, reader.attributions, result.counts[counted:])
        if result is cases.result:
            cases.act(reading, sentence, reader.attributions, reader.drafts)
        earlier = [*earlier[-_REMEMBERED:], *reader.drafts]
        topic = reader.open_ground() or topic
        last = reader.attributions[-1]
        if last.authorities and last.reach == 0:
            attribution = last._replace(reach=1)
    return topic
