"""The one place that touches aiortc's private names.

aiortc's DTLS transport asks its ICE transport for ``_recv()``, ``_send(data)`` and ``role``, and makes its SRTP
sessions in ``_setup_srtp``. Here the ICE transport is a queue in front of the plane, and the keys go to the plane.
``tests/media/test_dtls_seam.py`` fails loudly when aiortc changes under it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from aiortc import RTCCertificate, RTCDtlsTransport
from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AES128_CM_SHA1_80,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    State,
)

_PROFILES = [SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80]
"""In order of preference. aiortc's own would take AES-256 first, which costs more and protects no better here."""

_MAX_QUEUED = 64
"""Handshake datagrams that may wait for the event loop; a flight has about six."""


@dataclass(frozen=True)
class SrtpKeys:
    """What a handshake agreed on (RFC 5764 section 4.2)."""

    profile: str
    receive_key: bytes
    receive_salt: bytes
    send_key: bytes
    send_salt: bytes

    def __repr__(self) -> str:
        return f"SrtpKeys(profile={self.profile!r})"


class _IceQueue:
    """What aiortc takes for an ICE transport."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_MAX_QUEUED)
        self._send_datagram = send

    def put(self, datagram: bytes | None) -> None:
        if datagram is None:
            while not self._queue.empty():
                self._queue.get_nowait()
        if not self._queue.full():
            self._queue.put_nowait(datagram)

    async def _recv(self) -> bytes:
        datagram = await self._queue.get()
        if datagram is None:
            raise ConnectionError("the transport is closed")
        return datagram

    async def _send(self, data: bytes) -> None:
        self._send_datagram(data)


class DtlsSeam(RTCDtlsTransport):
    """aiortc's DTLS, server side, whose keys go elsewhere and whose datagrams come from elsewhere."""

    def __init__(self, certificate: RTCCertificate, send: Callable[[bytes], None]) -> None:
        self._ice = _IceQueue(send)
        super().__init__(cast(Any, self._ice), [certificate])
        self._srtp_profiles = _PROFILES
        self.keys: SrtpKeys | None = None
        self._set_role("server")

    def feed(self, datagram: bytes) -> None:
        """Hand over a datagram that came from the peer."""
        self._ice.put(datagram)

    async def handshake(self, fingerprints: list[RTCDtlsFingerprint]) -> SrtpKeys:
        """Shake hands with the peer that SDP named by ``fingerprints``.

        Raises ConnectionError when it fails, a wrong fingerprint included: then nothing may be sent or believed.
        """
        await self.start(RTCDtlsParameters(fingerprints=fingerprints))
        if self._state is not State.CONNECTED or self.keys is None:
            raise ConnectionError("the DTLS handshake failed")
        return self.keys

    async def close(self) -> None:
        """Stop; a handshake under way fails with ConnectionError."""
        self._ice.put(None)
        await self.stop()

    def _setup_srtp(self) -> None:
        assert self._ssl is not None
        chosen = self._ssl.get_selected_srtp_profile()
        profile = next((p for p in self._srtp_profiles if p.openssl_profile == chosen), None)
        if profile is None:
            self._set_state(State.FAILED)
            return
        size, salt = profile.key_length, profile.salt_length
        material = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (size + salt))
        # RFC 5764 section 4.2: client key, server key, client salt, server salt. The plane is the server.
        client, server = material[:size], material[size : 2 * size]
        client_salt, server_salt = material[2 * size : 2 * size + salt], material[2 * size + salt :]
        self.keys = SrtpKeys(profile.openssl_profile.decode(), client, client_salt, server, server_salt)
