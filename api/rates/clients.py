"""Who a request comes from: the peer, or whom the proxies that are trusted say it is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, Literal

from starlette.types import Scope

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
ProxyHeader = Literal["x-forwarded-for", "forwarded"]

_LONGEST: Final = 1_024
"""So many bytes of the header are looked at, from its end: what stands before was not written by our proxies."""
_HOST_BITS: Final = 64
"""IPv6 gives every household so many bits of its own: whoever counts single addresses counts nothing."""


class Clients:
    """Names the client of a request, so that it cannot choose the name itself.

    A header is believed only from a peer in a trusted network, and only what our own proxies added to it: from the
    right to the left, up to the first address that is not one of theirs.
    """

    def __init__(self, trusted: Sequence[Network], header: ProxyHeader) -> None:
        self._trusted = tuple(trusted)
        self._header = header.encode()
        self._is_forwarded = header == "forwarded"
        self._behind = lru_cache(4096)(self._behind_proxies)

    def of(self, scope: Scope) -> str:
        """The name: an IPv4 address, or the network of 64 bits that an IPv6 address lies in."""
        client = scope.get("client")
        host: str = client[0] if client else ""
        if self._trusted:
            lines = [value for name, value in scope["headers"] if name == self._header]
            return self._behind(host, b",".join(lines)[-_LONGEST:])
        return bucket_of(host) if ":" in host else host

    def _behind_proxies(self, host: str, header: bytes) -> str:
        last = read_address(host)
        if last is None or not self._trusts(last):
            return bucket_of(host)
        # Commas are not looked for inside quotes: an open quote sent by a client would swallow what a proxy added.
        for element in reversed(header.split(b",")):
            text = element.decode("latin-1").strip()
            address = read_address(_for_of(text) if self._is_forwarded else text)
            if address is None:
                break  # what a proxy of ours could not name counts as the proxy's
            last = address
            if not self._trusts(address):
                break
        return bucket_of(str(last))

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def _for_of(element: str) -> str:
    """The node that an element of `Forwarded` was forwarded for; empty if it does not say."""
    for pair in element.split(";"):
        name, _, value = pair.partition("=")
        if name.strip().lower() == "for":
            return value.strip().strip('"')
    return ""


def read_address(text: str) -> Address | None:
    """An address as peers and headers have it, with or without a port. None for anything else.

    An IPv4 address that is written as an IPv6 one is the IPv4 address.
    """
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


@lru_cache(4096)
def bucket_of(host: str) -> str:
    """What the requests of a host are counted under."""
    address = read_address(host)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address) >> _HOST_BITS << _HOST_BITS, 128 - _HOST_BITS)))
    return str(address) if address else host
