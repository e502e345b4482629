"""The offer of the slots, and what of it a subscriber takes."""

from __future__ import annotations

import re

import pytest
from aiortc import RTCCertificate

from server.media.sdp import LocalTransport, SdpError
from server.media.subscribe_sdp import Slot, offer_subscribe, read_subscribe_answer

SLOTS = [Slot("a0", "audio"), Slot("v0", "video"), Slot("s0", "screen")]


@pytest.fixture(scope="module")
def offer() -> str:
    fingerprint = RTCCertificate.generateCertificate().getFingerprints()[0]
    local = LocalTransport("ufrag", "a password of its own", fingerprint, ["127.0.0.1"], 8444)
    return offer_subscribe([(SLOTS[0], 10, None), (SLOTS[1], 11, 21), (SLOTS[2], 12, 22)], local)


def answer(offer: str) -> str:
    """As a browser that takes everything."""
    kept = [line for line in offer.splitlines() if not line.startswith(("a=ssrc", "a=msid", "a=candidate"))]
    return "\r\n".join(kept).replace("actpass", "active").replace("sendonly", "recvonly") + "\r\n"


def test_pictures_come_with_retransmissions_and_voices_with_redundancy(offer: str) -> None:
    _, audio, video, screen = offer.split("m=")
    assert "a=rtpmap:63 red/48000/2" in audio
    assert "a=fmtp:63 111/111" in audio
    for section, ssrc in ((video, 11), (screen, 12)):
        assert "a=fmtp:97 apt=96" in section
        assert f"a=ssrc-group:FID {ssrc} {ssrc + 10}" in section
        assert {"a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli"} <= set(section.splitlines())
    for section in (audio, video, screen):
        assert re.search(r"a=rtcp-fb:\d+ transport-cc", section)
        assert "a=extmap:2 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01" in section


def test_a_browser_that_takes_everything_gets_everything(offer: str) -> None:
    agreement = read_subscribe_answer(answer(offer), SLOTS)
    assert agreement.transport_feedback
    assert agreement.retransmission
    assert agreement.redundancy


@pytest.mark.parametrize(
    ("pattern", "left_out"),
    [
        (r"a=extmap:2 .*\r\n", "transport_feedback"),
        (r"(?<=96) 97(?=\r\n)|a=\w+:97 .*\r\n", "retransmission"),
        (r"(?<=111) 63(?=\r\n)|a=\w+:63 .*\r\n", "redundancy"),
    ],
)
def test_what_an_answer_leaves_out_is_not_agreed(offer: str, pattern: str, left_out: str) -> None:
    agreement = read_subscribe_answer(re.sub(pattern, "", answer(offer)), SLOTS)
    for feature in ("transport_feedback", "retransmission", "redundancy"):
        assert getattr(agreement, feature) == (feature != left_out)


def test_a_slot_that_is_refused_refuses_the_answer(offer: str) -> None:
    with pytest.raises(SdpError, match="refuses slot v0"):
        read_subscribe_answer(answer(offer).replace("m=video 8444", "m=video 0", 1), SLOTS)
