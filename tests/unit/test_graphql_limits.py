"""What one request may have: each limit at its edge, and documents made to be expensive."""

from __future__ import annotations

import contextlib
import time

import pytest
from graphql import GraphQLError, Lexer, Source, TokenKind, get_introspection_query

from schema.graphql.cost import CONDITION, STORE_QUERY, CostEstimate
from schema.graphql.document import Prepared, preparer
from schema.graphql.engine import CORE
from schema.graphql.limits import LimitExceeded, Limits, check_length, check_variables

LIMITS = Limits()


def prepare(text: str, limits: Limits = LIMITS) -> Prepared:
    return preparer(CORE, limits)(text)


def cost(text: str, **variables: object) -> int:
    prepared = prepare(text)
    assert not prepared.errors, prepared.errors
    return CostEstimate(CORE, prepared.fragments, variables).of(prepared.operations[0])


def nested(levels: int) -> str:
    return "{actions{nodes{" + "document{actions{nodes{" * levels + "id" + "}}}" * levels + "}}}"


DOUBLING = "".join(f" fragment f{n} on Query{{...f{n + 1} ...f{n + 1}}}" for n in range(100))
REFUSED = {
    "DEPTH": nested(4),
    "INTROSPECTION_DEPTH": "{__schema{types{" + "ofType{" * 16 + "name" + "}" * 16 + "}}}",
    "FIELDS": "{" + "__typename " * (LIMITS.fields + 1) + "}",
    "ALIASES": "{" + "".join(f"a{n}:__typename " for n in range(LIMITS.aliases + 1)) + "}",
    "DIRECTIVES": "{" + "__typename @include(if:true) " * (LIMITS.directives + 1) + "}",
    "OPERATIONS": "".join(f"query q{n}{{__typename}}" for n in range(LIMITS.operations + 1)),
    "INTROSPECTIONS": "{"
    + "".join(f"a{n}:__schema{{queryType{{name}}}}" for n in range(LIMITS.introspections + 1))
    + "}",
    "TOKENS": "{" + "x(a:1)" * LIMITS.tokens + "}",
    "COMMENTS": "{__typename}" + "#\n" * (LIMITS.comments + 1),
}


@pytest.mark.parametrize("what", REFUSED)
def test_too_much_of_one_thing_is_refused(what: str) -> None:
    with pytest.raises(LimitExceeded) as caught:
        prepare(REFUSED[what])
    assert caught.value.extensions is not None
    assert caught.value.extensions["code"] == f"{what}_LIMIT_EXCEEDED"
    assert caught.value.extensions["requested"] > caught.value.extensions["limit"]


@pytest.mark.parametrize(
    "text",
    [
        nested(3),
        "{" + "".join(f"a{n}:__typename " for n in range(LIMITS.aliases)) + "}",
        "{" + "__typename @include(if:true) " * LIMITS.directives + "}",
        "{" + "__typename " * LIMITS.fields + "}",
        "{__typename}" + "#\n" * LIMITS.comments,
        get_introspection_query(),
    ],
)
def test_as_much_as_the_limit_is_served(text: str) -> None:
    assert prepare(text).errors == ()


def test_fragments_count_where_they_are_spread() -> None:
    with pytest.raises(LimitExceeded, match="depth"):
        prepare(
            "{actions{nodes{...a}}} fragment a on Action{document{actions{nodes{...b}}}}"
            " fragment b on Action{document{actions{nodes{document{actions{nodes{document{id}}}}}}}}"
        )


@pytest.mark.parametrize(
    "text",
    [
        "{" * 2_000,
        "{a" * 900,
        "{actions(entity:" + "[" * 1_900,
        "{...a} fragment a on Query{...b} fragment b on Query{...a}",
        "{...a} fragment a on Query{...a}",
        "{...missing}",
        "{" + "actions{totalCount}" * 290 + "}",
        "{...f0}" + DOUBLING + " fragment f100 on Query{__typename}",
    ],
)
def test_documents_made_to_be_expensive_are_dealt_with_soon(text: str) -> None:
    begun = time.perf_counter()
    with contextlib.suppress(GraphQLError):
        prepare(text)
    assert time.perf_counter() - begun < 3


def test_cost_is_the_number_of_fields_and_of_questions_to_the_store() -> None:
    assert cost("{__typename}") == 1
    assert cost("{actions{totalCount}}") == 2 * (1 + STORE_QUERY)
    assert cost("{actions(first:10){nodes{id gistEn}}}") == 1 + STORE_QUERY + 1 + 10 * 2
    assert cost("{a:__typename b:__typename}") == 2


