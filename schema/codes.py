"""Typed access to the bilingual code lists shipped in `schema/vocabulary/`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from schema.annotated import Annotations

ListName = Literal["measures", "subject_kinds", "categories", "authorities", "instruments", "campaigns", "regions"]
LIST_NAMES: tuple[ListName, ...] = get_args(ListName)


class UnknownCode(ValueError):
    """A code that its list has never held. The message names the list and the code."""

    def __init__(self, list_name: str, code: str) -> None:
        super().__init__(f"no code {code!r} in the list {list_name!r}")
        self.list_name = list_name
        self.code = code


class CodeItem(BaseModel):
    """One item of one code list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    list: ListName = Field(description="The code list this item belongs to.")
    code: str = Field(description="The code: lower-case, never reused for another sense.")
    label_zh: str = Field(description="Chinese label, in simplified characters.")
    label_en: str = Field(description="English label.")
    definition: str | None = Field(None, description="What the code covers, in English.")
    parent: str | None = Field(None, description="The broader code of the same list, if any.")
    replaced_by: str | None = Field(None, description="The code to use instead, once this one is retired.")
    legal_nature: str | None = Field(
        None,
        description="Measures only: what kind of act it is in law, such as administrative_penalty.",
    )
    kind: str | None = Field(
        None, description="Measures: atomic, composite (a joint count) or umbrella. Authorities: their rank."
    )
    region: str | None = Field(None, description="Authorities only: the GB/T 2260 region the body answers for.")


class CodeBook:
    """The code lists as they stand at one revision, and the annotations: what every answer is read with."""

    def __init__(self, items: Iterable[CodeItem], annotations: Annotations | None = None) -> None:
        self.annotations = annotations or Annotations()
        self._lists: dict[str, dict[str, CodeItem]] = {name: {} for name in LIST_NAMES}
        self._children: dict[tuple[str, str], list[str]] = {}
        for item in items:
            self._lists[item.list][item.code] = item
            if item.parent is not None:
                self._children.setdefault((item.list, item.parent), []).append(item.code)

    def __iter__(self) -> Iterator[CodeItem]:
        for items in self._lists.values():
            yield from items.values()

    def items(self, list_name: ListName) -> list[CodeItem]:
        """The items of one list, in the order of the list."""
        return list(self._lists[list_name].values())

    def item(self, list_name: ListName, code: str) -> CodeItem:
        """The item of a code. Raises `UnknownCode`."""
        try:
            return self._lists[list_name][code]
        except KeyError:
            raise UnknownCode(list_name, code) from None

    def has(self, list_name: ListName, code: str) -> bool:
        """Whether the list holds the code."""
        return code in self._lists[list_name]

    def with_descendants(self, list_name: ListName, code: str) -> tuple[str, ...]:
        """The code itself and every code below it. Raises `UnknownCode`."""
        found = [self.item(list_name, code).code]
        for known in found:
            found.extend(c for c in self._children.get((list_name, known), ()) if c not in found)
        return tuple(found)

    def regions_of(self, authorities: Iterable[str]) -> tuple[str, ...]:
        """The regions of some authorities, each once; some have none. Raises `UnknownCode`."""
        regions = (self.item("authorities", code).region for code in authorities)
        return tuple(dict.fromkeys(region for region in regions if region))


@cache
def vocabulary_source(name: str) -> tuple[Mapping[str, Any], ...]:
    """The raw items of one vocabulary file, surface forms and patterns included, for the parser.

    `name` is a list name or `entities` (the gazetteer of names that are known beforehand).
    """
    text = resources.files("schema.vocabulary").joinpath(f"{name}.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)["items"])


@cache
def list_title(name: ListName) -> tuple[str, str]:
    """What a code list is called, in Chinese and in English."""
    text = resources.files("schema.vocabulary").joinpath(f"{name}.json").read_text(encoding="utf-8")
    title = json.loads(text)["title"]
    return title["zh"], title["en"]


@cache
def quantity_grammar() -> Mapping[str, Any]:
    """Multipliers, qualifier words and open-list words of Chinese counts (`quantities.json`)."""
    text = resources.files("schema.vocabulary").joinpath("quantities.json").read_text(encoding="utf-8")
    grammar: Mapping[str, Any] = json.loads(text)
    return grammar


_SHARED_FIELDS = ("code", "definition", "parent", "replaced_by", "legal_nature", "kind", "region")


def _item(list_name: ListName, raw: Mapping[str, Any]) -> CodeItem:
    fields = {name: raw[name] for name in _SHARED_FIELDS if name in raw}
    return CodeItem(list=list_name, label_zh=raw["zh"], label_en=raw["en"], **fields)


@cache
def shipped_codes() -> CodeBook:
    """The code lists this build ships."""
    return CodeBook(_item(name, raw) for name in LIST_NAMES for raw in vocabulary_source(name))
