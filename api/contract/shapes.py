"""What answers look like, as models: the components of the OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from api.citations.bodies import CitationAnswer, CitationRequest
from schema.annotations import ANNOTATION_MODELS, AnnotationKind, Series
from schema.asking import FigureLinks
from schema.changes import RecordChange
from schema.codes import LIST_NAMES, CodeItem, ListName, shipped_codes
from schema.comparing import Comparison
from schema.highlights import Highlight
from schema.overlaps import FigureLink
from schema.query import FIRST_YEAR, LAST_YEAR
from schema.records import RECORD_MODELS, RecordKind
from schema.releases import Manifest, Release
from schema.rules import ExtractionRule
from schema.series import FigureContext, SeriesDetail
from schema.summing import Sum

REF = "#/components/schemas/{model}"


class Shape(BaseModel):
    """Base of the shapes: nothing beside what is declared."""

    model_config = ConfigDict(extra="forbid")


class Total(Shape):
    """How many there are in all."""

    value: int = Field(ge=0, description="The number, whatever the page holds of it.")
    relation: Literal["eq"] = Field(description="The number is exact.")


class Meta(Shape):
    """What is said about every answer."""

    revision: int = Field(ge=1, description="The revision of the record that this is an answer of.")
    release: str | None = Field(description="The release that the revision is, if it is one.")
    errata: list[str] = Field(description="Known faults of this answer that a later revision mends.")


class Vocabulary(Shape):
    """One code list."""

    name: ListName = Field(description="Its name.")
    items: int = Field(ge=0, description="How many codes it has.")
    url: str = Field(description="Where they are.")


class ListedRelease(Release):
    """A release, as the list has it."""

    url: str = Field(description="Where its manifest is.")


class Group(Shape):
    """One group of an aggregate: a value of each dimension asked for, and the count."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"required": ["count"]})

    year: int | None = Field(None, ge=FIRST_YEAR, le=LAST_YEAR, description="The year; null for the undated.")
    multi_year: bool = Field(False, description="With year: figures whose period lies within no one year.")
    category: str | None = Field(None, description="A code of `categories`; null where none is stated.")
    measure: str | None = Field(None, description="A code of `measures`.")
    entity: str | None = Field(None, description="Id of an entity; null where none is named.")
    authority: str | None = Field(None, description="A code of `authorities`; null where none is stated.")
    count: int = Field(ge=1, description="How many actions or figures. Figures are counted, not added up.")


class Status(Shape):
    """Whether the service is well."""

    status: Literal["ok", "ready"] = Field(description="`ok`: it runs. `ready`: it can answer.")


class Fault(Shape):
    """One fault of a request."""

    parameter: str = Field(description="The parameter at fault.")
    detail: str = Field(description="What is wrong with it.")


