"""Addresses: what the trunks' names stand for, where peers reach us, and what is ours."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl

import structlog

from signaling.sip.guards import Guards
from signaling.sip.message import IncomingRequest
from signaling.sip.peer import LocalAddress, Peer, Transport
from signaling.sip.settings import SipSettings, Trunk

log = structlog.get_logger()

LOOK_UP_SECONDS = 5.0
MOST_KNOWN = 1000


class Addresses:
    """Looks names up beside the event loop; everything else answers from what is known."""

    def __init__(self, settings: SipSettings, guards: Guards, ports: dict[Transport, int]) -> None:
        self._settings, self._guards, self._ports = settings, guards, ports
        self._found: dict[str, list[str]] = {}
        self._local_ips: dict[str, str] = {}

    async def look_up(self) -> None:
        """Look up the trunks' host names. What can't be looked up stays as it was."""
        loop = asyncio.get_running_loop()
        for host in {host for trunk in self._settings.trunks for host in (*trunk.hosts, trunk.server)}:
            try:
                ipaddress.ip_network(host, strict=False)
            except ValueError:
                try:
                    async with asyncio.timeout(LOOK_UP_SECONDS):
                        found = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
                    self._found[host] = list(dict.fromkeys(str(entry[4][0]) for entry in found))
                except (OSError, TimeoutError):
                    log.warning("a trunk's host name has no address", host=host)
        self._guards.resolve(self._found)

    def of_trunk(self, trunk: Trunk) -> Peer | None:
        """Where the trunk's server is; None when its name has no address."""
        try:
            return Peer(trunk.transport, str(ipaddress.ip_address(trunk.server)), trunk.port)
        except ValueError:
            addresses = self._found.get(trunk.server)
            return Peer(trunk.transport, addresses[0], trunk.port) if addresses else None

    def local(self, peer: Peer) -> LocalAddress:
        """Where this peer reaches us."""
        # Without a TLS port of ours, a peer answers over the connection that we opened; it has to name some port.
        port = self._ports.get(peer.transport) or self._ports["tcp"]
        ip = self._settings.public_ip or self._local_ip(peer.ip)
        return LocalAddress(f"[{ip}]" if ":" in ip else ip, port)

    def is_ours(self, request: IncomingRequest) -> bool:
        """Whether a request that begins something is for us: nothing is ever sent on to anybody else."""
        if request.uri.scheme == "tel":
            return True
        host = request.uri.host.lower().strip("[]").rstrip(".")
        trunk = self._guards.trunk_of(request.source.ip)
        ours = {self.local(request.source).host.strip("[]"), *(domain.lower() for domain in self._settings.domains)}
        return host in ours or (
            trunk is not None and host in (trunk.uri_domain.lower().strip("[]"), trunk.server.lower())
        )

    def user_for(self, peer: Peer) -> str:
        """The user part of our Contact."""
        trunk = self._guards.trunk_of(peer.ip)
        return trunk.credentials.user if trunk and trunk.credentials else "balai"

    def client_tls(self, peer: Peer) -> tuple[ssl.SSLContext, str] | None:
        """How a TLS connection to this peer is checked, and the name that its certificate is to have. OSError."""
        trunk = self._guards.trunk_of(peer.ip)
        if trunk is None:
            return None
        return ssl.create_default_context(cafile=str(trunk.tls_ca) if trunk.tls_ca else None), trunk.server

    def _local_ip(self, ip: str) -> str:
        """The address of ours that packets to this one leave from."""
        if self._settings.host not in ("::", "0.0.0.0"):  # noqa: S104
            return self._settings.host
        if ip not in self._local_ips:
            if len(self._local_ips) >= MOST_KNOWN:
                self._local_ips.clear()
            with socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_DGRAM) as probe:
                try:
                    probe.connect((ip, 9))
                    self._local_ips[ip] = str(probe.getsockname()[0])
                except OSError:
                    return "127.0.0.1"
        return self._local_ips[ip]


def server_tls(settings: SipSettings, fallback: ssl.SSLContext | None) -> ssl.SSLContext | None:
    """The context that TLS is served with; None: it is not. OSError when the certificate can't be read."""
    if settings.tls_port is None or settings.certificate is None or settings.key is None:
        return fallback if settings.tls_port is not None else None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.certificate, settings.key)
    return context
