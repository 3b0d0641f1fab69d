"""Who a request comes from cannot be chosen by whoever sends it."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.rates.clients import Clients, ProxyHeader

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48")]
DIRECT = Clients([], "x-forwarded-for")
HEADERS: tuple[ProxyHeader, ...] = ("x-forwarded-for", "forwarded")
BEHIND = {name: Clients(PROXIES, name) for name in HEADERS}


def scope(peer: str, *headers: tuple[str, str]) -> dict[str, object]:
    return {"client": (peer, 1234), "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers]}


@pytest.mark.parametrize(
    ("peer", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_without_proxies_it_is_the_peer_whatever_it_says(peer: str, name: str) -> None:
    for header in HEADERS:
        assert DIRECT.of(scope(peer, (header, "198.51.100.1"))) == name
        assert BEHIND[header].of(scope(peer, (header, "for=198.51.100.1"))) == name
    assert DIRECT.of({"client": None, "headers": []}) == ""


@pytest.mark.parametrize(
    ("header", "value", "name"),
    [
        ("x-forwarded-for", "198.51.100.1", "198.51.100.1"),
        ("x-forwarded-for", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("x-forwarded-for", "203.0.113.9, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("x-forwarded-for", "198.51.100.1:8080", "198.51.100.1"),
        ("x-forwarded-for", "[2001:db8:1::5]:443", "2001:db8:1::/64"),
        ("x-forwarded-for", "2001:db8:1::5", "2001:db8:1::/64"),
        ("x-forwarded-for", "10.2.2.2, 10.3.3.3", "10.2.2.2"),
        ("x-forwarded-for", "198.51.100.1, unknown", "10.0.0.1"),
        ("x-forwarded-for", "198.51.100.1,", "10.0.0.1"),
        ("x-forwarded-for", "", "10.0.0.1"),
        ("forwarded", "for=198.51.100.1;proto=https", "198.51.100.1"),
        ("forwarded", 'For="[2001:db8:1::5]:4711"', "2001:db8:1::/64"),
        ("forwarded", 'for="203.0.113.9, for=198.51.100.1', "198.51.100.1"),
        ("forwarded", "for=198.51.100.1, for=_hidden", "10.0.0.1"),
        ("forwarded", "proto=https", "10.0.0.1"),
    ],
)
def test_behind_proxies_it_is_the_last_that_is_none(header: ProxyHeader, value: str, name: str) -> None:
    assert BEHIND[header].of(scope("10.0.0.1", (header, value))) == name


def test_the_header_that_the_proxies_do_not_write_is_not_read() -> None:
    both = [("forwarded", "for=203.0.113.9"), ("x-forwarded-for", "198.51.100.1")]
    assert BEHIND["x-forwarded-for"].of(scope("10.0.0.1", *both)) == "198.51.100.1"
    assert BEHIND["forwarded"].of(scope("10.0.0.1", *both)) == "203.0.113.9"


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=60), max_size=5))
def test_nothing_that_is_sent_changes_what_our_proxy_added(lines: list[str]) -> None:
    for header, added in zip(HEADERS, ("198.51.100.1", "for=198.51.100.1;proto=https"), strict=True):
        sent = [(header, line) for line in lines]
        of = BEHIND[header].of
        assert of(scope("10.0.0.1", *sent, (header, added))) == "198.51.100.1"
        assert of(scope("10.0.0.1", (header, ", ".join([*lines, added])))) == "198.51.100.1"


def test_a_header_of_any_length_costs_little() -> None:
    long = "203.0.113.9, " * 5_000
    assert BEHIND["x-forwarded-for"].of(scope("10.0.0.1", ("x-forwarded-for", f"{long}198.51.100.1"))) == "198.51.100.1"
