"""Which addresses a webhook may reach: what is inside the network never, however it is written."""

from __future__ import annotations

import contextlib
import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.errors import InvalidOption
from jobs.webhooks.address import AddressRefused, check_url, may_reach

V4 = st.integers(0, 2**32 - 1).map(IPv4Address)
V6 = st.integers(0, 2**128 - 1).map(IPv6Address)
# Written down anew here, from the registries of special-purpose addresses (RFC 6890 and later).
INSIDE = [
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",
    )
]
INSIDE6 = [
    IPv6Network(text)
    for text in (
        "::/96",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "100::/64",
        "2001:db8::/32",
        "2001::/32",
        "2002::/16",
        "64:ff9b:1::/48",
    )
]


def within(networks: list[IPv4Network]) -> st.SearchStrategy[IPv4Address]:
    return st.sampled_from(networks).flatmap(
        lambda n: st.integers(int(n.network_address), int(n.broadcast_address)).map(IPv4Address)
    )


INSIDE_V4 = within(INSIDE)
INSIDE_V6 = st.sampled_from(INSIDE6).flatmap(
    lambda n: st.integers(int(n.network_address), int(n.broadcast_address)).map(IPv6Address)
)


def wrapped(address: IPv4Address) -> list[str]:
    """Every form of IPv6 that holds it."""
    number = int(address)
    return [
        f"::ffff:{address}",
        str(IPv6Address(0xFFFF << 32 | number)),
        str(IPv6Address(number)),
        str(IPv6Address((0x64FF9B << 96) | number)),
        str(IPv6Address((0x2002 << 112) | (number << 80) | 1)),
        str(IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF))),
    ]


@given(INSIDE_V4)
def test_no_inside_address_is_reached_in_any_form(address: IPv4Address) -> None:
    assert not may_reach(str(address), ())
    for form in wrapped(address):
        assert not may_reach(form, ()), form


@given(INSIDE_V6)
def test_no_inside_ipv6_address_is_reached(address: IPv6Address) -> None:
    assert not may_reach(str(address), ())
    assert not may_reach(f"{address}%eth0", ())


@given(V4)
def test_ipv4_and_its_mapped_form_are_judged_alike(address: IPv4Address) -> None:
    inside = any(address in network for network in INSIDE)
    if inside:
        assert not may_reach(str(address), ())
    assert may_reach(f"::ffff:{address}", ()) == may_reach(str(address), ())
    nat64 = str(IPv6Address((0x64FF9B << 96) | int(address)))
    assert may_reach(nat64, ()) == may_reach(str(address), ())


@given(V6)
def test_only_global_unicast_ipv6_is_reached(address: IPv6Address) -> None:
    if may_reach(str(address), ()):
        embedded = address in IPv6Network("64:ff9b::/96") or address.ipv4_mapped is not None
        assert embedded or address in IPv6Network("2000::/3")


@given(V4, st.integers(0, 32))
def test_a_listed_network_is_reached_and_nothing_beside_it(address: IPv4Address, bits: int) -> None:
    network = IPv4Network((address, bits), strict=False)
    assert may_reach(str(address), (network,))
    assert may_reach(f"::ffff:{address}", (network,))
    if IPv4Address("127.0.0.1") not in network:
        assert not may_reach("127.0.0.1", (network,))


@given(st.text(max_size=50))
def test_what_is_no_address_is_not_reached(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        assert not may_reach(text, ())


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_reached(address: str) -> None:
    assert may_reach(address, ())


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https://user:secret@example.org/",
        "https://example.org/#part",
        "https:///path",
        "https://example.org:99999/",
        "https://exam ple.org/",
        "https://example.org\\@127.0.0.1/",
        "https://exämple.org/",
        "https://example.org/\r\nX: y",
        "//example.org",
        f"https://example.org/{'x' * 1000}",
        "file:///etc/passwd",
    ],
)
def test_urls_that_cannot_be_meant(url: str) -> None:
    with pytest.raises(InvalidOption):
        check_url(url, http=False, allowed=())


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]", "0.0.0.0"]
)
def test_addresses_that_are_written_out_are_refused_at_once(host: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(f"https://{host}/x", http=False, allowed=())


@given(st.text(max_size=80))
def test_a_url_is_taken_or_refused_as_ours(text: str) -> None:
    with contextlib.suppress(InvalidOption):
        assert check_url(text, http=True, allowed=()) == text
