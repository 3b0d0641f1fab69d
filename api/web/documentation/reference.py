"""The reference of the REST interface, made from the published contract."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote

from api.errors import NotFound
from api.web.page import query_text

_IN_PATH = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as the form of an operation offers it."""

    name: str
    place: str
    description: str
    required: bool
    values: Sequence[str]
    """What may be given, where that is a short list."""
    kind: str
    default: str | None
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One address and method."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    fields: Sequence[Field]
    responses: Sequence[tuple[str, str]]


_LONGEST_CHOICE = 60


@cache
def document() -> Mapping[str, Any]:
    """The contract as it is published."""
    text = resources.files("openapi").joinpath("openapi.json").read_text(encoding="utf-8")
    read: Mapping[str, Any] = json.loads(text)
    return read


def _resolved(value: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in value:
        found: Any = document()
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def _field(given: Mapping[str, Any]) -> Field:
    parameter = _resolved(given)
    schema = _resolved(parameter.get("schema", {}))
    items = _resolved(schema.get("items", schema))
    items = _resolved(items.get("items", items))
    values = [str(value) for value in items.get("enum", ())]
    example = parameter.get("example", "")
    return Field(
        name=parameter["name"],
        place=parameter["in"],
        description=parameter.get("description", ""),
        required=parameter.get("required", False),
        values=values if len(values) <= _LONGEST_CHOICE else (),
        kind=items.get("type", "string"),
        default=None if schema.get("default") is None else str(schema["default"]),
        example=",".join(map(str, example)) if isinstance(example, list) else str(example),
    )


@cache
def operations() -> Mapping[str, Operation]:
    """All operations by their ids, in the order of the contract."""
    found: dict[str, Operation] = {}
    for path, methods in document()["paths"].items():
        for method in ("get", "post"):
            if method not in methods:
                continue
            described = methods[method]
            given = [*methods.get("parameters", ()), *described.get("parameters", ())]
            found[described["operationId"]] = Operation(
                id=described["operationId"],
                method=method.upper(),
                path=path,
                tag=described["tags"][0],
                summary=described.get("summary") or described.get("description", ""),
                fields=[field for field in map(_field, given) if field.place != "header"],
                responses=[(status, _resolved(one)["description"]) for status, one in described["responses"].items()],
            )
    return found


def by_tag() -> list[tuple[str, str, list[Operation]]]:
    """The operations under their headings: name, description, operations."""
    tags = [(tag["name"], tag["description"]) for tag in document()["tags"]]
    known = operations().values()
    return [(name, said, [one for one in known if one.tag == name]) for name, said in tags]


def address_of(operation_id: str, given: Sequence[tuple[str, str]]) -> str:
    """The address that a filled-in form asks for: fields left empty ask for nothing. Raises `NotFound`."""
    operation = operations().get(operation_id)
    if operation is None or operation.method != "GET":
        raise NotFound(f"there is no operation {operation_id[:80]!r} that can be tried")
    values = [(name, value) for name, value in given if value]
    in_path = dict(values)
    missing = [name for name in _IN_PATH.findall(operation.path) if name not in in_path]
    if missing:
        raise NotFound(f"{operation.path} wants {missing[0]}")
    path = _IN_PATH.sub(lambda part: quote(in_path[part[1]], safe=""), operation.path)
    names = {field.name for field in operation.fields if field.place == "query"}
    pairs = [(name, value) for name, value in values if name in names]
    return f"{path}?{query_text(pairs)}" if pairs else path
