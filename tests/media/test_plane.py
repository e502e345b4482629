"""The plane from Python: an independent SRTP stack (libsrtp) reads what it sends, and no Python runs for media."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import secrets
import socket
import struct
import sys
import threading
import zlib
from collections.abc import Iterator
from typing import Any

import pylibsrtp
import pytest

from server._plane import Event, Plane

PROFILES = {
    "SRTP_AEAD_AES_128_GCM": (pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 12),
    "SRTP_AES128_CM_SHA1_80": (pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 14),
}
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"


def binding_request(ufrag: str, password: str) -> bytes:
    """A nominating connectivity check (RFC 8445 section 7.2.2), made without the plane's own code."""

    def message(body: bytes, length: int) -> bytes:
        return struct.pack("!HHI", 1, length, 0x2112A442) + b"transaction!" + body

    name = f"{ufrag}:peer".encode()
    body = struct.pack("!HH", 6, len(name)) + name + b"\0" * (-len(name) % 4) + struct.pack("!HH", 0x25, 0)
    tag = hmac.new(password.encode(), message(body, len(body) + 24), hashlib.sha1).digest()
    body += struct.pack("!HH", 8, 20) + tag
    crc = zlib.crc32(message(body, len(body) + 8)) ^ 0x5354554E
    body += struct.pack("!HHI", 0x8028, 4, crc)
    return message(body, len(body))


class Peer:
    """A UDP socket with libsrtp behind one transport of the plane."""

    def __init__(self, plane: Plane, endpoint: int, profile: str) -> None:
        libsrtp_profile, salt = PROFILES[profile]
        keys = [secrets.token_bytes(16 + salt) for _ in range(2)]
        ufrag, password = secrets.token_hex(4), secrets.token_hex(12)
        self.id = plane.add_transport(endpoint, ufrag, password, subscribes=True)
        plane.set_keys(
            self.id, profile=profile,
            receive_key=keys[0][:16], receive_salt=keys[0][16:], send_key=keys[1][:16], send_salt=keys[1][16:],
        )  # fmt: skip
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.connect(("127.0.0.1", plane.port))
        self.socket.settimeout(5)

        def session(key: bytes, direction: int) -> Any:
            return pylibsrtp.Session(pylibsrtp.Policy(key=key, ssrc_type=direction, srtp_profile=libsrtp_profile))

        self.protect = session(keys[0], pylibsrtp.Policy.SSRC_ANY_OUTBOUND).protect
        self.unprotect = session(keys[1], pylibsrtp.Policy.SSRC_ANY_INBOUND).unprotect
        self.socket.send(binding_request(ufrag, password))
        answer = self.socket.recv(200)
        assert answer[:2] == b"\x01\x01"

    def voice(self, number: int) -> bytes:
        header = struct.pack("!BBHII", 0x90, 111, number & 0xFFFF, number * 960 & 0xFFFFFFFF, 77)
        extension = bytes([0xBE, 0xDE, 0, 1, 0x10, ord("0"), 0, 0])
        return bytes(self.protect(header + extension + b"opus" + struct.pack("!I", number)))

    def media(self) -> bytes:
        """The next RTP packet, opened."""
        while True:
            datagram = self.socket.recv(2000)
            if not 192 <= datagram[1] <= 223:
                return bytes(self.unprotect(datagram))


@pytest.fixture
def plane() -> Iterator[Plane]:
    plane = Plane("127.0.0.1", 0)
    yield plane
    plane.close()


def connect(plane: Plane, profile: str) -> tuple[Peer, Peer]:
    """One who speaks, and one who hears."""
    speaker, hearer = Peer(plane, 1, profile), Peer(plane, 2, profile)
    group = plane.add_group()
    plane.configure_publisher(speaker.id, [(111, "opus")], [(1, MID)], audio_nack=False)
    plane.add_audio_track(speaker.id, "0", group)
    for seat in range(3):
        plane.add_audio_slot(
            hearer.id,
            ssrc=900 + seat,
            payload_type=111,
            audio_level_id=None,
            transport_sequence_id=None,
            redundancy=None,
            group=group,
            seat=seat,
        )
    return speaker, hearer


