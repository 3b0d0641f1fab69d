"""What OpenRefine sends, step by step, over HTTP; the same as the draft of 1.0 has it; and what is refused."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from api.reconciling.asked import MOST_QUERIES
from tests.reconciling.protocol import check

NAMES = {"q0": "騰訊", "q1": "wēi bó", "q2": "抖音短视频", "q3": "百度App"}
IDS = {"q0": "tencent", "q1": "weibo", "q2": "douyin", "q3": "baidu"}


def ask(base: str, queries: Any) -> Any:
    check("0.2", "reconciliation-query-batch", queries)
    answer = httpx.post(f"{base}/reconcile", data={"queries": json.dumps(queries)}).raise_for_status().json()
    check("0.2", "reconciliation-result-batch", answer)
    return answer


def get(base: str, address: str, **parameters: object) -> Any:
    asked = {key: str(value) for key, value in parameters.items()} or None  # none at all leaves what the address has
    return httpx.get(base + address, params=asked).raise_for_status().json()


def test_a_column_is_matched_suggested_previewed_and_extended(shipped: str) -> None:
    manifest = get(shipped, "/reconcile")
    check("0.2", "manifest", manifest)
    assert {"0.2", "1.0-draft"} <= set(manifest["versions"])
    # OpenRefine first sends ten cells to guess the type, then batches with the type that was chosen.
    guessed = ask(shipped, {key: {"query": text, "limit": 3} for key, text in NAMES.items()})
    assert all(key == "q0" or guessed[key]["result"][0]["id"] == meant for key, meant in IDS.items())
    assert [each["id"] for each in guessed["q1"]["result"] if each["match"]] == ["weibo"]
    assert guessed["q2"]["result"][0]["description"].endswith("matched 抖音短视频 (alias)")
    # A company and a platform have this name: a person decides, or the type.
    assert {each["score"] for each in guessed["q0"]["result"][:2]} == {99.5}
    assert not any(each["match"] for each in guessed["q0"]["result"])
    typed = ask(shipped, {"q0": {"query": "騰訊", "type": "company", "type_strict": "should", "limit": 3}})["q0"][
        "result"
    ]
    assert [(each["id"], each["match"]) for each in typed][:1] == [("tencent", True)]
    strict = ask(shipped, {"q0": {"query": "騰訊", "type": ["platform"], "type_strict": "any"}})["q0"]["result"]
    assert strict
    assert {kind["id"] for each in strict for kind in each["type"]} == {"platform"}
    # Somebody searches for a match by hand.
    suggest = manifest["suggest"]["entity"]
    found = get("", suggest["service_url"] + suggest["service_path"], prefix="新浪微", type="platform")
    check("0.2", "suggest-entities-response", found)
    assert found["result"][0]["id"] == "weibo"
    flyout = get("", suggest["flyout_service_url"] + suggest["flyout_service_path"].replace("${id}", "weibo"))
    assert flyout["id"] == "weibo"
    assert "新浪微博" in flyout["html"]
    preview = httpx.get(manifest["preview"]["url"].replace("{{id}}", "weibo") + "&lang=en")
    assert preview.headers["content-type"].startswith("text/html")
    assert "frame-ancestors *" in preview.headers["content-security-policy"]
    assert "新浪微博" in preview.text
    assert httpx.get(manifest["view"]["url"].replace("{{id}}", "weibo")).status_code == 200
    _extended(shipped, manifest)


def _extended(base: str, manifest: Any) -> None:
    propose = manifest["extend"]["propose_properties"]
    proposed = get("", propose["service_url"] + propose["service_path"], type="platform", limit=20)
    check("0.2", "data-extension-property-proposal", proposed)
    wanted = [{"id": one["id"]} for one in proposed["properties"]]
    wanted += [{"id": "measures", "settings": {"shown": "code"}}]
    asked = {"ids": [*IDS.values(), "e-aaaaaaaaaaaaa"], "properties": wanted[:-2] + wanted[-1:]}
    check("0.2", "data-extension-query", asked)
    values = httpx.post(f"{base}/reconcile", data={"extend": json.dumps(asked)}).raise_for_status().json()
    check("0.2", "data-extension-response", values)
    row = values["rows"]["baidu"]
    actions = get(base, "/v1/actions", entity="baidu", limit=500)["data"]
    days = sorted(one["acted_on"] for one in actions if one["acted_on"])
    assert row["actions"] == [{"int": len(actions)}]
    assert row["first_action"] == [{"date": f"{days[0]}T00:00:00Z"}]
    assert row["last_action"] == [{"date": f"{days[-1]}T00:00:00Z"}]
    assert {cell["str"] for cell in row["measures"]} == {code for one in actions for code in one["measures"]}
    assert {"str": "Baidu"} in row["names"]
    assert all(not cells for cells in values["rows"]["e-aaaaaaaaaaaaa"].values())


def test_the_operator_is_an_entity_and_a_condition(shipped: str) -> None:
    action = next(
        one
        for one in get(shipped, "/v1/actions", limit=500)["data"]
        if any("operator" in each for each in one["entities"])
    )
    named = next(each for each in action["entities"] if "operator" in each)
    asked = {"ids": [named["entity"]], "properties": [{"id": "operator"}, {"id": "operated"}]}
    values = get(shipped, "/reconcile", extend=json.dumps(asked))
    check("0.2", "data-extension-response", values)
    assert {"id": named["operator"], "name": named["operator_name"]} in values["rows"][named["entity"]]["operator"]
    run = get(
        shipped, "/reconcile", extend=json.dumps({"ids": [named["operator"]], "properties": [{"id": "operated"}]})
    )
    assert run["rows"][named["operator"]]["operated"][0]["int"] >= 1
    held, failed = (
        ask(shipped, {"q": {"query": named["name"], "properties": [{"pid": "operator", "v": value}]}})["q"]["result"]
        for value in ({"id": named["operator"]}, "榆鹭科技")
    )
    assert held[0]["id"] == named["entity"]
    assert held[0]["score"] == failed[0]["score"] + 15
    assert {"id": "property_operator", "value": 1.0} in held[0]["features"]


def test_types_and_properties_are_suggested(shipped: str) -> None:
    types = get(shipped, "/reconcile/suggest/type", prefix="程序")
    check("0.2", "suggest-types-response", types)
    assert [one["id"] for one in types["result"]] == ["app", "mini_program"]
    properties = get(shipped, "/reconcile/suggest/property", prefix="处置", cursor=1)
    check("0.2", "suggest-properties-response", properties)
    assert len(get(shipped, "/reconcile/suggest/property", prefix="处置")["result"]) == len(properties["result"]) + 1


def test_the_draft_of_1_0_is_answered_in_its_own_form(shipped: str) -> None:
    manifest = get(shipped, "/reconcile", version="1.0-draft")
    check("1.0-draft", "manifest", manifest)
    batch = {
        "queries": [
            {"conditions": [{"matchType": "name", "propertyValue": ["没有这个名字", "weibo"]}], "limit": 2},
            {"conditions": [{"matchType": "id", "propertyValue": "baidu"}], "type": "platform"},
            {"conditions": [
                {"matchType": "name", "propertyValue": "百度"},
                {"matchType": "property", "propertyId": "measures", "propertyValue": "fine", "required": True,
                 "matchQuantifier": "none"},
            ]},
        ]
    }  # fmt: skip
    check("1.0-draft", "reconciliation-query-batch", batch)
    answer = httpx.post(f"{shipped}/reconcile/match", json=batch).raise_for_status().json()
    check("1.0-draft", "reconciliation-result-batch", answer)
    by_name, by_id, without_fines = (each["candidates"] for each in answer["results"])
    assert by_name[0]["id"] == "weibo"
    assert by_id[0]["id"] == "baidu"
    assert {"id": "id", "name": "the text is the id", "value": True} in by_id[0]["features"]
    assert "baidu" not in {each["id"] for each in without_fines}  # it was fined
    asked = {"ids": ["weibo"], "properties": [{"id": "names"}, {"id": "last_action"}]}
    check("1.0-draft", "data-extension-query", asked)
    values = httpx.post(f"{shipped}/reconcile/extend", json=asked).raise_for_status().json()
    check("1.0-draft", "data-extension-response", values)
    assert [each["id"] for each in values["rows"][0]["properties"]] == ["names", "last_action"]
    for what, prefix in (("entity", "微博"), ("type", ""), ("property", "")):
        found = get(shipped, f"/reconcile/suggest/{what}", prefix=prefix)
        check(
            "1.0-draft",
            {"entity": "suggest-entities", "type": "suggest-types"}.get(what, "suggest-properties") + "-response",
            found,
        )
        assert found["result"]
    check("1.0-draft", "data-extension-property-proposal", get(shipped, "/reconcile/extend/propose"))


def test_odd_texts_have_no_candidates_and_harm_no_others(shipped: str) -> None:
    texts = ["", " ", "\x00", "新" * 5_000, "%_\\'\"$1", "()", "（）", "𠀀", "微博"]
    answer = ask(shipped, {str(place): {"query": text} for place, text in enumerate(texts)})
    assert [len(answer[str(place)]["result"]) > 0 for place in range(len(texts))] == [False] * 8 + [True]
    assert all(each["score"] < 100 for each in ask(shipped, {"q": {"query": "微博", "limit": 50}})["q"]["result"])


def test_old_clients_read_by_a_function_of_theirs(shipped: str) -> None:
    answer = httpx.get(f"{shipped}/reconcile", params={"callback": "jQuery17_1.loaded"})
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.text.startswith("/**/jQuery17_1.loaded({")
    assert httpx.get(f"{shipped}/reconcile", params={"callback": "alert(1)//"}).status_code == 400
    assert httpx.get(f"{shipped}/reconcile", headers={"Origin": "http://127.0.0.1:3333"}).headers[
        "access-control-allow-origin"
    ] == "*"  # fmt: skip


TOO_MANY = json.dumps({str(n): {"query": "a"} for n in range(MOST_QUERIES + 1)})


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("queries", "{"), ("queries", "[]"), ("queries", '{"q":1}'), ("queries", '{"q":{}}'), ("queries", TOO_MANY),
        ("queries", '{"q":{"query":1}}'), ("queries", '{"q":{"query":"a","limit":0}}'),
        ("queries", '{"q":{"query":"a","limit":true}}'), ("queries", '{"q":{"query":"a","type":1}}'),
        ("queries", '{"q":{"query":"a","type_strict":"some"}}'), ("queries", '{"q":{"query":"a","properties":{}}}'),
        ("queries", '{"q":{"query":"a","properties":[{"pid":"colour","v":"red"}]}}'),
        ("queries", '{"q":{"query":"a","properties":[{"pid":"kind","v":[null]}]}}'),
        ("extend", "1"), ("extend", '{"ids":["a"]}'), ("extend", '{"ids":1,"properties":[]}'),
        ("extend", '{"ids":["a"],"properties":[{"id":"colour"}]}'),
        ("extend", '{"ids":["a"],"properties":[{"id":"kind","settings":{"shown":"red"}}]}'),
        ("extend", json.dumps({"ids": ["a"] * 201, "properties": []})),
        ("other", "1"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(shipped: str, field: str, text: str) -> None:
    answer = httpx.post(f"{shipped}/reconcile", data={field: text})
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "condition",
    [
        {"matchType": "colour", "propertyValue": "red"}, {"matchType": "name", "propertyValue": None},
        {"matchType": "name", "propertyValue": "a", "matchQuantifier": "none"},
        {"matchType": "property", "propertyValue": "a"},
        {"matchType": "property", "propertyId": "kind", "propertyValue": "a", "matchQuantifier": "some"},
        {"matchType": "property", "propertyId": "kind", "propertyValue": "a", "matchQualifier": "exact"},
    ],
)  # fmt: skip
def test_the_draft_refuses_it_too(shipped: str, condition: Any) -> None:
    assert httpx.post(f"{shipped}/reconcile/match", json={"queries": [{"conditions": [condition]}]}).status_code == 400


def test_other_bodies_and_addresses_are_refused(shipped: str) -> None:
    statuses = {
        httpx.post(f"{shipped}/reconcile", json={}).status_code: 415,
        httpx.post(f"{shipped}/reconcile/match", data={"queries": "{}"}).status_code: 415,
        httpx.get(f"{shipped}/reconcile/match").status_code: 405,
        httpx.get(f"{shipped}/reconcile/suggest/colour", params={"prefix": "a"}).status_code: 404,
        httpx.get(f"{shipped}/reconcile/flyout/entity", params={"id": "no_such"}).status_code: 404,
        httpx.get(f"{shipped}/reconcile", params={"version": "9"}).status_code: 400,
    }
    assert all(found == meant for found, meant in statuses.items())
    assert httpx.get(f"{shipped}/reconcile/preview", params={"id": "no_such"}).status_code == 404
    assert urlsplit(get(shipped, "/reconcile")["view"]["url"]).netloc == urlsplit(shipped).netloc
