"""Which addresses a webhook may reach.

A webhook's address comes from outside, and a request to it goes out from inside: without this
guard, whoever may register one could reach what only this machine can (server-side request
forgery). Public unicast addresses only, and those networks that the settings list.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from consultation.errors import InvalidOption

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
"""Public IPv4 as a network without IPv4 shows it (RFC 6052): what is inside counts."""
_REFUSED: tuple[Network, ...] = (
    # Public by number, and yet only the cloud's own services answer there.
    IPv4Network("168.63.129.16/32"),
    IPv4Network("192.88.99.0/24"),
    # Forms that carry another address inside, of which a router on the way would use it.
    IPv6Network("::/96"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2001::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("fec0::/10"),
)


class AddressRefused(InvalidOption):
    code = "address_refused"
    hint = "Public addresses only, and those that ANAMNESE_WEBHOOK_NETWORKS lists."


def plain(text: str) -> Address:
    """The address that would be reached; IPv4 out of the IPv6 forms that only wrap it.

    Raises ValueError.
    """
    address = ipaddress.ip_address(text)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def may_reach(text: str, allowed: Sequence[Network]) -> bool:
    """Whether a connection may go to this address, as a name was resolved to it."""
    try:
        address = plain(text)
    except ValueError:
        return False
    if any(address in network for network in allowed if network.version == address.version):
        return True
    if any(address in network for network in _REFUSED if network.version == address.version):
        return False
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_loopback
        or address.is_link_local
        or address.is_private
    )


def check_url(url: str, *, http: bool, allowed: Sequence[Network]) -> str:
    """The URL, if it can be meant. A name is resolved when something is delivered, not here.

    Raises InvalidOption, AddressRefused for an address that is written out.
    """
    schemes = ("https", "http") if http else ("https",)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        clean = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    except ValueError:
        host, clean = None, False
    if not clean or not host or len(url) > 1000 or parts.fragment:
        raise InvalidOption("url: cannot be meant", hint="An https:// address in ASCII.")
    if parts.scheme not in schemes:
        raise InvalidOption(
            "url: not https", hint="ANAMNESE_WEBHOOK_HTTP=true allows http, for a test."
        )
    if parts.username is not None or parts.password is not None:
        raise InvalidOption("url: holds a user or a password", hint="Check the signature instead.")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return url
    if not may_reach(host, allowed):
        raise AddressRefused("url: an address that may not be reached")
    return url
