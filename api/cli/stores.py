"""Opens the store a command works on: the configured Postgres or the private one, brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from pydantic import SecretStr, ValidationError

from api.secret_files import SecretFileError
from api.settings import PREFIX, Settings


def load_settings(**chosen: object) -> Settings:
    """The settings of the environment, and what the command line chose over them.

    Raises `click.UsageError` naming the setting that cannot be read.
    """
    try:
        return Settings(**{name: value for name, value in chosen.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise click.UsageError(f"the setting {PREFIX}{name.upper()} is wrong: {first['msg']}") from None
    except SecretFileError as error:
        raise click.UsageError(str(error)) from None


@contextmanager
def open_store(settings: Settings) -> Iterator[Settings]:
    """The settings with the address of a running Postgres in them, for as long as it is needed."""
    if settings.database_url is not None:
        yield settings
        return
    from db.embedded import open_embedded

    with open_embedded(settings.data_folder) as dsn:
        yield settings.model_copy(update={"database_url": SecretStr(dsn)})


def store_address(settings: Settings) -> str:
    """The address of the store. It may hold a password: for connecting, never for showing."""
    assert settings.database_url is not None  # noqa: S101  # open_store saw to it
    return settings.database_url.get_secret_value()


async def bring_up_to_date(dsn: str, *, reading: bool = False) -> None:
    """Apply what is missing of the migrations and of the dataset of this build.

    Who is only `reading` leaves a store as it is that a newer program has migrated; others get `MigrationError`.
    """
    from db.migrate import migrate, newer
    from db.pool import connect
    from db.shipped import apply_dataset, load_dataset
    from db.writer import latest

    connection = await connect(dsn)
    try:
        if reading and await newer(connection):
            click.echo("a newer cunzhao has migrated this store: it is served as it is", err=True)
            return
        if applied := await migrate(connection):
            click.echo(f"migrations applied: {', '.join(map(str, applied))}", err=True)
        outcome = await apply_dataset(connection, load_dataset())
        if outcome.added:
            click.echo(f"revisions of the shipped dataset added: {outcome.added}", err=True)
        if outcome.releases:
            click.echo(f"releases of the shipped dataset added: {outcome.releases}", err=True)
        if outcome.advice:
            click.echo(outcome.advice, err=True)
        if await latest(connection) is None:
            from db.vocabulary import bring_vocabulary

            await bring_vocabulary(connection)
    finally:
        await connection.close()


async def require_tables(dsn: str) -> None:
    """Raise `MigrationError` if migrations are missing: a command that only looks should apply none."""
    from db.migrate import MigrationError, pending
    from db.pool import connect

    connection = await connect(dsn)
    try:
        if waiting := await pending(connection):
            raise MigrationError(f"{waiting} migrations are still to be applied to this store: run cunzhao migrate")
    finally:
        await connection.close()


def known_errors() -> tuple[type[Exception], ...]:
    """What a user can do something about; anything else is a fault of ours and shows its traceback."""
    import asyncpg

    from api.downloading import CannotDownload
    from api.pushing import CannotPush
    from db.backup import BackupError
    from db.correcting import CannotCorrect
    from db.embedded import EmbeddedError
    from db.migrate import MigrationError
    from db.release.validating import CannotRelease
    from db.shipped import BrokenDataset
    from db.writer import RevisionDiffers
    from schema.ports import StoreUnavailable

    ours = (
        BackupError,
        BrokenDataset,
        CannotCorrect,
        CannotDownload,
        CannotPush,
        CannotRelease,
        EmbeddedError,
        MigrationError,
        RevisionDiffers,
    )
    return (*ours, StoreUnavailable, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
