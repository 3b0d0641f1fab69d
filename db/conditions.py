"""Conditions in SQL, with what is bound to their parameters."""

from __future__ import annotations

from collections.abc import Iterable

from db.lookups import Lookups


def as_of(alias: str) -> str:
    """The versions that stood at the revision bound as the first parameter."""
    return f"{alias}.revision_from <= $1 AND ({alias}.revision_to IS NULL OR {alias}.revision_to > $1)"


class Conditions:
    """Conditions on the rows that one alias stands for, and the values bound to their parameters.

    The rows are record versions or, with `of_links`, those that tie actions to codes, entities or words. With `walked`
    they are looked at in order until a page is full, and each is tried against the conditions by itself.
    """

    def __init__(
        self, alias: str, lookups: Lookups, values: list[object], *, of_links: bool = False, walked: bool = False
    ) -> None:
        self.alias = alias
        self.lookups = lookups
        self.values = values
        self.of_links = of_links
        self.walked = walked
        self.texts = [as_of(alias)]

    def bind(self, value: object) -> str:
        """The parameter that stands for a value."""
        self.values.append(value)
        return f"${len(self.values)}"

    def bind_texts(self, texts: Iterable[str]) -> str:
        """The parameter that stands for an array of texts."""
        return f"{self.bind(list(texts))}::text[]"

    def add(self, text: str) -> None:
        """One more condition that must hold."""
        self.texts.append(text)

    def add_exists(self, rows: str) -> None:
        """There must be one of some rows, which the row of the alias leads to."""
        # A subquery with an offset stays one: without, Postgres may join first all that match, to show fifty.
        self.add(f"EXISTS (SELECT FROM {rows}{' OFFSET 0' if self.walked else ''})")

    def within(self, alias: str, *, of_links: bool = False) -> Conditions:
        """Conditions for a subquery of the same statement: its parameters are numbered on."""
        return Conditions(alias, self.lookups, self.values, of_links=of_links, walked=self.walked)

    def place(self, column: str) -> str:
        """The number by which the rows are sorted, where they are sorted by a date column of the version."""
        return f"{self.alias}.newest_first" if self.of_links else f"newest_first({self.alias}.{column})"

    @property
    def where(self) -> str:
        """All conditions, joined."""
        return " AND ".join(self.texts)
