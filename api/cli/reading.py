"""`cunzhao extract` and `cunzhao ingest`: from announcements to records."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.clauses import ClauseShares
from api.cli.stores import bring_up_to_date, load_settings, open_store, store_address
from db.changes import Change

if TYPE_CHECKING:
    from db.ingest.run import Outcome


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def extract(files: tuple[str, ...]) -> None:
    """Print what is read from each FILE or address as one JSON object a line. No database is touched.

    Beside it, on standard error, stands the share of clauses that were extracted, ignored (and why) or unhandled.
    """
    from db.ingest.extract import extract as read
    from db.ingest.extract import to_json

    refused, all_clauses = 0, ClauseShares()
    for source in _sources(files):
        try:
            data, url = _load(source)
            extraction = read(data, url=url, name=source)
        except (ValueError, OSError) as error:
            refused += _refuse(source, error)
            continue
        click.echo(to_json(extraction))
        own = ClauseShares()
        for clauses in (own, all_clauses):
            clauses.add(extraction.document)
        click.echo(f"{source}: {own}", err=True)
    if all_clauses.documents > 1:
        click.echo(f"{all_clauses.documents} documents: {all_clauses}", err=True)
    _end(refused)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
def ingest(paths: tuple[str, ...], dry_run: bool) -> None:
    """Bring announcements into the store: files, folders or addresses, one revision a document.

    What cannot be read is refused in one line that names it, and the rest goes on; the last line counts what became of
    all. The exit status is 2 if anything was refused.
    """
    with open_store(load_settings()) as settings:
        _end(asyncio.run(_ingest_all(store_address(settings), list(_sources(paths)), dry_run)))


async def _ingest_all(dsn: str, sources: list[str], dry_run: bool) -> int:
    from db.ingest.run import ingest as bring
    from db.pool import connect
    from db.vocabulary import bring_vocabulary

    await bring_up_to_date(dsn)
    connection = await connect(dsn, role="cunzhao_writer")
    counts: Counter[str] = Counter()
    try:
        if not dry_run:
            await bring_vocabulary(connection)
        for number, source in enumerate(sources, start=1):
            try:
                data, url = _load(source)
                outcome = await bring(connection, data, url=url, name=source, dry_run=dry_run)
            except _faults_of_a_document() as error:
                counts["refused"] += _refuse(source, error)  # its transaction is undone, the others stand
                continue
            counts[outcome.status] += 1
            made = f" r{outcome.revision.number}" if outcome.revision else ""
            click.echo(f"[{number}/{len(sources)}] {outcome.status}{made}: {source}: {_told(outcome)}")
            if dry_run:
                _show(outcome.change)
    finally:
        await connection.close()
    if len(sources) != 1:
        told = ", ".join(f"{counts[one]} {one}" for one in ("new", "changed", "unchanged", "refused") if counts[one])
        click.echo(f"{len(sources)} documents: {told or 'nothing to read'}")
    return counts["refused"]


def _faults_of_a_document() -> tuple[type[Exception], ...]:
    """What is wrong with one document only: it cannot be read, or Postgres cannot hold it."""
    import asyncpg

    of_postgres = asyncpg.IntegrityConstraintViolationError, asyncpg.DataError, asyncpg.ProgramLimitExceededError
    return ValueError, OSError, *of_postgres


def _sources(paths: tuple[str, ...]) -> Iterator[str]:
    """The addresses and files meant. A folder stands for all visible files below it, in order of name."""
    for path in paths:
        if not path.startswith(("http://", "https://")) and Path(path).is_dir():
            files = sorted(file for file in Path(path).rglob("*") if file.is_file())
            yield from (str(f) for f in files if not any(p.startswith(".") for p in f.relative_to(path).parts))
        else:
            yield path


def _load(source: str) -> tuple[bytes, str | None]:
    from db.ingest.fetch import fetch
    from db.ingest.notice import SIZE_LIMIT, Refused

    if source.startswith(("http://", "https://")):
        page = fetch(source, private_addresses=load_settings().fetch_private_addresses)
        return page.data, page.url
    if Path(source).stat().st_size > SIZE_LIMIT:
        raise Refused(f"the file is larger than the limit of {SIZE_LIMIT} bytes")
    return Path(source).read_bytes(), None


def _refuse(source: str, error: Exception) -> int:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    click.echo(f"cunzhao: {source}: {' '.join(reason.split())}", err=True)
    return 1


def summary(change: Change) -> str:
    """What a change comes to, in a few words."""
    from db.changes import record_kind

    counts: dict[str, int] = {}
    for record in change.records:
        kind = record_kind(record)
        counts[kind] = counts.get(kind, 0) + 1
    parts = [f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in counts.items()]
    parts += [f"{len(change.closed)} closed"] if change.closed else []
    return ", ".join(parts).replace("entitys", "entities") or "nothing to change"


def _told(outcome: Outcome) -> str:
    """What the records of a document became, and whether it is a reprint."""
    reprint = f"; a reprint of {outcome.reprint_of}" if outcome.reprint_of else ""
    return summary(outcome.change) + reprint


def _show(change: Change) -> None:
    from db.changes import record_json, record_kind

    for record in change.records:
        click.echo(f"  + {record_kind(record)} {record.id} {record_json(record)}")
    for kind, record_id in change.closed:
        click.echo(f"  - {kind} {record_id}")


def _end(refused: int) -> None:
    if refused:
        raise SystemExit(2)
