"""Downloads: cut at any byte and gone on with, updated by what changed, killed at any moment and nothing wrong.

`make faults` is the long form of the last.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import httpx
import orjson
import pytest
from click.testing import CliRunner, Result

from api.cli.downloading import download
from api.downloading import CannotDownload, source
from api.settings import Settings
from schema.releases import Manifest
from tests.api.conftest import running
from tests.support.cutting import cutting
from tests.support.processes import cunzhao
from tests.support.releases import invented_files, published
from tests.unit.fake_reader import FakeReader

OLD = invented_files(1)
NEW = {**invented_files(2), "codes.csv": OLD["codes.csv"], "README.md": OLD["README.md"]}
"""Two files stay as they were."""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    published(folder, "2026.11.1", 2, OLD)
    published(folder, "2026.11.2", 4, NEW, "2026.11.1")
    shutil.copytree(folder / "2026.11.2", folder / "latest", ignore=lambda _, names: {*names} - {"index.json"})
    return folder


@pytest.fixture(scope="module")
def server(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application over the two releases."""
    reader = FakeReader({})
    made = tmp_path_factory.mktemp("made")
    older = published(made, "2026.11.1", 2, OLD)
    reader.named = (published(made, "2026.11.2", 4, NEW, "2026.11.1"), older)
    with running(reader, Settings(releases_folder=releases)) as url:
        yield url


@pytest.fixture(scope="module")
def static(releases: Path) -> Iterator[str]:
    """The folder of releases behind a server that knows nothing of it, nor of ranges and validators."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(releases))) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_FIRST_WAIT", 0.0)


def run(folder: Path, address: str, *arguments: str) -> Result:
    return CliRunner().invoke(download, ["--from", address, *arguments, str(folder)], standalone_mode=False)


def held(folder: Path) -> dict[str, bytes]:
    """What anybody sees in a folder, but for the two that are about the rest."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: data for name, data in files.items() if name not in ("index.json", "SHA256SUMS", ".download.lock")}


