"""Asking another program over HTTP."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from domain.core.errors import Unavailable


@dataclass(frozen=True, slots=True)
class WebReply:
    """What came back. A redirect is an answer like any other: it is never followed."""

    status: int
    body: bytes


class WebFailed(Unavailable):
    """Nothing came back that can be used; the text says why and names no address."""

    code = "WEB_FAILED"


class Web(Protocol):
    """The way out to other programs, which lets nobody reach into this network."""

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        within_s: float,
        most_bytes: int,
    ) -> WebReply:
        """The answer, all of it. Raises WebFailed."""

    async def close(self) -> None:
        """Let connections go."""


def is_public(address: str) -> bool:
    """Whether it can be reached by everybody; also of IPv4 inside IPv6."""
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is not None:
            return inner.is_global
        # NAT64 (RFC 6052) leads to any IPv4 address.
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF).is_global
    return ip.is_global and not ip.is_multicast
