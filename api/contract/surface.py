"""What clients may rely on, one promise a line: what is taken away from it, or asked for beyond it, breaks them.

`openapi/surface.txt` has the lines as they were agreed. `cunzhao contract --write` adds what is new; it takes a line
away, or adds one that begins with `needs`, only where `openapi/CHANGES.md` quotes it under the version of the contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    is_required_argument,
    is_required_input_field,
    is_specified_scalar_type,
)

DEMAND: Final = "needs "
"""What begins with it is asked of clients: a new one breaks those that were there before."""
_ASKED_OF_CLIENTS: Final = ("CitationRequest", "GraphQLQuery", "GraphQLRequest")


def surface(document: Mapping[str, Any], sdl: str) -> list[str]:
    """Every promise and demand of the two contracts, sorted."""
    return sorted({*_rest(document), *_graphql(build_schema(sdl))})


def breaks(before: Iterable[str], now: Iterable[str]) -> list[str]:
    """The promises that are gone, and the demands that are new of what was there before."""
    old, new = set(before), set(now)
    gone = {line for line in old - new if not line.startswith(DEMAND)}
    known = old | {line.partition(mark)[0] for line in old for mark in ":."}
    return sorted(gone | {line for line in new - old if line.startswith(DEMAND) and _asked_of(line) in known})


def _asked_of(demand: str) -> str:
    """The operation, field or type that a demand belongs to."""
    text = demand.removeprefix(DEMAND)
    for mark in ("(", " "):
        if mark in text:
            return text.rpartition(mark)[0]
    return text.partition(".")[0]


def announced(changes: str, version: str) -> set[str]:
    """What the entry of a version quotes, each a line of the surface."""
    entry = re.search(rf"^## {re.escape(version)}$(.*?)(?=^## |\Z)", changes, re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`([^`\n]+)`", entry[1])) if entry else set()


def agreed(before: Iterable[str], now: Iterable[str], quoted: set[str]) -> list[str]:
    """The lines that hold from now on: those of now, but for breaks that nobody announced."""
    silent = set(breaks(before, now)) - quoted
    kept = {line for line in silent if not line.startswith(DEMAND)}
    return sorted((set(now) - silent) | kept)


def _rest(document: Mapping[str, Any]) -> Iterator[str]:
    for path, operations in document["paths"].items():
        for method in sorted({"get", "post"} & set(operations)):
            asked = [*operations[method].get("parameters", ()), *operations.get("parameters", ())]
            yield from _operation(f"{method.upper()} {path}", operations[method], asked, document)
    for name, parameter in document["components"]["parameters"].items():
        yield from (f"{name}={value}" for value in _enum(parameter["schema"], document))
    for name, schema in document["components"]["schemas"].items():
        yield from _shape(name, schema)


def _operation(
    name: str, operation: Mapping[str, Any], asked: Iterable[Mapping[str, Any]], document: Mapping[str, Any]
) -> Iterator[str]:
    yield name
    for each in asked:
        reference = each.get("$ref", "").rpartition("/")[2]
        parameter = document["components"]["parameters"][reference] if reference else each
        yield f"{name} takes {parameter['name']}"
        if parameter.get("required") and parameter["in"] != "path":
            yield f"{DEMAND}{name} {parameter['name']}"
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            for media_type, content in answer.get("content", {}).items():
                yield f"{name} gives {status} {media_type} {written(content.get('schema', {}))}".rstrip()
            yield from (f"{name} gives {status} {header}" for header in answer.get("headers", ()))


def _enum(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Any]:
    """The values that a parameter, or each of its values, may have."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from schema.get("enum", ())
    if "items" in schema:
        yield from _enum(schema["items"], document)


def _shape(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    required = set(schema.get("required", ()))
    for field, described in schema.get("properties", {}).items():
        yield f"{name}.{field}: {written(described)}"
        if field in required:
            yield f"{DEMAND if name in _ASKED_OF_CLIENTS else 'always '}{name}.{field}"


def written(schema: Mapping[str, Any]) -> str:
    """The type of a value in short. Values of a list of codes may come and go: the list says so itself."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return "|".join(sorted(map(written, schema[word])))
    kind = schema.get("type", "")
    if kind == "array":
        return f"[{written(schema.get('items', {}))}]"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"{{{written(schema['additionalProperties'])}}}"
    return "|".join(sorted(kind)) if isinstance(kind, list) else str(kind or schema.get("const", "any"))


def _graphql(schema: GraphQLSchema) -> Iterator[str]:
    for name, type_ in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(type_):
            continue
        match type_:
            case GraphQLObjectType() | GraphQLInterfaceType():
                yield from (f"{name} is {each.name}" for each in type_.interfaces)
                yield from _fields(name, type_)
            case GraphQLInputObjectType():
                for field, given in type_.fields.items():
                    yield f"{name}.{field}: {given.type}"
                    if is_required_input_field(given):
                        yield f"{DEMAND}{name}.{field}"
            case GraphQLEnumType():
                yield from (f"{name}={value}" for value in type_.values)
            case GraphQLUnionType():
                yield from (f"{each.name} is {name}" for each in type_.types)
            case GraphQLScalarType():
                yield f"scalar {name}"


def _fields(name: str, type_: GraphQLObjectType | GraphQLInterfaceType) -> Iterator[str]:
    for field, given in type_.fields.items():
        yield f"{name}.{field}: {given.type} in GraphQL"
        for argument, wanted in given.args.items():
            yield f"{name}.{field}({argument}: {wanted.type})"
            if is_required_argument(wanted):
                yield f"{DEMAND}{name}.{field}({argument})"
