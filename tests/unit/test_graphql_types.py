"""The GraphQL types say what the records say: the same fields, described by the same words."""

from __future__ import annotations

from typing import Any, Literal, get_args

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    build_schema,
)
from pydantic import BaseModel
from strawberry.utils.str_converters import to_camel_case

from schema import extraction, records, releases
from schema.codes import LIST_NAMES, CodeItem
from schema.graphql import sdl
from schema.graphql.engine import CORE
from schema.graphql.scalars import CODE_SCALARS
from schema.query import CODE_FILTERS, DIMENSIONS, FILTERS_OF, Measurable

MODELS: list[type[BaseModel]] = [
    records.Action,
    records.Figure,
    records.Entity,
    records.Document,
    records.EntityName,
    records.EntityMention,
    records.Revision,
    releases.Release,
    extraction.Anchor,
    extraction.Period,
    extraction.ClauseCounts,
]
NESTED = {"Figure": {"series", "contradictions"}, "Entity": {"actions"}, "Document": {"actions", "figures", "reprints"}}
"""What GraphQL adds to records."""
ENUMS = {
    "Qualifier": extraction.Qualifier,
    "Confidence": extraction.Confidence,
    "DateBasis": records.DateBasis,
    "Basis": records.Basis,
    "Cause": records.Cause,
    "NameKind": records.NameKind,
    "Dimension": Literal[DIMENSIONS],
    "Measurable": Measurable,
}


def fields_of(name: str) -> dict[str, Any]:
    type_ = CORE.get_type(name)
    assert isinstance(type_, GraphQLObjectType)
    fields: dict[str, Any] = type_.fields
    return fields


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_type_has_the_fields_of_its_record(model: type[BaseModel]) -> None:
    expected = {to_camel_case(name) for name in model.model_fields}
    assert set(fields_of(model.__name__)) == expected | NESTED.get(model.__name__, set())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_field_is_described_by_the_words_of_its_record(model: type[BaseModel]) -> None:
    ours = {"id", "entity"}  # said anew: every kind shares `id`, and `entity` is the object here, not its id
    described = fields_of(model.__name__)
    for name, field in model.model_fields.items():
        if name not in ours:
            assert described[to_camel_case(name)].description == field.description, name


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_field_may_be_null_only_where_the_record_says_so(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        nullable = type(None) in get_args(field.annotation)
        assert str(fields_of(model.__name__)[to_camel_case(name)].type).endswith("!") != nullable, name


@pytest.mark.parametrize("name", ENUMS)
def test_an_enumeration_has_the_values_of_its_literal(name: str) -> None:
    type_ = CORE.get_type(name)
    assert isinstance(type_, GraphQLEnumType)
    assert {key: value.value for key, value in type_.values.items()} == {v.upper(): v for v in get_args(ENUMS[name])}


def test_every_code_list_has_a_type_a_scalar_and_a_root() -> None:
    roots = fields_of("Query")
    for list_name in LIST_NAMES:
        scalar = CODE_SCALARS[list_name].__name__
        root = roots[to_camel_case(list_name)]
        item = root.type.of_type.of_type.of_type.name
        assert str(fields_of(item)["code"].type) == f"{scalar}!"
        assert str(root.args["code"].type) == f"[{scalar}!]"
        own = {"code", "label", "definition", "parent", "children", "replacedBy", "kind", "legalNature", "region"}
        assert set(fields_of(item)) <= own
        assert {to_camel_case(name) for name in CodeItem.model_fields} >= set(fields_of(item)) - {"label", "children"}


@pytest.mark.parametrize("kind", FILTERS_OF)
def test_a_list_takes_the_filters_of_its_kind(kind: records.RecordKind) -> None:
    plural = {"entity": "entities"}.get(kind, f"{kind}s")
    filters = {to_camel_case(name) for name in FILTERS_OF[kind]}
    assert set(fields_of("Query")[plural].args) == filters | {"and", "first", "after", "asOf"}
    conjunct = CORE.get_type(f"{kind.capitalize()}Filter")
    assert isinstance(conjunct, GraphQLInputObjectType)
    assert set(conjunct.fields) == filters - {"from", "to"}
    for name in set(CODE_FILTERS) & set(FILTERS_OF[kind]):
        scalar = CODE_SCALARS[CODE_FILTERS[name]].__name__
        assert str(conjunct.fields[to_camel_case(name)].type) == f"[{scalar}!]"


def test_every_root_takes_as_of() -> None:
    without_history = {"extractionRules", "releases", "release"}
    roots = {name: field for name, field in fields_of("Query").items() if name not in without_history}
    assert all(str(field.args["asOf"].type) == "AsOf" for field in roots.values())


def test_everything_is_described() -> None:
    for type_ in CORE.type_map.values():
        if type_.name.startswith("__"):
            continue
        assert type_.description, type_
        if isinstance(type_, GraphQLEnumType):
            assert all(value.description for value in type_.values.values()), type_
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                assert field.description, f"{type_}.{name}"
                assert all(argument.description for argument in field.args.values()), f"{type_}.{name}"
        if isinstance(type_, GraphQLInputObjectType):
            assert all(field.description for field in type_.fields.values()), type_


def test_the_scalars_are_these() -> None:
    own = {scalar.__name__ for scalar in CODE_SCALARS.values()}
    found = {type_.name for type_ in CORE.type_map.values() if isinstance(type_, GraphQLScalarType)}
    assert found == own | {"BigInt", "Cursor", "AsOf", "Date", "DateTime", "ID", "String", "Int", "Float", "Boolean"}


def test_the_sdl_is_stable_and_can_be_read() -> None:
    text = sdl()
    assert text == sdl()
    assert set(build_schema(text).type_map) == set(CORE.type_map)
