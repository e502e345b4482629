"""The audio formats that telephones speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

CodecName = Literal["opus", "G722", "PCMA", "PCMU"]


@dataclass(frozen=True)
class AudioFormat:
    """A codec and what it is called in one call."""

    codec: CodecName
    payload_type: int

    @property
    def clock_rate(self) -> int:
        """Of its RTP timestamps, in Hz. G.722's is half of what it samples with (RFC 3551 section 4.5.2)."""
        return CLOCK_RATES[self.codec]

    @property
    def rtpmap(self) -> str:
        """As SDP names it. Opus is always said to have two channels (RFC 7587 section 7)."""
        return f"{self.codec}/{self.clock_rate}" + ("/2" if self.codec == "opus" else "")


CLOCK_RATES: Final[dict[CodecName, int]] = {"opus": 48_000, "G722": 8_000, "PCMA": 8_000, "PCMU": 8_000}

STATIC_FORMATS: Final[dict[int, CodecName]] = {0: "PCMU", 8: "PCMA", 9: "G722"}
"""Payload types that need no rtpmap (RFC 3551 section 6)."""

OFFERED_FORMATS: Final = (
    AudioFormat("opus", 96),
    AudioFormat("G722", 9),
    AudioFormat("PCMA", 8),
    AudioFormat("PCMU", 0),
)
"""What is offered, most preferred first."""
OFFERED_EVENTS: Final = {101: 8_000, 102: 48_000}
"""The payload types of digits (RFC 4733), one for each clock rate, since an event has the timestamps of the sound."""
