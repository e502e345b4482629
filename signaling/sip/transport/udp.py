"""SIP over UDP: one socket."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

from signaling.sip.peer import Peer


class UdpTransport(asyncio.DatagramProtocol):
    """Gives datagrams of who is admitted to ``receive``."""

    def __init__(self, admit: Callable[[str], bool], receive: Callable[[Peer, bytes], None]) -> None:
        self._admit, self._receive = admit, receive
        self._transport: asyncio.DatagramTransport | None = None
        self._mapped = False

    async def open(self, host: str, port: int) -> int:
        """Bind; the port. OSError."""
        sock = bind(socket.SOCK_DGRAM, host, port)
        self._mapped = sock.family == socket.AF_INET6
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=sock)
        return int(sock.getsockname()[1])

    def send(self, peer: Peer, data: bytes) -> None:
        """Send one message. What the network does not take is lost, as UDP is."""
        if self._transport is None:
            return
        ip = f"::ffff:{peer.ip}" if self._mapped and ":" not in peer.ip else peer.ip
        with contextlib.suppress(OSError):
            self._transport.sendto(data, (ip, peer.port))

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        """Called by asyncio."""
        ip = plain_ip(address[0])
        if self._admit(ip):
            self._receive(Peer("udp", ip, address[1]), data)


def plain_ip(text: str) -> str:
    """An address as people write it: without the zone, and IPv4 as such."""
    text = text.partition("%")[0]
    return text[7:] if text.startswith("::ffff:") and "." in text else text


def bind(kind: socket.SocketKind, host: str, port: int) -> socket.socket:
    """A bound socket that does not block; :: takes IPv4, too. OSError."""
    if host == "::" and not socket.has_dualstack_ipv6():
        host = "0.0.0.0"  # noqa: S104
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
    try:
        sock.setblocking(False)
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
