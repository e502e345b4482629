"""When packets of voices came through a link, by what of them is not encrypted.

A gap is the time between two packets of one voice that came after each other, whatever was lost in between. It is what
a listener at the end of the link can't have heard anything new for, whether packets were lost, dropped or late; and
unlike what a browser counts it does not tell of how busy the machine is that plays the sound. Short ones are hidden by
the browser's jitter buffer and by redundancy, that of a single lost packet above all. The voices of these tests never
pause (:mod:`tests.network.voice`), so that no gap is a silence of the speaker's.
"""

from __future__ import annotations

from dataclasses import dataclass

OPUS_PAYLOAD_TYPES = frozenset({111, 63})
"""Opus, alone and with redundancy: in both directions Chromium's own numbers."""
NOTABLE = 0.1
"""Shorter gaps, in s, are not recorded."""
OVER = 5.0
"""After so many seconds without a packet a voice is taken to have ended: its speaker has another seat now."""


@dataclass(frozen=True)
class Gap:
    """Nothing came of a voice."""

    begins: float
    seconds: float


def voice_of(packet: bytes) -> int | None:
    """The SSRC of an IPv4 packet with Opus in SRTP (RFC 3550 section 5.1, RFC 3711 section 3.1); else None."""
    if len(packet) < 40 or packet[0] >> 4 != 4 or packet[9] != 17:
        return None
    rtp = (packet[0] & 15) * 4 + 8
    if len(packet) < rtp + 12 or packet[rtp] >> 6 != 2 or packet[rtp + 1] & 0x7F not in OPUS_PAYLOAD_TYPES:
        return None
    return int.from_bytes(packet[rtp + 8 : rtp + 12], "big")


class Voices:
    """The voices that come through one direction of a link, in the order of time."""

    def __init__(self) -> None:
        self._latest: dict[int, float] = {}
        self._gaps: list[Gap] = []

    def arrived(self, now: float, packet: bytes) -> None:
        """A packet came through at ``now``, in s."""
        voice = voice_of(packet)
        if voice is not None:
            before = self._latest.get(voice, now)
            if NOTABLE <= now - before < OVER:
                self._gaps.append(Gap(before, now - before))
            self._latest[voice] = now

    def gaps(self, now: float) -> list[Gap]:
        """Those so far, with those that last still."""
        lasting = (Gap(since, now - since) for since in self._latest.values() if NOTABLE <= now - since < OVER)
        return [*self._gaps, *lasting]
