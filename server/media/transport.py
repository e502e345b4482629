"""One transport: its ICE credentials, its handshake, and its number in the plane."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence

import structlog
from aiortc import RTCCertificate
from aiortc.rtcdtlstransport import RTCDtlsFingerprint

from server._plane import Plane
from server.media.dtls_seam import DtlsSeam
from server.media.sdp import LocalTransport

log = structlog.get_logger()

HANDSHAKE_TIMEOUT = 30.0
"""Seconds that a peer has from its SDP to the end of the handshake."""


class MediaTransport:
    """A peer connection's server side. ``on_dead`` is called once, if it fails or falls silent."""

    def __init__(
        self,
        plane: Plane,
        certificate: RTCCertificate,
        endpoint: int,
        on_dead: Callable[[], None],
        *,
        subscribes: bool,
    ) -> None:
        # RFC 8445 section 5.3: at least 24 and 128 bits.
        self.ufrag, self.password = secrets.token_hex(6), secrets.token_hex(16)
        self.id = plane.add_transport(endpoint, self.ufrag, self.password, subscribes=subscribes)
        self._plane = plane
        self._on_dead = on_dead
        self._certificate = certificate
        self._dtls = DtlsSeam(certificate, lambda datagram: plane.send_dtls(self.id, datagram))
        self._dtls.on("statechange", self._state_changed)
        self._handshake: asyncio.Task[None] | None = None
        self._closed = False

    def local(self, addresses: Sequence[str]) -> LocalTransport:
        """What the peer must be told."""
        prints = self._certificate.getFingerprints()
        fingerprint = next(f for f in prints if f.algorithm == "sha-256")
        return LocalTransport(self.ufrag, self.password, fingerprint, addresses, self._plane.port)

    @property
    def srtp_profile(self) -> str | None:
        """The negotiated protection profile, when the handshake is done."""
        return self._dtls.keys.profile if self._dtls.keys else None

    def connect(self, fingerprints: list[RTCDtlsFingerprint]) -> None:
        """Shake hands with the peer that has these fingerprints, in the background."""
        self._handshake = asyncio.create_task(self._connect(fingerprints))

    async def _connect(self, fingerprints: list[RTCDtlsFingerprint]) -> None:
        try:
            async with asyncio.timeout(HANDSHAKE_TIMEOUT):
                keys = await self._dtls.handshake(fingerprints)
        except (ConnectionError, TimeoutError) as error:
            log.info("handshake failed", transport=self.id, reason=str(error) or "timeout")
            self.dead()
            return
        self._plane.set_keys(
            self.id,
            profile=keys.profile,
            receive_key=keys.receive_key,
            receive_salt=keys.receive_salt,
            send_key=keys.send_key,
            send_salt=keys.send_salt,
        )

    def feed(self, datagram: bytes) -> None:
        """A DTLS datagram came."""
        self._dtls.feed(datagram)

    def dead(self) -> None:
        """It failed, or fell silent."""
        if not self._closed:
            self._on_dead()

    def _state_changed(self) -> None:
        if self._dtls.state == "closed":
            self.dead()

    async def close(self) -> None:
        """End it: from when this begins to run nothing is received or sent."""
        self._closed = True
        self._plane.remove_transport(self.id)
        await self._dtls.close()
        if self._handshake is not None:
            self._handshake.cancel()
            await asyncio.gather(self._handshake, return_exceptions=True)
