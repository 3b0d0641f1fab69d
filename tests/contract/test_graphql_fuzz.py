"""schemathesis on the GraphQL endpoint of the served application: valid and invalid questions, all checks on.

Codes, ids, names, points in time and cursors of the store reach it as strategies for the scalars. What the schema
cannot say, a valid question is mended for before it is sent (`Mended`), each thing for the reason given there;
`tests/unit/test_graphql_engine.py` and `test_graphql_limits.py` try each of them as it stands.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from graphql import (
    ArgumentNode,
    EnumValueNode,
    FieldNode,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    StringValueNode,
    ValueNode,
    Visitor,
    parse,
    print_ast,
    value_from_ast_untyped,
    visit,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.graphql import nodes
from strawberry.utils.str_converters import to_camel_case

from db.matching import match_key
from schema.codes import shipped_codes
from schema.graphql.engine import CORE
from schema.graphql.scalars import CODE_SCALARS
from schema.query import DIMENSIONS_OF, FILTERS_OF, FIRST_YEAR, LAST_YEAR, MAX_CONDITIONS

CASES = int(os.environ.get("GRAPHQL_CASES", "0"))
"""How many to try in all, by chance; by default few, and always the same."""
HEALTH = list(HealthCheck)
ROOT_FIELDS = CORE.type_map["Query"].fields  # type: ignore[attr-defined]
ROOTS = ("actions", "figures", "entities", "documents")
ROOT = 5
"""How long the path of a field at the root is: definitions, 0, selection_set, selections, its number."""
OVER_LIMIT = "_LIMIT_EXCEEDED"
STRANGE_TO_FIGURES = {to_camel_case(name) for name in FILTERS_OF["action"]} - {
    to_camel_case(name) for name in FILTERS_OF["figure"]
}
EXAMPLES = CASES // (2 * len(ROOT_FIELDS)) or 16
outcomes: Counter[tuple[GenerationMode, bool]] = Counter()


def ask(served: str, query: str) -> Any:
    return httpx.post(f"{served}/graphql", json={"query": query}).json()["data"]


def strings(values: list[str]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values).map(nodes.String)


@pytest.fixture(scope="session")
def graphql_schema(served: str) -> Any:
    """The schema as introspection tells it, with a strategy for each scalar."""
    store = ask(
        served,
        "{revision{number} entities(first:500){nodes{id names{name}}}"
        + "".join(
            f"{root}:{root}(first:3){{nodes{{id}} pageInfo{{endCursor}}}}" for root in ROOTS if root != "entities"
        )
        + "people:entities(first:3){pageInfo{endCursor}}}",
    )
    ids = [node["id"] for root in ROOTS for node in store[root]["nodes"]]
    names = [name["name"] for node in store["entities"]["nodes"] for name in node["names"]]
    cursors = {root: store["people" if root == "entities" else root]["pageInfo"]["endCursor"] for root in ROOTS}
    Mended.cursors = cursors
    for list_name, scalar in CODE_SCALARS.items():
        known = [item.code for item in shipped_codes().items(list_name)]
        schemathesis.graphql.scalar(scalar.__name__, strings(known))
    points = [f"r{n + 1}" for n in range(store["revision"]["number"])] + ["2999-01-01T00:00:00Z"]
    schemathesis.graphql.scalar("AsOf", strings(points))
    schemathesis.graphql.scalar("Cursor", strings(list(cursors.values())))
    schemathesis.graphql.scalar("ID", strings([*ids, "a-2222222222222", "nobody", "无此人"]))
    # NUL and lone surrogates are no part of any text; they are tried in tests of their own.
    # A search for blank text is refused, which the schema cannot say either.
    texts = st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=200).filter(match_key)
    schemathesis.graphql.scalar("String", st.one_of(st.sampled_from(names), texts).map(nodes.String))
    config = schemathesis.Config.from_dict({"generation": {"mode": "all", "database": "none"}, "seed": 20261122})
    return schemathesis.graphql.from_url(f"{served}/graphql", config=config)


class Mended(Visitor):
    """What a valid question must keep to, beyond what the schema can say."""

    cursors: dict[str, str]

    def leave_argument(self, node: ArgumentNode, *_: Any) -> ArgumentNode:
        """The schema can say no bounds of a number. Small pages keep to the limit of cost."""
        bounds = {"first": (0, 20), "year": (FIRST_YEAR, LAST_YEAR)}.get(node.name.value)
        return ArgumentNode(name=node.name, value=within(node.value, *bounds)) if bounds else node

    def leave_object_field(self, node: ObjectFieldNode, *_: Any) -> ObjectFieldNode:
        """The same for the years of `and`."""
        if node.name.value != "year":
            return node
        return ObjectFieldNode(name=node.name, value=within(node.value, FIRST_YEAR, LAST_YEAR))

    def leave_field(self, node: FieldNode, _key: Any, _parent: Any, path: list[Any], *_: Any) -> FieldNode:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        self._conditions(given)
        self._days(given)
        self._cursor(node.name.value if len(path) == ROOT else "", given)
        if node.name.value == "aggregate":
            self._aggregate(given)
        if "periods" in given:
            self._series(given)
        arguments = tuple(ArgumentNode(name=NameNode(value=name), value=value) for name, value in given.items())
        return FieldNode(
            name=node.name, alias=node.alias, arguments=arguments, selection_set=node.selection_set, directives=()
        )

    def _conditions(self, given: dict[str, ValueNode]) -> None:
        """Only so many conditions fit into one question: those of `and` stand back."""
        also = value_from_ast_untyped(given.get("and", NullValueNode())) or []
        inside = sum(len(each) for each in (also if isinstance(also, list) else [also]) if each)
        if len(given) + inside > MAX_CONDITIONS:
            given.pop("and", None)

    def _days(self, given: dict[str, ValueNode]) -> None:
        """The first day is not after the last: they change places."""
        first, last = given.get("from"), given.get("to")
        if isinstance(first, StringValueNode) and isinstance(last, StringValueNode) and first.value > last.value:
            given["from"], given["to"] = last, first

    def _cursor(self, field: str, given: dict[str, ValueNode]) -> None:
        """A cursor belongs to one question: it goes to that one, or away."""
        if isinstance(given.get("after"), StringValueNode):
            if field in self.cursors and given["after"].value == self.cursors[field]:  # type: ignore[attr-defined]
                for name in set(given) - {"after", "first"}:
                    del given[name]
            else:
                del given["after"]

    def _series(self, given: dict[str, ValueNode]) -> None:
        """A series that the store has now, in periods that do not overlap."""
        given.pop("asOf", None)
        given["series"] = StringValueNode(value="cac_talks")
        years = StringValueNode(value="2023"), StringValueNode(value="2024")
        given["periods"] = ListValueNode(values=years)

    def _aggregate(self, given: dict[str, ValueNode]) -> None:
        """At least one dimension; and counts of figures keep to what figures state."""
        figures = isinstance(given.get("of"), EnumValueNode) and given["of"].value == "FIGURE"  # type: ignore[attr-defined]
        allowed = [d.upper() for d in DIMENSIONS_OF["figure" if figures else "action"]]
        asked = given["groupBy"].values if isinstance(given["groupBy"], ListValueNode) else [given["groupBy"]]
        kept = [value for value in asked if value.value in allowed] or [EnumValueNode(value="YEAR")]  # type: ignore[attr-defined]
        given["groupBy"] = ListValueNode(values=tuple(kept))
        for name in STRANGE_TO_FIGURES | {"and"} if figures else ():
            given.pop(name, None)


def within(value: Any, low: int, high: int) -> Any:
    """The number between the bounds, or every number of the list."""
    match value:
        case IntValueNode():
            return IntValueNode(value=str(low + int(value.value) % (high + 1 - low)))
        case ListValueNode(values=values):
            return ListValueNode(values=tuple(within(each, low, high) for each in values))
    return value


def mend(case: Any) -> None:
    if case.meta.generation.mode.is_positive:
        case.body = print_ast(visit(parse(case.body), Mended()))


def too_much(response: Any) -> bool:
    """Whether a limit is the reason for a refusal: the generator knows nothing of limits."""
    codes = [error.get("extensions", {}).get("code", "") for error in response.json().get("errors", ())]
    return any(code.endswith(OVER_LIMIT) for code in codes)


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("root", sorted(ROOT_FIELDS))
def test_every_root_keeps_its_promises(root: str, mode: GenerationMode, graphql_schema: Any) -> None:
    operation = graphql_schema["Query"][root]

    @settings(max_examples=EXAMPLES, derandomize=not CASES, database=None, deadline=None, suppress_health_check=HEALTH)
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        check(case)

    holds()


def check(case: Any) -> None:
    """Send one question and apply every check to the answer."""
    mode = case.meta.generation.mode
    mend(case)
    response = case.call()
    refused = too_much(response)
    outcomes[mode, refused] += 1
    if refused:
        assert response.status_code == 400
    if not (refused and mode.is_positive):
        case.validate_response(response)


def test_most_valid_questions_were_answered() -> None:
    if not outcomes:
        pytest.skip("the questions were not asked in this run")
    if report := os.environ.get("GRAPHQL_REPORT"):
        Path(report).write_text(json.dumps({"cases": outcomes.total()}), encoding="utf-8")
    answered, over = (outcomes[GenerationMode.POSITIVE, refused] for refused in (False, True))
    assert answered > 10 * over, outcomes
