"""`cunzhao annotate`: what is said about figures, from a file that holds all of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from api.cli.stores import bring_up_to_date, load_settings, open_store, store_address


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--note", default="", help="What is new, in a sentence; it is published with the revision.")
def annotate(file: Path, note: str) -> None:
    """Give the store the annotations in FILE, one a line, and no others: series, breaks, contradictions, gaps.

    What differs becomes one revision. A file with a fault is refused as a whole, with one line a fault.
    """
    with open_store(load_settings()) as settings:
        if not asyncio.run(_annotate(store_address(settings), file, note)):
            raise SystemExit(2)


async def _annotate(dsn: str, file: Path, note: str) -> bool:
    from db.annotating import BadAnnotations, read_file
    from db.annotating import annotate as bring
    from db.pool import connect
    from schema.codes import shipped_codes

    await bring_up_to_date(dsn)
    connection = await connect(dsn, role="cunzhao_writer")
    try:
        change = await bring(connection, read_file(file), shipped_codes(), note or "What is said about figures.")
    except (BadAnnotations, UnicodeDecodeError, OSError) as error:
        for line in str(error).splitlines():
            click.echo(f"cunzhao: {line}", err=True)
        return False
    finally:
        await connection.close()
    click.echo(f"annotations\t{len(change.annotations)} opened, {len(change.closed_annotations)} closed")
    return True
