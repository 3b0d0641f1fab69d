"""What schemathesis must know of the store it meets: ids, revisions, and cursors that belong to a question.

A positive case is well formed by the contract, which cannot say seven things. `before_call` mends those, and only
those, so that the rest of the question is tried; `tests/api/test_rest_refusals.py` asks each of them as it stands:

* a cursor belongs to one question: it is made anew for the question of the case;
* `as_of` names something the store has: another point is replaced by one of its revisions;
* `from` lies before `to`: they change places;
* `since` lies before the revision asked about: they change places;
* a delta leads from the earlier to the later of two points: they change places;
* figures are neither filtered nor grouped by what they do not count: that much is left out;
* a series is one that the store has, in two periods that do not overlap, at the latest revision.

What is cited is one of a few queries that the store answers; `tests/api/test_citations.py` asks others.

Chains of calls get one thing more (`_lead_somewhere`), so that they lead from lists to the records in them.
"""

from __future__ import annotations

import json
import os
import zlib
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import schemathesis
from hypothesis import strategies as st
from schemathesis.generation.meta import TestPhase

from api.params import AGGREGATE_PARAMETERS, CHANGE_PARAMETERS, list_parameters
from api.rest.questions import read_query
from api.rest.records import PLURALS
from schema.changes import CHANGED_TABLES, ChangeKey
from schema.pages import aggregate_fingerprint, changes_fingerprint, list_fingerprint
from schema.points import encode_cursor
from schema.query import DIMENSIONS_OF, FILTERS_OF, Key
from schema.records import RecordKind

TARGET = os.environ.get("FUZZED_URL", "http://127.0.0.1:8000")
KINDS = {f"/v1/{plural}": kind for kind, plural in PLURALS.items()}
REPEATED = ("from", "to", "search")


