"""What the peers in Python share: a pool, and the same server that ours runs on."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

BY = {
    "category": """
        FROM peer.action_category l JOIN peer.action a ON a.id = l.action_id
        WHERE l.category_id = $1 AND l.acted_on BETWEEN $2 AND $3
        """,
    "entity": """
        FROM peer.action_entity l JOIN peer.action a ON a.id = l.action_id
        WHERE l.entity_id = $1 AND l.acted_on BETWEEN $2 AND $3
        """,
}
ORDERED = "ORDER BY l.acted_on DESC, l.action_id LIMIT $4"


def application(routes: Sequence[BaseRoute]) -> Starlette:
    """An application with a pool of connections, as many as ours holds."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(os.environ["BENCH_DSN"], min_size=8, max_size=8) as pool:
            app.state.pool = pool
            gc.freeze()
            gc.set_threshold(50_000, 20, 50)
            yield

    return Starlette(routes=routes, lifespan=lifespan)


def run(app: Starlette) -> None:
    """Serve on the port that the command line names."""
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools", log_level="warning",
        access_log=False,
    )  # fmt: skip
