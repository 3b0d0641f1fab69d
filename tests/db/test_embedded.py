"""The embedded Postgres against real processes: started, shared, killed, and refused."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from db.embedded import EmbeddedError, EmbeddedPostgres, FolderInUse, open_embedded
from db.embedded import server as server_module
from db.embedded.account import Account
from db.embedded.layout import Layout
from db.embedded.lock import FileLock
from db.embedded.postmaster import PidFile, Postmaster

CHILD = Path(__file__).with_name("embedded_child.py")
AS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not AS_ROOT, reason="what is done for root can be seen by root alone")


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A folder with a store in it, made once; no server runs between the tests."""
    base = Path(tempfile.mkdtemp(prefix="cunzhao-test-"))
    with removed_after(base / "data") as folder:
        with EmbeddedPostgres(folder) as server:
            assert server.dsn
        yield folder
    shutil.rmtree(base)


@pytest.fixture
def folder(made: Path) -> Iterator[Path]:
    yield made
    stop_whatever_runs(made)


@pytest.fixture
def new_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that does not exist yet."""
    with removed_after(tmp_path / "data") as folder:
        yield folder


@contextmanager
def removed_after(folder: Path) -> Iterator[Path]:
    try:
        yield folder
    finally:
        stop_whatever_runs(folder)
        shutil.rmtree(EmbeddedPostgres(folder).home, ignore_errors=True)


def stop_whatever_runs(folder: Path) -> None:
    if found := running(folder):
        found.stop()


def running(folder: Path) -> Postmaster | None:
    layout = Layout.of(folder)
    return Postmaster.find(layout.cluster, layout.account.uid)


@contextmanager
def child(command: str, folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Another process that owns or attaches; its address when it is ready."""
    with subprocess.Popen(
        [sys.executable, "-P", CHILD, command, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())["dsn"]
        finally:
            process.kill()


async def ask(dsn: str, statement: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def eventually(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


async def test_a_store_sorts_by_code_point_and_is_careful_with_data(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        expected = {"server_encoding": "UTF8", "data_checksums": "on", "fsync": "on", "jit": "off"}
        found = {name: await ask(server.dsn, f"SELECT current_setting('{name}')") for name in expected}
        assert found == expected
        assert await ask(server.dsn, "SELECT datlocprovider FROM pg_database WHERE datname = 'cunzhao'") == b"b"
        assert await ask(server.dsn, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


async def test_data_survives_a_restart(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        await ask(server.dsn, "CREATE TABLE restarted AS SELECT 42 AS value")
    with EmbeddedPostgres(folder) as server:
        assert await ask(server.dsn, "SELECT value FROM restarted") == 42


async def test_settings_can_be_overridden(folder: Path) -> None:
    server = EmbeddedPostgres(folder, {"max_connections": "17"})
    with server:
        assert await ask(server.dsn, "SELECT current_setting('max_connections')") == "17"


def test_stopping_twice_or_before_the_start_is_harmless(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.stop()
    server.start()
    server.stop()
    server.stop()
    assert running(folder) is None
    with pytest.raises(EmbeddedError, match="does not run"):
        assert server.dsn


def test_a_second_owner_is_told_who_holds_the_folder(folder: Path) -> None:
    with child("own", folder) as (owner, _), pytest.raises(FolderInUse) as refusal:
        EmbeddedPostgres(folder).start()
    assert str(refusal.value) == f"{folder} is in use by another cunzhao process (pid {owner.pid})"


async def test_a_killed_owners_server_is_taken_over(folder: Path) -> None:
    with child("own", folder) as (owner, dsn):
        await ask(dsn, "CREATE TABLE orphaned AS SELECT 1 AS value")
        orphan = running(folder)
        owner.kill()
        owner.wait()
    assert orphan is not None
    assert orphan.alive()
    with EmbeddedPostgres(folder) as server:
        taken = running(folder)
        assert taken is not None
        assert taken.pid == orphan.pid
        assert await ask(server.dsn, "SELECT value FROM orphaned") == 1
    assert not orphan.alive()


async def test_nothing_committed_is_lost_when_all_processes_are_killed(folder: Path) -> None:
    with child("own", folder) as (owner, dsn):
        await ask(dsn, "CREATE TABLE crashed AS SELECT 2 AS value")
        server_process = running(folder)
        assert server_process is not None
        os.kill(server_process.pid, signal.SIGKILL)
        owner.kill()
        owner.wait()
    with EmbeddedPostgres(folder) as server:
        assert await ask(server.dsn, "SELECT value FROM crashed") == 2


async def test_an_orphan_that_is_not_ready_is_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with child("own", folder) as (owner, _):
        orphan = running(folder)
        owner.kill()
        owner.wait()
    assert orphan is not None
    monkeypatch.setattr(EmbeddedPostgres, "_find_ready", lambda self: None)
    with EmbeddedPostgres(folder) as server:
        assert not orphan.alive()
        assert await ask(server.dsn, "SELECT 1") == 1


async def test_attaching_leaves_the_owners_server_running(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        with open_embedded(folder) as dsn:
            assert dsn == server.dsn
            assert await ask(dsn, "SELECT 1") == 1
        assert await ask(server.dsn, "SELECT 1") == 1


async def test_opening_starts_a_server_that_nobody_runs_and_stops_it(folder: Path) -> None:
    with open_embedded(folder) as dsn:
        assert await ask(dsn, "SELECT 1") == 1
    assert running(folder) is None
    with EmbeddedPostgres(folder):
        pass  # and the folder is free again


async def test_the_last_of_several_users_stops_the_server(folder: Path) -> None:
    with child("attach", folder) as (starter, _), open_embedded(folder) as dsn:
        starter.communicate()
        assert starter.returncode == 0
        assert await ask(dsn, "SELECT 1") == 1
    assert running(folder) is None


async def test_opening_waits_for_an_owner_who_is_not_ready(folder: Path) -> None:
    owner = FileLock(EmbeddedPostgres(folder).home / "owner.lock")
    assert owner.try_exclusive()
    threading.Timer(0.2, owner.release).start()
    with open_embedded(folder) as dsn:
        assert not owner.held
        assert await ask(dsn, "SELECT 1") == 1


def test_opening_does_not_wait_for_ever(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "READY_SECONDS", 0.05)
    owner = FileLock(EmbeddedPostgres(folder).home / "owner.lock")
    assert owner.try_exclusive()
    with pytest.raises(EmbeddedError, match=f"process {os.getpid()} holds .* was not ready"), open_embedded(folder):
        pass
    owner.release()


def test_the_terminals_interrupt_does_not_reach_the_server(folder: Path) -> None:
    with EmbeddedPostgres(folder):
        server_process = running(folder)
        assert server_process is not None
        assert os.getsid(server_process.pid) != os.getsid(0)


async def test_only_the_password_opens_the_socket(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        place = parse_qs(urlsplit(server.dsn).query)
        passfile, sockets = Path(place["passfile"][0]), Path(place["host"][0])
        rules = [line for line in (server.home / "cluster" / "pg_hba.conf").read_text().splitlines() if line[:1] != "#"]
        assert rules == ["local all all scram-sha-256"]
        assert await ask(server.dsn, "SELECT current_setting('listen_addresses')") == ""
        assert passfile.stat().st_mode & 0o777 == 0o600
        assert sockets.stat().st_mode & 0o777 == 0o700
        for user in ("cunzhao", "postgres"):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(host=str(sockets), user=user, password="guess", database="cunzhao")


async def test_a_lost_password_is_replaced(folder: Path) -> None:
    (EmbeddedPostgres(folder).home / "passfile").unlink()
    with EmbeddedPostgres(folder) as server:
        assert await ask(server.dsn, "SELECT 1") == 1


async def test_a_pid_file_with_the_number_of_another_program_is_stale(folder: Path) -> None:
    layout = Layout.of(folder)
    with subprocess.Popen(["sleep", "60"], cwd="/", **layout.account.demotion) as stranger:
        note_pid(layout, f"{stranger.pid}\n{layout.cluster}\n1\n5432\n/nowhere\n\n0 0\nready\n")
        with EmbeddedPostgres(folder) as server:
            assert await ask(server.dsn, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("content", ["", "not a number", "99999999\n"])
async def test_a_pid_file_that_a_crash_left_is_no_obstacle(folder: Path, content: str) -> None:
    note_pid(Layout.of(folder), content)
    with EmbeddedPostgres(folder) as server:
        assert await ask(server.dsn, "SELECT 1") == 1


def note_pid(layout: Layout, content: str) -> None:
    pid_file = layout.cluster / "postmaster.pid"
    pid_file.write_text(content)
    layout.account.take(pid_file)


def test_a_server_that_cannot_be_seen_is_not_doubled(folder: Path) -> None:
    layout = Layout.of(folder)
    with EmbeddedPostgres(folder):
        noted = PidFile.read(layout.cluster)
        assert noted is not None
        # As from another container: the socket answers, the process number means nothing here.
        (layout.home / "owner.lock").unlink()
        pid_file = (layout.cluster / "postmaster.pid").read_text()
        note_pid(layout, pid_file.replace(str(noted.pid), "99999999", 1))
        with pytest.raises(EmbeddedError, match="cannot be seen from here"):
            EmbeddedPostgres(folder).start()
        note_pid(layout, pid_file)


def test_another_major_version_is_refused(folder: Path) -> None:
    version = EmbeddedPostgres(folder).home / "cluster" / "PG_VERSION"
    current = version.read_text()
    version.write_text("17\n")
    with pytest.raises(EmbeddedError, match="was made by Postgres 17, and this is Postgres 18: back it up"):
        EmbeddedPostgres(folder).start()
    version.write_text(current)


def test_the_servers_own_complaint_is_passed_on_in_one_line(folder: Path) -> None:
    with pytest.raises(EmbeddedError) as refusal:
        EmbeddedPostgres(folder, {"max_connections": "many"}).start()
    assert "max_connections" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    with EmbeddedPostgres(folder):
        pass  # and the folder is free again


def test_a_folder_that_cannot_be_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"^[^\n]*: File name too long$"), open_embedded(tmp_path / ("x" * 300)):
        pass


def test_a_full_disk_is_told_in_one_line(new_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **options: object) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    server = EmbeddedPostgres(new_folder)
    with pytest.raises(EmbeddedError, match=r"^[^\n]*: No space left on device$"):
        server.start()
    with pytest.raises(EmbeddedError):  # and not FolderInUse: the failed attempt let the folder go
        EmbeddedPostgres(new_folder).start()


async def test_a_killed_first_start_is_done_again(new_folder: Path) -> None:
    home = EmbeddedPostgres(new_folder).home
    with subprocess.Popen([sys.executable, "-P", CHILD, "own", new_folder], stdin=subprocess.PIPE) as first:
        eventually(lambda: list(home.glob(".new-*/base/1/PG_VERSION")))
        first.kill()
    assert not (home / "cluster").exists()
    with EmbeddedPostgres(new_folder) as server:
        assert await ask(server.dsn, "SELECT 1") == 1


@only_root
async def test_as_root_the_server_runs_as_another_account_outside_the_folder(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        server_process = running(folder)
        assert server_process is not None
        owner = Path(f"/proc/{server_process.pid}").stat().st_uid
        assert owner != 0
        assert server.home.parent == Path("/var/lib/cunzhao")
        assert (server.home / "cluster").stat().st_uid == owner
        assert not folder.exists()


def test_a_plain_user_keeps_the_store_in_a_deep_folder_of_any_name() -> None:
    base = Path(tempfile.mkdtemp(prefix="cunzhao-test-"))
    base.chmod(0o755)
    (base / "user").mkdir()
    folder = base / "user" / f"很深, 'quoted' 100% {'x' * 60}"
    done = subprocess.run([sys.executable, "-P", CHILD, "plain", folder], stdout=subprocess.PIPE, text=True, check=True)
    facts = json.loads(done.stdout)
    assert facts["uid"] != 0
    assert facts["kept"] == 7
    assert facts["home"] == str(folder)
    assert folder.joinpath("cluster").stat().st_uid == facts["uid"]
    assert "\n" not in facts["refused"]
    shutil.rmtree(base)
    shutil.rmtree(parse_qs(urlsplit(facts["dsn"]).query)["host"][0])


def test_the_private_folder_of_a_socket_is_checked(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    layout = Layout(deep, deep, Account(os.geteuid(), os.getegid()))
    private = layout.socket_folder()
    assert len(os.fsencode(private)) < 80
    assert private == layout.socket_folder()
    private.chmod(0o755)
    with pytest.raises(EmbeddedError, match="open to other accounts"):
        layout.socket_folder()
    private.rmdir()
    private.symlink_to(tmp_path)
    with pytest.raises(EmbeddedError, match="is not a folder"):
        layout.socket_folder()
    private.unlink()


@only_root
def test_the_private_folder_of_a_socket_is_not_taken_from_another_account(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    private = Layout(deep, deep, Account(0, 0)).socket_folder()
    os.chown(private, 65534, 65534)
    with pytest.raises(EmbeddedError, match="belongs to another account"):
        Layout(deep, deep, Account(0, 0)).socket_folder()
    private.rmdir()


@only_root
def test_as_root_a_plain_users_store_is_left_to_that_user(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    os.chown(tmp_path, 65534, -1)
    with pytest.raises(EmbeddedError, match="holds the store of nobody: run it as that account"):
        EmbeddedPostgres(tmp_path)
