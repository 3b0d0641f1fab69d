"""Releases pushed to an object store, by the command, and fetched from there: a real server of S3's protocol."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import httpx
import orjson
import pytest
import pytest_asyncio

from api.downloading.folder import Folder
from api.pushing import CannotPush, open_bucket, push
from api.rest.release_files import read_release
from db.pool import connect
from db.release.ledger import add_release
from tests.support.corpus import RELEASE
from tests.support.processes import cunzhao
from tests.support.releases import invented_files, published

SERVER = Path(sys.executable).parents[1] / "s3" / "bin" / "moto_server"
_PUBLIC = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                          "Resource": "arn:aws:s3:::bucket/*"}]}  # fmt: skip
"""Anybody may read what is in the bucket."""
FILES, LATER = invented_files(1), invented_files(2)


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The address of an S3-compatible server with a bucket."""
    if not SERVER.exists():
        pytest.skip("THE OBJECT STORE IS NOT INSTALLED, pushing was not tried on it: run make test")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "MOTO_S3_CUSTOM_ENDPOINTS": f"http://127.0.0.1:{port}"}
    with subprocess.Popen([SERVER, "-H", "127.0.0.1", "-p", str(port)], env=environment, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:  # fmt: skip
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
        while True:
            try:
                httpx.put(f"{url}/bucket").raise_for_status()
                httpx.put(f"{url}/bucket?policy", content=orjson.dumps(_PUBLIC)).raise_for_status()
                break
            except httpx.TransportError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield url
        process.kill()


@pytest.fixture
def keys(store: str) -> Mapping[str, str]:
    """The environment in which the store is reached."""
    return {"AWS_ACCESS_KEY_ID": "invented", "AWS_SECRET_ACCESS_KEY": "invented", "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": store, "AWS_ALLOW_HTTP": "true"}  # fmt: skip


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(("pushed: ", "unchanged: "))]


@pytest_asyncio.fixture
async def released(dsn: str) -> str:
    """A store with a release."""
    connection = await connect(dsn, role="cunzhao_writer")
    await add_release(connection, RELEASE, 1)
    await connection.close()
    return dsn


def test_what_is_pushed_can_be_fetched(store: str, keys: Mapping[str, str], released: str, tmp_path: Path) -> None:
    published(tmp_path / "releases", RELEASE, 1, FILES)
    settings = {"CUNZHAO_DATABASE_URL": released, "CUNZHAO_RELEASES_FOLDER": str(tmp_path / "releases"), **keys}

    first = cunzhao(tmp_path, "push", RELEASE, "s3://bucket/record/of", **settings)
    assert first.returncode == 0, first.stderr
    assert lines(first.stdout)[-2:] == [f"pushed: {RELEASE}/index.json", "pushed: latest/index.json"]
    again = cunzhao(tmp_path, "push", RELEASE, "s3://bucket/record/of", **settings)
    assert {line.split(": ")[0] for line in lines(again.stdout)} == {"unchanged"}
    assert len(lines(again.stdout)) == len(lines(first.stdout)) == 2 * len(FILES) + 3

    public = f"{store}/bucket/record/of"
    csv = httpx.get(f"{public}/{RELEASE}/actions.csv", headers={"Range": "bytes=0-8"})
    assert (csv.status_code, csv.content) == (206, b"id,note\r\n"[:9])
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert csv.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert httpx.get(f"{public}/{RELEASE}/actions.csv.gz").headers["content-type"] == "application/gzip"
    assert httpx.get(f"{public}/latest/index.json").headers["cache-control"] == "public, max-age=60"

    manifest = read_release(tmp_path / "releases", RELEASE)
    assert manifest
    begun = Folder(tmp_path / "copy").part_of(manifest.manifest.resources[0])
    begun.write_bytes(FILES["actions.csv"][:100_000])
    fetched = cunzhao(tmp_path, "download", "--from", public, str(tmp_path / "copy"))
    assert fetched.returncode == 0, fetched.stderr
    assert {name: (tmp_path / "copy" / name).read_bytes() for name in FILES} == FILES

    refused = cunzhao(tmp_path, "push", "2020.1.2", "s3://bucket/record/of", **settings)
    assert refused.returncode == 2
    assert refused.stderr == f"cunzhao: there is no release '2020.1.2'; there are: {RELEASE}\n"
    shutil.rmtree(tmp_path / "releases")
    gone = cunzhao(tmp_path, "push", RELEASE, "s3://bucket/record/of", **settings)
    assert (gone.returncode, "are not in" in gone.stderr) == (2, True)


def test_a_folder_is_a_store_too_and_the_latest_never_goes_back(tmp_path: Path) -> None:
    published(tmp_path / "releases", "2026.11.1", 2, FILES)
    published(tmp_path / "releases", "2026.11.2", 3, LATER, "2026.11.1")
    (tmp_path / "store").mkdir()
    bucket = open_bucket((tmp_path / "store").as_uri())
    for name in ("2026.11.2", "2026.11.1"):
        release = read_release(tmp_path / "releases", name)
        assert release
        push(release, bucket, lambda *_: None)
    for name, files in (("2026.11.1", FILES), ("2026.11.2", LATER)):
        assert {path: (tmp_path / "store" / name / path).read_bytes() for path in files} == files
    newest = (tmp_path / "releases" / "2026.11.2" / "index.json").read_bytes()
    assert (tmp_path / "store" / "latest" / "index.json").read_bytes() == newest


def test_a_damaged_release_gets_no_index(tmp_path: Path) -> None:
    published(tmp_path / "releases", "2026.11.1", 2, FILES)
    (tmp_path / "releases" / "2026.11.1" / "codes.csv").write_bytes(b"x" * len(FILES["codes.csv"]))
    (tmp_path / "store").mkdir()
    release = read_release(tmp_path / "releases", "2026.11.1")
    assert release
    with pytest.raises(CannotPush, match=r"codes\.csv is not what its manifest says"):
        push(release, open_bucket((tmp_path / "store").as_uri()), lambda *_: None)
    assert not list((tmp_path / "store").rglob("index.json"))


@pytest.mark.parametrize("address", ["nowhere", "ftp://host/x", "s3:"])
def test_an_address_of_no_store_is_refused_in_one_line(address: str) -> None:
    with pytest.raises(CannotPush) as refused:
        open_bucket(address)
    assert "\n" not in str(refused.value)
