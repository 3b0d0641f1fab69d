"""Questions as the two versions of the protocol write them, and the answers to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import orjson

from api.reconciling.asked import (
    MOST_CONDITIONS,
    MOST_QUERIES,
    Asked,
    Condition,
    Quantifier,
    check_count,
    read_limit,
    read_texts,
    read_values,
)
from api.reconciling.described import candidate_json
from api.reconciling.folding import tidied
from api.reconciling.properties import property_of
from api.reconciling.scoring import Scored
from schema.codes import CodeBook
from schema.query import BadQuery


def read_json(text: str | bytes, where: str) -> Any:
    """JSON of others. Raises `BadQuery`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadQuery(where, f"{where} is not JSON in UTF-8") from None


def read_batch(text: str) -> dict[str, Asked]:
    """The questions of 0.2: an object of queries by keys that the client chose. Raises `BadQuery`."""
    given = read_json(text, "queries")
    if not isinstance(given, dict):
        raise BadQuery("queries", "queries is not an object of queries by their keys")
    check_count(list(given), MOST_QUERIES, "queries")
    return {key: _query(query, f"queries.{key[:40]}") for key, query in given.items()}


def _query(given: Any, where: str) -> Asked:
    if not isinstance(given, dict):
        raise BadQuery(where, f"{where} is not an object")
    text, properties = given.get("query", ""), given.get("properties", [])
    if not isinstance(text, str) or not isinstance(properties, list) or not ("query" in given or properties):
        raise BadQuery(where, f"{where} has neither a query, which is a text, nor a list of properties")
    check_count(properties, MOST_CONDITIONS, "properties")
    types = read_texts(given.get("type") or [], f"{where}.type")
    strictness = given.get("type_strict") or "should"
    if strictness not in ("any", "should", "all"):
        raise BadQuery(where, f"{where}.type_strict is one of any, should, all")
    return Asked(
        names=(tidied(text),),
        types=types,
        strict=strictness != "should",
        conditions=tuple(_property(each, where) for each in properties),
        limit=read_limit(given.get("limit"), where),
    )


def _property(given: Any, where: str) -> Condition:
    if not isinstance(given, dict) or not isinstance(given.get("pid"), str) or "v" not in given:
        raise BadQuery(where, f"{where}: a property has a pid and a v")
    return Condition(property_of(given["pid"]).id, read_values(given["v"], where))


def batch_json(asked: Mapping[str, Asked], found: Sequence[Sequence[Scored]], book: CodeBook) -> dict[str, Any]:
    """The answers of 0.2."""
    return {
        key: {"result": [candidate_json(one, book, named_features=False) for one in each]}
        for key, each in zip(asked, found, strict=True)
    }


def read_draft(body: bytes) -> list[Asked]:
    """The questions of the draft of 1.0: a list. Raises `BadQuery`."""
    given = read_json(body, "body")
    queries = given.get("queries") if isinstance(given, dict) else None
    if not isinstance(queries, list):
        raise BadQuery("queries", "the body is not an object with a list of queries")
    check_count(queries, MOST_QUERIES, "queries")
    return [_draft_query(query, f"queries.{place}") for place, query in enumerate(queries)]


def _draft_query(given: Any, where: str) -> Asked:
    conditions = given.get("conditions") if isinstance(given, dict) else None
    if not isinstance(conditions, list) or not conditions or not all(isinstance(each, dict) for each in conditions):
        raise BadQuery(where, f"{where} has no list of conditions")
    check_count(conditions, MOST_CONDITIONS, "conditions")
    texts: dict[str, list[str]] = {"name": [], "id": []}
    others: list[Condition] = []
    for each in conditions:
        kind = each.get("matchType")
        values = read_values(each.get("propertyValue"), where)
        if kind in texts:
            if each.get("matchQuantifier", "any") != "any":
                raise BadQuery(where, f"{where}: of names and ids, any may match")
            texts[kind] += values
        elif kind == "property":
            others.append(_draft_condition(each, values, where))
        else:
            raise BadQuery(where, f"{where}: matchType is one of name, id, property")
    types = read_texts(given.get("type") or [], f"{where}.type")
    limit = read_limit(given.get("limit"), where)
    return Asked(tuple(texts["name"]), tuple(texts["id"]), types, conditions=tuple(others), limit=limit)


def _draft_condition(given: Mapping[str, Any], values: tuple[str, ...], where: str) -> Condition:
    quantifiers: tuple[Quantifier, ...] = get_args(Quantifier)
    quantifier = next((one for one in quantifiers if one == given.get("matchQuantifier", "any")), None)
    if quantifier is None:
        raise BadQuery(where, f"{where}: matchQuantifier is one of {', '.join(quantifiers)}")
    if given.get("matchQualifier"):
        raise BadQuery(where, f"{where}: no matchQualifier is known here")
    pid = given.get("propertyId")
    if not isinstance(pid, str):
        raise BadQuery(where, f"{where}: a condition on a property has a propertyId")
    return Condition(property_of(pid).id, values, quantifier, given.get("required") is True)


def draft_json(found: Sequence[Sequence[Scored]], book: CodeBook) -> dict[str, Any]:
    """The answers of the draft."""
    return {
        "results": [{"candidates": [candidate_json(one, book, named_features=True) for one in each]} for each in found]
    }
