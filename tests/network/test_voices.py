"""Gaps in voices are found in the packets that pass."""

from __future__ import annotations

import struct

from tests.network.voices import Gap, Voices, voice_of


def packet(payload_type: int, ssrc: int, *, protocol: int = 17, options: int = 0) -> bytes:
    """An IPv4 packet with RTP in UDP."""
    ip = bytes([0x45 + options, 0, 0, 0, 0, 0, 0, 0, 64, protocol]) + bytes(10 + 4 * options)
    return ip + bytes(8) + struct.pack("!BBHII", 0x90, payload_type, 1, 2, ssrc) + bytes(30)


def test_voices_are_told_from_all_else() -> None:
    assert voice_of(packet(111, 7)) == 7
    assert voice_of(packet(63 | 0x80, 8, options=2)) == 8
    for other in (packet(96, 7), packet(200, 7), packet(111, 7, protocol=6), packet(111, 7)[:30], b""):
        assert voice_of(other) is None


def test_a_gap_lasts_from_one_packet_of_a_voice_to_the_next() -> None:
    voices = Voices()
    for at in (1.0, 1.02, 1.5, 1.52):
        voices.arrived(at, packet(111, 7))
        voices.arrived(at + 0.2, packet(96, 9))
    assert voices.gaps(1.53) == [Gap(1.02, 0.48)]
    assert voices.gaps(2.52)[1] == Gap(1.52, 1.0)
    voices.arrived(1.6, packet(63, 8))
    assert len(voices.gaps(1.61)) == 1


def test_who_has_another_seat_leaves_no_gap_for_ever() -> None:
    voices = Voices()
    voices.arrived(1.0, packet(111, 7))
    assert voices.gaps(7.0) == []
    voices.arrived(7.0, packet(111, 7))
    assert voices.gaps(7.0) == []
