"""What a filter means, said once more in plain Python over the records themselves: slow, and simple enough to trust."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from db.matching import match_key
from schema.codes import CodeBook
from schema.query import CODE_FILTERS, AnyOf, Filter
from schema.records import Action, AnyRecord, Document, Entity, Figure, RecordKind


@dataclass(frozen=True)
class World:
    """Everything that stood at a revision."""

    actions: tuple[Action, ...]
    documents: tuple[Document, ...]
    entities: tuple[Entity, ...]
    figures: tuple[Figure, ...]
    book: CodeBook

    def of(self, kind: RecordKind, filter: Filter) -> list[AnyRecord]:
        """The records of a kind that match, in the order of lists."""
        if kind == "action":
            return [*self.found(filter)]
        if kind == "figure":
            counted = [figure for figure in self.figures if self._counts(figure, filter)]
            return [*sorted(counted, key=lambda figure: _last(figure.period.end if figure.period else None, figure))]
        if kind == "entity":
            return [*sorted((e for e in self.entities if self._is(e, filter)), key=lambda entity: entity.id)]
        stated = [document for document in self.documents if self._states(document, filter)]
        return [*sorted(stated, key=lambda document: _last(document.published_on, document))]

    def found(self, filter: Filter) -> list[Action]:
        """The actions that match, in the order of lists."""
        return sorted((a for a in self.actions if self._matches(a, filter)), key=_place)

    def _matches(self, action: Action, filter: Filter) -> bool:
        day = action.acted_on
        return (
            all(day is not None and day.year in years for years in filter.year)
            and (filter.since is None or (day is not None and day >= filter.since))
            and (filter.until is None or (day is not None and day <= filter.until))
            and all(
                self._codes(name, group) & set(getattr(action, list_name))
                for name, list_name in CODE_FILTERS.items()
                for group in getattr(filter, name)
            )
            and all(self._named(group) & {m.entity for m in action.entities} for group in filter.entity)
            and all(
                self._named(group) & {m.operator for m in action.entities if m.operator} for group in filter.operator
            )
            and all({m.entity for m in action.entities} & set(group) for group in filter.entity_id)
            and all(action.document.id in self._copies(ids) for ids in filter.document)
            and all(action.basis in bases for bases in filter.basis)
            and _says(_searched(action), filter)
        )

    def _counts(self, figure: Figure, filter: Filter) -> bool:
        period = figure.period
        start, end = (period.start, period.end) if period else (None, None)
        return (
            all(start and end and any(start.year <= year <= end.year for year in years) for years in filter.year)
            and (filter.since is None or (end is not None and end >= filter.since))
            and (filter.until is None or (start is not None and start <= filter.until))
            and all(set(group) & set(figure.authorities) for group in filter.authority)
            and all(set(group) & set(figure.regions) for group in filter.region)
            and all(figure.measure in group for group in filter.measure)
            and all(figure.subject_kind in group for group in filter.subject_kind)
            and all(figure.campaign in group for group in filter.campaign)
            and all(figure.document.id in self._copies(ids) for ids in filter.document)
            and all(figure.basis in bases for bases in filter.basis)
            and _says((figure.gist_zh, figure.gist_en, figure.wording, *(a.exact for a in figure.anchors)), filter)
        )

    def _is(self, entity: Entity, filter: Filter) -> bool:
        rest = replace(filter, entity=(), subject_kind=(), search=())
        return (
            all(entity.id in self._named(group) for group in filter.entity)
            and all(entity.kind in group for group in filter.subject_kind)
            and _says((name.name for name in entity.names), filter)
            and (rest == Filter() or any(entity.id in {m.entity for m in a.entities} for a in self.found(rest)))
        )

    def _states(self, document: Document, filter: Filter) -> bool:
        day = document.published_on
        rest = Filter(
            **{name: getattr(filter, name) for name in ("measure", "category", "authority", "region", "entity")}
        )
        stated = {a.document.id for a in self.found(rest)} if rest != Filter() else {document.id}
        if rest != Filter() and not (rest.category or rest.entity):
            stated |= {f.document.id for f in self.figures if self._counts(f, rest)}
        return (
            all(day is not None and day.year in years for years in filter.year)
            and (filter.since is None or (day is not None and day >= filter.since))
            and (filter.until is None or (day is not None and day <= filter.until))
            and all(document.id in ids for ids in filter.document)
            and all(document.reprint_of in ids for ids in filter.reprint_of)
            and all(document.basis in bases for bases in filter.basis)
            and _says((document.title, document.publisher, document.url, document.original_url), filter)
            and document.id in stated
        )

    def _codes(self, name: str, group: AnyOf) -> set[str]:
        below = (self.book.with_descendants(CODE_FILTERS[name], code) for code in group)
        return {code for codes in below for code in codes} if name == "category" else set(group)

    def _named(self, group: AnyOf) -> set[str | None]:
        keys = {match_key(name) for name in group}
        return {*(e.id for e in self.entities if keys & {match_key(n.name) for n in e.names}), *group}

    def _copies(self, ids: AnyOf) -> set[str]:
        families = {d.reprint_of or d.id for d in self.documents if d.id in ids}
        return {d.id for d in self.documents if (d.reprint_of or d.id) in families}


def _place(action: Action) -> tuple[bool, int, str]:
    return _last(action.acted_on, action)


def _last(day: date | None, record: AnyRecord) -> tuple[bool, int, str]:
    """The newest first, what has no date last, then by id."""
    return day is None, -(day or date.min).toordinal(), record.id


def _searched(action: Action) -> Iterable[str | None]:
    said = (action.gist_zh, action.gist_en, action.unnamed_subject)
    return (*said, *(mention.name for mention in action.entities), *(a.exact for a in action.anchors))


def _says(texts: Iterable[str | None], filter: Filter) -> bool:
    keys = [match_key(text) for text in texts if text]
    return all(any(match_key(text) in key for key in keys) for text in filter.search)
