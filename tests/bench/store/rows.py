"""Rows as `db.writer` writes them, in the text form of COPY.

They are those of the tables of `LOADED_AT`: whatever later migrations add to them, they must bring for any store that
is there already. A test compares every table with one that the writer wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from db.changes import Change, record_json, record_kind
from db.lookups import LATIN
from db.matching import match_key
from db.order import newest_first
from db.searched import search_key, searched_fields
from schema.extraction import Anchor, Period
from schema.records import Action, AnyRecord, Document, Entity, Figure, RecordKind

COLUMNS = {
    "text_layer": "sha256 length body",
    "document": "id url",
    "document_text": "document sha256",
    "document_version": "version id revision_from revision_to original_url title publisher issuer published_on "
    "period_start period_end sha256 source_sha256 reprint_of clauses_extracted clauses_ignored clauses_unhandled "
    "basis extractor search_key body",
    "unhandled_clause": "version position start end reason",
    "entity": "id",
    "entity_version": "version id revision_from revision_to kind name name_en search_key body",
    "entity_name": "version position name language kind match_key",
    "action": "id",
    "action_version": "version id revision_from revision_to document acted_on date_basis decided_on period_start "
    "period_end unnamed_subject open_ended amount_cny confidence basis extractor gist_zh gist_en body",
    "action_words": "version id newest_first revision_from revision_to basis search_key",
    "action_code": "version list code position id newest_first revision_from revision_to",
    "action_entity": "version position entity name kind id newest_first revision_from revision_to",
    "figure": "id",
    "figure_version": "version id revision_from revision_to document measure subject_kind campaign value_min "
    "value_max qualifier unit wording period_start period_end confidence basis extractor gist_zh gist_en search_key "
    "body",
    "figure_code": "version list code position",
    "anchor": "action_version figure_version position document sha256 field value start end exact",
}
_ACTION_LISTS = (
    "measures", "categories", "authorities", "instruments", "campaigns", "regions", "subject_kinds",
)  # fmt: skip
_ORDER: tuple[RecordKind, ...] = ("document", "entity", "action", "figure")


def _text(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        if "\\" in value:
            value = value.replace("\\", "\\\\")
        if "\n" in value:
            value = value.replace("\n", "\\n")
        return value.replace("\t", "\\t") if "\t" in value else value
    return str(value)


_folded = lru_cache(50_000)(match_key)


def _ends(period: Period | None) -> tuple[object, object]:
    return (period.start, period.end) if period else (None, None)


@dataclass
class Rows:
    """Collects the rows of some revisions."""

    versions: dict[RecordKind, int]
    """The next version of each kind."""
    closed: Mapping[str, int]
    """By id, the revision that closes the versions written here."""
    texts: Mapping[str, str]
    """By document, the text its evidence points into."""
    latin: set[str] = field(default_factory=set)
    """The Latin words that search is to know."""
    bodies: dict[str, str] = field(default_factory=dict)
    """The JSON of each record, by its id."""
    lines: dict[str, list[str]] = field(default_factory=lambda: {table: [] for table in COLUMNS})

    def write(self, change: Change, *, known: bool = False) -> None:
        """Add what one revision opens; `known` where all its records were on record before."""
        for kind in _ORDER:
            for record in change.records:
                if record_kind(record) == kind:
                    self._record(record, change, known)

    def copied(self) -> dict[str, bytes]:
        """The rows of each table that has any."""
        return {table: "".join(lines).encode() for table, lines in self.lines.items() if lines}

    def _key(self, record: AnyRecord) -> str:
        """What search looks at, where names come again and again."""
        key = search_key((text for _, text in searched_fields(record_kind(record), record)), _folded)
        self.latin.update(LATIN.findall(key))
        return key

    def _add(self, table: str, *values: object) -> None:
        self.lines[table].append("\t".join(map(_text, values)) + "\n")

    def _record(self, record: AnyRecord, change: Change, known: bool) -> None:
        kind = record_kind(record)
        version = self.versions[kind]
        self.versions[kind] += 1
        self.bodies[record.id] = record_json(record)
        span = (version, record.id, record.revision, self.closed.get(record.id))
        if isinstance(record, Document):
            self._document(record, span, change, known)
            return
        if not known:
            self._add(kind, record.id)
        if isinstance(record, Entity):
            self._entity(record, span)
        elif isinstance(record, Action):
            self._action(record, span)
        else:
            self._figure(record, span)

    def _document(self, record: Document, span: tuple[object, ...], change: Change, known: bool) -> None:
        if not known:
            self._add("document", record.id, record.url)
            self._add("text_layer", record.sha256, record.length, None)
            self._add("document_text", record.id, record.sha256)
        assert record.clauses is not None  # everything made here has a text
        self._add(
            "document_version", *span, record.original_url, record.title, record.publisher, record.issuer,
            record.published_on, *_ends(record.period), record.sha256, record.source_sha256, record.reprint_of,
            record.clauses.extracted, record.clauses.ignored, record.clauses.unhandled, record.basis, record.extractor,
            self._key(record), self.bodies[record.id],
        )  # fmt: skip
        for place, clause in enumerate(change.unhandled.get(record.id, ())):
            self._add("unhandled_clause", span[0], place, clause.start, clause.end, clause.reason)

    def _entity(self, record: Entity, span: tuple[object, ...]) -> None:
        self._add(
            "entity_version", *span, record.kind, record.name, record.name_en, self._key(record), self.bodies[record.id]
        )
        for place, name in enumerate(record.names):
            self._add("entity_name", span[0], place, name.name, name.language, name.kind, _folded(name.name))

    def _action(self, record: Action, span: tuple[object, ...]) -> None:
        self._add(
            "action_version", *span, record.document.id, record.acted_on, record.date_basis, record.decided_on,
            *_ends(record.period), record.unnamed_subject, record.open_ended, record.amount_cny, record.confidence,
            record.basis, record.extractor, record.gist_zh, record.gist_en, self.bodies[record.id],
        )  # fmt: skip
        version, *stood = map(_text, span)
        stands = "\t".join([stood[0], str(newest_first(record.acted_on)), *stood[1:]])
        self.lines["action_words"].append(f"{version}\t{stands}\t{record.basis}\t{_text(self._key(record))}\n")
        codes, entities = self.lines["action_code"], self.lines["action_entity"]
        for name in _ACTION_LISTS:
            for place, code in enumerate(getattr(record, name)):
                codes.append(f"{version}\t{name}\t{code}\t{place}\t{stands}\n")
        for place, mention in enumerate(record.entities):
            name = _text(mention.name)
            entities.append(f"{version}\t{place}\t{mention.entity}\t{name}\t{mention.kind}\t{stands}\n")
        self._anchors(f"{version}\t\\N", record.document.id, record.anchors)

    def _figure(self, record: Figure, span: tuple[object, ...]) -> None:
        self._add(
            "figure_version", *span, record.document.id, record.measure, record.subject_kind, record.campaign,
            record.value_min, record.value_max, record.qualifier, record.unit, record.wording, *_ends(record.period),
            record.confidence, record.basis, record.extractor, record.gist_zh, record.gist_en,
            self._key(record), self.bodies[record.id],
        )  # fmt: skip
        for name, codes in (("authorities", record.authorities), ("regions", record.regions)):
            for place, code in enumerate(codes):
                self._add("figure_code", span[0], name, code, place)
        self._anchors(f"\\N\t{span[0]}", record.document.id, record.anchors)

    def _anchors(self, of: str, document: str, anchors: Iterable[Anchor]) -> None:
        text, lines = self.texts[document], self.lines["anchor"]
        for n, a in enumerate(anchors):
            value, exact = _text(a.value), _text(a.exact)
            lines.append(f"{of}\t{n}\t{document}\t{text}\t{a.field}\t{value}\t{a.start}\t{a.end}\t{exact}\n")
