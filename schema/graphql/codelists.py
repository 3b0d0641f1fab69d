"""One GraphQL type for each code list. Records give codes as these objects, with label and definition."""

import enum
from typing import Annotated, Any

import strawberry

from schema.codes import CodeBook, CodeItem, ListName
from schema.graphql.reads import Codes, Value, planned
from schema.graphql.scalars import (
    AuthorityCode,
    CampaignCode,
    CategoryCode,
    InstrumentCode,
    MeasureCode,
    RegionCode,
    SubjectKindCode,
)
from schema.graphql.source import Coded, Stored


@strawberry.enum(description="A language of labels.")
class Language(enum.Enum):
    ZH = strawberry.enum_value("zh", description="Chinese, in simplified characters.")
    EN = strawberry.enum_value("en", description="English.")


def _about(name: str) -> str:
    return CodeItem.model_fields[name].description or ""


def codes(list_name: ListName, name: str | None = None) -> Any:
    """A field of a record that holds codes, resolved to their items."""

    def resolve(root: Stored) -> list[Any]:
        return [root.at.item(list_name, code) for code in root.data.get(name or list_name, ())]

    return strawberry.field(resolver=resolve, metadata=planned(Codes(list_name, name or list_name, many=True)))


def code(list_name: ListName, name: str) -> Any:
    """A field of a record that holds one code or none, resolved to its item."""

    def resolve(root: Stored) -> Any:
        value = root.data.get(name)
        return None if value is None else root.at.item(list_name, value)

    return strawberry.field(resolver=resolve, metadata=planned(Codes(list_name, name, many=False)))


def _plain(name: str) -> Any:
    return strawberry.field(description=_about(name))


def _other(name: str, list_name: ListName | None = None) -> Any:
    """A field of an item that holds the code of another item, of the same list if no other is named."""

    def resolve(root: Coded) -> Any:
        value = getattr(root.item, name)
        return None if value is None else root.at.item(list_name or root.item.list, value)

    def read(item: CodeItem, book: CodeBook) -> CodeItem | None:
        value = getattr(item, name)
        return None if value is None else book.item(list_name or item.list, value)

    return strawberry.field(resolver=resolve, description=_about(name), metadata=planned(Value(read)))


def _children() -> Any:
    def resolve(root: Coded) -> list[Any]:
        items = root.at.book.items(root.item.list)
        return [Coded(item, root.at) for item in items if item.parent == root.item.code]

    def read(item: CodeItem, book: CodeBook) -> list[CodeItem]:
        return [each for each in book.items(item.list) if each.parent == item.code]

    description = "The codes directly below, in the order of the list."
    return strawberry.field(resolver=resolve, description=description, metadata=planned(Value(read)))


def _label(
    root: Coded,
    lang: Annotated[Language, strawberry.argument(description="The language of the label.")] = Language.EN,
) -> str:
    return _label_in(root.item, root.at.book, lang)


def _label_in(item: CodeItem, _: CodeBook, lang: Language = Language.EN) -> str:
    return item.label_zh if lang is Language.ZH else item.label_en


@strawberry.type
class _Item:
    """What the items of all lists have."""

    label: str = strawberry.field(
        resolver=_label, description="The label, in the language asked for.", metadata=planned(Value(_label_in))
    )
    definition: str | None = _plain("definition")


@strawberry.type(description="What a regulator does to a subject.")
class Measure(_Item):
    code: MeasureCode = _plain("code")
    kind: str | None = _plain("kind")
    legal_nature: str | None = _plain("legal_nature")
    parent: "Measure | None" = _other("parent")
    children: "list[Measure]" = _children()
    replaced_by: "Measure | None" = _other("replaced_by")


@strawberry.type(description="What kind of thing a measure is taken against.")
class SubjectKind(_Item):
    code: SubjectKindCode = _plain("code")
    replaced_by: "SubjectKind | None" = _other("replaced_by")


@strawberry.type(description="What a measure is taken for.")
class Category(_Item):
    code: CategoryCode = _plain("code")
    parent: "Category | None" = _other("parent")
    children: "list[Category]" = _children()
    replaced_by: "Category | None" = _other("replaced_by")


@strawberry.type(description="A body that acts, or whose count a figure is.")
class Authority(_Item):
    code: AuthorityCode = _plain("code")
    kind: str | None = _plain("kind")
    region: "Region | None" = _other("region", "regions")
    replaced_by: "Authority | None" = _other("replaced_by")


@strawberry.type(description="A law, regulation or rule that an announcement rests on.")
class Instrument(_Item):
    code: InstrumentCode = _plain("code")
    replaced_by: "Instrument | None" = _other("replaced_by")


@strawberry.type(description="A named campaign, or a series of them.")
class Campaign(_Item):
    code: CampaignCode = _plain("code")
    parent: "Campaign | None" = _other("parent")
    children: "list[Campaign]" = _children()
    replaced_by: "Campaign | None" = _other("replaced_by")


@strawberry.type(description="A region of GB/T 2260.")
class Region(_Item):
    code: RegionCode = _plain("code")
    parent: "Region | None" = _other("parent")
    children: "list[Region]" = _children()
    replaced_by: "Region | None" = _other("replaced_by")
