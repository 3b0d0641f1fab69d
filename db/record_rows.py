r"""The rows of records as lines that Postgres copies in: tabs between the cells, `\N` where there is no value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from db.matching import match_key
from db.order import newest_first
from db.searched import Searched
from schema.extraction import Period, Unhandled
from schema.records import Action, Document, Entity, Figure, RecordKind

_ACTION_LISTS = (
    "measures", "categories", "authorities", "instruments", "campaigns", "regions", "subject_kinds",
)  # fmt: skip
_FIGURE_LISTS = ("authorities", "regions")
_NOTHING = r"\N"
_ESCAPES = (("\\", r"\\"), ("\n", r"\n"), ("\t", r"\t"), ("\r", r"\r"))
"""The first stands in the others, so that it comes first."""


class Opened(NamedTuple):
    """A record with the number of the version that is written of it, and its JSON."""

    record: Any
    version: int
    body: str


@dataclass
class Writing:
    """What the rows of a change follow from besides its records."""

    unhandled: Mapping[str, Sequence[Unhandled]]
    """Clauses that no rule could read, by document."""
    texts: Mapping[str, str | None] = field(default_factory=dict)
    """By document, the hash of the text that its evidence lies in."""
    searched: Searched = field(default_factory=Searched)


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is filled with a kind of record."""

    name: str
    columns: str
    lines: Callable[[Opened, Writing], Iterator[str]]
    """The rows of one record, each without its end."""


def cell(value: object) -> str:
    """A value as Postgres reads it."""
    if value is None:
        return _NOTHING
    text = value if isinstance(value, str) else str(value)
    for special, escaped in _ESCAPES:
        if special in text:
            text = text.replace(special, escaped)
    return text


_cell_again = lru_cache(4096)(cell)
"""For codes, which come again and again."""


def _line(*values: object) -> str:
    return "\t".join(map(cell, values))


def _ends(period: Period | None) -> tuple[object, object]:
    return (period.start, period.end) if period else (None, None)


def _document_version(one: Opened, writing: Writing) -> Iterator[str]:
    record: Document = one.record
    clauses = record.clauses
    yield _line(
        one.version, record.id, record.revision, record.original_url, record.title, record.publisher, record.issuer,
        record.published_on, *_ends(record.period), record.sha256, record.source_sha256, record.reprint_of,
        clauses and clauses.extracted, clauses and clauses.ignored, clauses and clauses.unhandled, record.basis,
        record.extractor, writing.searched.key_of(record), one.body,
    )  # fmt: skip


def _unhandled_clauses(one: Opened, writing: Writing) -> Iterator[str]:
    for place, clause in enumerate(writing.unhandled.get(one.record.id, ())):
        yield _line(one.version, place, clause.start, clause.end, clause.reason)


def _entity_version(one: Opened, writing: Writing) -> Iterator[str]:
    record: Entity = one.record
    yield _line(
        one.version, record.id, record.revision, record.kind, record.name, record.name_en,
        writing.searched.key_of(record), one.body,
    )  # fmt: skip


def _entity_names(one: Opened, _: Writing) -> Iterator[str]:
    for place, name in enumerate(one.record.names):
        yield _line(one.version, place, name.name, name.language, name.kind, match_key(name.name))


def _action_version(one: Opened, _: Writing) -> Iterator[str]:
    record: Action = one.record
    yield _line(
        one.version, record.id, record.revision, record.document.id, record.acted_on, record.date_basis,
        record.decided_on, *_ends(record.period), record.unnamed_subject, record.open_ended, record.amount_cny,
        record.confidence, record.basis, record.extractor, record.gist_zh, record.gist_en, one.body,
    )  # fmt: skip


def _place(one: Opened) -> str:
    """What ties a row to the version of an action, and puts it in the order of lists."""
    record: Action = one.record
    return f"{one.version}\t{cell(record.id)}\t{newest_first(record.acted_on)}\t{record.revision}"


def _action_words(one: Opened, writing: Writing) -> Iterator[str]:
    yield f"{_place(one)}\t{one.record.basis}\t{cell(writing.searched.key_of(one.record))}"


def _action_codes(one: Opened, _: Writing) -> Iterator[str]:
    place = _place(one)
    for name in _ACTION_LISTS:
        for number, code in enumerate(getattr(one.record, name)):
            yield f"{place}\t{name}\t{_cell_again(code)}\t{number}"


def _action_entities(one: Opened, _: Writing) -> Iterator[str]:
    place = _place(one)
    for number, m in enumerate(one.record.entities):
        yield f"{place}\t{number}\t{_line(m.entity, m.name, m.kind, m.operator, m.operator_name)}"


def _figure_version(one: Opened, writing: Writing) -> Iterator[str]:
    record: Figure = one.record
    yield _line(
        one.version, record.id, record.revision, record.document.id, record.measure, record.subject_kind,
        record.campaign, record.value_min, record.value_max, record.qualifier, record.unit, record.wording,
        *_ends(record.period), record.confidence, record.basis, record.extractor, record.gist_zh, record.gist_en,
        writing.searched.key_of(record), one.body,
    )  # fmt: skip


def _figure_codes(one: Opened, _: Writing) -> Iterator[str]:
    for name in _FIGURE_LISTS:
        for number, code in enumerate(getattr(one.record, name)):
            yield f"{one.version}\t{name}\t{_cell_again(code)}\t{number}"


def _anchors(one: Opened, writing: Writing) -> Iterator[str]:
    document = one.record.document.id
    stands = f"{cell(document)}\t{cell(writing.texts.get(document))}"
    for number, a in enumerate(one.record.anchors):
        found = f"{_cell_again(a.field)}\t{cell(a.value)}\t{a.start}\t{a.end}\t{cell(a.exact)}"
        yield f"{one.version}\t{number}\t{stands}\t{found}\t{_cell_again(a.rule)}\t{cell(a.confidence)}"


_PLACE = "version id newest_first revision_from"
_ANCHOR = "position document sha256 field value start end exact rule confidence"
TABLES: dict[RecordKind, tuple[Table, ...]] = {
    "document": (
        Table(
            "document_version",
            "version id revision_from original_url title publisher issuer published_on period_start period_end sha256 "
            "source_sha256 reprint_of clauses_extracted clauses_ignored clauses_unhandled basis extractor search_key "
            "body",
            _document_version,
        ),
        Table("unhandled_clause", "version position start end reason", _unhandled_clauses),
    ),
    "entity": (
        Table("entity_version", "version id revision_from kind name name_en search_key body", _entity_version),
        Table("entity_name", "version position name language kind match_key", _entity_names),
    ),
    "action": (
        Table(
            "action_version",
            "version id revision_from document acted_on date_basis decided_on period_start period_end unnamed_subject "
            "open_ended amount_cny confidence basis extractor gist_zh gist_en body",
            _action_version,
        ),
        Table("action_words", f"{_PLACE} basis search_key", _action_words),
        Table("action_code", f"{_PLACE} list code position", _action_codes),
        Table("action_entity", f"{_PLACE} position entity name kind operator operator_name", _action_entities),
        Table("anchor", f"action_version {_ANCHOR}", _anchors),
    ),
    "figure": (
        Table(
            "figure_version",
            "version id revision_from document measure subject_kind campaign value_min value_max qualifier unit "
            "wording period_start period_end confidence basis extractor gist_zh gist_en search_key body",
            _figure_version,
        ),
        Table("figure_code", "version list code position", _figure_codes),
        Table("anchor", f"figure_version {_ANCHOR}", _anchors),
    ),
}
"""By kind, the tables in which its versions are written, each after those it refers to."""
