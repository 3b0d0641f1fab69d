"""`cunzhao transcribe`: facts that somebody read off pages whose text is not held."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.stores import bring_up_to_date, load_settings, open_store, store_address

if TYPE_CHECKING:
    from db.pool import Connection


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
def transcribe(files: tuple[Path, ...], dry_run: bool) -> None:
    """Bring facts into the store that somebody read off pages whose text is not held, from files of one page a line.

    They are marked as transcribed and have no anchors. A page whose text is in the store is left as it was read.
    A file with a fault is refused as a whole, with one line a fault.
    """
    with open_store(load_settings()) as settings:
        if asyncio.run(_transcribe_all(store_address(settings), files, dry_run)):
            raise SystemExit(2)


async def _transcribe_all(dsn: str, files: tuple[Path, ...], dry_run: bool) -> int:
    from db.pool import connect

    await bring_up_to_date(dsn)
    connection = await connect(dsn, role="cunzhao_writer")
    transaction = connection.transaction()
    try:
        if dry_run:
            await transaction.start()  # all is done as it would be, and then undone
        refused = 0
        for file in files:
            refused += await _transcribe_file(connection, file, dry_run)
        if dry_run:
            await transaction.rollback()
        return refused
    finally:
        await connection.close()


async def _transcribe_file(connection: Connection, file: Path, dry_run: bool) -> int:
    """How much of a file was refused. One page that is refused leaves the others as they are."""
    import asyncpg

    from api.cli.reading import summary
    from db.transcribing.format import BadTranscription, read_pages
    from db.transcribing.run import UnknownOriginal
    from db.transcribing.run import transcribe as bring
    from db.vocabulary import bring_vocabulary
    from schema.codes import shipped_codes

    try:
        pages = read_pages(file, shipped_codes())
    except (BadTranscription, UnicodeDecodeError, OSError) as error:
        for line in str(error).splitlines():
            click.echo(f"cunzhao: {line}", err=True)
        return 1
    await bring_vocabulary(connection)
    refused = 0
    for number, page in enumerate(pages, start=1):
        try:
            outcome = await bring(connection, page)
        except (UnknownOriginal, asyncpg.IntegrityConstraintViolationError) as error:
            refused += 1
            click.echo(f"cunzhao: {file.name}, line {number}: {error}", err=True)
            continue
        made = f" r{outcome.revision.number}" if outcome.revision and not dry_run else ""
        told = summary(outcome.change) if outcome.change else "its text is held, so nothing is taken on trust"
        click.echo(f"[{number}/{len(pages)}] {outcome.status}{made}: {page.url}: {told}")
    return refused
