"""The sound of all telephone calls."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from server.media.edge import MediaEdge
from server.phone.leg import Leg
from server.phone.media_thread import MediaThread

_UNROUTED = ("192.0.2.1", "2001:db8::1")
"""Of the documentation's networks (RFC 5737, RFC 3849): the way there shows the default address. Nothing is sent."""


class LegLimitError(Exception):
    """No port is free for one more call."""


class PhoneMedia:
    """One thread that carries the sound of all calls: sockets, clocks, codecs; the event loop only gives orders."""

    def __init__(self, edge: MediaEdge, host: str, public_ip: str | None, ports: range) -> None:
        self.thread = MediaThread(edge.plane)
        self._host, self._public_ip = host, public_ip
        self._free = [port for port in ports if port % 2 == 0]  # RFC 3550 section 11: RTP has even ports
        self._legs: dict[Leg, int] = {}

    @classmethod
    async def start(cls, edge: MediaEdge, *, host: str, public_ip: str | None, ports: range) -> PhoneMedia:
        """Begin. ``host``: the IP address to bind for each call; ``public_ip``: what callers are told instead.

        ``ports``: of these the even ones are used. ValueError for a host that is no IP address.
        """
        ipaddress.ip_address(host)
        media = cls(edge, host, public_ip, ports)
        media.thread.start()
        return media

    def __len__(self) -> int:
        return len(self._legs)

    def add_leg(self, *, secure_signaling: bool = False) -> Leg:
        """Sound for one more call. LegLimitError when no port is free. ``secure_signaling``: it is signaled by TLS."""
        port = self._bind()
        leg = Leg(self.thread, port, self.local_address, secure_signaling=secure_signaling)
        self._legs[leg] = port
        leg.on("closed", lambda: self._closed(leg))
        return leg

    async def close(self) -> None:
        """End every call's sound, and the thread."""
        for leg in list(self._legs):
            leg.close()
        await asyncio.to_thread(self.thread.stop)

    def local_address(self, remote: str | None) -> str:
        """Where a peer reaches us: what the operator set, what is bound, or where the way to it begins."""
        if self._public_ip is not None:
            return self._public_ip
        host = ipaddress.ip_address(self._host)
        if not host.is_unspecified:
            return self._host
        address = ipaddress.ip_address(remote or _UNROUTED[0])
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((str(address), 9))
            except OSError:
                return "127.0.0.1" if address.version == 4 else "::1"
            found: str = probe.getsockname()[0]
            return found

    def _bind(self) -> int:
        for _ in range(len(self._free)):
            port = self._free.pop(0)
            try:
                return self.thread.sockets.bind(self._host, port)
            except OSError:  # somebody else's; it may be free later
                self._free.append(port)
        raise LegLimitError("no port is free for one more call")

    def _closed(self, leg: Leg) -> None:
        # To the end: what still comes for the last call must not reach the next.
        self._free.append(self._legs.pop(leg))
