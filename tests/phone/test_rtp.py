"""RTP's header against aiortc's, and against anything."""

from __future__ import annotations

from aiortc.rtp import RtpPacket as Other
from hypothesis import given
from hypothesis import strategies as st

from server.phone.rtp import Unwrapper, parse_rtp, write_rtp

WORD, SHORT = st.integers(0, 2**32 - 1), st.integers(0, 2**16 - 1)


@given(st.integers(0, 127), st.booleans(), SHORT, WORD, WORD, st.binary(max_size=200))
def test_what_is_written_is_read_by_another_and_by_itself(
    kind: int, marker: bool, sequence: int, timestamp: int, ssrc: int, payload: bytes
) -> None:
    packet = write_rtp(kind, marker, sequence + 3 * 2**16, timestamp + 5 * 2**32, ssrc, payload)
    other = Other.parse(packet)
    assert (other.payload_type, other.marker, other.sequence_number) == (kind, marker, sequence)
    assert (other.timestamp, other.ssrc, other.payload) == (timestamp, ssrc, payload)
    assert parse_rtp(packet) == (kind, marker, sequence, timestamp, ssrc, payload)


@given(st.binary(max_size=80))
def test_whatever_comes_is_read_as_another_reads_it_or_not_at_all(datagram: bytes) -> None:
    packet = parse_rtp(datagram)
    try:
        other = Other.parse(datagram)
    except (ValueError, IndexError):
        return
    if packet is not None:
        assert packet.payload == other.payload
        assert packet.ssrc == other.ssrc


@given(st.integers(0, 65_535), st.lists(st.integers(-1_000, 1_000), max_size=200))
def test_rollovers_are_counted_both_ways(first: int, steps: list[int]) -> None:
    unwrapper = Unwrapper(16)
    start = unwrapper.unwrap(first)
    true, newest = start, start
    for step in steps:
        true = newest + step
        assert unwrapper.unwrap(true % 65_536) == true
        newest = max(newest, true)
