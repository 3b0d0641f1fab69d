"""What clients may rely on stays, unless `openapi/CHANGES.md` says that it goes.

`openapi/surface.txt` holds the promises one a line, so that this needs no history: neither tags nor earlier commits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.contract import VERSION, openapi_document, write_contract
from api.contract.surface import agreed, announced, breaks, surface
from schema.graphql import sdl

FOLDER = Path(__file__).parents[2] / "openapi"
AGREED = (FOLDER / "surface.txt").read_text(encoding="utf-8").splitlines()
NOW = surface(openapi_document(), sdl())
SDL = "type Query { actions(year: [Int!]): [String!]! } enum Basis { TEXT }"


def test_nothing_is_broken_without_a_word() -> None:
    quoted = announced((FOLDER / "CHANGES.md").read_text(encoding="utf-8"), VERSION)
    silent = sorted(set(breaks(AGREED, NOW)) - quoted)
    assert not silent, (
        f"these break clients: quote each in backticks, with what to do instead, under {VERSION} in openapi/CHANGES.md"
    )


def test_what_is_agreed_is_what_is_promised() -> None:
    assert AGREED == NOW, "run: make contract"
    for promise in (
        "GET /v1/actions", "GET /v1/actions takes year", "GET /v1/actions gives 200 application/json ActionList",
        "measure=fine", "Action.id: string", "always Action.id", "needs GET /v1/aggregate group_by",
        "Query.actions: ActionConnection! in GraphQL", "Query.actions(year: [Int!])", "Basis=TEXT", "scalar AsOf",
    ):  # fmt: skip
        assert promise in AGREED


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ("type Query { actions(year: [Int!], to: Int): [String!]! more: Int } enum Basis { TEXT MORE }", []),
        ("type Query { actions: [String!]! } enum Basis { TEXT }", ["Query.actions(year: [Int!])"]),
        ("type Query { actions(year: [Int!]): [String!] } enum Basis { TEXT }",
         ["Query.actions: [String!]! in GraphQL"]),
        ("type Query { actions(year: [Int!]): [String!]! } enum Basis { OTHER }", ["Basis=TEXT"]),
        (
            "type Query { actions(year: [Int!], to: Int!): [String!]! } enum Basis { TEXT }",
            ["needs Query.actions(to)"],
        ),
        ("type Query { actions(year: [Int!]): [String!]! sum(of: Int!): Int } enum Basis { TEXT }", []),
    ],
)  # fmt: skip
def test_a_break_of_graphql_is_seen_and_an_addition_is_none(changed: str, broken: list[str]) -> None:
    nothing: dict[str, Any] = {"paths": {}, "components": {"parameters": {}, "schemas": {}}}
    assert breaks(surface(nothing, SDL), surface(nothing, changed)) == broken


def _without(document: dict[str, object], *path: str) -> list[str]:
    """The surface of the document without one of its parts."""
    import copy

    found = changed = copy.deepcopy(document)
    for name in path[:-1]:
        found = found[name]  # type: ignore[assignment]
    del found[path[-1]]
    return surface(changed, sdl())


@pytest.mark.parametrize(
    ("path", "broken"),
    [
        (("paths", "/healthz"), "GET /healthz"),
        (("components", "parameters", "basis", "schema", "items"), "basis=text"),
        (("components", "schemas", "Action", "properties", "gist_zh"), "Action.gist_zh: string"),
        (("components", "schemas", "Action", "required"), "always Action.id"),
        (("paths", "/v1/actions", "get", "responses", "200"), "GET /v1/actions gives 200 application/json ActionList"),
    ],
)
def test_a_break_of_rest_is_seen(path: tuple[str, ...], broken: str) -> None:
    assert broken in breaks(NOW, _without(openapi_document(), *path))


def test_a_break_stays_on_the_list_until_it_is_announced(tmp_path: Path) -> None:
    write_contract(tmp_path)
    promises = tmp_path / "surface.txt"
    promises.write_text(promises.read_text(encoding="utf-8") + "zebra: string\n", encoding="utf-8")
    write_contract(tmp_path)
    assert "zebra: string" in promises.read_text(encoding="utf-8").splitlines()
    (tmp_path / "CHANGES.md").write_text(f"## {VERSION}\n\n- `zebra: string` is gone: ask for horses.\n\n## 0.1\n")
    write_contract(tmp_path)
    assert promises.read_text(encoding="utf-8").splitlines() == NOW


def test_what_an_older_entry_announced_does_not_count() -> None:
    changes = "## 2.0.0\n\n- `a` goes.\n\n## 1.0.0\n\n- `b` went.\n"
    assert announced(changes, "2.0.0") == {"a"}
    assert announced(changes, "3.0.0") == set()
    assert agreed(["a", "b", "GET /d"], ["c", "GET /d", "needs GET /d x", "needs GET /e x"], {"a"}) == [
        "GET /d", "b", "c", "needs GET /e x",
    ]  # fmt: skip
