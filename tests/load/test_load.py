"""More than the service works on at once: it refuses the rest in order, and is as before when that is over.

`make load` is the long form.
"""

from __future__ import annotations

import httpx

from db.pool import connect
from tests.load.client import load
from tests.load.questions import question
from tests.support.serving import served_by


async def test_what_is_too_much_is_refused_and_the_rest_is_answered(sample_dsn: str) -> None:
    with served_by(sample_dsn, requests_at_once=4, pool_size=2, rate_limit_requests=0) as url:
        found = await load(url, question, seed=20261122, connections=24, rate=5_000, seconds=2)
        assert not found.other
        assert found.well
        assert found.refused
        watching = await connect(sample_dsn)
        others = await watching.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
            " AND pid <> pg_backend_pid() AND application_name = 'cunzhao'"
        )
        await watching.close()
        assert others <= 2 + 4 + 8, "its own, and those of the services that other tests share"
        async with httpx.AsyncClient(base_url=url) as client:
            for _ in range(8):
                assert (await client.get("/v1/actions?limit=1")).status_code == 200
