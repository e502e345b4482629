"""The seam to aiortc's private names holds, and a peer with another certificate gets nothing."""

from __future__ import annotations

import asyncio
import inspect

import pytest
from aiortc import RTCCertificate, RTCDtlsTransport
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters

from server.media.dtls_seam import DtlsSeam


class Wire:
    """The other end's ICE transport: two queues."""

    role = "controlling"

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[bytes] = asyncio.Queue()
        self.peer: DtlsSeam | None = None

    async def _recv(self) -> bytes:
        return await self.incoming.get()

    async def _send(self, data: bytes) -> None:
        assert self.peer is not None
        self.peer.feed(data)


def prints(certificate: RTCCertificate) -> list[RTCDtlsFingerprint]:
    return [f for f in certificate.getFingerprints() if f.algorithm == "sha-256"]


async def shake(claimed: RTCCertificate | None = None) -> tuple[DtlsSeam, RTCDtlsTransport, object]:
    """A handshake with a client that SDP said has the certificate ``claimed`` (its own, if None)."""
    ours, theirs = RTCCertificate.generateCertificate(), RTCCertificate.generateCertificate()
    wire = Wire()
    seam = DtlsSeam(ours, wire.incoming.put_nowait)
    wire.peer = seam
    client = RTCDtlsTransport(wire, [theirs])  # type: ignore[arg-type]
    client._set_role("client")
    async with asyncio.timeout(10):
        result, _ = await asyncio.gather(
            seam.handshake(prints(claimed or theirs)),
            client.start(RTCDtlsParameters(fingerprints=prints(ours))),
            return_exceptions=True,
        )
    return seam, client, result


async def test_a_handshake_gives_keys_of_the_preferred_profile_to_both_sides() -> None:
    seam, client, keys = await shake()
    assert keys is seam.keys
    assert seam.keys is not None
    # aiortc offers AES-256 first as a client; the server's order decides.
    assert seam.keys.profile == "SRTP_AEAD_AES_128_GCM"
    assert len(seam.keys.receive_key) == len(seam.keys.send_key) == 16
    assert len(seam.keys.receive_salt) == len(seam.keys.send_salt) == 12
    assert client.state == "connected"
    assert seam.keys.receive_key.hex() not in repr(seam.keys)
    await client.stop()
    await seam.close()


async def test_a_wrong_fingerprint_ends_the_handshake_without_keys() -> None:
    seam, client, result = await shake(claimed=RTCCertificate.generateCertificate())
    assert isinstance(result, ConnectionError)
    assert seam.keys is None
    assert seam.state == "failed"
    await client.stop()
    await seam.close()


async def test_closing_ends_a_handshake_that_waits() -> None:
    seam = DtlsSeam(RTCCertificate.generateCertificate(), lambda _: None)
    waiting = asyncio.create_task(seam.handshake(prints(RTCCertificate.generateCertificate())))
    await asyncio.sleep(0)
    await seam.close()
    with pytest.raises(ConnectionError):
        await waiting


def test_aiortc_still_has_what_the_seam_overrides_and_calls() -> None:
    source = inspect.getsource(RTCDtlsTransport)
    for name in ("self._setup_srtp()", "self._srtp_profiles", "self.transport._recv()", "self.transport._send(data)"):
        assert name in source, f"aiortc has changed: {name} is gone; see server/media/dtls_seam.py"
    assert not inspect.iscoroutinefunction(RTCDtlsTransport._set_role)
    assert list(inspect.signature(RTCDtlsTransport._setup_srtp).parameters) == ["self"]
