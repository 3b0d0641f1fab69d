"""The root of all queries."""

import re
from typing import Annotated, Any

import strawberry

from schema.codes import CodeItem, ListName
from schema.graphql.aggregate import Aggregate, aggregate_field
from schema.graphql.annotated import (
    Comparison,
    Contradiction,
    FigureLinks,
    Series,
    Sum,
    compare_field,
    contradictions_field,
    figure_links_field,
    series_field,
    sum_field,
)
from schema.graphql.arguments import as_of_parameter, optional, taking
from schema.graphql.codelists import Authority, Campaign, Category, Instrument, Measure, Region, SubjectKind
from schema.graphql.paging import Connection, Info, connection
from schema.graphql.reads import Root, RootRecord, planned
from schema.graphql.rules import ExtractionRule, extraction_rules_field
from schema.graphql.scalars import CODE_SCALARS
from schema.graphql.source import Coded, Place, Snapshot, Stored
from schema.graphql.timeline import TimelineYear, timeline_field
from schema.graphql.types import Action, Document, Entity, Figure, Node
from schema.graphql.values import Release, Revision
from schema.ids import ID_PATTERNS, kind_of
from schema.query import MAX_VALUES, BadQuery
from schema.records import RecordKind


async def _snapshot_of(info: Info, kind: RecordKind, record_id: str, given: dict[str, Any]) -> Snapshot | None:
    """Where a record is looked for, None when the id can be of no record of the kind."""
    if not re.fullmatch(ID_PATTERNS[kind], record_id, re.ASCII):
        return None
    return await info.context.snapshot(optional(given, "as_of"))


async def _record(info: Info, kind: RecordKind, record_id: str, given: dict[str, Any]) -> Stored | None:
    """The record, None when the id is of no record of the kind at that revision."""
    snapshot = await _snapshot_of(info, kind, record_id, given)
    return None if snapshot is None else await snapshot.get(kind, record_id)


def _found(kind: RecordKind | None) -> Any:
    """How a plan reads a record by its id; without a kind, of the kind that the id tells."""

    async def find(info: Info, id: str, **given: Any) -> RecordKind | None:
        of = kind or kind_of(id)
        return of if await _snapshot_of(info, of, id, given) else None

    return planned(RootRecord(find))


def _one(kind: RecordKind) -> Any:
    """A root field that gives one record of a kind by its id."""

    async def resolve(
        info: Info, id: Annotated[strawberry.ID, strawberry.argument(description=f"Id of the {kind}.")], **given: Any
    ) -> Any:
        return await _record(info, kind, id, given)

    description = f"The {kind} with this id; null when there is none."
    resolver = taking([as_of_parameter()], resolve)
    return strawberry.field(resolver=resolver, description=description, metadata=_found(kind))


def _node() -> Any:
    async def resolve(
        info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the record.")], **given: Any
    ) -> Any:
        return await _record(info, kind_of(id), id, given)

    description = "The record of any kind with this id; null when there is none."
    resolver = taking([as_of_parameter()], resolve)
    return strawberry.field(resolver=resolver, description=description, metadata=_found(None))


def _code_list(list_name: ListName) -> Any:
    """A root field that gives a code list."""
    scalar = CODE_SCALARS[list_name]
    about = strawberry.argument(description="Only these codes.")

    async def find(info: Info, code: Any = strawberry.UNSET, **given: Any) -> list[CodeItem]:
        wanted = None if code is strawberry.UNSET else code
        if wanted and len(wanted) > MAX_VALUES:
            raise BadQuery("code", f"at most {MAX_VALUES} values, not {len(wanted)}")
        snapshot = await info.context.snapshot(optional(given, "as_of"))
        items = (await snapshot.book()).items(list_name)
        return [item for item in items if wanted is None or item.code in wanted]

    async def resolve(
        info: Info,
        code: Annotated[list[scalar] | None, about] = strawberry.UNSET,  # type: ignore[valid-type]
        **given: Any,
    ) -> Any:
        items = await find(info, code, **given)
        snapshot = await info.context.snapshot(optional(given, "as_of"))
        place = Place(snapshot, await snapshot.book())
        return [Coded(item, place) for item in items]

    description = f"The code list `{list_name}`, in its order."
    resolver = taking([as_of_parameter()], resolve)
    return strawberry.field(resolver=resolver, description=description, metadata=planned(Root(find)))


def _revision() -> Any:
    async def resolve(info: Info, **given: Any) -> Any:
        return (await info.context.snapshot(optional(given, "as_of"))).revision

    description = "The revision that this request is answered from."
    resolver = taking([as_of_parameter()], resolve)
    return strawberry.field(resolver=resolver, description=description, metadata=planned(Root(resolve)))


def _releases() -> Any:
    async def resolve(info: Info) -> Any:
        return list(await info.context.reader.releases())

    description = "The releases, the newest first: revisions with a name and immutable files."
    return strawberry.field(resolver=resolve, description=description, metadata=planned(Root(resolve)))


def _release() -> Any:
    about = strawberry.argument(description="Name of the release, such as `2026.11.1`.")

    async def resolve(info: Info, name: Annotated[str, about]) -> Any:
        return next((release for release in await info.context.reader.releases() if release.name == name), None)

    description = "The release of this name; null when there is none."
    return strawberry.field(resolver=resolve, description=description, metadata=planned(Root(resolve)))


@strawberry.type(
    description="What can be asked. Every field that takes `asOf` answers as of one revision, by default the latest."
)
class Query:
    actions: Connection[Action] = connection("action", "Actions, the latest first.")
    figures: Connection[Figure] = connection("figure", "Official counts, the latest first.")
    entities: Connection[Entity] = connection("entity", "Named platforms, apps, accounts and others, by id.")
    documents: Connection[Document] = connection("document", "Retrieved announcements, the latest first.")
    action: Action | None = _one("action")
    figure: Figure | None = _one("figure")
    entity: Entity | None = _one("entity")
    document: Document | None = _one("document")
    node: Node | None = _node()
    measures: list[Measure] = _code_list("measures")
    categories: list[Category] = _code_list("categories")
    authorities: list[Authority] = _code_list("authorities")
    regions: list[Region] = _code_list("regions")
    subject_kinds: list[SubjectKind] = _code_list("subject_kinds")
    campaigns: list[Campaign] = _code_list("campaigns")
    instruments: list[Instrument] = _code_list("instruments")
    extraction_rules: list[ExtractionRule] = extraction_rules_field()
    series: list[Series] = series_field()
    contradictions: list[Contradiction] = contradictions_field()
    compare: Comparison = compare_field()
    sum: Sum = sum_field()
    figure_links: FigureLinks | None = figure_links_field()
    timeline: list[TimelineYear] = timeline_field()
    aggregate: Aggregate = aggregate_field()
    revision: Revision = _revision()
    releases: list[Release] = _releases()
    release: Release | None = _release()
