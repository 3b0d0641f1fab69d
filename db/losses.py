"""What an error of the driver says about the server: that it is gone, or that it could not answer this."""

from __future__ import annotations

import asyncpg

from db.pool import Connection, StoreLost
from schema.ports import StoreUnavailable

_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    # A server that ends says so in the middle of something, and the driver waits for the rest of it.
    asyncpg.InternalClientError,
    # On a standby, what is replayed takes precedence over a question that it would disturb.
    asyncpg.SerializationError,
    # The tables were migrated since the statement was prepared.
    asyncpg.InvalidCachedStatementError,
    ConnectionError,
)


def told(error: BaseException, connection: Connection | None) -> StoreUnavailable | None:
    """What the error means where it keeps a store from answering; None where it is another one.

    It is `StoreLost` where the same question may be answered over another connection. This one is broken then.
    """
    if isinstance(error, StoreUnavailable):
        return None
    if isinstance(error, asyncpg.QueryCanceledError):
        return StoreUnavailable("the question took longer than the store allows")
    broken = connection is not None and connection.is_closed()
    # Subclasses of the driver's own error are about what is wrong with an argument, and that is no fault of the server.
    if isinstance(error, _GONE) or type(error) is asyncpg.InterfaceError or broken:
        meaning: StoreUnavailable | None = StoreLost("the store cannot be reached")
    elif isinstance(error, OSError | TimeoutError):
        meaning = StoreUnavailable("the store does not answer in time")
    else:
        return None
    if connection is not None:
        connection.terminate()  # nobody knows whether it still leads anywhere
    return meaning
