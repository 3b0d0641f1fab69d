"""`cunzhao correct` and `cunzhao retract`: single records set right, with a cause and a note."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from api.cli.stores import bring_up_to_date, load_settings, open_store, store_address
from schema.records import AnyRecord, Cause, Revision

if TYPE_CHECKING:
    from db.corrections import Corrected
    from db.pool import Connection

T = TypeVar("T")
_note = click.option("--note", required=True, metavar="TEXT", help="Why, in a sentence; it is published.")
_record = click.option(
    "--record",
    "journal",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to append the correction to, in the form in which datasets carry them.",
)
_dry_run = click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")


@click.command()
@click.argument("record_id", metavar="ID")
@click.option("--set", "assignments", multiple=True, metavar="FIELD=VALUE", help="A field and its value; repeatable.")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The new record as JSON; what it leaves out stays.",
)
@click.option("--cause", required=True, type=click.Choice(["our_correction", "source_changed"]), help="Who was wrong.")
@_note
@_record
@_dry_run
def correct(
    record_id: str,
    assignments: tuple[str, ...],
    file: Path | None,
    cause: Cause,
    note: str,
    journal: Path | None,
    dry_run: bool,
) -> None:
    """Replace the record ID by a corrected version under the same id, with a cause and a note.

    A value is JSON, a bare word or number, or codes joined by commas; null is none. Gists, the regions of
    authorities and the kinds of named subjects follow by themselves.
    """
    if bool(assignments) == bool(file):
        raise click.UsageError("say what to correct: either --set FIELD=VALUE or --from FILE")

    def changes_for(record: AnyRecord) -> Mapping[str, Any]:
        from db.correcting import changes_of, parse_changes

        return changes_of(record, _record_in(file)) if file else parse_changes(record, assignments)

    async def run(connection: Connection) -> Corrected:
        from db.corrections import correct as bring

        return await bring(connection, record_id, changes_for, cause=cause, note=note, dry_run=dry_run)

    _show(_in_store(run), journal)


@click.command()
@click.argument("record_id", metavar="ID")
@click.option("--cause", required=True, type=click.Choice(["retraction", "our_correction"]), help="Who was wrong.")
@_note
@_record
@_dry_run
def retract(record_id: str, cause: Cause, note: str, journal: Path | None, dry_run: bool) -> None:
    """Close the record ID from the next revision on, with a cause and a note.

    An entity or a document can be retracted once nothing that stands refers to it.
    """

    async def run(connection: Connection) -> Corrected:
        from db.corrections import retract as close

        return await close(connection, record_id, cause=cause, note=note, dry_run=dry_run)

    _show(_in_store(run), journal)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def replay(file: Path) -> None:
    """Make the corrections recorded in FILE again, in a store that lacks them.

    Their records are known by their ids, or else by their evidence. Each is a revision of its own.
    """

    async def run(connection: Connection) -> int:
        from db.correcting import CannotCorrect
        from db.replay import recorded
        from db.replay import replay as bring

        refused = 0
        for correction, cause, note in recorded(file):
            try:
                click.echo(f"{correction.id}: {await bring(connection, correction, cause, note)}")
            except CannotCorrect as error:
                refused += 1
                click.echo(f"cunzhao: {correction.id}: {error}", err=True)
        return refused

    if _in_store(run):
        raise SystemExit(2)


def _record_in(file: Path) -> dict[str, Any]:
    from db.correcting import CannotCorrect

    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CannotCorrect(f"{file}: {error}") from None
    if not isinstance(record, dict):
        raise CannotCorrect(f"{file}: not a JSON object")
    return record


def _in_store(run: Callable[[Connection], Awaitable[T]]) -> T:
    async def in_connection(dsn: str) -> T:
        from db.pool import connect

        await bring_up_to_date(dsn)
        connection = await connect(dsn, role="cunzhao_writer")
        try:
            return await run(connection)
        finally:
            await connection.close()

    with open_store(load_settings()) as settings:
        return asyncio.run(in_connection(store_address(settings)))


def _show(outcome: Corrected, journal: Path | None) -> None:
    """Tell the old and the new version, as far as they differ, and the revision made."""
    before = outcome.before.model_dump(mode="json")
    after = outcome.after.model_dump(mode="json") if outcome.after else {}
    for name in dict.fromkeys([*before, *after]):
        if name != "revision" and after.get(name) != before.get(name):
            click.echo(f"  - {name}: {json.dumps(before.get(name), ensure_ascii=False)}")
            if outcome.after:
                click.echo(f"  + {name}: {json.dumps(after.get(name), ensure_ascii=False)}")
    done = "corrected" if outcome.after else "retracted"
    made = f" in r{outcome.revision.number}" if outcome.revision else ": not done, this is a dry run"
    click.echo(f"{outcome.before.id} {done}{made}")
    if journal and outcome.revision:
        _append(journal, outcome.revision, outcome)


def _append(journal: Path, revision: Revision, outcome: Corrected) -> None:
    from db.shipped import correction_line

    kept = outcome.kept.model_dump(mode="json")
    line = correction_line(revision.number, revision.cause, revision.note, kept)
    with journal.open("a", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
