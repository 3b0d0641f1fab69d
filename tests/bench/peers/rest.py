"""REST lists in the usual ways: pydantic models, msgspec structs, JSON built in Postgres; and a route doing nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import asyncpg
import msgspec  # of the peers' own environment
import orjson
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.bench.peers.served import BY, ORDERED, application, run

_LISTS = ("subject_kinds", "measures", "categories", "authorities", "instruments", "campaigns", "regions")
_PAGE = f"SELECT a.*, d.url AS document_url {{by}} {ORDERED}"
_JSON = """
SELECT json_build_object(
    'id', a.id, 'document', json_build_object('id', d.id, 'url', d.url), 'acted_on', a.acted_on,
    'date_basis', a.date_basis, 'decided_on', a.decided_on,
    'period', CASE WHEN a.period_start IS NOT NULL
                   THEN json_build_object('start', a.period_start, 'end', a.period_end) END,
    'entities', e.made, 'unnamed_subject', a.unnamed_subject, 'open_ended', a.open_ended,
    'subject_kinds', a.subject_kinds, 'measures', a.measures, 'categories', a.categories,
    'authorities', a.authorities, 'instruments', a.instruments, 'campaigns', a.campaigns, 'regions', a.regions,
    'amount_cny', a.amount_cny, 'gist_zh', a.gist_zh, 'gist_en', a.gist_en, 'confidence', a.confidence,
    'extractor', a.extractor, 'anchors', n.made, 'revision', a.revision)::text
{by}
"""
_JSON_PARTS = """
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object('entity', entity_id, 'name', name, 'kind', kind) ORDER BY position),
                    '[]') AS made
    FROM peer.action_entity WHERE action_id = a.id) e
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_object('field', field, 'value', value, 'start', start, 'end', "end", 'exact', exact)
                    ORDER BY position) AS made
    FROM peer.anchor WHERE action_id = a.id) n