def _ask(path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    asked = Request(TARGET + path, data, {"Content-Type": "application/json"})  # noqa: S310  # the server under test
    with urlopen(asked) as answer:  # noqa: S310
        return json.load(answer)


IDS: dict[RecordKind, list[str]] = {
    kind: [record["id"] for record in _ask(f"/v1/{plural}?limit=500")["data"]] for kind, plural in PLURALS.items()
}
REVISIONS = [f"r{number}" for number in range(1, _ask("/v1")["meta"]["revision"] + 1)]
RELEASES = [release["name"] for release in _ask("/v1/releases")["data"]]
FILES = ["index.json", *(file["url"] for file in _ask("/v1/releases/latest/index.json")["resources"])]

for record_kind, ids in IDS.items():
    schemathesis.openapi.format(f"{record_kind}-id", st.sampled_from(ids))
schemathesis.openapi.format("as-of", st.sampled_from(REVISIONS))
ADDRESSES = ["/v1/actions?year=2023&limit=3", "/v1/exports/documents.csv?bom=true", "/v1/vocabularies/measures",
             "/v1/aggregate?group_by=year,measure&of=figure", "/v1/entities?year=1999",
             "/v1/changes?since=r2&table=figures", f"/v1/releases/r1...{RELEASES[0]}.ndjson"]  # fmt: skip
DOCUMENTS = ["{actions(year: [2023]) {totalCount}}", "{documents(first: 500) {nodes {id title}}}"]
TOKENS = [_ask("/v1/citations", {"query": address})["data"]["token"] for address in ADDRESSES]
schemathesis.openapi.format("release-name", st.sampled_from(RELEASES))
schemathesis.openapi.format("citable-address", st.sampled_from(ADDRESSES))
schemathesis.openapi.format("citable-graphql", st.sampled_from(DOCUMENTS))
schemathesis.openapi.format("citation-token", st.sampled_from(TOKENS))
schemathesis.openapi.format("release", st.sampled_from(["latest", *RELEASES]))
schemathesis.openapi.format("delta-end", st.sampled_from(["latest", *REVISIONS]))
schemathesis.openapi.format("release-file", st.sampled_from(FILES))
# Made anew in `before_call`, when the question it must belong to is known.
schemathesis.openapi.format("cursor", st.just("AAAAAAAA"))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Mend in a positive case what the contract cannot say."""
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    if isinstance(case.body, dict) and "query" in case.body:
        _citable(case.body)
    if "earlier" in (case.path_parameters or {}) and "latest" not in case.path_parameters.values():
        _in_turn(case.path_parameters, "earlier", "later")
    if not case.query:
        return
    query = case.query
    if case.meta.phase.name == TestPhase.STATEFUL:
        _lead_somewhere(query)
    if query.get("as_of") and query["as_of"] not in REVISIONS:
        query["as_of"] = _some(REVISIONS, query)
    if query.get("from") and query.get("to") and max(query["from"]) > min(query["to"]):
        query["from"], query["to"] = [min(query["to"])], [max(query["from"])]
    if "since" in query:
        query.setdefault("as_of", REVISIONS[-1])
        _in_turn(query, "since", "as_of")
    if "series" in query:
        query["series"], query["periods"], query["as_of"] = "cac_talks", "2023,2024", REVISIONS[-1]
    if query.get("of") == "figure":
        _countable(query)
    if "cursor" in query:
        query["cursor"] = _cursor(case.path, query)


def _citable(body: dict[str, Any]) -> None:
    """What is cited is known to the store, and asked of a release that it has."""
    if body.get("release") not in (None, *RELEASES):
        body["release"] = RELEASES[0]
    if isinstance(body["query"], str):
        if body["query"] not in ADDRESSES:
            body["query"] = _some(ADDRESSES, body)
    elif body["query"]["graphql"]["query"] not in DOCUMENTS or body["query"]["graphql"].get("operationName"):
        body["query"] = {"graphql": {"query": _some(DOCUMENTS, body)}}


def _in_turn(points: dict[str, Any], earlier: str, later: str) -> None:
    """Two points in history that the store has, the earlier one first."""
    known = [one if one in REVISIONS else _some(REVISIONS, points) for one in (points[earlier], points[later])]
    points[earlier], points[later] = sorted(known, key=REVISIONS.index)


def _some(values: list[str], query: dict[str, Any]) -> str:
    """One of the values: always the same for the same query."""
    return values[zlib.crc32(json.dumps(query, sort_keys=True).encode()) % len(values)]


def _lead_somewhere(query: dict[str, Any]) -> None:
    """A list that is empty leads to no record: two of three are asked without filters, points in time and cursors."""
    if zlib.crc32(json.dumps(query, sort_keys=True).encode()) % 3:
        for name in set(query) - {"of", "group_by", "bom"}:
            del query[name]


def _countable(query: dict[str, Any]) -> None:
    for name in set(FILTERS_OF["action"]) - set(FILTERS_OF["figure"]):
        query.pop(name, None)
    query["group_by"] = [one for one in query["group_by"] if one in DIMENSIONS_OF["figure"]] or ["measure"]


def _cursor(path: str, query: dict[str, Any]) -> str:
    """A cursor of the question, at the revision it is asked of."""
    revision = int(query.get("as_of", REVISIONS[-1])[1:])
    asked = _written({name: value for name, value in query.items() if name not in ("cursor", "as_of", "limit")})
    if path == "/v1/aggregate":
        question = read_query(asked, AGGREGATE_PARAMETERS)
        of = question.values.get("of", "action")
        fingerprint = aggregate_fingerprint(of, question.values["group_by"], question.filter(of))
        return encode_cursor(revision, fingerprint, len(asked) % 9)
    if path.startswith("/v1/changes"):
        question = read_query(asked.replace(b"True", b"true").replace(b"False", b"false"), CHANGE_PARAMETERS)
        since, tables = int(query.get("since", "r0")[1:]), set(question.values.get("table", CHANGED_TABLES))
        if path == "/v1/changes.atom":
            return encode_cursor(revision, changes_fingerprint("revisions", since, tables), len(asked) % 9)
        place = ChangeKey(revision, "entities", "a")
        return encode_cursor(revision, changes_fingerprint("changes", since, tables), place)
    kind = KINDS[path]
    fingerprint = list_fingerprint(kind, read_query(asked, list_parameters(kind)).filter(kind))
    return encode_cursor(revision, fingerprint, Key(on=None, id=_some(IDS[kind], query)))


def _written(query: dict[str, Any]) -> bytes:
    """The query as it is sent."""
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        values = value if isinstance(value, list) else [value]
        texts = [str(one) for one in values]
        pairs += [(name, text) for text in (texts if name in REPEATED else [",".join(texts)])]
    return urlencode(pairs).encode()
