"""Fetches an announcement from its address, within limits, and never from a private network unasked."""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from db.ingest.notice import SIZE_LIMIT, Refused

SECONDS_LIMIT = 30
REDIRECT_LIMIT = 5
_AGENT = "cunzhao/1 (reads public announcements of regulators)"


@dataclass(frozen=True)
class Fetched:
    """What came back, and the address it came from in the end."""

    data: bytes
    url: str


def fetch(url: str, *, private_addresses: bool = False) -> Fetched:
    """Fetch a page over http or https.

    Raises `Refused` when the address is of another kind, does not answer in time, sends more than the
    limit, redirects too often, or leads into a private network while that is not allowed.
    """
    deadline = time.monotonic() + SECONDS_LIMIT
    with httpx.Client(timeout=SECONDS_LIMIT, trust_env=False, headers={"user-agent": _AGENT}) as client:
        for _ in range(REDIRECT_LIMIT + 1):
            response, data = _get(client, url, private_addresses, deadline)
            if response.is_success:
                return Fetched(data, url)
            if not response.has_redirect_location:
                raise Refused(f"the server answered {response.status_code}")
            url = urljoin(url, response.headers["location"])
    raise Refused(f"more than {REDIRECT_LIMIT} redirects")


def _get(client: httpx.Client, url: str, private_addresses: bool, deadline: float) -> tuple[httpx.Response, bytes]:
    target, host, name = _pinned(url, private_addresses)
    request = client.build_request("GET", target, headers={"host": host}, extensions={"sni_hostname": name})
    try:
        response = client.send(request, stream=True)
        try:
            return response, _limited(response, deadline)
        finally:
            response.close()
    except httpx.HTTPError as error:
        raise Refused(f"cannot be fetched: {str(error) or type(error).__name__}") from None


def _limited(response: httpx.Response, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > SIZE_LIMIT:
            raise Refused(f"the page is larger than the limit of {SIZE_LIMIT} bytes")
        if time.monotonic() > deadline:
            raise Refused(f"the page did not arrive within {SECONDS_LIMIT} s")
        parts.append(part)
    return b"".join(parts)


def _pinned(url: str, private_addresses: bool) -> tuple[str, str, str]:
    """The address with its host looked up once and for all, the Host header, and the name for TLS.

    A name looked up again for connecting could by then mean another machine than the one that was allowed.
    """
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(f"not an address: {error}") from None
    if parts.scheme not in ("http", "https") or not name:
        raise Refused("only http and https addresses are fetched")
    ip = _look_up(name, port or (443 if parts.scheme == "https" else 80), private_addresses)
    shown = f"[{ip}]" if ":" in ip else ip
    netloc = f"{shown}:{port}" if port else shown
    return urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, "")), parts.netloc.rpartition("@")[2], name


def _look_up(name: str, port: int, private_addresses: bool) -> str:
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise Refused(f"the host {name} is not found: {error}") from None
    for ip in found:
        if private_addresses or ipaddress.ip_address(ip.partition("%")[0]).is_global:
            return ip
    raise Refused(f"the host {name} lies in a private network, which CUNZHAO_FETCH_PRIVATE_ADDRESSES would allow")
