"""The OpenAPI document: as committed, complete, and true in every example."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from starlette.routing import Route

from api.app import routes
from api.contract import VERSION, openapi_document, openapi_text, write_contract
from api.contract.operations import paths
from api.contract.parts import EXAMPLE_IDS, EXAMPLES
from api.params import list_parameters
from api.settings import Settings
from db.shipped import load_dataset
from schema.query import CODE_FILTERS
from tests.support import corpus

FOLDER = Path(__file__).parents[2] / "openapi"
DOCUMENT = openapi_document()
OPERATIONS = {path: operations.get("get") or operations["post"] for path, operations in paths().items()}
POSTED = {path for path, operations in paths().items() if "post" in operations}
UNDOCUMENTED = {"/metrics", "/openapi.json", "/graphql"}
"""For operators; the document itself; what `schema.graphql` describes."""


def resolve(part: Any) -> Any:
    while isinstance(part, dict) and "$ref" in part:
        found: Any = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


@pytest.mark.parametrize("name", ["openapi.json", "schema.graphql"])
def test_what_is_committed_is_what_the_code_says(tmp_path: Path, name: str) -> None:
    write_contract(tmp_path)
    committed = (FOLDER / name).read_text(encoding="utf-8")
    assert committed == (tmp_path / name).read_text(encoding="utf-8"), "run: make contract"


def test_the_changes_have_an_entry_for_the_version() -> None:
    assert f"\n## {VERSION}\n" in (FOLDER / "CHANGES.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def client(served: str) -> Iterator[httpx.Client]:
    """A client of the application over the invented corpus."""
    with httpx.Client(base_url=served) as made:
        yield made


def test_it_is_served_as_committed(client: httpx.Client) -> None:
    assert client.get("/openapi.json").text == openapi_text()


def _routes() -> dict[str, str]:
    """The names of the routes by their paths, as the document writes these."""
    described = (route for route in routes(Settings()) if isinstance(route, Route) and route.include_in_schema)
    return {route.path.replace(":path}", "}"): route.name for route in described}


def test_every_route_is_described_and_nothing_else() -> None:
    served = set(_routes())
    assert served - UNDOCUMENTED == set(DOCUMENT["paths"])
    assert served >= UNDOCUMENTED


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    assert {tag for operation in OPERATIONS.values() for tag in operation["tags"]} <= tags


def test_routes_and_operations_have_the_same_names() -> None:
    by_path = _routes()
    assert {path: by_path[path] for path in OPERATIONS} == {
        path: operation["operationId"] for path, operation in OPERATIONS.items()
    }


def test_every_reference_leads_somewhere() -> None:
    for reference in re.findall(r'"\$ref": "([^"]+)"', openapi_text()):
        assert resolve({"$ref": reference})


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_every_component_is_a_schema_with_descriptions(name: str) -> None:
    schema = DOCUMENT["components"]["schemas"][name]
    jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]})
    for field, described in schema.get("properties", {}).items():
        assert described.get("description") or described.get("$ref"), f"{name}.{field}"


def _examples(path: str) -> dict[str, str]:
    """The query of an operation that gives every parameter its example."""
    found = {}
    for parameter in map(resolve, OPERATIONS[path].get("parameters", [])):
        if "example" in parameter:
            value = parameter["example"]
            found[parameter["name"]] = ",".join(map(str, value)) if isinstance(value, list) else str(value).lower()
    return found


@pytest.mark.parametrize("path", [path for path in OPERATIONS if "{" not in path and path not in POSTED])
def test_every_example_can_be_tried(client: httpx.Client, path: str) -> None:
    examples = _examples(path)
    if "series" in examples:
        examples["as_of"] = f"r{corpus.RELEASED}"  # the store had none before
    required = {name: examples[name] for name in ("group_by", "series", "periods") if name in examples}
    for query in [examples, *({**required, name: value} for name, value in examples.items())]:
        answer = client.get(path, params=query)
        assert answer.status_code == 200, (query, answer.text)


def test_every_parameter_has_an_example_but_those_that_answers_give() -> None:
    known = {name for path in OPERATIONS for name in _examples(path)}
    declared = {resolve(one)["name"] for operation in OPERATIONS.values() for one in operation.get("parameters", [])}
    assert declared - known == {"cursor", "code", "If-None-Match", "Range", "If-Range"}


def test_the_ids_given_as_examples_are_those_of_shipped_records() -> None:
    shipped = {record.id for change in load_dataset().changes.values() for record in change.records}
    assert set(EXAMPLE_IDS.values()) <= shipped
    assert {EXAMPLES["document"][0]} <= shipped


@pytest.mark.parametrize("name", CODE_FILTERS)
def test_every_code_of_the_contract_is_read(name: str) -> None:
    parameter = list_parameters("action")[name]
    for code in resolve(dict(parameter.schema))["enum"]:
        assert parameter.parse([code]) == ((code,),)