def sums(folder: Path) -> dict[str, str]:
    """What SHA256SUMS says, file by file."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def agrees(folder: Path) -> bool:
    """Whether every file that is noted is as noted."""
    return all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha for name, sha in sums(folder).items())


@pytest.mark.parametrize("path", ["", "/", "/v1/releases"])
def test_a_release_comes_whole_and_once(server: str, releases: Path, tmp_path: Path, path: str) -> None:
    first = run(tmp_path, server + path)
    assert first.exception is None
    assert held(tmp_path) == NEW
    assert (tmp_path / "SHA256SUMS").read_bytes() == (releases / "2026.11.2" / "SHA256SUMS").read_bytes()
    assert (tmp_path / "index.json").read_bytes() == (releases / "2026.11.2" / "index.json").read_bytes()
    assert first.stdout.splitlines()[-1] == f"release 2026.11.2 (r4) in {tmp_path}: {len(NEW)} fetched"
    again = run(tmp_path, server + path)
    assert again.stdout.splitlines()[-1] == f"release 2026.11.2 (r4) in {tmp_path}: {len(NEW)} unchanged"


def test_only_what_changed_comes(server: str, tmp_path: Path) -> None:
    run(tmp_path, server, "--release", "2026.11.1")
    assert held(tmp_path) == OLD
    (tmp_path / "actions.csv.0123456789ab.part").write_bytes(b"of a release long gone")
    update = run(tmp_path, server)
    assert held(tmp_path) == NEW
    unchanged = [line.split(": ")[1] for line in update.stdout.splitlines() if "unchanged: " in line]
    assert unchanged == ["codes.csv", "README.md", "empty.ndjson"]
    (tmp_path / "codes.csv").write_bytes(b"spoilt")
    assert "fetched: codes.csv" in run(tmp_path, server).stdout
    assert held(tmp_path) == NEW


def test_tables_and_formats_are_chosen(server: str, tmp_path: Path) -> None:
    run(tmp_path, server, "--release", "2026.11.1", "--table", "codes")
    assert {*held(tmp_path)} == {"codes/year=2024/part-0.parquet", "codes.csv"}
    narrow = run(tmp_path, server, "--table", "actions", "--format", "csv", "--format", "csv.gz")
    assert sums(tmp_path).keys() == {"actions.csv", "actions.csv.gz", "codes.csv"}  # one is the same in both releases
    assert agrees(tmp_path)
    assert narrow.stderr == "of an older release, and left as they were: codes/year=2024/part-0.parquet\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--table", "nothing"], "has no table 'nothing'; it has: actions, codes, empty"),
        (["--format", "xls"], "has no format 'xls'; it has: csv, csv.gz, csv.zst, md, ndjson, parquet"),
        (["--table", "codes", "--format", "csv.gz"], "has no such table in such a format"),
        (["--release", "2031.1.1"], "there are, newest first: 2026.11.2, 2026.11.1"),
        (["--from", "http://127.0.0.1:1"], "http://127.0.0.1:1/latest/index.json cannot be fetched"),
    ],
)
def test_what_cannot_be_had_is_said(server: str, tmp_path: Path, arguments: list[str], told: str) -> None:
    refused = run(tmp_path, server, *arguments)
    assert isinstance(refused.exception, CannotDownload)
    assert told in str(refused.exception)
    assert not held(tmp_path)


def test_the_command_says_in_one_line_what_is_wrong(server: str, tmp_path: Path) -> None:
    refused = cunzhao(
        tmp_path, "download", "--release", "2031.1.1", str(tmp_path / "out"), CUNZHAO_DOWNLOAD_FROM=server
    )
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert refused.stderr.startswith(f"cunzhao: {server}/v1/releases/2031.1.1/index.json: 404 Not Found: there is no")
    assert "CUNZHAO_DOWNLOAD_FROM" in cunzhao(tmp_path, "download", "--from", "ftp://host/", str(tmp_path)).stderr


def test_any_server_that_has_the_folders_will_do(static: str, tmp_path: Path) -> None:
    target = tmp_path / "actions.csv"
    part = f"{target}.{hashlib.sha256(NEW['actions.csv']).hexdigest()[:12]}.part"
    Path(part).write_bytes(NEW["actions.csv"][:1000])  # this server has no parts: it is fetched whole again
    assert run(tmp_path, static).exception is None
    assert held(tmp_path) == NEW
    assert "404" in str(run(tmp_path, static, "--release", "2031.1.1").exception)


@pytest.mark.parametrize("seed", range(3))
def test_a_connection_that_breaks_is_taken_up_again(server: str, tmp_path: Path, seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    with cutting(server, (chance.choice((3_000, 40_000, 150_000, 900_000)) for _ in itertools.count())) as broken:
        done = run(tmp_path, broken)
    assert done.exception is None
    assert held(tmp_path) == NEW


def test_a_server_that_sends_nothing_is_given_up(server: str, tmp_path: Path) -> None:
    with cutting(server, itertools.chain([9_000], itertools.repeat(0))) as broken:
        given_up = run(tmp_path, broken)
    assert isinstance(given_up.exception, CannotDownload)
    assert "/actions.csv cannot be fetched: " in str(given_up.exception)
    (begun,) = held(tmp_path).items()  # what came stays for the next time
    assert begun[0].endswith(".part")
    assert NEW["actions.csv"].startswith(begun[1])
    assert begun[1]


def test_a_server_that_is_busy_for_a_moment_costs_nothing(tmp_path: Path) -> None:
    data, asked = NEW["actions.csv"], []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        if asked.count("GET") < 3:
            return httpx.Response(503)
        start = int(request.headers["range"].removeprefix("bytes=").rstrip("-"))
        return httpx.Response(
            206, stream=httpx.ByteStream(data[start:]), headers={"content-range": f"bytes {start}-9/10"}
        )

    resource = Manifest.model_validate_json((published_manifest(tmp_path)).read_bytes()).resources[0]
    part = tmp_path / "actions.csv.part"
    part.write_bytes(data[:100])
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        source.Source(client, "http://record.example").fetch("2026.11.2", resource, part, lambda _: None)
    assert part.read_bytes() == data
    assert asked == ["HEAD", "GET"] * 3


def published_manifest(folder: Path) -> Path:
    published(folder / "made", "2026.11.2", 4, NEW)
    return folder / "made" / "2026.11.2" / "index.json"


def test_a_beginning_of_other_bytes_is_thrown_away(server: str, tmp_path: Path) -> None:
    sha = hashlib.sha256(NEW["actions.ndjson"]).hexdigest()
    (tmp_path / f"actions.ndjson.{sha[:12]}.part").write_bytes(b"x" * 1000)
    assert run(tmp_path, server, "--format", "ndjson").exception is None
    assert held(tmp_path) == {name: data for name, data in NEW.items() if name.endswith(".ndjson")}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"url": "../outside.csv"}, "which no release has"),
        ({"url": "/etc/cron.d/x"}, "which no release has"),
        ({"sha256": "0" * 64}, "the bytes that came are not those"),
        ({"bytes": 10}, "more than 10 bytes came"),
        ({"bytes": 10**6}, "the answer ended after"),
    ],
)
def test_a_manifest_that_lies_harms_nothing(static: str, releases: Path, tmp_path: Path, change: dict[str, object],
                                            told: str) -> None:  # fmt: skip
    shutil.copytree(releases / "2026.11.1", releases / "2026.11.7", dirs_exist_ok=True)
    manifest = orjson.loads((releases / "2026.11.1" / "index.json").read_bytes())
    manifest["name"] = "2026.11.7"
    manifest["resources"][0] |= change
    (releases / "2026.11.7" / "index.json").write_bytes(orjson.dumps(manifest))
    refused = run(tmp_path / "out", static, "--release", "2026.11.7")
    assert isinstance(refused.exception, CannotDownload)
    assert told in str(refused.exception)
    assert not {name for name in held(tmp_path) if not name.endswith((".part", ".lock"))}


def test_a_manifest_of_another_kind_is_refused(static: str, releases: Path, tmp_path: Path) -> None:
    home = releases / "2026.11.8"
    home.mkdir(exist_ok=True)
    for text, told in (
        (b"<html>", "no manifest"), (b'{"format":2}', "is of format 2"), (b'{"format":1}', "no manifest"),
        (b"[]", "no manifest"),
    ):  # fmt: skip
        (home / "index.json").write_bytes(text)
        assert told in str(run(tmp_path, static, "--release", "2026.11.8").exception)


def test_two_at_once_are_refused(server: str, tmp_path: Path) -> None:
    from api.downloading.folder import Folder

    with Folder(tmp_path).locked():
        assert f"is in use by another cunzhao download (pid {os.getpid()})" in str(run(tmp_path, server).exception)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl IS NOT INSTALLED: resuming with it was not tried")
@pytest.mark.parametrize("options", [[], ["--compressed"]])
def test_curl_goes_on_where_it_was_cut_off(server: str, tmp_path: Path, options: list[str]) -> None:
    chance = Random(20261122)  # noqa: S311
    path = "/v1/releases/latest/codes/year=2024/part-0.parquet"
    whole = NEW["codes/year=2024/part-0.parquet"]
    target = tmp_path / "file"
    for cut in [1, 2, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(5))]:
        target.write_bytes(whole[:cut])
        command = ["curl", "-sSfL", *options, "-C", "-", "-o", str(target), server + path]
        assert subprocess.run(command, check=False).returncode == 0
        assert target.read_bytes() == whole
    limits = itertools.chain((chance.randrange(400, 60_000) for _ in range(5)), itertools.repeat(10**9))
    target.unlink()
    with cutting(server, limits) as broken:
        statuses = [
            subprocess.run(
                ["curl", "-sfL", *options, "-C", "-", "-o", str(target), broken + path], check=False
            ).returncode
            for _ in range(6)
        ]
    assert 18 in statuses  # it was cut off: a part of the file came
    assert target.read_bytes() == whole


FAULTS = int(os.environ.get("FAULTS", "3"))
SEED = int(os.environ.get("SEED", "20261122"))
_SLOW = (
    "import time; from api.downloading import source; add = source._Begun.add\n"
    "source._Begun.add = lambda self, chunk: (add(self, chunk), time.sleep(0.02))[0]\n"
    "import api.downloading.folder, pydantic_settings; from api.cli import main; print('begins', flush=True); main()"
)
"""The command, slowed down so that there are moments to be killed at."""


def test_killed_at_any_moment_nothing_is_wrong(server: str, tmp_path: Path) -> None:
    chance = Random(SEED)  # noqa: S311
    run(tmp_path, server, "--release", "2026.11.1")
    for number in range(FAULTS):
        release = ("2026.11.2", "2026.11.1")[number % 4 == 3]
        command = [sys.executable, "-c", _SLOW, "download", "--from", server, "--release", release, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            try:
                process.wait(chance.uniform(0.05, 0.7))
            except subprocess.TimeoutExpired:
                process.kill()
        for name, data in held(tmp_path).items():
            assert name.endswith(".part") or data in (OLD[name], NEW[name]), name
        if (tmp_path / "index.json").exists():
            assert agrees(tmp_path)
            named = orjson.loads((tmp_path / "index.json").read_bytes())["name"]
            assert {name: (tmp_path / name).read_bytes() for name in sums(tmp_path)} == (
                NEW if named == "2026.11.2" else OLD
            )
    assert run(tmp_path, server).exception is None
    assert held(tmp_path) == NEW
