"""How many SQL statements each kind of request takes: a list is not to cost more the longer its page is.

The first request of a kind may read code lists and the like besides; what is pinned is every later one: where the
reader remembers no record version, and where it remembers all. Which revision is the latest is asked now and then,
for all. An answer that is kept whole asks for nothing, so none is kept here. Who makes an answer cheaper lowers its
number here; one that grows needs a reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from api.answers import Answers
from api.app import create_app
from api.settings import Settings
from db.pool import Connection, Pool, connect
from db.reader import PostgresReader
from tests.support.corpus import document_id, entity_id

PAGE = """{ actions(%s) { nodes { id actedOn measures { code label } categories { code label } authorities { code }
  entities { name entity { id name } } document { id title } } } }"""
COUNTS = {
    "REST: a list": ("/v1/actions?limit=20", (2, 1)),
    "REST: a list with filters": ("/v1/actions?year=2023&category=platform_duty&entity=云雀视频&limit=20", (4, 1)),
    "REST: a list as of a revision": ("/v1/actions?as_of=r3", (2, 1)),
    "REST: a search": ("/v1/actions?search=云雀", (3, 1)),
    "REST: a record": (f"/v1/documents/{document_id(2023)}", (1, 0)),
    "REST: groups": ("/v1/aggregate?group_by=year,measure", (1, 0)),
    "REST: a code list": ("/v1/vocabularies/measures", (0, 0)),
    "REST: readiness": ("/readyz", (3, 3)),
    "REST: changes": ("/v1/changes?since=r3", (2, 1)),
    "REST: the feed of revisions": ("/v1/changes.atom", (2, 2)),
    "export": ("/v1/exports/actions.ndjson?year=2023", (5, 5)),
    "GraphQL: a page": (PAGE % "first: 20", (1, 1)),
    "GraphQL: a short page": (PAGE % "first: 5", (1, 1)),
    "GraphQL: a page with a total": ("{ actions(first: 5, year: 2023) { nodes { id } totalCount } }", (2, 1)),
    "GraphQL: a total alone": ("{ actions(year: 2023) { totalCount } }", (1, 0)),
    "GraphQL: a record": (f'{{ entity(id: "{entity_id("云雀视频")}") {{ name kind {{ label }} }} }}', (1, 0)),
    "GraphQL: the actions of an entity": (
        f'{{ entity(id: "{entity_id("云雀视频")}") {{ actions(first: 5) {{ nodes {{ id }} }} }} }}', (3, 1),
    ),
    "GraphQL: the actions of each document": ("{ documents { nodes { actions(first: 2) { nodes { id } } } } }", (3, 2)),
    "GraphQL: several roots": ("{ actions { nodes { id } } figures { nodes { id } } measures { code } }", (2, 2)),
    "GraphQL: a code list": ("{ measures { code label } }", (0, 0)),
    "GraphQL: groups": ("{ aggregate(groupBy: [YEAR, MEASURE]) { groups { year measure { code } count } } }", (1, 0)),
    "GraphQL: years": ("{ timeline { year actionCount figureCount } }", (2, 0)),
}  # fmt: skip


@dataclass
class Counted:
    """A client of the application, and the statements that its connections were given."""

    client: httpx.AsyncClient
    remembers: bool
    statements: list[str]

    async def ask(self, asked: str) -> None:
        """Ask by GET, or by POST what is no path but a query."""
        if asked.startswith("/"):
            answer = await self.client.get(asked)
        else:
            answer = await self.client.post("/graphql", json={"query": asked})
        assert answer.status_code == 200, answer.text
        assert not asked.startswith("{") or "errors" not in answer.json(), answer.text


@pytest_asyncio.fixture(scope="module", params=["forgets", "remembers"])
async def counted(sample_dsn: str, request: pytest.FixtureRequest) -> AsyncIterator[Counted]:
    """The application over a pool of connections that tell what they are asked."""
    remembers = request.param == "remembers"
    statements: list[str] = []

    async def open_one() -> Connection:
        connection = await connect(sample_dsn, role="cunzhao_reader", statement_timeout=10)
        connection.add_query_logger(lambda record: statements.append(" ".join(record.query.split())))
        return connection

    pool = Pool(open_one, size=8)
    reader = PostgresReader(pool, fresh_for=3600, memory=2**24 if remembers else 0)
    app = create_app(Settings(), reader)
    app.state.answers = Answers(0)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield Counted(client, remembers, statements)
    await pool.close()


@pytest.mark.parametrize("name", COUNTS)
async def test_a_request_takes_so_many_statements(counted: Counted, name: str) -> None:
    asked, allowed = COUNTS[name]
    await counted.ask(asked)
    await asyncio.sleep(0)  # the driver tells of a statement a turn of the loop later
    counted.statements.clear()
    await counted.ask(asked)
    await asyncio.sleep(0)
    assert len(counted.statements) == allowed[counted.remembers], counted.statements
