"""How each service is asked the same questions, and how its answers are read into one form to compare them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from tests.bench.client import Ask
from tests.bench.windows import Window

Node = dict[str, Any]
_CODES = "code label(lang: ZH)"
_OURS_NODE = f"""
id actedOn gistZh measures {{ {_CODES} }} categories {{ {_CODES} }} authorities {{ {_CODES} }}
entities {{ name entity {{ id name nameEn }} }} document {{ id title publishedOn }}
"""
_OURS = """
query Page($value: [%s!], $from: Date, $to: Date) {
  actions(%s: $value, from: $from, to: $to, first: %d%s) { nodes { %s } }
}
"""
_PLAIN_NODE = """
id actedOn gistZh measures { code label } categories { code label } authorities { code label }
entities { name entity { id name nameEn } } document { id title publishedOn }
"""
_PLAIN = """
query Page($value: String!, $from: Date!, $to: Date!) {
  actions(%s: $value, since: $from, until: $to, first: %d) { nodes { %s } }
}
"""
_PG_LINK = "(orderBy: [POSITION_ASC]) { nodes"
_PG_CODE = "{ code: rowId label: labelZh }"
_PG_NODE = f"""
id: rowId actedOn gistZh
actionMeasures{_PG_LINK} {{ measure {_PG_CODE} }} }}
actionCategories{_PG_LINK} {{ category {_PG_CODE} }} }}
actionAuthorities{_PG_LINK} {{ authority {_PG_CODE} }} }}
actionEntities{_PG_LINK} {{ name entity {{ id: rowId name nameEn }} }} }}
document {{ id: rowId title publishedOn }}
"""
_PG_BEST = """
query Page($value: String!, $from: Date!, $to: Date!) {
  page: %s(condition: { %sId: $value }, filter: { actedOn: { greaterThanOrEqualTo: $from, lessThanOrEqualTo: $to } },
           orderBy: [ACTED_ON_DESC, ACTION_ID_ASC], first: %d) { nodes { action { %s } } }
}
"""
_PG_NATURAL = """
query Page($value: String!, $from: Date!, $to: Date!) {
  page: actions(filter: { actedOn: { greaterThanOrEqualTo: $from, lessThanOrEqualTo: $to },
                          %s: { some: { %sId: { equalTo: $value } } } },
                orderBy: [ACTED_ON_DESC, ROW_ID_ASC], first: %d) { nodes { %s } }
}
"""
_PG_LINKS = {"category": "actionCategories", "entity": "actionEntities"}
_NARROW, _PG_NARROW = "id actedOn gistZh", "id: rowId actedOn gistZh"
_SQLITE_LINKS = {"category": "action_category", "entity": "action_entity"}
_DS_CODE = "{ code: id label: label_zh }"
_DS_NODE = f"""
id actedOn: acted_on gistZh: gist_zh
action_measure_list(sort: position, first: 20) {{ nodes {{ measure_id {_DS_CODE} }} }}
action_category_list(sort: position, first: 20) {{ nodes {{ category_id {_DS_CODE} }} }}
action_authority_list(sort: position, first: 20) {{ nodes {{ authority_id {_DS_CODE} }} }}
action_entity_list(sort: position, first: 20) {{ nodes {{ name entity_id {{ id name nameEn: name_en }} }} }}
document_id {{ id title publishedOn: published_on }}
"""
_DS = """
query Page($value: String!, $from: String!, $to: String!) {
  page: %s(filter: [{ %s_id: { eq: $value } }, { acted_on: { gte: $from } }, { acted_on: { lte: $to } }],
           sort_desc: acted_on, first: %d) { nodes { action_id { %s } } }
}
"""
_DS_SQL = """
SELECT a.body FROM %s l JOIN action a ON a.id = l.action_id
WHERE l.%s_id = :value AND l.acted_on BETWEEN :from AND :to ORDER BY l.acted_on DESC, l.action_id LIMIT %d
"""


@dataclass(frozen=True)
class Way:
    """One way of asking one service a question."""

    ask: Callable[[Window], Ask]
    read: Callable[[bytes], Any]


def _posted(query: str, window: Window, value: object, path: str = "/graphql") -> Ask:
    variables = {"value": value, "from": window.since.isoformat(), "to": window.until.isoformat()}
    return Ask(path, {"query": " ".join(query.split()), "variables": variables})


def ours_graphql(first: int, node: str = _OURS_NODE, as_of: str | None = None) -> Way:
    """Our GraphQL."""
    scalars, point = {"category": "CategoryCode", "entity": "String"}, f', asOf: "{as_of}"' if as_of else ""
    texts = {by: _OURS % (scalar, by, first, point, node) for by, scalar in scalars.items()}
    return Way(lambda w: _posted(texts[w.by], w, [w.value]), lambda body: _data(body)["actions"]["nodes"])


def strawberry(first: int, node: str = _PLAIN_NODE) -> Way:
    """Resolvers and DataLoaders."""
    texts = {by: _PLAIN % (by, first, node) for by in ("category", "entity")}
    return Way(lambda w: _posted(texts[w.by], w, w.value), lambda body: _data(body)["actions"]["nodes"])


def postgraphile_best(first: int, node: str = _PG_NODE) -> Way:
    """PostGraphile through the link table, whose index is in the order asked for."""
    texts = {by: _PG_BEST % (link, by, first, node) for by, link in _PG_LINKS.items()}
    return Way(
        lambda w: _posted(texts[w.by], w, w.value),
        lambda body: [_flat(one["action"]) for one in _data(body)["page"]["nodes"]],
    )


def postgraphile_natural(first: int, node: str = _PG_NODE) -> Way:
    """PostGraphile by a filter on the relation, as one would write it first."""
    texts = {by: _PG_NATURAL % (link, by, first, node) for by, link in _PG_LINKS.items()}
    return Way(
        lambda w: _posted(texts[w.by], w, w.value), lambda body: [_flat(one) for one in _data(body)["page"]["nodes"]]
    )


def datasette_graphql(first: int, node: str = _DS_NODE) -> Way:
    """datasette-graphql through the link table. It orders by one column only: days with several actions are free."""
    texts = {by: _DS % (link, by, first, node) for by, link in _SQLITE_LINKS.items()}

    def read(body: bytes) -> list[Node]:
        nodes = [_flat(one["action_id"]) for one in _data(body)["page"]["nodes"]]
        return sorted(nodes, key=lambda one: (one["actedOn"], one["id"]))

    return Way(lambda w: _posted(texts[w.by], w, w.value, "/graphql/store"), read)


def narrow(way: Callable[[int, str], Way], fields: str = _NARROW) -> Way:
    """Ten nodes with three fields."""
    return way(10, fields)


PG_NARROW = _PG_NARROW


def rest(path: str, limit: int) -> Way:
    """A REST list, ours or a peer's: whole records and how many there are."""

    def ask(window: Window) -> Ask:
        asked = {window.by: window.value, "from": window.since, "to": window.until, "limit": limit}
        return Ask(f"{path}?{urlencode(asked)}")

    return Way(ask, lambda body: {name: orjson.loads(body)[name] for name in ("data", "total")})


