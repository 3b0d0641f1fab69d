"""Connections to Postgres, each in one of two roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import asyncpg

from schema.ports import StoreUnavailable

if TYPE_CHECKING:  # the driver's classes are generic for type checkers only
    Connection = asyncpg.Connection[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

Role = Literal["cunzhao_reader", "cunzhao_writer"]
SCHEMA = "cunzhao"


def _session(role: Role | None, statement_timeout: float | None) -> dict[str, str]:
    settings = {"application_name": "cunzhao", "search_path": SCHEMA, "timezone": "UTC", "jit": "off"}
    # A question may have many conditions, each a subquery: trying their orders would take longer than answering.
    settings["join_collapse_limit"] = "1"
    if role is not None:
        settings["role"] = role
    if role == "cunzhao_reader":
        settings["default_transaction_read_only"] = "on"
    if statement_timeout is not None:
        settings["statement_timeout"] = str(int(statement_timeout * 1000))
    return settings


async def connect(dsn: str, *, role: Role | None = None, statement_timeout: float | None = None) -> Connection:
    """One connection, as the owner of the store unless a role is named. The timeout is in seconds.

    Raises `StoreUnavailable` if no server answers.
    """
    with _unreachable():
        return await asyncpg.connect(dsn, server_settings=_session(role, statement_timeout))


async def open_pool(dsn: str, *, size: int, statement_timeout: float) -> Pool:
    """A pool of reading connections. Postgres itself refuses them any write.

    `size` is the number of connections, `statement_timeout` the longest any statement may take, in seconds.
    Raises `StoreUnavailable` if no server answers.
    """
    settings = _session("cunzhao_reader", statement_timeout)
    with _unreachable():
        return await asyncpg.create_pool(dsn, min_size=1, max_size=size, server_settings=settings)


@contextmanager
def _unreachable() -> Iterator[None]:
    try:
        yield
    except (OSError, TimeoutError) as error:
        raise StoreUnavailable(f"the database does not answer: {str(error) or 'no answer in time'}") from error
