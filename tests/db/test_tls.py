"""A Postgres elsewhere is spoken to in TLS, and believed only if its certificate is the one that was asked for.

This takes a Postgres with TLS, which the embedded one has not: that of Debian, with a certificate made here.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from db.migrate import migrate
from db.pool import connect
from db.vocabulary import bring_vocabulary
from schema.ports import StoreUnavailable
from tests.support.serving import served_by

NEEDED = bool(os.environ.get("EVERYTHING"))
"""Set where nothing may be left out for want of a program, as `.ci/run` does."""
PASSWORD = "a-canary-that-nobody-may-see"


@dataclass(frozen=True)
class Server:
    """A Postgres that talks to nobody without TLS."""

    port: int
    folder: Path

    def dsn(self, **options: str) -> str:
        """Its address as of a user who may set a store up."""
        asked = "&".join(f"{name}={value}" for name, value in options.items())
        return f"postgresql://owner:{PASSWORD}@localhost:{self.port}/postgres?{asked}"


def without(what: str) -> None:
    """Leave the tests out, aloud, or fail where all must run."""
    if NEEDED:
        pytest.fail(f"{what} is missing: TLS was not tested")
    pytest.skip(f"{what} IS MISSING: TLS WAS NOT TESTED")


def certificate(folder: Path, name: str, host: str) -> None:
    """A certificate for a host that vouches for itself, and its key."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
         "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / f"{name}.key").chmod(0o600)


def free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        without("a Postgres of Debian")
    if not shutil.which("openssl"):
        without("openssl")
    as_postgres: list[str | Path] = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    # Not below the folder of the test: Postgres runs as another account where we are root.
    folder = Path(tempfile.mkdtemp(prefix="tls-"))
    try:
        certificate(folder, "server", "localhost")
        certificate(folder, "other", "localhost")
        certificate(folder, "elsewhere", "store.example")
        (folder / "password").write_text(PASSWORD, encoding="ascii")
        if as_postgres:
            subprocess.run(["chown", "-R", "postgres:", folder], check=True)
        programs = found[-1].parent
        subprocess.run(
            [*as_postgres, programs / "initdb", "-D", folder / "data", "-U", "owner", "-A", "scram-sha-256",
             f"--pwfile={folder / 'password'}", "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8"],
            check=True, capture_output=True, cwd="/",
        )  # fmt: skip
        rules = folder / "data" / "pg_hba.conf"
        rules.write_text("hostssl all all all scram-sha-256\n", encoding="ascii")
        port = free_port()
        options = (
            f"-c listen_addresses=localhost -p {port} -c unix_socket_directories= -c fsync=off -c ssl=on "
            f"-c ssl_cert_file={folder / 'server.crt'} -c ssl_key_file={folder / 'server.key'}"
        )
        control = [*as_postgres, programs / "pg_ctl", "-D", folder / "data"]
        subprocess.run(
            [*control, "-w", "-l", folder / "log", "-o", options, "start"],
            check=True, stdout=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        try:
            yield Server(port, folder)
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True, cwd="/")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("options", [{}, {"sslmode": "require"}, {"sslmode": "verify-full"}, {"sslmode": "verify-ca"}])
async def test_it_is_spoken_to_in_tls(server: Server, options: dict[str, str]) -> None:
    root = {"sslrootcert": str(server.folder / "server.crt")} if "verify" in options.get("sslmode", "") else {}
    connection = await connect(server.dsn(**options, **root))
    try:
        assert await connection.fetchval("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("options", "root"),
    [({"sslmode": "verify-full"}, "other"), ({"sslmode": "verify-ca"}, "other"), ({"sslmode": "disable"}, None)],
)
async def test_what_is_not_as_asked_is_refused(server: Server, options: dict[str, str], root: str | None) -> None:
    given = {"sslrootcert": str(server.folder / f"{root}.crt")} if root else {}
    with pytest.raises((StoreUnavailable, asyncpg.InvalidAuthorizationSpecificationError)) as refusal:
        await connect(server.dsn(**options, **given))
    assert PASSWORD not in str(refusal.value)


async def test_a_certificate_is_good_for_one_host(server: Server) -> None:
    dsn = server.dsn(sslmode="verify-full", sslrootcert=str(server.folder / "server.crt"))
    with pytest.raises(StoreUnavailable):
        await connect(dsn.replace("@localhost", "@127.0.0.1"))


async def test_the_service_serves_from_there(server: Server) -> None:
    dsn = server.dsn(sslmode="verify-full", sslrootcert=str(server.folder / "server.crt"))
    owner = await connect(dsn)
    await migrate(owner)
    await bring_vocabulary(owner)
    await owner.close()
    with served_by(dsn) as url:
        async with httpx.AsyncClient(base_url=url) as client:
            assert (await client.get("/readyz")).status_code == 200
            assert (await client.get("/v1/vocabularies/measures")).json()["total"]["value"] > 10