def datasette_sql(limit: int) -> Way:
    """Datasette, asked by SQL for the finished JSON of each record; it is spared the total."""
    texts = {by: " ".join((_DS_SQL % (link, by, limit)).split()) for by, link in _SQLITE_LINKS.items()}

    def ask(window: Window) -> Ask:
        asked = {
            "sql": texts[window.by], "value": window.value, "from": window.since, "to": window.until,
            "_shape": "array", "_json": "body",
        }  # fmt: skip
        return Ask(f"/store.json?{urlencode(asked, quote_via=quote)}")

    return Way(ask, lambda body: [one["body"] for one in orjson.loads(body)])


def _data(body: bytes) -> Any:
    answer = orjson.loads(body)
    if answer.get("errors"):
        raise RuntimeError(str(answer["errors"])[:500])
    return answer["data"]


def _flat(node: Node) -> Node:
    """A node with its lists where ours has them, not behind link tables."""
    flat = {name: value for name, value in node.items() if "_" not in name and not name.startswith("action")}
    for name, singular in (("measures", "measure"), ("categories", "category"), ("authorities", "authority")):
        for link, of in ((f"action{name.title()}", singular), (f"action_{singular}_list", f"{singular}_id")):
            if link in node:
                flat[name] = [one[of] for one in node[link]["nodes"]]
    for link, of in (("actionEntities", "entity"), ("action_entity_list", "entity_id")):
        if link in node:
            flat["entities"] = [{"name": one["name"], "entity": one[of]} for one in node[link]["nodes"]]
    if "document_id" in node:
        flat["document"] = node["document_id"]
    return flat
