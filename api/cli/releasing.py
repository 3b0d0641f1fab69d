"""`cunzhao release`: a revision gets a name and files that never change."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from api.cli.stores import bring_up_to_date, load_settings, open_store, store_address

if TYPE_CHECKING:
    from db.release.places import Places
    from schema.releases import Manifest


@click.command()
@click.argument("name", required=False)
@click.option("--shipped", is_flag=True, help="Only build the files of shipped releases that have none here.")
def release(name: str | None, shipped: bool) -> None:
    """Cut a release of the latest revision: check it, write its files, and give it a name for good.

    Without a NAME it gets the next one of its month, such as 2026.11.1. The files come to the folder of releases all
    at once, or not at all.
    """
    if shipped and name:
        raise click.UsageError("--shipped builds all releases that came with the program; it takes no NAME")

    async def run(dsn: str, places: Places) -> None:
        from db.pool import connect
        from db.release.cutting import build_shipped, cut
        from db.shipped import load_releases

        known = {one.name: one for one in load_releases()}
        await bring_up_to_date(dsn)
        connection = await connect(dsn, role="cunzhao_writer")
        try:
            if shipped:
                built = await build_shipped(connection, places, known)
            else:
                built = [await cut(connection, places, name, known)]
        finally:
            await connection.close()
        for manifest in built:
            _show(manifest, places)

    with open_store(load_settings()) as settings:
        from db.release.places import Places

        asyncio.run(run(store_address(settings), Places(settings.releases_folder)))


def _show(manifest: Manifest, places: Places) -> None:
    checked = manifest.validation
    size = sum(one.bytes for one in manifest.resources)
    click.echo(
        f"checked\t{checked.records} records, {checked.codes} codes, {checked.references} references, "
        f"{checked.anchors_checked} anchors ({checked.anchors_without_text} lie in texts that are not held)"
    )
    for table in manifest.tables:
        click.echo(f"{table.name}\t{table.rows}")
    click.echo(
        f"release\t{manifest.name} of r{manifest.revision}: {len(manifest.resources)} files, {size / 1e6:.1f} MB, "
        f"in {places.of(manifest.name)}"
    )