"""


class PydanticMention(BaseModel):
    entity: str
    name: str
    kind: str


class PydanticAnchor(BaseModel):
    field: str
    value: str | None
    start: int
    end: int
    exact: str


class PydanticDocument(BaseModel):
    id: str
    url: str | None


class PydanticPeriod(BaseModel):
    start: date
    end: date


class PydanticAction(BaseModel):
    id: str
    document: PydanticDocument
    acted_on: date | None
    date_basis: str
    decided_on: date | None
    period: PydanticPeriod | None
    entities: list[PydanticMention]
    unnamed_subject: str | None
    open_ended: bool
    subject_kinds: list[str]
    measures: list[str]
    categories: list[str]
    authorities: list[str]
    instruments: list[str]
    campaigns: list[str]
    regions: list[str]
    amount_cny: int | None
    gist_zh: str
    gist_en: str
    confidence: str
    extractor: str
    anchors: list[PydanticAnchor]
    revision: int


class PydanticTotal(BaseModel):
    value: int
    relation: str


class PydanticList(BaseModel):
    data: list[PydanticAction]
    total: PydanticTotal


Mention = msgspec.defstruct("Mention", [("entity", str), ("name", str), ("kind", str)])
Anchor = msgspec.defstruct(
    "Anchor", [("field", str), ("value", str | None), ("start", int), ("end", int), ("exact", str)]
)
Document = msgspec.defstruct("Document", [("id", str), ("url", str | None)])
Period = msgspec.defstruct("Period", [("start", date), ("end", date)])
Action = msgspec.defstruct("Action", [(name, Any) for name in PydanticAction.model_fields])
_encode = msgspec.json.Encoder().encode


def _joined(by: str) -> str:
    return by.replace("WHERE", "JOIN peer.document d ON d.id = a.document_id WHERE")


def _place(request: Request) -> tuple[str, list[Any]]:
    asked = request.query_params
    name = "category" if "category" in asked else "entity"
    days = [date.fromisoformat(asked[key]) for key in ("from", "to")]
    return name, [asked[name], *days]


async def _rows(request: Request) -> tuple[int, list[dict[str, Any]]]:
    """The records of a page with their parts, in three statements, and the total in a fourth."""
    name, values = _place(request)
    async with request.app.state.pool.acquire() as connection:
        rows = await connection.fetch(_PAGE.format(by=_joined(BY[name])), *values, int(request.query_params["limit"]))
        ids = [row["id"] for row in rows]
        entities = await connection.fetch(
            "SELECT action_id, entity_id, name, kind FROM peer.action_entity WHERE action_id = ANY($1)"
            " ORDER BY action_id, position", ids)  # fmt: skip
        anchors = await connection.fetch(
            'SELECT action_id, field, value, start, "end", exact FROM peer.anchor WHERE action_id = ANY($1)'
            " ORDER BY action_id, position", ids)  # fmt: skip
        total = await connection.fetchval(f"SELECT count(*) {BY[name]}", *values)
    named, quoted = _grouped(entities), _grouped(anchors)
    return total, [{"row": row, "entities": named[row["id"]], "anchors": quoted[row["id"]]} for row in rows]


def _grouped(rows: Iterable[asyncpg.Record]) -> Mapping[str, list[asyncpg.Record]]:
    groups: dict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row)
    return groups


def _plain(row: asyncpg.Record) -> dict[str, Any]:
    names = ("id", "acted_on", "date_basis", "decided_on", "unnamed_subject", "open_ended", *_LISTS, "amount_cny",
             "gist_zh", "gist_en", "confidence", "extractor", "revision")  # fmt: skip
    return {name: row[name] for name in names}


async def by_pydantic(request: Request) -> Response:
    """Validated models, dumped by pydantic."""
    total, found = await _rows(request)
    data = [
        PydanticAction(
            **_plain(row),
            document=PydanticDocument(id=row["document_id"], url=row["document_url"]),
            period=PydanticPeriod(start=row["period_start"], end=row["period_end"]) if row["period_start"] else None,
            entities=[PydanticMention(entity=e[1], name=e[2], kind=e[3]) for e in one["entities"]],
            anchors=[PydanticAnchor(field=a[1], value=a[2], start=a[3], end=a[4], exact=a[5]) for a in one["anchors"]],
        )
        for one in found
        for row in [one["row"]]
    ]
    made = PydanticList(data=data, total=PydanticTotal(value=total, relation="eq"))
    return Response(made.model_dump_json(), media_type="application/json")


async def by_msgspec(request: Request) -> Response:
    """Structs, encoded by msgspec."""
    total, found = await _rows(request)
    data = [
        Action(
            **_plain(row),
            document=Document(row["document_id"], row["document_url"]),
            period=Period(row["period_start"], row["period_end"]) if row["period_start"] else None,
            entities=[Mention(e[1], e[2], e[3]) for e in one["entities"]],
            anchors=[Anchor(a[1], a[2], a[3], a[4], a[5]) for a in one["anchors"]],
        )
        for one in found
        for row in [one["row"]]
    ]
    body = _encode({"data": data, "total": {"value": total, "relation": "eq"}})
    return Response(body, media_type="application/json")


async def by_postgres(request: Request) -> Response:
    """JSON built by Postgres, handed on."""
    name, values = _place(request)
    by = _joined(BY[name]).replace("WHERE", _JSON_PARTS + "WHERE")
    async with request.app.state.pool.acquire() as connection:
        limit = int(request.query_params["limit"])
        rows = await connection.fetch(f"{_JSON.format(by=by)} {ORDERED}", *values, limit)
        total = await connection.fetchval(f"SELECT count(*) {BY[name]}", *values)
    data = b",".join(row[0].encode() for row in rows)
    end = orjson.dumps({"value": total, "relation": "eq"})
    return Response(b'{"data":[' + data + b'],"total":' + end + b"}", media_type="application/json")


_NOTHING: dict[int, bytes] = {}


async def nothing(request: Request) -> Response:
    """As many bytes as are asked for."""
    size = int(request.query_params["bytes"])
    body = _NOTHING.setdefault(size, b'"' + b"x" * (size - 2) + b'"')
    return Response(body, media_type="application/json")


app = application(
    [
        Route("/pydantic", by_pydantic),
        Route("/msgspec", by_msgspec),
        Route("/postgres", by_postgres),
        Route("/nothing", nothing),
    ]
)

if __name__ == "__main__":
    run(app)
