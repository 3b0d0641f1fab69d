"""Makes the database cluster, whole or not at all, and checks one that is there."""

import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from db.embedded.binaries import Binaries
from db.embedded.errors import EmbeddedError
from db.embedded.layout import Layout
from db.embedded.programs import run_program

# Our role owns its database and may make more and roles, but is no superuser. The superuser has no password,
# so that nobody can connect as it: it acts only here, in single-user mode.
SUPERUSER = "postgres"
ROLE = "cunzhao"
DATABASE = "cunzhao"
# There whatever else is renamed or dropped.
BUILT_IN_DATABASE = "template1"
ACCESS = "# Over the socket only, and for every role with its password.\nlocal all all scram-sha-256\n"
# Text sorts and folds by code point whatever the machine; the locale is left for the character classes of
# extensions, and on a machine without C.UTF-8 another does.
# One call for all of a file system, where there is one: a thousand files one by one take many times as long.
SYNC_METHOD = "syncfs" if sys.platform == "linux" else "fsync"
LOCALES = ("C.UTF-8", "en_US.UTF-8", "C")


def ensure_cluster(layout: Layout, binaries: Binaries) -> None:
    """Make the cluster unless it is there, and the password file unless it is there. No server may run.

    Raises:
        EmbeddedError: it cannot be made, or is of another major version of Postgres.
    """
    # What an earlier attempt, killed half-way, left behind.
    for leftover in layout.home.glob(".new-*"):
        _discard(leftover)
    if not layout.cluster.exists():
        _create(layout, binaries)
        return
    _check_version(layout, binaries)
    if not layout.passfile.exists():
        password = secrets.token_hex(24)
        _single_user(layout, binaries, layout.cluster, f"ALTER ROLE {ROLE} PASSWORD '{password}'")
        _write_passfile(layout, password)


def _check_version(layout: Layout, binaries: Binaries) -> None:
    try:
        major = int((layout.cluster / "PG_VERSION").read_text())
    except (FileNotFoundError, ValueError) as error:
        raise EmbeddedError(f"{layout.cluster} is not a Postgres cluster: move it away") from error
    if major != binaries.major:
        raise EmbeddedError(
            f"{layout.cluster} was made by Postgres {major}, and this is Postgres {binaries.major}: "
            "back it up with the cunzhao that made it and restore it with this one"
        )


def _create(layout: Layout, binaries: Binaries) -> None:
    building = Path(tempfile.mkdtemp(prefix=".new-", dir=layout.home))
    try:
        layout.account.take(building)
        _initdb(layout, binaries, building)
        _write_access(layout, building)
        password = secrets.token_hex(24)
        _single_user(
            layout,
            binaries,
            building,
            f"CREATE ROLE {ROLE} LOGIN CREATEDB CREATEROLE PASSWORD '{password}'",
            # Empty and for nobody else: as good as a new one, which would be a copy of all its files.
            f"ALTER DATABASE postgres RENAME TO {DATABASE}",
            f"ALTER DATABASE {DATABASE} OWNER TO {ROLE}",
            f"COMMENT ON DATABASE {DATABASE} IS NULL",
            sync=False,
        )
        _write_passfile(layout, password)
        # To the disk in one pass at the end, not by each program.
        run_program(
            [binaries.folder / "initdb", "--sync-only", f"--sync-method={SYNC_METHOD}", "-D", building], layout.account
        )
        building.rename(layout.cluster)
    finally:
        _discard(building)


def _initdb(layout: Layout, binaries: Binaries, cluster: Path) -> None:
    for locale in LOCALES:
        try:
            run_program(
                [
                    binaries.folder / "initdb", "-D", cluster, "-U", SUPERUSER, "--auth=reject",
                    "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                    f"--locale={locale}", "--text-search-config=simple", "--data-checksums",
                    "--no-instructions", "--no-sync",
                ],
                layout.account,
            )  # fmt: skip
        except EmbeddedError as error:
            if "invalid locale name" not in str(error) or locale == LOCALES[-1]:
                raise
        else:
            return


def _write_access(layout: Layout, cluster: Path) -> None:
    rules = _write_private(layout, ACCESS)
    layout.account.take(rules)
    rules.rename(cluster / "pg_hba.conf")


def _write_passfile(layout: Layout, password: str) -> None:
    _write_private(layout, f"*:*:*:{ROLE}:{password}\n").rename(layout.passfile)


def _write_private(layout: Layout, text: str) -> Path:
    # To be renamed to its place: as root we write through no name in a folder that another account owns.
    descriptor, path = tempfile.mkstemp(prefix=".new-", dir=layout.home)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return Path(path)


def _single_user(layout: Layout, binaries: Binaries, cluster: Path, *statements: str, sync: bool = True) -> None:
    safety = ["-c", "exit_on_error=on", "-c", f"fsync={'on' if sync else 'off'}"]
    run_program(
        [binaries.folder / "postgres", "--single", "-D", cluster, *safety, BUILT_IN_DATABASE],
        layout.account,
        stdin="".join(f"{statement}\n" for statement in statements),
    )


def _discard(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
