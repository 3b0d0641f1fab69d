"""`cunzhao backup` and `cunzhao restore`: a whole store as one file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from api.cli.stores import load_settings, open_store, require_tables, store_address


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write the whole store to FILE: history, texts, corrections, releases and keys, as of one moment.

    The store may be served and written to meanwhile. The files of releases are not in it: they never change, and are
    copied as they lie in the folder of releases.
    """

    async def run(dsn: str) -> str:
        from db.backup.writing import back_up
        from db.pool import connect

        await require_tables(dsn)
        connection = await connect(dsn)
        try:
            made = await back_up(connection, file)
        finally:
            await connection.close()
        return f"r{made.revision}, {len(made.tables)} tables"

    with open_store(load_settings()) as settings:
        made = asyncio.run(run(store_address(settings)))
    click.echo(f"backup\t{made}, {file.stat().st_size / 1e6:.1f} MB, in {file}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Delete what the store holds, for what FILE has.")
def restore(file: Path, replace: bool) -> None:
    """Fill an empty store with what `cunzhao backup` wrote to FILE, and bring it up to date.

    All of it comes at once or not at all. A backup of an earlier cunzhao is migrated, one of a later cunzhao refused.
    """

    async def run(dsn: str) -> None:
        from db.backup.restoring import restore as bring_back
        from db.pool import connect

        connection = await connect(dsn)
        try:
            made, followed = await bring_back(connection, file, replace=replace)
        finally:
            await connection.close()
        click.echo(f"restored\tr{made.revision}, {len(made.tables)} tables, of {made.made_at}")
        if followed:
            click.echo(f"migrations applied: {', '.join(map(str, followed))}")

    with open_store(load_settings()) as settings:
        asyncio.run(run(store_address(settings)))
