"""Sockets: UDP, TCP and TLS (RFC 3261, 18). They know who may connect, and nothing of what messages say."""

from signaling.sip.transport.stream import StreamTransport
from signaling.sip.transport.udp import UdpTransport

__all__ = ["StreamTransport", "UdpTransport"]
