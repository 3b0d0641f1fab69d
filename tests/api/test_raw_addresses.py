"""Addresses typed with Chinese characters in them are understood, in whatever pieces they arrive."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
import pytest


def _ask(served: str, *pieces: bytes) -> bytes:
    address = urlsplit(served)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


_REQUEST = "GET /v1/actions?limit=0&entity=云雀视频 HTTP/1.1\r\nHost: x\r\n{}\r\n"
_CLOSE = "Connection: close\r\n"


@pytest.mark.parametrize("size", [10_000, 33, 1])
def test_raw_characters_mean_the_same_as_escaped_ones(served: str, size: int) -> None:
    request = _REQUEST.format(_CLOSE).encode()
    answer = _ask(served, *(request[at : at + size] for at in range(0, len(request), size)))
    escaped = httpx.get(f"{served}/v1/actions", params={"limit": 0, "entity": "云雀视频"}).json()
    assert escaped["total"]["value"] > 0
    assert f'"total":{{"value":{escaped["total"]["value"]}'.encode() in answer


def test_every_request_of_a_connection(served: str) -> None:
    address = urlsplit(served)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        for _ in range(3):
            connection.sendall(_REQUEST.format("").encode())
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 OK")
            while b'"meta"' not in answer:
                answer += connection.recv(65536)


def test_bytes_that_are_no_text_get_a_clear_refusal(served: str) -> None:
    answer = _ask(served, b"GET /v1/actions?entity=\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 Bad Request")
    assert b"application/problem+json" in answer