def test_cost_multiplies_by_the_pages_asked_for() -> None:
    inner = 1 + STORE_QUERY + 1 + 3 * 1
    query = "{entities(first:%d){nodes{actions(first:3){nodes{id}}}}}"
    assert cost(query % 20) == 1 + STORE_QUERY + 1 + 20 * inner
    assert cost(query % 0) == 1 + STORE_QUERY + 1


def test_cost_reads_variables_and_falls_back_to_the_default_page() -> None:
    query = "query($n:Int){actions(first:$n){nodes{id}}}"
    assert cost(query, n=7) == 1 + STORE_QUERY + 1 + 7
    assert cost(query) == cost("{actions{nodes{id}}}") == cost(query, n=None) == 1 + STORE_QUERY + 1 + 50
    assert cost(query, n=10**9) == cost(query, n=500)


def test_every_condition_costs() -> None:
    plain = cost("{actions{totalCount}}")
    assert cost("{actions(year:2024,from:null,first:3){totalCount}}") == plain + CONDITION
    assert cost('{actions(and:{year:[2024],search:"x"}){totalCount}}') == plain + 2 * CONDITION
    query = "query($and:[ActionFilter!],$year:[Int!]){actions(and:$and,year:$year){totalCount}}"
    assert cost(query, **{"and": [{"year": [1]}, {"search": "x"}], "year": [2024]}) == plain + 3 * CONDITION
    assert cost(query) == plain


def test_cost_of_a_fragment_depends_on_where_it_is_spread() -> None:
    fragment = " fragment f on ActionConnection{nodes{id}}"
    assert cost("{actions(first:5){...f}}" + fragment) == cost("{actions(first:5){nodes{id}}}")
    both = cost("{a:actions(first:5){...f} b:actions(first:9){...f}}" + fragment)
    assert both == cost("{actions(first:5){nodes{id}}}") + cost("{actions(first:9){nodes{id}}}")
    assert cost("{actions{... on ActionConnection{nodes{id}}}}") == cost("{actions{nodes{id}}}")


def test_the_cost_of_doubling_fragments_is_found_without_walking_them_all() -> None:
    assert cost("{...f0}" + DOUBLING + " fragment f100 on Query{__typename}") == 2**100


def test_introspection_is_served_within_the_limit_and_counted() -> None:
    assert 1_000 < cost(get_introspection_query()) < LIMITS.cost


def test_code_lists_count_their_items() -> None:
    assert cost("{measures{code}}") == 50
    assert cost('{measures(code:["fine","warning"]){code}}') == 3
    assert cost('{measures(code:"fine"){code}}') == 2


def test_an_enormous_cost_is_reported_as_a_number_that_json_can_carry() -> None:
    assert LimitExceeded("cost", 2**100, 5).extensions == {
        "code": "COST_LIMIT_EXCEEDED",
        "requested": 2**53 - 1,
        "limit": 5,
    }


def test_short_documents_are_remembered_and_long_ones_are_not() -> None:
    remember = preparer(CORE, Limits(cached_documents=2, cached_length=30))
    assert remember("{__typename}") is remember("{__typename}")
    assert remember("{__typename}" + " " * 30) is not remember("{__typename}" + " " * 30)
    first = remember("{a:__typename}")
    remember("{b:__typename}")
    remember("{c:__typename}")
    assert remember("{a:__typename}") is not first


def test_the_operation_is_chosen_by_name() -> None:
    prepared = prepare("query A{__typename} query B{__typename}")
    assert prepared.operation("B") is prepared.operations[1]
    assert prepared.operation("C") is None
    assert prepared.operation(None) is None
    assert prepare("{__typename}").operation(None) is not None


@pytest.mark.parametrize(
    "text",
    [
        "{a}",
        '{a(b:"c d # e",f:"\\"") # comment "x\n}',
        '{a(b:"""c "" \\""" d # e""")}',
        "{...f...on X{a}b:c(d:[1,-2.5e+3,$v,{e:TRUE}])@e(if:!true)|&=}",
        "\ufeff{a,,,\t\r\n}",
        get_introspection_query(),
    ],
)
def test_tokens_are_counted_as_they_are_read(text: str) -> None:
    lexer, tokens = Lexer(Source(text)), 0
    while lexer.advance().kind is not TokenKind.EOF:
        tokens += 1
    check_length(text, Limits(tokens=tokens))
    with pytest.raises(LimitExceeded):
        check_length(text, Limits(tokens=tokens - 1))


def test_too_many_values_are_refused_before_they_are_read() -> None:
    for much in ({"a": list(range(2_000))}, {"a": {"b": [[1, 2]] * 700}}, {f"v{n}": n for n in range(2_001)}):
        with pytest.raises(LimitExceeded, match="values"):
            check_variables(much, LIMITS)
    check_variables({"a": list(range(1_000)), "b": {"c": [1] * 500}}, LIMITS)
