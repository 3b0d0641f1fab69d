"""`cunzhao push`: a release that was cut, to an object store."""

from __future__ import annotations

import asyncio
from collections import Counter

import click

from api.cli.stores import load_settings, open_store, require_tables, store_address


@click.command()
@click.argument("release", metavar="RELEASE")
@click.argument("address", metavar="ADDRESS")
def push(release: str, address: str) -> None:
    """Copy the files of RELEASE to an object store such as s3://bucket/prefix, from where `cunzhao download` has them.

    Keys, region and endpoint are taken from the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, …). What is there
    already is not copied again.
    """
    from api.pushing import CannotPush, open_bucket
    from api.pushing import push as copy
    from api.rest.release_files import read_release

    bucket = open_bucket(address)
    with open_store(load_settings()) as settings:
        known = asyncio.run(_names(store_address(settings)))
    if release not in known:
        raise CannotPush(f"there is no release {release!r}; there are: {', '.join(known) or 'none yet'}")
    files = read_release(settings.releases_folder, release)
    if files is None:
        raise CannotPush(f"the files of release {release} are not in {settings.releases_folder}")
    counts: Counter[str] = Counter()

    def told(status: str, path: str) -> None:
        counts[status] += 1
        click.echo(f"{status}: {path}")

    copy(files, bucket, told)
    click.echo(f"release {release} at {address}: {', '.join(f'{count} {status}' for status, count in counts.items())}")


async def _names(dsn: str) -> list[str]:
    """The releases on record, newest first."""
    from db.pool import connect
    from db.release.ledger import read_releases

    await require_tables(dsn)
    connection = await connect(dsn, role="cunzhao_reader")
    try:
        return [release.name for release in await read_releases(connection)]
    finally:
        await connection.close()
