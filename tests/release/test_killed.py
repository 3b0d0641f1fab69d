"""A release that is killed, wherever it was, leaves nothing to be seen and nothing to be cleaned by hand.

`make faults` is the long form: `FAULTS=100 SEED=7 make faults`.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from random import Random

from db.pool import Connection, connect
from db.release.ledger import read_releases
from db.release.places import Places
from schema.releases import SUMS
from tests.support import corpus
from tests.support.processes import CUNZHAO, environment

FAULTS = int(os.environ.get("FAULTS", "2"))
SEED = int(os.environ.get("SEED", "20261122"))
MARK = "killed"
"""Put into what a killed build has left, to know it from what the next one begins."""
LONGEST = 1.5
"""Seconds that the building takes at most, once it has begun, on a machine that has other things to do."""


async def test_a_release_killed_at_any_moment_is_not_there_or_whole(dsn: str, tmp_path: Path) -> None:
    chance, places = Random(SEED), Places(tmp_path / "releases")  # noqa: S311
    store, cut_short = await connect(dsn), 0
    await corpus.fill(store)
    places.folder.mkdir()
    for number in range(FAULTS):
        kill_one(tmp_path, dsn, places, chance.uniform(0, LONGEST) if number else 0)
        cut_short += bool(left_in(places))
        names = [one.name for one in await read_releases(store)]
        whole = [one.name for one in places.folder.glob("[0-9]*")]
        assert set(names) <= {corpus.RELEASE, *whole}
        for name in whole:
            check(places.of(name))
        if "2026.1.1" in names:  # it was quicker than we: once more from the start
            await forget(store)
    assert cut_short
    ended = run(tmp_path, dsn, places)
    outcome = ended.communicate(timeout=60)
    assert ended.returncode == 0, outcome
    assert [one.name for one in await read_releases(store)] == ["2026.1.1", corpus.RELEASE]
    assert sorted(one.name for one in places.folder.iterdir()) == [".lock", "2026.1.1"]
    check(places.of("2026.1.1"))
    await store.close()
    again = run(tmp_path, dsn, places)
    said = again.communicate(timeout=60)[1].splitlines()
    assert (again.returncode, said[-1]) == (2, "cunzhao: r7 is the release 2026.1.1 already, and it never changes")


async def forget(store: Connection) -> None:
    """Take the release out of the ledger, round the triggers. Its files stay, as after a kill just before the entry."""
    await store.execute("ALTER TABLE release DISABLE TRIGGER USER")
    await store.execute("DELETE FROM release WHERE name = '2026.1.1'")
    await store.execute("ALTER TABLE release ENABLE TRIGGER USER")


def run(folder: Path, dsn: str, places: Places) -> subprocess.Popen[str]:
    settings = {"CUNZHAO_DATABASE_URL": dsn, "CUNZHAO_RELEASES_FOLDER": str(places.folder)}
    return subprocess.Popen(
        [CUNZHAO, "release", "2026.1.1"],
        env=environment(folder, **settings), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def kill_one(folder: Path, dsn: str, places: Places, after: float) -> None:
    """Begin a release and kill it so many seconds after it has begun to build."""
    for left in left_in(places):
        (left / MARK).touch()
    with run(folder, dsn, places) as process:
        deadline = time.monotonic() + 60
        while all((one / MARK).exists() for one in left_in(places)) and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(after)
        process.kill()


def left_in(places: Places) -> list[Path]:
    """What is being built, or was left by a build that was killed."""
    return [Path(one.path) for one in os.scandir(places.folder) if one.name.startswith(".building-")]


def check(folder: Path) -> None:
    """Every file of a release is there and as it should be."""
    subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=folder, check=True)
