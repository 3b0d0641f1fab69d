"""Sends the bytes of a request as they stand, and reads what comes."""

from __future__ import annotations

import re
import socket
import time
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.hostile.attacks import Attack

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


class Answer(NamedTuple):
    """What came back."""

    status: int | None
    """None where the connection was closed without an answer."""
    seconds: float
    """From the last byte that was sent to the last one that came."""
    whole: bytes


def send(url: str, attack: Attack, source: str = "127.0.0.1", patience: float = 30.0) -> Answer:
    """Make one hostile request from an address of ours."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), patience, (source, 0)) as connection:
        try:
            for piece in attack.pieces:
                connection.sendall(piece)
                if attack.pause:
                    time.sleep(attack.pause)
        except OSError:
            pass  # the server has had enough; what it said may still be there
        begun = time.perf_counter()
        whole = rest(connection)
    match = _STATUS.match(whole)
    return Answer(int(match[1]) if match else None, time.perf_counter() - begun, whole)


def rest(connection: socket.socket) -> bytes:
    parts: list[bytes] = []
    try:
        while part := connection.recv(262_144):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)
