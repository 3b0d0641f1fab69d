"""The rules by which values are read, and what they are worth: the same by REST and by GraphQL."""

from __future__ import annotations

from typing import Any

import httpx

from schema.rules import extraction_rules

QUERY = """{ extractionRules { code kind zh: label(lang: ZH) en: label labelled right confidence extractor } }"""


def _asked(client: httpx.Client, query: str) -> Any:
    answer = client.post("/graphql", json={"query": query}).json()
    assert "errors" not in answer, answer
    return answer["data"]


def test_every_rule_is_listed_with_what_it_is_worth(client: httpx.Client) -> None:
    answer = client.get("/v1/extraction/rules").json()
    assert answer["data"] == [rule.model_dump() for rule in extraction_rules()]
    assert answer["total"] == {"value": len(extraction_rules()), "relation": "eq"}
    assert answer["next"] is None


def test_the_index_leads_to_them(client: httpx.Client) -> None:
    assert client.get("/v1").json()["data"]["extraction/rules"] == "/v1/extraction/rules"


def test_they_have_a_validator_and_take_no_parameters(client: httpx.Client) -> None:
    answer = client.get("/v1/extraction/rules")
    known = {"If-None-Match": answer.headers["etag"]}
    assert client.get("/v1/extraction/rules", headers=known).status_code == 304
    refused = client.get("/v1/extraction/rules", params={"as_of": "r1"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["parameter"] == "as_of"


def test_graphql_says_the_same(client: httpx.Client) -> None:
    listed = client.get("/v1/extraction/rules").json()["data"]
    renamed = [{**rule, "zh": rule["label_zh"], "en": rule["label_en"]} for rule in listed]
    wanted = ["code", "kind", "zh", "en", "labelled", "right", "confidence", "extractor"]
    found = _asked(client, QUERY)["extractionRules"]
    assert found == [{name: rule[name] for name in wanted} for rule in renamed]


def test_an_anchor_says_by_which_rule_its_value_was_read_where_one_did(client: httpx.Client) -> None:
    served = client.get("/v1/actions?limit=1").json()["data"][0]["anchors"]
    assert [(one.get("rule"), one.get("confidence")) for one in served] == [(None, None), ("name_listed", 0.97)]
    assert "rule" not in served[0]  # what was read before there were rules keeps its bytes
    (node,) = _asked(client, "{ actions(first: 1) { nodes { anchors { rule confidence } } } }")["actions"]["nodes"]
    assert node["anchors"] == [{"rule": None, "confidence": None}, {"rule": "name_listed", "confidence": 0.97}]
