"""The replicated cluster that the tests of this folder share, and two services: over all of it and the primary."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from db.migrate import migrate
from db.pool import connect
from db.vocabulary import bring_vocabulary
from tests.faults import counting
from tests.support import corpus
from tests.support.cluster import Cluster, replicated
from tests.support.serving import served_by

LAG_SECONDS = 1.0
PATIENCE_SECONDS = 2.0


@pytest_asyncio.fixture(scope="session")
async def cluster() -> AsyncIterator[Cluster]:
    """A primary and two standbys with the invented corpus. Each test leaves all of them up and level."""
    async with replicated() as made:
        connection = await connect(made.primary.dsn)
        await migrate(connection)
        await bring_vocabulary(connection)
        await corpus.fill(connection)
        await connection.close()
        await made.add_standbys(2)
        yield made


@pytest.fixture(scope="session")
def service(cluster: Cluster) -> Iterator[str]:
    """The service over the cluster, that waits two seconds at most for what is not there."""
    standbys = " ".join(node.dsn for node in cluster.standbys)
    with served_by(
        cluster.primary.dsn,
        read_urls=standbys,
        read_lag_seconds=LAG_SECONDS,
        store_patience_seconds=PATIENCE_SECONDS,
        pool_size=4,
    ) as url:
        yield url


@pytest.fixture(scope="session")
def alone(cluster: Cluster) -> Iterator[str]:
    """The service over the primary alone: what it says as of a revision is what is right."""
    with served_by(cluster.primary.dsn, pool_size=4) as url:
        yield url


def pytest_sessionfinish() -> None:
    """Keep what `make faults` counted."""
    if "FAULTS" in os.environ:
        counting.write()
