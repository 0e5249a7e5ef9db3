"""Where a request came from: the client's address and what its device says of itself.

For evidence, never for rights. Whatever stands in a header, a request does not fail because of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from hedgerow.auth import Origin
from hedgerow.settings import BadSettings

MOST_AGENT = 200
MOST_DEVICE = 100
MOST_HOPS = 20

_FORWARDED = b"x-forwarded-for"
_AGENT = b"user-agent"
_DEVICE = b"hedgerow-device"

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Proxies:
    """networks  whose X-Forwarded-For is believed"""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def named(cls, text: str) -> Proxies:
        """Networks separated by commas. Raises BadSettings."""
        try:
            return cls(tuple(ip_network(part.strip()) for part in text.split(",") if part.strip()))
        except ValueError as wrong:
            raise BadSettings(f"HEDGEROW_TRUSTED_PROXIES: {wrong}") from wrong

    def client(self, peer: str, forwarded: Sequence[str]) -> str:
        """The rightmost address that is no trusted proxy's; the leftmost when all are. An entry
        that is no address ends the search: nobody knows who wrote it.

        peer       of the socket; forwarded: the header's entries, the last one added last
        """
        found = _address(peer)
        if found is None:
            return ""
        for entry in reversed(forwarded[-MOST_HOPS:]):
            if not self._trusts(found):
                break
            before = _address(entry)
            if before is None:
                break
            found = before
        return str(found)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def origin_of(scope: Any, proxies: Proxies, request_id: str) -> Origin:
    """scope  of an HTTP request or a WebSocket (ASGI)"""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    peer = (scope.get("client") or ("",))[0]
    forwarded = ",".join(_texts(headers, _FORWARDED)).split(",")
    agent = _printable("".join(_texts(headers, _AGENT)), MOST_AGENT)
    device = _printable("".join(_texts(headers, _DEVICE)), MOST_DEVICE)
    return Origin(
        request_id=request_id,
        ip=proxies.client(peer, forwarded),
        device=" | ".join(part for part in (agent, device) if part),
    )


def _texts(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def _printable(text: str, most: int) -> str:
    return "".join(each for each in text if each.isprintable()).strip()[:most]


def _address(text: str) -> Address | None:
    """Without its port. An IPv4 address in an IPv6 one is the IPv4 address."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
