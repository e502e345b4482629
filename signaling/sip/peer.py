"""Who is at the other end of a SIP transport."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Transport = Literal["udp", "tcp", "tls"]


@dataclass(frozen=True, slots=True)
class Peer:
    """One address over one transport. Over TCP and TLS it also names the connection, since each has its own port."""

    transport: Transport
    ip: str
    port: int

    @property
    def reliable(self) -> bool:
        """Whether what is sent arrives or the transport tells: nothing is sent twice then (RFC 3261, 17)."""
        return self.transport != "udp"


@dataclass(frozen=True, slots=True)
class LocalAddress:
    """Where a peer reaches us: for Via and Contact."""

    host: str
    """An IP address, IPv6 in brackets."""
    port: int
