"""What is known of how a call's sound arrives."""

from __future__ import annotations

from dataclasses import dataclass

from server.phone.formats import CodecName


@dataclass
class LegStatistics:
    """Written by the media thread alone, and read by others: each number is right by itself."""

    packets: int = 0
    """That came and were taken."""
    sent: int = 0
    lost: int = 0
    """Whose turn came without them."""
    late: int = 0
    refused: int = 0
    """Of strangers, of payload types that were not agreed, or not authentic."""
    concealed: int = 0
    """Milliseconds of sound that were made up."""
    jitter: float = 0.0
    """Milliseconds, as RFC 3550 section 6.4.1 has it."""
    delay: float = 0.0
    """Milliseconds that packets are kept for their neighbours."""
    fraction_lost: float | None = None
    """Of the last seconds, 0 to 1; None while too little came to tell."""
    silence: float = 0.0
    """Seconds since anything came; 0 on hold, and for what is usual."""
    codec: CodecName | None = None
    """Of what is sent."""
    secure: bool = False
    """By SRTP."""
