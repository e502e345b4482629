"""One call's sound without a thread: whatever comes, and where it goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.phone.frames import SILENCE
from server.phone.leg_media import LegMedia
from server.phone.rtp import write_rtp
from server.phone.sdes import CryptoAttribute
from server.phone.sdp import LocalMedia, answer
from server.phone.statistics import LegStatistics

PHONE, NAT = ("192.0.2.1", 4_000), ("198.51.100.1", 5_000)
OFFER = "\r\n".join(
    [
        "v=0",
        "c=IN IP4 192.0.2.1",
        "m=audio 4000 RTP/AVP 8 9 96 101",
        "a=rtpmap:96 opus/48000/2",
        "a=rtpmap:101 telephone-event/8000",
    ]
)
PACKETS = st.builds(
    write_rtp,
    st.sampled_from([0, 8, 9, 13, 96, 101, 127]),
    st.booleans(),
    st.integers(0, 65_535),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 2]),
    st.binary(max_size=200),
)


def agreed(offer: str = OFFER, key: CryptoAttribute | None = None) -> tuple[LegMedia, list[tuple[object, ...]]]:
    told: list[tuple[object, ...]] = []
    leg = LegMedia(30_000, LegStatistics(), lambda *event: told.append(event))
    _, agreement = answer(offer, LocalMedia(("192.0.2.7", 30_000)), secure_signaling=key is not None)
    leg.agree(0.0, agreement)
    return leg, told


@given(st.lists(st.tuples(PACKETS | st.binary(max_size=60), st.sampled_from([PHONE, NAT])), max_size=80))
def test_whatever_comes_costs_a_packet_and_no_more(datagrams: list[tuple[bytes, tuple[str, int]]]) -> None:
    leg, _ = agreed()
    for at, (datagram, source) in enumerate(datagrams):
        leg.receive(at / 50, datagram, source)
        leg.pull(at / 50)
        assert 0 <= leg.level <= 127
        leg.code_voice(at * 960)
        assert len(leg.spoken) <= 8
    assert leg.statistics.packets + leg.statistics.refused <= len(datagrams)


def test_what_is_sent_goes_where_the_sdp_says_and_then_to_where_packets_come_from() -> None:
    leg, _ = agreed()
    first = leg.packet(leg.code_own(SILENCE))
    assert first is not None
    assert first[2:] == PHONE
    for sequence in range(6):
        leg.receive(sequence / 50, write_rtp(8, False, sequence, sequence * 160, 1, bytes(160)), NAT)
    second = leg.packet(leg.code_own(SILENCE))
    assert second is not None
    assert second[2:] == NAT
    assert second[1][2:4] == (int.from_bytes(first[1][2:4], "big") + 1).to_bytes(2, "big")


def test_with_keys_nothing_plain_is_taken() -> None:
    key = CryptoAttribute.generate(1, "AES_CM_128_HMAC_SHA1_80")
    offer = OFFER.replace("RTP/AVP", "RTP/SAVP") + f"\r\na=crypto:{key}"
    leg, _ = agreed(offer, key)
    for sequence in range(20):
        leg.receive(sequence / 50, write_rtp(8, False, sequence, sequence * 160, 1, bytes(160)), PHONE)
    assert (leg.statistics.packets, leg.statistics.refused) == (0, 20)