class Problem(Shape):
    """Why a request was not answered (RFC 9457)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"required": ["type", "title", "status", "instance"]})

    type: str = Field(description="A URI that names the kind of problem; `about:blank`: see the status.")
    title: str = Field(description="The status in words.")
    status: int = Field(ge=400, le=599, description="The HTTP status.")
    detail: str = Field("", description="What is wrong, for people.")
    instance: str = Field(description="The path asked for.")
    errors: list[Fault] = Field([], description="The faults, by parameter.")
    overlaps: list[FigureLink] = Field(
        [], description="Where a sum is refused: how its figures overlap, at most the first fifty."
    )
    request_id: str = Field("", description="Under this the log of the server tells more.")


_HIGHLIGHTS: tuple[Any, Any] = (
    dict[str, list[Highlight]],
    Field({}, description="By id of a record, where in it the texts of `search` stand. Only with `highlight=true`."),
)


_CONTEXTS: tuple[Any, Any] = (
    dict[str, FigureContext],
    Field({}, description="By id of a figure, what is said about it: its series with flags, and its contradictions."),
)
_CONTEXT: tuple[Any, Any] = (
    FigureContext | None,
    Field(None, description="What is said about the figure: its series with flags, and its contradictions."),
)


def _list_of(name: str, item: Any, order: str = "The records, newest first.", **more: Any) -> type[BaseModel]:
    return create_model(
        name,
        __base__=Shape,
        __doc__="One page of a list.",
        data=(list[item], Field(description=order)),
        total=(Total, Field(description="How many match.")),
        **more,
        next=(str | None, Field(description="Where the next page is; null on the last.")),
        meta=(Meta, Field(description="About this answer.")),
    )


def _detail_of(name: str, item: Any, **more: Any) -> type[BaseModel]:
    return create_model(
        name,
        __base__=Shape,
        __doc__="One record.",
        data=(item, Field(description="The record.")),
        **more,
        meta=(Meta, Field(description="About this answer.")),
    )


def _also(kind: RecordKind, context: tuple[Any, Any]) -> dict[str, Any]:
    return {"context": context} if kind == "figure" else {}


LISTS: dict[RecordKind, type[BaseModel]] = {
    kind: _list_of(f"{model.__name__}List", model, highlights=_HIGHLIGHTS, **_also(kind, _CONTEXTS))
    for kind, model in RECORD_MODELS.items()
}
DETAILS: dict[RecordKind, type[BaseModel]] = {
    kind: _detail_of(f"{model.__name__}Detail", model, **_also(kind, _CONTEXT)) for kind, model in RECORD_MODELS.items()
}
_BY_ID = "All there are, by their ids."
ANNOTATION_LISTS: dict[AnnotationKind, type[BaseModel]] = {
    kind: _list_of(f"{model.__name__}List", model, _BY_ID) for kind, model in ANNOTATION_MODELS.items()
}
ANNOTATION_DETAILS: dict[AnnotationKind, type[BaseModel]] = {
    kind: _detail_of(f"{model.__name__}Answer", SeriesDetail if model is Series else model)
    for kind, model in ANNOTATION_MODELS.items()
}
COMPARISON = _detail_of("ComparisonAnswer", Comparison)
SUM = _detail_of("SumAnswer", Sum)
FIGURE_LINKS = _detail_of("FigureLinksAnswer", FigureLinks)
CODE_LIST = _list_of("CodeItemList", CodeItem)
VOCABULARY_LIST = _list_of("VocabularyList", Vocabulary)
RULE_LIST = _list_of("ExtractionRuleList", ExtractionRule)
GROUP_LIST = _list_of("GroupList", Group)
CHANGE_LIST = _list_of("RecordChangeList", RecordChange, "The changes, oldest first.")
INDEX = _detail_of("Index", dict[str, str])
CITATION = _detail_of("CitationDetail", CitationAnswer)
RELEASE_LIST = _list_of("ReleaseList", ListedRelease)
RELEASE_DETAIL = _detail_of("ReleaseDetail", Manifest)


def component_schemas() -> dict[str, Any]:
    """The JSON Schemas of all shapes, by name."""
    models: list[type[BaseModel]] = [
        *LISTS.values(),
        *DETAILS.values(),
        *ANNOTATION_LISTS.values(),
        *ANNOTATION_DETAILS.values(),
        COMPARISON,
        SUM,
        FIGURE_LINKS,
        CODE_LIST,
        VOCABULARY_LIST,
        RULE_LIST,
        GROUP_LIST,
        CHANGE_LIST,
        INDEX,
        CITATION,
        RELEASE_LIST,
        RELEASE_DETAIL,
        Status,
        Problem,
    ]
    chosen: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "serialization") for model in models]
    _, schemas = models_json_schema([*chosen, (CitationRequest, "validation")], ref_template=REF)
    codes = {
        f"{name}_code": {
            "type": "string",
            "description": f"A code of the list `{name}`.",
            "enum": [item.code for item in shipped_codes().items(name)],
        }
        for name in LIST_NAMES
    }
    return {**schemas["$defs"], **codes}