@pytest.mark.parametrize("profile", PROFILES)
def test_libsrtp_and_the_plane_understand_each_other(plane: Plane, profile: str) -> None:
    speaker, hearer = connect(plane, profile)
    sequences = []
    for number in range(65_400, 65_700):  # across the wrap of the sequence number
        speaker.socket.send(speaker.voice(number))
        packet = hearer.media()
        assert packet[-8:] == b"opus" + struct.pack("!I", number)
        assert struct.unpack("!I", packet[8:12])[0] in (900, 901, 902)
        sequences.append(struct.unpack("!H", packet[2:4])[0])
    assert all((b - a) & 0xFFFF == 1 for a, b in itertools.pairwise(sequences))


async def test_no_python_runs_for_a_media_packet(plane: Plane) -> None:
    speaker, hearer = connect(plane, "SRTP_AEAD_AES_128_GCM")
    loop = asyncio.get_running_loop()
    handled = 0

    def take_events() -> None:
        nonlocal handled
        handled += len(plane.take_events())

    loop.add_reader(plane.events_fd(), take_events)
    packets = [speaker.voice(number) for number in range(10_000)]

    # Counts the calls of Python (and, from Python, C) functions in this process, on every thread but the sender's.
    async def calls_while_forwarding(batch: list[bytes]) -> int:
        before = plane.counters()["forwarded"]
        calls = 0

        def count(_frame: object, event: str, _arg: object) -> None:
            nonlocal calls
            calls += event in ("call", "c_call")

        sent = threading.Event()
        sending = threading.Thread(target=send_paced, args=(speaker.socket, batch, sent))
        sending.start()
        threading.setprofile(count)
        sys.setprofile(count)
        while not sent.is_set():
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        sys.setprofile(None)
        threading.setprofile(None)
        sending.join()
        assert plane.counters()["forwarded"] - before == len(batch)
        return calls

    def send_paced(sender: socket.socket, batch: list[bytes], sent: threading.Event) -> None:
        for i in range(0, len(batch), 50):
            for packet in batch[i : i + 50]:
                sender.send(packet)
            pause.wait(0.005)
        sent.set()

    pause = threading.Event()
    await calls_while_forwarding(packets[:500])  # the first packets tell of seats and speakers
    handled = 0
    few = await calls_while_forwarding(packets[500:1_500])
    many = await calls_while_forwarding(packets[1_500:])
    # What the test itself and an idle event loop call grows with time alone: 8,500 packets cost no more calls a second.
    assert handled <= 2, "events are about speakers, not packets"
    assert many < few * 8.5 * 2 + 500, (few, many)
    assert many < 8_500 / 2, f"{many} calls for 8,500 packets"
    hearer.socket.close()
    loop.remove_reader(plane.events_fd())


def test_events_come_as_typed_objects(plane: Plane) -> None:
    speaker, _ = connect(plane, "SRTP_AEAD_AES_128_GCM")
    events = plane.take_events()
    assert all(isinstance(event, Event) for event in events)
    assert [event.transport for event in events if isinstance(event, Event.Connected)][:1] == [speaker.id]


def test_bad_arguments_are_refused_by_name(plane: Plane) -> None:
    transport = plane.add_transport(1, "ufrag", "password", subscribes=False)
    with pytest.raises(ValueError, match="wrong length"):
        plane.set_keys(
            transport, profile="SRTP_AEAD_AES_128_GCM",
            receive_key=b"", receive_salt=b"", send_key=b"", send_salt=b"",
        )  # fmt: skip
    with pytest.raises(ValueError, match="unknown codec"):
        plane.configure_publisher(transport, [(96, "H263")], [], audio_nack=False)
    with pytest.raises(ValueError, match="unknown priority"):
        plane.route(1, 1, priority="everything")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not an IP address"):
        Plane("localhost", 0)
    plane.close()
    with pytest.raises(ConnectionError):
        plane.add_transport(1, "ufrag", "password", subscribes=False)
    assert not plane.is_running()
