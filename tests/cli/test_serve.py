"""`cunzhao serve` as a user meets it: started, asked, stopped, killed, started again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from api.cli import serving as serving_module
from api.settings import Settings
from db.embedded import EmbeddedPostgres
from db.shipped import load_releases
from schema.ports import StoreUnavailable
from schema.releases import INDEX
from tests.support.announcements import ANNUAL
from tests.support.processes import cunzhao, eventually_gone, serving


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("data")
    yield made
    shutil.rmtree(EmbeddedPostgres(made).home, ignore_errors=True)


def _postmaster(folder: Path) -> int:
    cluster = EmbeddedPostgres(folder).home / "cluster"
    return int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])


def _total(url: str) -> int:
    return int(httpx.get(f"{url}/v1/actions?limit=0").json()["total"]["value"])


def test_a_life_with_interruptions(folder: Path, tmp_path: Path) -> None:
    with serving(folder) as first:
        shipped = _total(first.url)
        assert shipped >= 26
        for release in load_releases():
            assert (folder / "releases" / release.name / INDEX).is_file()
        assert httpx.get(f"{first.url}/readyz").status_code == 200
        postmaster = _postmaster(folder)

        second = cunzhao(folder, "serve", "--port", "0")
        assert second.returncode == 2
        assert f"is in use by another cunzhao process (pid {first.process.pid})" in second.stderr
        assert second.stderr.count("\n") == 1

        file = tmp_path / "annual.txt"
        file.write_text(ANNUAL, encoding="utf-8")
        beside = cunzhao(folder, "ingest", str(file))  # while the server runs
        assert beside.returncode == 0, beside.stderr
        assert "[1/1] new r" in beside.stdout
        more = _total(first.url)
        assert more > shipped

        os.kill(postmaster, signal.SIGKILL)  # as a machine does that is out of memory
        asked = [httpx.get(f"{first.url}/v1/actions?limit={number}") for number in range(1, 30)]
        assert {answer.status_code for answer in asked} <= {200, 503}
        assert all("retry-after" in answer.headers for answer in asked if answer.status_code == 503)
        assert {answer.json()["total"]["value"] for answer in asked if answer.status_code == 200} == {more}
        deadline = time.monotonic() + 30
        while httpx.get(f"{first.url}/readyz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert httpx.get(f"{first.url}/v1/actions?limit=31").json()["total"]["value"] == more
        assert _postmaster(folder) != postmaster

        first.process.kill()
        first.process.wait()
    with serving(folder) as again:
        assert _total(again.url) == more
        assert cunzhao(folder, "ingest", str(file)).stdout.startswith("[1/1] unchanged")
        postmaster = _postmaster(folder)
        again.process.send_signal(signal.SIGTERM)
        assert again.process.wait(timeout=30) == 128 + signal.SIGTERM
        assert eventually_gone(postmaster)
    with serving(folder) as last:
        assert _total(last.url) == more
        postmaster = _postmaster(folder)
        last.process.send_signal(signal.SIGINT)
        assert last.process.wait(timeout=30) == 0
        assert eventually_gone(postmaster)


def test_a_port_in_use_is_said(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = cunzhao(folder, "serve", "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 2
    assert "cannot listen on 127.0.0.1 port" in refused.stderr


def test_a_database_that_does_not_come_is_said_when_it_was_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_module, "START_SECONDS", 0.6)
    away = Settings(database_url=SecretStr("postgresql://nobody:hushhush@127.0.0.1:1/none"))
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="the database does not answer"):
        serving_module._prepared(away)
    assert time.monotonic() - began > 0.5
    with_standbys = away.model_copy(update={"read_urls": (SecretStr("postgresql://nobody@127.0.0.1:2/none"),)})
    assert serving_module._prepared(with_standbys) is False


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"CUNZHAO_PORT": "many"}, "CUNZHAO_PORT"),
        ({"CUNZHAO_DATABASE_URL": "postgresql://nobody:hushhush@127.0.0.1:1/none"}, "the database does not answer"),
        ({"CUNZHAO_READ_URLS": "postgresql://nobody:hushhush@127.0.0.1:1/none"}, "it needs CUNZHAO_DATABASE_URL"),
        ({"CUNZHAO_LOG_FORMAT": "xml"}, "CUNZHAO_LOG_FORMAT"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(folder: Path, settings: dict[str, str], named: str) -> None:
    refused = cunzhao(folder, "status", **settings)
    assert refused.returncode == 2
    assert named in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "hushhush" not in refused.stderr


def test_extract_prints_a_line_a_document_and_names_what_it_cannot_read(folder: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.bin"
    good.write_text(ANNUAL, encoding="utf-8")
    bad.write_bytes(b"\x00\x01")
    made = cunzhao(folder, "extract", str(bad), str(good), str(tmp_path / "none.txt"))
    assert made.returncode == 2
    (line,) = made.stdout.splitlines()
    read = json.loads(line)
    assert list(read) == ["document", "figures", "actions", "unhandled"]
    assert read["document"]["url"] == "https://record.example/2031/annual.html"
    wrong, shares, absent = made.stderr.splitlines()
    assert [line.split(": ")[1] for line in (wrong, absent)] == [str(bad), str(tmp_path / "none.txt")]
    assert shares.startswith(f"{good}: {sum(read['document']['clauses'].values())} clauses: ")


def test_extract_says_beside_its_output_what_became_of_the_clauses(folder: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("网信部门约谈网站5家，天气晴好。", encoding="utf-8")
    two.write_text("网信办依法予以约谈。下一步，将持续约谈平台。", encoding="utf-8")
    made = cunzhao(folder, "extract", str(one), str(two))
    assert made.returncode == 0
    read = [json.loads(line)["document"] for line in made.stdout.splitlines()]
    assert [document["ignored_for"] for document in read] == [{"no_act": 1}, {"intent": 1, "no_act": 1}]
    assert made.stderr.splitlines() == [
        f"{one}: 2 clauses: 50.0% extracted, 50.0% ignored (no_act 50.0%), 0.0% unhandled",
        f"{two}: 3 clauses: 0.0% extracted, 66.7% ignored (intent 33.3%, no_act 33.3%), 33.3% unhandled",
        "2 documents: 5 clauses: 20.0% extracted, 60.0% ignored (no_act 40.0%, intent 20.0%), 20.0% unhandled",
    ]


def test_a_folder_is_ingested_but_for_what_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "a.txt").write_text(ANNUAL.replace("annual", "other"), encoding="utf-8")
    (papers / "b.bin").write_bytes(b"\x00\x01")
    (papers / ".hidden").write_bytes(b"\x00")
    dry = cunzhao(folder, "ingest", "--dry-run", str(papers))
    assert dry.returncode == 2
    assert "  + action a-" in dry.stdout
    made = cunzhao(folder, "ingest", str(papers))
    assert made.returncode == 2
    assert "[1/2] new r" in made.stdout
    assert "b.bin: the file is binary" in made.stderr
    out = cunzhao(folder, "dataset", str(tmp_path / "out"))
    assert out.returncode == 0, out.stderr
    assert "https://record.example/2031/other.html" in (tmp_path / "out" / "documents.ndjson").read_text("utf-8")
    assert cunzhao(folder, "migrate").stdout == "migrations applied: none were missing\n"
    assert "new_source" in cunzhao(folder, "status").stdout


@pytest.mark.parametrize("command", [["status"], ["verify"], ["dataset", "out"]])
def test_a_command_that_only_looks_says_what_a_new_store_lacks(
    tmp_path_factory: pytest.TempPathFactory, command: list[str]
) -> None:
    new = tmp_path_factory.mktemp("new")
    try:
        refused = cunzhao(new, *command)
    finally:
        shutil.rmtree(EmbeddedPostgres(new).home, ignore_errors=True)
    assert refused.returncode == 2
    assert "migrations are still to be applied to this store: run cunzhao migrate" in refused.stderr
