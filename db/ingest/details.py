"""What a sentence adds to its acts: the law it rests on, the campaign, the sum, the day."""

from __future__ import annotations

from db.ingest import words
from db.ingest.clauses import Clause, Sentence
from db.ingest.drafts import Draft
from db.ingest.evidence import Evidence
from db.ingest.periods import dates
from db.ingest.reading import REACH, Reading, between

_LEAD = 4
"""So many characters hold what leads to a day (于, 截至)."""


def add_details(draft: Draft, sentence: Sentence, clause: Clause) -> None:
    """Add what the sentence states up to the end of a clause that acted on the draft's subject."""
    reading = draft.reading
    for evidence in _instruments(reading, sentence, clause):
        if evidence not in draft.instruments:
            draft.instruments.append(evidence)
    if not draft.campaigns:
        draft.campaigns.extend(campaigns_of(reading, sentence))
    if not draft.amounts:
        draft.amounts.extend(_fine(reading, clause, draft))
    if not draft.dates:
        draft.dates.extend(_decided(reading, sentence, clause))


def campaigns_of(reading: Reading, sentence: Sentence) -> list[Evidence]:
    """The campaigns that a sentence says its acts were taken in; a campaign merely told of is none."""
    return [
        Evidence(spot.code, reading.segment, spot.start, spot.end)
        for spot in between(reading.campaigns, sentence.start, sentence.end)
        if words.pattern("in_campaign").match(reading.text, spot.end)
    ]


def _instruments(reading: Reading, sentence: Sentence, clause: Clause) -> list[Evidence]:
    """The laws and rules after 依据 or 违反, in the sentence up to the act."""
    start = max(sentence.start, clause.start - REACH)
    basis = words.pattern("basis_words").search(reading.text, start, clause.end)
    if basis is None:
        return []
    spots = between(reading.instruments, basis.end(), clause.end)
    return [Evidence(spot.code, reading.segment, spot.start, spot.end) for spot in spots]


def _fine(reading: Reading, clause: Clause, draft: Draft) -> list[Evidence]:
    """The sum of a fine, where the clause that fines states just one."""
    if not any(one.value == "fine" and clause.start <= one.start < clause.end for one in draft.measures):
        return []
    sums = between(reading.sums, clause.start, clause.end)
    if len(sums) != 1 or sums[0].qualifier != "exact":
        return []
    return [Evidence(str(sums[0].value), reading.segment, sums[0].start, sums[0].end)]


def _decided(reading: Reading, sentence: Sentence, clause: Clause) -> list[Evidence]:
    """The day a sentence about an act begins with."""
    return [
        Evidence(day.isoformat(), reading.segment, start, end)
        for day, start, end in dates(reading.text, max(sentence.start, clause.start - REACH), clause.end)
        if (
            start == sentence.start
            or words.pattern("date_leads").search(reading.text, max(sentence.start, start - _LEAD), start)
        )
        # 11月9日，记者获悉，近日…: the day of the news, which came after that of the act.
        and not words.pattern("news_days").match(reading.text, end, clause.end)
    ][:1]
