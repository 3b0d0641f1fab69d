"""The schema, made once."""

from collections.abc import Iterator

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.extensions import SchemaExtension
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from schema.graphql.query import Query
from schema.graphql.scalars import scalar_map
from schema.graphql.source import value_of


class _Prepared(SchemaExtension):
    """Hands Strawberry the document that was parsed and validated before."""

    def on_parse(self) -> Iterator[None]:
        self.execution_context.graphql_document = self.execution_context.context.prepared.document
        yield

    def on_validate(self) -> Iterator[None]:
        self.execution_context.pre_execution_errors = []
        yield


class _Schema(strawberry.Schema):
    """Strawberry's schema; errors are logged where they are presented."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here."""


def _make_schema() -> _Schema:
    config = StrawberryConfig(default_resolver=value_of, scalar_map=scalar_map())
    return _Schema(Query, extensions=[_Prepared], config=config)


SCHEMA = _make_schema()
CORE: GraphQLSchema = SCHEMA._schema


def sdl() -> str:
    """The schema in the schema definition language, as it is committed in `openapi/schema.graphql`."""
    return print_schema(SCHEMA) + "\n"
