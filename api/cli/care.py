"""Commands that care for the store and the contract."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from api.cli.stores import load_settings, open_store, require_tables, store_address


@click.command()
def migrate() -> None:
    """Bring the tables of the store up to date."""

    async def run(dsn: str) -> list[int]:
        from db.migrate import migrate as bring
        from db.pool import connect

        connection = await connect(dsn)
        try:
            return await bring(connection)
        finally:
            await connection.close()

    with open_store(load_settings()) as settings:
        applied = asyncio.run(run(store_address(settings)))
    click.echo(f"migrations applied: {', '.join(map(str, applied)) or 'none were missing'}")


@click.command()
def status() -> None:
    """Show what the store holds, and at which revision."""

    async def run(dsn: str, standbys: Sequence[str]) -> None:
        from db.pool import open_pool
        from db.reader import PostgresReader
        from schema.query import Filter
        from schema.records import RECORD_MODELS

        await require_tables(dsn)
        async with await open_pool(dsn, size=1, statement_timeout=60) as pool:
            reader = PostgresReader(pool)
            revision = await reader.revision()
            moment = f"{revision.committed_at:%Y-%m-%d %H:%M:%S} UTC"
            click.echo(f"revision\tr{revision.number} of {moment} ({revision.cause}): {revision.note}")
            for kind in RECORD_MODELS:
                click.echo(f"{kind}\t{await reader.total(kind, Filter(), revision.number)}")
        for standby in standbys:
            click.echo(f"standby\t{await _standing(standby, revision.number)}")

    with open_store(load_settings()) as settings:
        asyncio.run(run(store_address(settings), [url.get_secret_value() for url in settings.read_urls]))


async def _standing(standby: str, revision: int) -> str:
    """What a standby has of the record, whose latest revision is given."""
    from db.pool import connect
    from db.servers import server_name
    from db.writer import latest
    from schema.ports import StoreUnavailable

    name = server_name(standby)
    try:
        connection = await connect(standby, role="cunzhao_reader", within=5)
    except StoreUnavailable:
        return f"{name}\tdoes not answer"
    try:
        found = await latest(connection)
    finally:
        await connection.close()
    number = found.number if found else 0
    return f"{name}\tr{number}, {revision - number} behind"


@click.command()
@click.option("--write", is_flag=True, help="Write openapi.json and schema.graphql into the folder openapi/.")
def contract(write: bool) -> None:
    """Print the OpenAPI document, or write it and the GraphQL schema to where they are published from."""
    import openapi
    from api.contract import openapi_text, write_contract

    if write:
        write_contract(Path(openapi.__path__[0]))
    else:
        click.echo(openapi_text(), nl=False)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def dataset(folder: Path) -> None:
    """Write the whole history of the store to FOLDER, in the form in which datasets are shipped."""

    async def run(dsn: str) -> None:
        from db.pool import connect
        from db.shipped import write_dataset

        await require_tables(dsn)
        connection = await connect(dsn)
        try:
            await write_dataset(connection, folder)
        finally:
            await connection.close()

    with open_store(load_settings()) as settings:
        asyncio.run(run(store_address(settings)))


@click.command()
@click.option(
    "--texts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder to look in for texts that the store does not hold.",
)
def verify(texts: Path | None) -> None:
    """Check all on record: anchors against their texts, hashes, the chain of revisions, JSON against rows.

    The files of releases are checked against their manifests. Texts that the store does not hold are looked for in the
    folder given, and below it, by their SHA-256.
    """

    async def run(dsn: str, releases: Path) -> bool:
        from db.pool import connect
        from db.release.places import Places
        from db.release.verifying import verify_releases
        from db.shipped import load_releases
        from db.verify.run import verify as check
        from db.verify.texts import Texts

        await require_tables(dsn)
        connection = await connect(dsn, role="cunzhao_reader")
        try:
            right = await check(connection, Texts(texts), click.echo)
            return await verify_releases(connection, Places(releases), load_releases(), click.echo) and right
        finally:
            await connection.close()

    with open_store(load_settings()) as settings:
        if not asyncio.run(run(store_address(settings), settings.releases_folder)):
            raise SystemExit(2)
