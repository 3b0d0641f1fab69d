"""The records as GraphQL types. Fields without a resolver are read from the record under their own name."""

from datetime import date
from typing import Any

import strawberry

from schema import records
from schema.graphql.annotated import Contradiction, FigurePlace, figure_contradictions, figure_places
from schema.graphql.codelists import (
    Authority,
    Campaign,
    Category,
    Instrument,
    Measure,
    Region,
    SubjectKind,
    code,
    codes,
)
from schema.graphql.faces import face_of
from schema.graphql.paging import Connection, nested_connection
from schema.graphql.reads import Reference, Value, planned
from schema.graphql.scalars import BigInt
from schema.graphql.source import Mentioned, Stored
from schema.graphql.values import (
    Anchor,
    Basis,
    ClauseCounts,
    Confidence,
    DateBasis,
    EntityName,
    Period,
    Qualifier,
    ReprintEvidence,
)


@strawberry.interface(description="A record that can be asked for by its id alone.")
class Node:
    id: strawberry.ID = strawberry.field(description="Stable id, minted once, the same in REST and in bulk files.")


def _is(kind: records.RecordKind) -> Any:
    def is_type_of(_cls: type, source: object, _info: object) -> bool:
        return isinstance(source, Stored) and source.kind == kind

    return classmethod(is_type_of)


async def _document(root: Stored) -> Any:
    return await root.at.snapshot.get("document", root.data["document"]["id"])


async def _reprint_of(root: Stored) -> Any:
    original = root.data["reprint_of"]
    return None if original is None else await root.at.snapshot.get("document", original)


def _reprint_evidence(root: Stored) -> Any:
    return root.data.get("reprint_evidence")


async def _entity(root: Mentioned) -> Any:
    return await root.at.snapshot.get("entity", root.data["entity"])


async def _operator(root: Mentioned) -> Any:
    operator = root.data.get("operator")
    return None if operator is None else await root.at.snapshot.get("entity", operator)


def _mentions(root: Stored) -> Any:
    return [Mentioned(mention, root.at) for mention in root.data["entities"]]


def _stated_in() -> Any:
    """The document of an action or a figure."""
    read = Reference("document", "document.id")
    return strawberry.field(resolver=_document, metadata=planned(read))


@face_of(records.EntityMention)
class EntityMention:
    entity: "Entity" = strawberry.field(
        resolver=_entity, description="The entity.", metadata=planned(Reference("entity", "entity"))
    )
    name: str
    kind: SubjectKind = code("subject_kinds", "kind")
    operator: "Entity | None" = strawberry.field(resolver=_operator, metadata=planned(Reference("entity", "operator")))
    operator_name: str | None


@face_of(records.Action)
class Action(Node):
    is_type_of = _is("action")
    acted_on: date | None
    date_basis: DateBasis
    decided_on: date | None
    period: Period | None
    entities: list[EntityMention] = strawberry.field(resolver=_mentions, metadata=planned(Value(own="entities")))
    unnamed_subject: str | None
    open_ended: bool
    subject_kinds: list[SubjectKind] = codes("subject_kinds")
    measures: list[Measure] = codes("measures")
    categories: list[Category] = codes("categories")
    authorities: list[Authority] = codes("authorities")
    instruments: list[Instrument] = codes("instruments")
    campaigns: list[Campaign] = codes("campaigns")
    regions: list[Region] = codes("regions")
    amount_cny: BigInt | None
    gist_zh: str
    gist_en: str
    document: "Document" = _stated_in()
    confidence: Confidence
    basis: Basis
    extractor: str
    anchors: list[Anchor]
    revision: int


@face_of(records.Figure)
class Figure(Node):
    is_type_of = _is("figure")
    measure: Measure = code("measures", "measure")
    subject_kind: SubjectKind = code("subject_kinds", "subject_kind")
    value_min: BigInt | None
    value_max: BigInt | None
    qualifier: Qualifier
    unit: str
    wording: str
    period: Period | None
    authorities: list[Authority] = codes("authorities")
    regions: list[Region] = codes("regions")
    campaign: Campaign | None = code("campaigns", "campaign")
    series: list[FigurePlace] = figure_places()
    contradictions: list[Contradiction] = figure_contradictions()
    gist_zh: str
    gist_en: str
    document: "Document" = _stated_in()
    confidence: Confidence
    basis: Basis
    extractor: str
    anchors: list[Anchor]
    revision: int


@face_of(records.Entity)
class Entity(Node):
    is_type_of = _is("entity")
    kind: SubjectKind = code("subject_kinds", "kind")
    name: str
    name_en: str | None
    names: list[EntityName]
    revision: int
    actions: Connection[Action] = nested_connection("action", "entity_id", "The actions that name it.")


@face_of(records.Document)
class Document(Node):
    is_type_of = _is("document")
    url: str | None
    original_url: str | None
    title: str | None
    publisher: str | None
    issuer: Authority | None = code("authorities", "issuer")
    published_on: date | None
    period: Period | None
    sha256: str | None
    source_sha256: str | None
    length: int | None
    reprint_of: "Document | None" = strawberry.field(
        resolver=_reprint_of, metadata=planned(Reference("document", "reprint_of"))
    )
    reprint_evidence: ReprintEvidence | None = strawberry.field(
        resolver=_reprint_evidence,
        metadata=planned(Value(own="reprint_evidence")),
    )
    clauses: ClauseCounts | None
    basis: Basis
    extractor: str
    revision: int
    actions: Connection[Action] = nested_connection(
        "action", "document", "The actions that it and the other copies of the announcement state, each once."
    )
    figures: Connection[Figure] = nested_connection(
        "figure", "document", "The figures that it and the other copies of the announcement state, each once."
    )
    reprints: Connection["Document"] = nested_connection("document", "reprint_of", "Its reprints.")
