"""What a filter means, said once more in plain Python over the records themselves: slow, and simple enough to trust."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from db.matching import match_key
from schema.codes import CodeBook
from schema.query import CODE_FILTERS, AnyOf, Filter
from schema.records import Action, Document, Entity


@dataclass(frozen=True)
class World:
    """Everything that stood at a revision."""

    actions: tuple[Action, ...]
    documents: tuple[Document, ...]
    entities: tuple[Entity, ...]
    book: CodeBook

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
            and all(any(match_key(text) in part for part in _searched(action)) for text in filter.search)
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
    day = action.acted_on
    return day is None, -(day or date.min).toordinal(), action.id


def _searched(action: Action) -> Iterable[str]:
    said = (action.gist_zh, action.gist_en, action.unnamed_subject)
    named = (mention.name for mention in action.entities)
    return (match_key(text) for text in (*said, *named, *(a.exact for a in action.anchors)) if text)
