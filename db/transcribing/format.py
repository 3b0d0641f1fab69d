"""The file format of transcribed facts: JSON Lines, one page a line, every field checked.

Field names are those of the records. What is not given is not known: a period is the one of the page unless a
fact has its own, and `null` where the fact has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from schema.codes import CodeBook, ListName, UnknownCode, vocabulary_source
from schema.extraction import EXACT_LIMIT, Confidence, NonNegative, Period, Qualifier, check_bounds

Address = Annotated[str, Field(pattern=r"^https?://[!-~]+$")]
"""An address in ASCII, as programs send it."""
Phrase = Annotated[str, Field(min_length=1, max_length=EXACT_LIMIT)]
"""A name or a number with its noun, never a sentence."""


class BadTranscription(Exception):
    """A file of transcribed facts that cannot be taken. One line a fault, each naming file, line and field."""


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StatedMention(_Stated):
    """A named subject."""

    name: Phrase
    kind: str
    entity: str | None = None
    """The known entity meant: a code of `schema/vocabulary/entities.json`."""


class _Fact(_Stated):
    period: Period | None = None
    authorities: tuple[str, ...] = ()
    confidence: Confidence = "low"

    def period_on(self, page: Page) -> Period | None:
        """The period of the fact: its own, if it says one or says that it has none, else that of the page."""
        return self.period if "period" in self.model_fields_set else page.period


class StatedFigure(_Fact):
    """One official count."""

    measure: str
    subject_kind: str
    value_min: NonNegative | None = None
    value_max: NonNegative | None = None
    qualifier: Qualifier
    unit: str = Field("", max_length=8)
    wording: Phrase
    campaign: str | None = None

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        check_bounds(self.qualifier, self.value_min, self.value_max)
        return self


class StatedAction(_Fact):
    """One act against one group of subjects."""

    entities: tuple[StatedMention, ...] = ()
    unnamed_subject: Phrase | None = None
    unnamed_kind: str | None = None
    open_ended: bool = False
    measures: tuple[str, ...] = Field(min_length=1)
    categories: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    amount_cny: NonNegative | None = None
    decided_on: date | None = None

    @model_validator(mode="after")
    def _on_somebody(self) -> Self:
        if bool(self.entities) == bool(self.unnamed_kind):
            raise ValueError("an action has either entities or an unnamed_kind")
        return self


class Page(_Stated):
    """A page whose text is not held, and the facts that somebody read off it."""

    url: Address
    title: Phrase | None = None
    publisher: Phrase | None = None
    issuer: str | None = None
    published_on: date | None = None
    period: Period | None = None
    reprint_of: Address | None = None
    """The address of the canonical copy, which the store holds or an earlier line gives."""
    note: str | None = Field(None, min_length=1, max_length=400)
    """What the list says of the page beside the facts; it is published with the revision."""
    figures: tuple[StatedFigure, ...] = ()
    actions: tuple[StatedAction, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for name, facts in (("figures", self.figures), ("actions", self.actions)):
            said = [fact.model_dump_json(exclude={"wording", "confidence"}, exclude_unset=True) for fact in facts]
            if len(set(said)) < len(said):
                raise ValueError(f"the {name} say one thing twice")
        if self.reprint_of == self.url:
            raise ValueError("a page is no reprint of itself")
        return self


def read_pages(file: Path, book: CodeBook) -> list[Page]:
    """The pages of a file. Raises `BadTranscription` with every fault of it, so that a file is taken whole or not."""
    pages: list[Page] = []
    faults: list[str] = []
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{file.name}, line {number}"
        try:
            page = Page.model_validate(json.loads(text))
        except ValidationError as error:
            faults += [f"{where}: {_place(one['loc'])}{one['msg']}" for one in error.errors()]
            continue
        except ValueError as error:
            faults.append(f"{where}: no JSON object: {error}")
            continue
        faults += [f"{where}: {fault}" for fault in _unknown(page, book)]
        if any(page.url == other.url for other in pages):
            faults.append(f"{where}: url: an earlier line has this address")
        pages.append(page)
    if faults:
        raise BadTranscription("\n".join(faults))
    return pages


def _place(location: tuple[int | str, ...]) -> str:
    return f"{'.'.join(map(str, location))}: " if location else ""


def _unknown(page: Page, book: CodeBook) -> Iterator[str]:
    """The codes that no list has, each with its field."""
    known = {item["code"] for item in vocabulary_source("entities")}
    for place, list_name, code in _codes(page):
        try:
            book.item(list_name, code)
        except UnknownCode as error:
            yield f"{place}: {error}"
    for index, action in enumerate(page.actions):
        for number, mention in enumerate(action.entities):
            if mention.entity is not None and mention.entity not in known:
                yield f"actions.{index}.entities.{number}.entity: no known entity {mention.entity!r}"


_LISTS: dict[str, ListName] = {
    "measure": "measures", "measures": "measures", "subject_kind": "subject_kinds", "unnamed_kind": "subject_kinds",
    "authorities": "authorities", "categories": "categories", "instruments": "instruments", "campaigns": "campaigns",
    "campaign": "campaigns",
}  # fmt: skip


def _codes(page: Page) -> Iterator[tuple[str, ListName, str]]:
    """Every code of a page with the field it stands in and the list it must be in."""
    if page.issuer is not None:
        yield "issuer", "authorities", page.issuer
    for name, facts in (("figures", page.figures), ("actions", page.actions)):
        for index, fact in enumerate(facts):
            for field, list_name in _LISTS.items():
                value = getattr(fact, field, None)
                for code in (value,) if isinstance(value, str) else value or ():
                    yield f"{name}.{index}.{field}", list_name, code
            for number, mention in enumerate(getattr(fact, "entities", ())):
                yield f"{name}.{index}.entities.{number}.kind", "subject_kinds", mention.kind
