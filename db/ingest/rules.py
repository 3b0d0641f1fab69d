"""By which rule each value was read: a code of the list of rules, told from where its evidence stands.

How surely a value is read depends above all on how far its words stand from those they are tied to: a measure
from its subject, a count from its measure. So a rule is told from the finished draft, and the readers need not
say which of their branches they took.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Final

from db.ingest import words
from db.ingest.drafts import Draft, Found
from db.ingest.evidence import Evidence
from db.ingest.gazetteer import lookup
from db.ingest.reading import Reading
from db.ingest.subjects import Subject

_start = attrgetter("start")
_REACHES: Final = ("period_same_sentence", "period_carried", "period_of_document")
_NAME_MARKS: Final = {"“": "name_quoted", "‘": "name_quoted", "《": "name_in_title_marks", "@": "name_after_at"}
_IN_LISTS: Final = {"“": "name_quoted", "《": "name_of_row"}


def action_rule(field: str, draft: Draft, subject: Subject, evidence: Evidence) -> str:
    """The rule by which a value of an action was read."""
    return _OF_ACTIONS[field](draft, subject, evidence)


def figure_rule(field: str, found: Found, evidence: Evidence) -> str:
    """The rule by which a value of a figure was read; that of its period is told by `period_rule`."""
    return _OF_FIGURES[field](found, evidence)


def period_rule(reach: int) -> str:
    """The rule by which the period of a figure was read, from how far away it stands."""
    return _REACHES[reach]


def distance(reading: Reading, start: int, evidence: Evidence) -> str:
    """How far an evidence stands from a position: in the `same_clause`, the `same_sentence`, or `carried`."""
    if evidence.segment is not reading.segment:
        return "carried"
    one, other = _place(reading, start), _place(reading, evidence.start)
    if one == other:
        return "same_clause"
    return "same_sentence" if one[0] == other[0] else "carried"


def _place(reading: Reading, position: int) -> tuple[int, int]:
    """The sentence and the clause, by number, that a position stands in."""
    sentences = reading.sentences
    sentence = max(0, bisect_right(sentences, position, key=_start) - 1)
    clauses = sentences[sentence].clauses
    return sentence, bisect_right(clauses, position, key=_start)


def _name(draft: Draft, _subject: Subject, evidence: Evidence) -> str:
    text = draft.reading.text
    mark = text[evidence.start - 1 : evidence.start] if evidence.start else ""
    if draft.how == "introduced":
        return "name_introduced"
    if draft.how == "list":
        return _IN_LISTS.get(mark) or ("name_of_cell" if _is_row(draft.reading) else "name_listed")
    if mark in _NAME_MARKS:
        return _NAME_MARKS[mark]
    if draft.how == "case":
        return "name_of_case"
    return "name_known" if lookup(text[evidence.start : evidence.end]) is not None else "name_listed"


def _is_row(reading: Reading) -> bool:
    return reading.segment.kind == "row" or reading.text.lstrip().startswith("|")


def _unnamed(draft: Draft, subject: Subject, evidence: Evidence) -> str:
    stated = draft.reading.text[subject.start : subject.end]
    if subject.kind == "person_responsible":
        return "group_of_responsible_persons"
    return "group_masked" if words.pattern("party_masked").search(stated) else "group_by_noun"


def _measure(draft: Draft, subject: Subject, evidence: Evidence) -> str:
    return _of_readers(draft, "measure") or f"measure_{distance(draft.reading, subject.start, evidence)}"


def _category(draft: Draft, subject: Subject, evidence: Evidence) -> str:
    if draft.how == "list" and evidence.segment is draft.reading.segment and _is_row(draft.reading):
        return "category_of_cell"
    return _of_readers(draft, "category") or f"category_{distance(draft.reading, subject.start, evidence)}"


def _of_readers(draft: Draft, kind: str) -> str | None:
    return None if draft.how == "sentence" else f"{kind}_of_{'list' if draft.how == 'introduced' else draft.how}"


def _authority(draft: Draft, _subject: Subject, evidence: Evidence) -> str:
    act, reading = draft.measures[0], draft.acts or draft.reading
    if evidence.segment is not act.segment or act.segment is not reading.segment:
        return "authority_of_document"
    return f"authority_{distance(reading, act.start, evidence)}"


def _amount(draft: Draft, _subject: Subject, _evidence: Evidence) -> str:
    return "amount_of_case" if draft.how == "case" else "amount_same_clause"


def _fixed(rule: str) -> Callable[[object, object, object], str]:
    return lambda *_: rule


_OF_ACTIONS: Final[Mapping[str, Callable[[Draft, Subject, Evidence], str]]] = {
    "entities": _name,
    "unnamed_subject": _unnamed,
    "operators": _fixed("operator_stated"),
    "measures": _measure,
    "categories": _category,
    "authorities": _authority,
    "instruments": _fixed("instrument_stated"),
    "campaigns": _fixed("campaign_stated"),
    "amount_cny": _amount,
    "decided_on": _fixed("day_of_sentence"),
}


def _count(found: Found, _evidence: Evidence) -> str:
    return "count_in_heading" if found.reading.segment.kind in ("title", "heading") else "count_in_text"


def _counted_measure(found: Found, evidence: Evidence) -> str:
    near = distance(found.reading, found.count.quantity.start, evidence)
    return "counted_measure_same_clause" if near == "same_clause" else "counted_measure_carried"


def _counted_subject(found: Found, _evidence: Evidence) -> str:
    noun = found.count.noun
    if noun is None:
        return "counted_subject_by_unit"
    quantity = found.count.quantity
    return (
        "counted_subject_beside"
        if noun.end == quantity.start or noun.start == quantity.end
        else "counted_subject_apart"
    )


def _figure_authority(found: Found, evidence: Evidence) -> str:
    if evidence.segment is not found.reading.segment:
        return "authority_of_document"
    return f"authority_{distance(found.reading, found.count.quantity.start, evidence)}"


_OF_FIGURES: Final[Mapping[str, Callable[[Found, Evidence], str]]] = {
    "value": _count,
    "measure": _counted_measure,
    "subject": _counted_subject,
    "authorities": _figure_authority,
    "campaign": lambda *_: "campaign_stated",
}
