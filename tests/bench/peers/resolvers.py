"""Plain Strawberry: a resolver for each field that is not a column, DataLoaders against the N+1 problem.

Written as its documentation advises, with its caches of parsed and validated documents and orjson for the answer.
Code lists are held in memory, as they hardly change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import asyncpg
import orjson
import strawberry
from starlette.requests import Request
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from tests.bench.peers.served import BY, ORDERED, application, run

_LABELS: dict[str, dict[str, asyncpg.Record]] = {}


@strawberry.type
class Code:
    code: str
    label: str


@strawberry.type
class Document:
    id: str
    title: str | None
    published_on: date | None


@strawberry.type
class Entity:
    id: str
    name: str
    name_en: str | None


@strawberry.type
class Mention:
    name: str
    entity_id: strawberry.Private[str]

    @strawberry.field
    async def entity(self, info: strawberry.Info) -> Entity:
        return await info.context["entities"].load(self.entity_id)  # type: ignore[no-any-return]


def _coded(name: str, codes: Sequence[str]) -> list[Code]:
    labels = _LABELS[name]
    return [Code(code=code, label=labels[code]["label_zh"]) for code in codes]


@strawberry.type
class Action:
    id: str
    acted_on: date | None
    gist_zh: str
    row: strawberry.Private[asyncpg.Record]

    @strawberry.field
    def measures(self) -> list[Code]:
        return _coded("measure", self.row["measures"])

    @strawberry.field
    def categories(self) -> list[Code]:
        return _coded("category", self.row["categories"])

    @strawberry.field
    def authorities(self) -> list[Code]:
        return _coded("authority", self.row["authorities"])

    @strawberry.field
    async def entities(self, info: strawberry.Info) -> list[Mention]:
        return await info.context["mentions"].load(self.id)  # type: ignore[no-any-return]

    @strawberry.field
    async def document(self, info: strawberry.Info) -> Document:
        return await info.context["documents"].load(self.row["document_id"])  # type: ignore[no-any-return]


@strawberry.type
class ActionConnection:
    nodes: list[Action]


@strawberry.type
class Query:
    @strawberry.field
    async def actions(
        self,
        info: strawberry.Info,
        since: date,
        until: date,
        first: int,
        category: str | None = None,
        entity: str | None = None,
    ) -> ActionConnection:
        by = BY["category" if category else "entity"]
        sql = f"SELECT a.* {by} {ORDERED}"
        rows = await info.context["pool"].fetch(sql, category or entity, since, until, first)
        return ActionConnection(
            nodes=[Action(id=row["id"], acted_on=row["acted_on"], gist_zh=row["gist_zh"], row=row) for row in rows]
        )


async def _entities(pool: Any, ids: list[str]) -> list[Entity]:
    rows = await pool.fetch("SELECT id, name, name_en FROM peer.entity WHERE id = ANY($1)", ids)
    found = {row["id"]: Entity(id=row["id"], name=row["name"], name_en=row["name_en"]) for row in rows}
    return [found[key] for key in ids]


async def _documents(pool: Any, ids: list[str]) -> list[Document]:
    rows = await pool.fetch("SELECT id, title, published_on FROM peer.document WHERE id = ANY($1)", ids)
    found = {row["id"]: Document(**row) for row in rows}
    return [found[key] for key in ids]


async def _mentions(pool: Any, ids: list[str]) -> list[list[Mention]]:
    sql = "SELECT action_id, entity_id, name FROM peer.action_entity WHERE action_id = ANY($1) ORDER BY position"
    found = defaultdict(list)
    for row in await pool.fetch(sql, ids):
        found[row["action_id"]].append(Mention(name=row["name"], entity_id=row["entity_id"]))
    return [found[key] for key in ids]


class View(GraphQL[Any, None]):
    async def get_context(self, request: Request | WebSocket, response: Any) -> Any:
        pool = request.app.state.pool
        if not _LABELS:
            for name in ("measure", "category", "authority"):
                rows = await pool.fetch(f"SELECT * FROM peer.{name}")  # noqa: S608
                _LABELS[name] = {row["id"]: row for row in rows}
        return {
            "pool": pool,
            "entities": DataLoader(lambda ids: _entities(pool, ids)),
            "documents": DataLoader(lambda ids: _documents(pool, ids)),
            "mentions": DataLoader(lambda ids: _mentions(pool, ids)),
        }

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


schema = strawberry.Schema(
    Query, extensions=[lambda: ParserCache(100), lambda: ValidationCache(100)], config=StrawberryConfig()
)
app = application([Route("/graphql", View(schema))])

if __name__ == "__main__":
    run(app)
