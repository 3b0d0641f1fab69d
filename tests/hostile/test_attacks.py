"""Every kind of hostile request gets a clear answer soon, and the server serves on."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.hostile.attacks import ATTACKS, Attack, get
from tests.hostile.sending import rest, send
from tests.support.serving import served_by

PATIENCE = 0.6
"""How long the server waits for a client, in seconds."""
SOON = 3.0
HEALTH = Attack("none", (get("/healthz"),), frozenset({200}))


@pytest.fixture(scope="module")
def target(sample_dsn: str) -> Iterator[str]:
    """A server over the invented corpus that waits for nobody."""
    folder = Path("no-releases")
    with served_by(sample_dsn, folder, client_timeout_seconds=PATIENCE, pool_size=4) as url:
        yield url


def test_kinds_have_names_of_their_own() -> None:
    assert len({attack.kind for attack in ATTACKS}) == len(ATTACKS) > 100


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.kind)
def test_the_answer_is_clear_and_soon(target: str, attack: Attack) -> None:
    answer = send(target, attack)
    assert answer.status in attack.answers, answer.whole[:600]
    assert answer.seconds < SOON
    assert b"Traceback" not in answer.whole
    if answer.status and answer.status >= 400:
        assert b'"status":' in answer.whole or b'"errors":' in answer.whole
    assert send(target, HEALTH).status == 200


def test_a_connection_that_asks_nothing_is_closed(target: str) -> None:
    address = urlsplit(target)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        begun = time.monotonic()
        assert connection.recv(100) == b""
        assert PATIENCE * 0.9 < time.monotonic() - begun < PATIENCE * 4


def test_a_client_that_takes_nothing_is_sent_away(target: str) -> None:
    address = urlsplit(target)
    page = get("/v1/actions?limit=500").replace(b"Connection: close\r\n", b"")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(10)
        connection.connect((address.hostname, address.port))
        connection.sendall(page * 400)
        time.sleep(PATIENCE * 3)
        taken = len(rest(connection))
    assert taken < 400 * len(httpx.get(f"{target}/v1/actions?limit=500").content)
    assert httpx.get(f"{target}/readyz").status_code == 200


def test_two_requests_of_a_connection_may_take_their_time_between(target: str) -> None:
    with httpx.Client(base_url=target) as client:
        for _ in range(2):
            assert client.get("/v1").status_code == 200
            time.sleep(PATIENCE * 1.6)
