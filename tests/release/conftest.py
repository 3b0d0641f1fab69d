"""A filled store of the test's own, and releases of it in folders of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from db.pool import Connection, connect
from db.release.places import Places
from tests.support import corpus


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[Connection]:
    """A filled store at r7 that has a release already (of r5), as its owner: only the owner gets round the triggers."""
    connection = await connect(dsn)
    await corpus.fill(connection)
    yield connection
    await connection.close()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """An empty folder of releases."""
    return Places(tmp_path / "releases")
