"""Releases over HTTP: lists, manifests, files whole and in parts, and nothing that no manifest names."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.settings import Settings
from tests.api.conftest import PLAIN, running
from tests.support.releases import invented_files, published
from tests.unit.fake_reader import FakeReader

OLD, NEW = invented_files(1), invented_files(2)
CSV = "/v1/releases/2026.11.2/actions.csv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("releases")


@pytest.fixture(scope="module")
def released(folder: Path) -> Iterator[httpx.Client]:
    """The application with two releases whose files are there, and one whose files are not."""
    reader = FakeReader({})
    older = published(folder, "2026.11.1", 2, OLD)
    newer = published(folder, "2026.11.2", 4, NEW, "2026.11.1")
    gone = older.model_copy(update={"name": "2026.10.1", "revision": 1})
    reader.named = (newer, older, gone)
    (folder / "2026.11.2" / "secret.csv").write_bytes(b"in the folder, not in the manifest")
    (folder / "2026.11.2" / ".hidden").write_bytes(b"hidden")
    published(folder, "2026.12.1", 5, OLD)  # no row: never published
    with running(reader, Settings(releases_folder=folder)) as url, httpx.Client(base_url=url, headers=PLAIN) as client:
        yield client


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def as_it_stands(client: httpx.Client, path: str) -> httpx.Response:
    """The answer to a path that is sent as it is written; clients tidy paths up before they send them."""
    return client.get("/", extensions={"target": path.encode()})


def test_the_list_names_them_newest_first(released: httpx.Client) -> None:
    answer = released.get("/v1/releases")
    body = answer.json()
    assert [one["name"] for one in body["data"]] == ["2026.11.2", "2026.11.1", "2026.10.1"]
    assert body["data"][0] == {
        "name": "2026.11.2", "revision": 4, "committed_at": "2026-11-01T00:00:00Z", "previous": "2026.11.1",
        "url": "/v1/releases/2026.11.2",
    }  # fmt: skip
    assert (body["total"], body["next"]) == ({"value": 3, "relation": "eq"}, None)
    assert released.get("/v1/releases", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_the_validator_of_the_list_follows_the_releases(folder: Path) -> None:
    reader = FakeReader({})
    with running(reader, Settings(releases_folder=folder)) as url:
        before = httpx.get(f"{url}/v1/releases").headers["etag"]
        reader.named = (published(folder, "2026.11.9", 5, {}),)
        assert httpx.get(f"{url}/v1/releases").headers["etag"] != before


def test_one_is_its_manifest_with_addresses_that_lead_to_the_files(released: httpx.Client) -> None:
    answer = released.get("/v1/releases/2026.11.2")
    body = answer.json()
    assert (body["data"]["name"], body["data"]["revision"], body["meta"]["revision"]) == ("2026.11.2", 4, 4)
    assert {one["url"].removeprefix("/v1/releases/2026.11.2/") for one in body["data"]["resources"]} == set(NEW)
    for one in body["data"]["resources"]:
        assert sha(released.get(one["url"]).content) == one["sha256"]
    assert "schema" in body["data"]["resources"][0]
    plain = released.get("/v1/releases/2026.11.2/index.json").json()
    assert plain == {**body["data"], "resources": [
        {**one, "url": one["url"].removeprefix("/v1/releases/2026.11.2/")} for one in body["data"]["resources"]
    ]}  # fmt: skip


def test_a_file_comes_whole_with_all_that_is_known_of_it(released: httpx.Client) -> None:
    answer = released.get(CSV)
    data = NEW["actions.csv"]
    assert answer.content == data
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    wanted = {
        "content-length": str(len(data)),
        "content-type": "text/csv; charset=utf-8",
        "etag": f'"{sha(data)}"',
        "repr-digest": f"sha-256=:{digest}:",
        "accept-ranges": "bytes",
        "cache-control": "public, max-age=31536000, immutable",
        "content-disposition": 'attachment; filename="actions.csv"',
        "vary": "Accept-Encoding",
        "x-revision": "4",
    }
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    assert "content-encoding" not in answer.headers
    head = released.head(CSV, headers={"Range": "bytes=0-9"})
    assert (head.status_code, head.content) == (200, b"")
    assert {name: head.headers.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("name", [name for name in NEW if name != "actions.csv"])
def test_every_file_of_the_manifest_is_served(released: httpx.Client, name: str) -> None:
    answer = released.get(f"/v1/releases/2026.11.2/{name}")
    assert (answer.status_code, answer.content) == (200, NEW[name])
    beside = released.get(f"/v1/releases/2026.11.2/{name}.sha256").text
    assert beside == f"{sha(NEW[name])}  {name.rpartition('/')[2]}\n"


def test_compressed_files_asked_for_by_name_are_what_they_are(released: httpx.Client) -> None:
    answer = released.get(f"{CSV}.gz", headers={"Accept-Encoding": "gzip, zstd"})
    assert (answer.headers["content-type"], "content-encoding" in answer.headers) == ("application/gzip", False)
    assert answer.content == NEW["actions.csv.gz"]


@pytest.mark.parametrize(
    ("accepted", "encoding", "file"),
    [
        ("gzip", "gzip", "actions.csv.gz"),
        ("gzip, zstd", "zstd", "actions.csv.zst"),
        ("gzip, zstd;q=0.5", "gzip", "actions.csv.gz"),
        ("br", None, "actions.csv"),
        ("identity;q=1, gzip;q=0.1", None, "actions.csv"),
        ("gzip;q=0", None, "actions.csv"),
    ],
)
def test_who_takes_compression_gets_the_compressed_file(
    released: httpx.Client, accepted: str, encoding: str | None, file: str
) -> None:
    with released.stream("GET", CSV, headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert raw == NEW[file]
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["etag"] == f'"{sha(NEW[file])}"'
    digest = base64.b64encode(hashlib.sha256(NEW[file]).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="actions.csv"'
    known = released.get(CSV, headers={"Accept-Encoding": accepted, "If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["cache-control"].endswith("immutable")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=100-", 100, None), ("bytes=-7", -7, None),
     ("bytes=100-99999999", 100, None), ("bytes=-99999999", 0, None), ("bytes=5-9,10-19", 5, 19),
     ("bytes=0-9,99999999-", 0, 9)],
)  # fmt: skip
def test_a_part(released: httpx.Client, asked: str, first: int, last: int | None) -> None:
    data = NEW["actions.csv"]
    answer = released.get(CSV, headers={"Range": asked})
    start = first % len(data)
    stop = len(data) if last is None else last + 1
    assert (answer.status_code, answer.content) == (206, data[start:stop])
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(data)}"
    assert answer.headers["etag"] == f'"{sha(data)}"'


@pytest.mark.parametrize(
    "asked", ["bytes=", "bytes=a-b", "bytes=9-5", "bytes=-", "lines=0-4", "bytes=0-1;2-3", "0-9",
              "bytes=" + ",".join(f"{10 * n}-{10 * n + 1}" for n in range(51)), "bytes=١-٢".encode()],
)  # fmt: skip
def test_what_is_no_range_is_passed_over(released: httpx.Client, asked: str | bytes) -> None:
    headers = [(b"range", asked if isinstance(asked, bytes) else asked.encode())]
    answer = released.get(CSV, headers=headers)
    assert (answer.status_code, len(answer.content)) == (200, len(NEW["actions.csv"]))


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0", "bytes=99999999-,-0"])
def test_a_part_that_is_not_there_is_refused(released: httpx.Client, asked: str) -> None:
    answer = released.get(CSV, headers={"Range": asked})
    length = len(NEW["actions.csv"])
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{length}")
    assert answer.json()["detail"].startswith(f"actions.csv has {length} bytes")
    assert released.get("/v1/releases/2026.11.2/empty.ndjson", headers={"Range": "bytes=0-"}).status_code == 416


def test_several_parts_come_together(released: httpx.Client) -> None:
    data = NEW["codes/year=2024/part-0.parquet"]
    answer = released.get(
        "/v1/releases/2026.11.2/codes/year=2024/part-0.parquet", headers={"Range": "bytes=-100, 0-9,5-19,1000-1999"}
    )
    assert answer.status_code == 206
    boundary = answer.headers["content-type"].removeprefix("multipart/byteranges; boundary=").encode()
    parts = re.split(rb"\r?\n?--" + boundary + rb"(?:--)?\r\n", answer.content)
    assert (parts[0], parts[-1]) == (b"", b"")
    found = []
    for part in parts[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        match = re.search(rb"Content-Range: bytes (\d+)-(\d+)/(\d+)$", head)
        assert match
        start, last, length = map(int, match.groups())
        assert (body, length) == (data[start : last + 1], len(data))
        found.append((start, last))
    assert found == [(len(data) - 100, len(data) - 1), (0, 19), (1000, 1999)]
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize(
    ("validator", "status"),
    [(f'"{sha(NEW["actions.csv"])}"', 206), ('"other"', 200), (f'W/"{sha(NEW["actions.csv"])}"', 200),
     ("Sun, 01 Nov 2026 00:00:00 GMT", 200)],
)  # fmt: skip
def test_a_part_only_of_the_same_bytes(released: httpx.Client, validator: str, status: int) -> None:
    answer = released.get(CSV, headers={"Range": "bytes=10-", "If-Range": validator})
    assert answer.status_code == status
    assert answer.content == NEW["actions.csv"][10 if status == 206 else 0 :]


def test_parts_are_joined_to_the_plain_file_or_to_the_one_begun_with(released: httpx.Client) -> None:
    asked = {"Range": "bytes=10-", "Accept-Encoding": "zstd, gzip"}
    assert released.get(CSV, headers=asked).content == NEW["actions.csv"][10:]
    begun = {**asked, "If-Range": f'"{sha(NEW["actions.csv.gz"])}"'}
    with released.stream("GET", CSV, headers=begun) as answer:
        assert b"".join(answer.iter_raw()) == NEW["actions.csv.gz"][10:]
    assert (answer.status_code, answer.headers["content-encoding"]) == (206, "gzip")


@pytest.mark.parametrize("rest", ["", "/actions.csv", "/codes/year=2024/part-0.parquet", "/index.json"])
def test_the_latest_is_found_by_its_name(released: httpx.Client, rest: str) -> None:
    answer = released.get(f"/v1/releases/latest{rest}")
    assert (answer.status_code, answer.headers["location"]) == (307, f"/v1/releases/2026.11.2{rest}")
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["secret.csv", ".hidden", "../2026.11.1/actions.csv", "..%2f2026.11.1%2factions.csv",
     "%2e%2e/2026.11.1/actions.csv", "/etc/passwd", "%2fetc%2fpasswd", "actions.csv/", "./actions.csv", "codes",
     "codes/", "codes//part-0.parquet",
     "actions.csv%00", "index.json.sha256", "actions.csv.sha256.sha256", "ACTIONS.CSV"],
)  # fmt: skip
def test_what_the_manifest_does_not_name_is_not_there(released: httpx.Client, path: str) -> None:
    answer = as_it_stands(released, f"/v1/releases/2026.11.2/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "it has: actions.csv, actions.csv.gz" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("name", "told"),
    [("2026.12.1", "there are, newest first: 2026.11.2, 2026.11.1, 2026.10.1"), ("2026.11.3", "newest first"),
     ("%2e%2e", "there is no release"), ("2026.10.1", "is revision r1, which can be asked with as_of=2026.10.1")],
)  # fmt: skip
def test_what_is_no_release_is_said(released: httpx.Client, name: str, told: str) -> None:
    for rest in ("", "/actions.csv", "/index.json"):
        answer = as_it_stands(released, f"/v1/releases/{name}{rest}")
        assert answer.status_code == 404
        assert told in answer.json()["detail"]


def test_without_releases_there_is_no_latest(tmp_path: Path) -> None:
    with running(FakeReader({}), Settings(releases_folder=tmp_path)) as url:
        assert httpx.get(f"{url}/v1/releases").json()["data"] == []
        answer = httpx.get(f"{url}/v1/releases/latest/actions.csv")
    assert (answer.status_code, "none has been cut yet" in answer.json()["detail"]) == (404, True)


def test_links_and_damaged_files_are_not_served(tmp_path: Path) -> None:
    reader = FakeReader({})
    outside = tmp_path / "outside.csv"
    outside.write_bytes(NEW["actions.csv"])
    reader.named = (published(tmp_path / "releases", "2026.11.1", 2, NEW),)
    home = tmp_path / "releases" / "2026.11.1"
    (home / "actions.csv").unlink()
    (home / "actions.csv").symlink_to(outside)
    with (home / "actions.ndjson").open("ab") as file:
        file.write(b"more")
    with running(reader, Settings(releases_folder=tmp_path / "releases")) as url:
        assert httpx.get(f"{url}/v1/releases/2026.11.1/actions.csv").status_code == 404
        damaged = httpx.get(f"{url}/v1/releases/2026.11.1/actions.ndjson")
    assert (damaged.status_code, str(tmp_path) in damaged.text) == (500, False)


def test_a_release_that_is_built_anew_is_read_anew(tmp_path: Path) -> None:
    reader = FakeReader({})
    reader.named = (published(tmp_path, "2026.11.1", 2, {"codes.csv": b"first"}),)
    with running(reader, Settings(releases_folder=tmp_path)) as url:
        before = httpx.get(f"{url}/v1/releases/2026.11.1")
        assert httpx.get(f"{url}/v1/releases/2026.11.1/codes.csv").content == b"first"
        shutil.rmtree(tmp_path / "2026.11.1")
        assert httpx.get(f"{url}/v1/releases/2026.11.1/codes.csv").status_code == 404
        published(tmp_path, "2026.11.1", 2, {"codes.csv": b"the second"})
        assert httpx.get(f"{url}/v1/releases/2026.11.1/codes.csv").content == b"the second"
        assert httpx.get(f"{url}/v1/releases/latest/index.json", follow_redirects=True).status_code == 200
        after = httpx.get(f"{url}/v1/releases/2026.11.1")
    assert before.headers["etag"] != after.headers["etag"]
    assert after.json()["data"]["resources"][0]["bytes"] == len(b"the second")


@pytest.mark.parametrize("path", ["/v1/releases", "/v1/releases/2026.11.1", "/v1/releases/2026.11.1/actions.csv"])
def test_parameters_are_refused(released: httpx.Client, path: str) -> None:
    assert released.get(f"{path}?as_of=r1").status_code == 400
