"""`cunzhao keys`: makes, lists and revokes keys that allow more requests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

from api.cli.stores import load_settings, open_store, require_tables, store_address

if TYPE_CHECKING:
    from db.pool import Connection

T = TypeVar("T")
_TIMES_MORE = 10


@click.group()
def keys() -> None:
    """Make, list and revoke keys that allow more requests than anybody may send without one."""


@keys.command()
@click.argument("name")
@click.option("--requests", type=click.IntRange(1, 2**31 - 1), help="Requests it allows; ten times what all may send.")
@click.option("--seconds", type=click.IntRange(1, 86_400), help="Within how many seconds; as for all by default.")
def create(name: str, requests: int | None, seconds: int | None) -> None:
    """Make a key for NAME and print it, this once: only its hash is kept."""
    settings = load_settings()
    allowed = requests or _TIMES_MORE * (settings.rate_limit_requests or 120_000)
    within = seconds or settings.rate_limit_seconds

    async def run(connection: Connection) -> str:
        from db.keys import create_key

        return await create_key(connection, name, allowed, within)

    if not name.strip():
        raise click.UsageError("say whose key it is")
    click.echo(_with_store(run))
    click.echo(f"{allowed} requests in {within} seconds, sent as: Authorization: Bearer KEY", err=True)


@keys.command("list")
def list_() -> None:
    """List the keys that were ever made: id, name, limit, when made and when revoked."""

    async def run(connection: Connection) -> list[str]:
        from db.keys import list_keys

        return [
            f"{one.id}\t{one.name}\t{one.requests}/{one.seconds}s\t{one.created_at:%Y-%m-%d %H:%M}\t"
            f"{f'revoked {one.revoked_at:%Y-%m-%d %H:%M}' if one.revoked_at else 'good'}"
            for one in await list_keys(connection)
        ]

    for line in _with_store(run):
        click.echo(line)


@keys.command()
@click.argument("key_id", metavar="ID")
def revoke(key_id: str) -> None:
    """Revoke the key ID; a running server takes it for a few seconds more."""

    async def run(connection: Connection) -> bool:
        from db.keys import revoke_key

        return await revoke_key(connection, key_id)

    if not _with_store(run):
        raise click.ClickException(f"there is no good key {key_id!r}; cunzhao keys list shows all")
    click.echo(f"{key_id} is revoked")


def _with_store(run: Callable[[Connection], Awaitable[T]]) -> T:
    """What a function gives that is handed a connection as the owner of the store."""

    async def connected(dsn: str) -> T:
        from db.pool import connect

        await require_tables(dsn)
        connection = await connect(dsn)
        try:
            return await run(connection)
        finally:
            await connection.close()

    with open_store(load_settings()) as settings:
        return asyncio.run(connected(store_address(settings)))
