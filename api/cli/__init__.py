"""The command line: `cunzhao COMMAND`. Every command is a thin function in a module of this folder."""

from __future__ import annotations

import asyncio
import signal
import sys
from types import FrameType

import click

from api.cli.annotating import annotate
from api.cli.backing_up import backup, restore
from api.cli.care import contract, dataset, migrate, status, verify
from api.cli.correcting import correct, replay, retract
from api.cli.downloading import download
from api.cli.keys import keys
from api.cli.pushing import push
from api.cli.reading import extract, ingest
from api.cli.releasing import release
from api.cli.serving import serve
from api.cli.stores import known_errors
from api.cli.transcribing import transcribe


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cunzhao")
def cunzhao() -> None:
    """The record of how China's internet regulators punish: read announcements, keep the facts, serve them."""


for command in (
    serve,
    download,
    push,
    ingest,
    extract,
    transcribe,
    annotate,
    correct,
    retract,
    replay,
    release,
    migrate,
    status,
    contract,
    dataset,
    verify,
    backup,
    restore,
    keys,
):
    cunzhao.add_command(command)


def _terminate(number: int, _frame: FrameType | None) -> None:
    # SIGTERM, or a closed terminal, ends a command as Ctrl-C does: by unwinding, so that Postgres is stopped too.
    raise SystemExit(128 + number)


def main() -> None:
    """Run a command. What is wrong with the input or the store is said in one line, with exit status 2."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminate)
    try:
        cunzhao.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except known_errors() as error:
        click.echo(f"cunzhao: {' '.join(str(error).split())}", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort, asyncio.CancelledError):
        sys.exit(130)
