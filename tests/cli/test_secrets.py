"""Secrets show nowhere: not in what commands say, not in logs, not in answers, not in metrics."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import structlog

from api.cli import main
from api.observability import configure_logging
from api.settings import Settings
from tests.support.serving import served_by

CANARY = "kanarienvogel"
ADDRESSES = {
    "nobody listens": f"postgresql://user:{CANARY}@127.0.0.1:1/store",
    "no such socket": f"postgresql://user:{CANARY}@/store?host=/nowhere",
    "no number as port": f"postgresql://user:{CANARY}@127.0.0.1:{CANARY}/store",
    "a slash in the password": f"postgresql://user:{CANARY}/{CANARY}@127.0.0.1/store",
    "another scheme": f"mysql://user:{CANARY}@127.0.0.1/store",
    "an option nobody knows": f"postgresql://user:{CANARY}@127.0.0.1:1/store?{CANARY}=1",
    "a mode of TLS nobody knows": f"postgresql://user:{CANARY}@127.0.0.1:1/store?sslmode={CANARY}",
    "a certificate that is not there": f"postgresql://user:{CANARY}@127.0.0.1:1/store?sslmode=verify-full&sslrootcert=/x",
    "no address": CANARY,
}


def status(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **environment: str) -> str:
    """What `cunzhao status` says where it cannot reach the store."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["cunzhao", "status"])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    return said.err


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_a_command_that_cannot_reach_the_store_says_so_in_a_line(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = status(monkeypatch, capsys, CUNZHAO_DATABASE_URL=address)
    assert len(said.splitlines()) == 1
    assert CANARY not in said


def test_a_password_that_is_refused_is_not_repeated(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "address"
    file.write_text(f"postgresql://stranger:{CANARY}@{dsn.partition('@')[2]}", encoding="utf-8")
    said = status(monkeypatch, capsys, CUNZHAO_DATABASE_URL_FILE=str(file))
    assert "stranger" in said
    assert CANARY not in said


@pytest.mark.parametrize("shape", ["json", "console"])
def test_a_server_that_loses_its_store_tells_no_secret(
    sample_dsn: str, shape: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    before, handlers, level = structlog.get_config(), root.handlers[:], root.level
    address = urlsplit(sample_dsn)
    passfile = parse_qs(address.query).get("passfile")
    secret = Path(passfile[0]).read_text().strip().rpartition(":")[2] if passfile else address.password
    assert secret

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of ours, far below")

    try:
        configure_logging(Settings(log_format=shape, log_level="debug"))  # type: ignore[arg-type]
        with served_by(sample_dsn) as url, httpx.Client(base_url=url) as client:
            monkeypatch.setattr("db.reader.PostgresReader.total", broken)
            bearer = {"Authorization": f"Bearer cunzhao_{CANARY}", "Cookie": CANARY, "X-Api-Key": CANARY}
            answers = [client.get(path, headers=bearer) for path in ("/v1/actions", "/v1", "/graphql", "/v1/nowhere")]
            answers += [client.get("/v1/actions"), client.post("/graphql", json={"query": "{actions{totalCount}}"})]
            shown = "".join(f"{answer.headers}{answer.text}" for answer in [*answers, client.get("/metrics")])
    finally:
        structlog.configure(**before)
        root.handlers[:] = handlers
        root.setLevel(level)
    logged = capsys.readouterr().err
    assert "far below" in logged
    assert answers[4].status_code == 500
    for word in (CANARY, secret):
        assert word not in logged
        assert word not in shown
