"""The offer of the slots, and what of it a subscriber takes."""

from __future__ import annotations

import re

import msgspec
import pytest
from aiortc import RTCCertificate

from server.media.sdp import LocalTransport, SdpError
from server.media.subscribe_sdp import Slot, offer_subscribe, read_subscribe_answer
from signaling.messages import MAX_MESSAGE_BYTES, SubscribeAnswer
from signaling.wire import decode
from tests.media.subscribe_answer import answer, without

SLOTS = [Slot("a0", "audio"), Slot("v0", "video"), Slot("s0", "screen"), Slot("as", "screen_audio")]


@pytest.fixture(scope="module")
def offer() -> str:
    fingerprint = RTCCertificate.generateCertificate().getFingerprints()[0]
    local = LocalTransport("ufrag", "a password of its own", fingerprint, ["127.0.0.1"], 8444)
    ssrcs = [(10, None), (11, 21), (12, 22), (13, None)]
    return offer_subscribe([(slot, *pair) for slot, pair in zip(SLOTS, ssrcs, strict=True)], local)


def test_pictures_come_in_every_codec_with_retransmissions_and_voices_with_redundancy(offer: str) -> None:
    _, audio, video, screen, _ = offer.split("m=")
    assert "a=rtpmap:63 red/48000/2" in audio
    assert "a=fmtp:63 111/111" in audio
    for section, ssrc in ((video, 11), (screen, 12)):
        lines = set(section.splitlines())
        for payload_type, name in ((96, "VP8"), (98, "H264"), (100, "VP9"), (102, "AV1")):
            assert f"a=rtpmap:{payload_type} {name}/90000" in lines
            assert f"a=rtpmap:{payload_type + 1} rtx/90000" in lines
            assert f"a=fmtp:{payload_type + 1} apt={payload_type}" in lines
            assert {f"a=rtcp-fb:{payload_type} nack", f"a=rtcp-fb:{payload_type} nack pli"} <= lines
        assert "a=fmtp:98 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f" in lines
        assert f"a=ssrc-group:FID {ssrc} {ssrc + 10}" in lines
        assert re.search(r"a=extmap:3 \S+#dependency-descriptor-rtp-header-extension", section)
    for section in (audio, video, screen):
        assert re.search(r"a=rtcp-fb:\d+ transport-cc", section)
        assert "a=extmap:2 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01" in section
    assert "a=extmap-allow-mixed" in offer.partition("m=")[0].splitlines()


def test_a_browser_that_takes_everything_gets_everything(offer: str) -> None:
    agreement = read_subscribe_answer(answer(offer), SLOTS)
    assert agreement.transport_feedback
    assert agreement.retransmission
    assert agreement.redundancy
    assert agreement.dependency_descriptor
    assert agreement.video_codecs == ["VP8", "H264", "VP9", "AV1"]


@pytest.mark.parametrize(
    ("pattern", "left_out"),
    [
        (r"a=extmap:2 .*\r\n", "transport_feedback"),
        (r"a=extmap:3 .*\r\n", "dependency_descriptor"),
        (r"a=extmap-allow-mixed\r\n", "dependency_descriptor"),
        (r"(?<=100) 101(?= 102)|a=\w+:101 .*\r\n", "retransmission"),
        (r"(?<=111) 63(?=\r\n)|a=\w+:63 .*\r\n", "redundancy"),
    ],
)
def test_what_an_answer_leaves_out_is_not_agreed(offer: str, pattern: str, left_out: str) -> None:
    agreement = read_subscribe_answer(re.sub(pattern, "", answer(offer)), SLOTS)
    for feature in ("transport_feedback", "retransmission", "redundancy", "dependency_descriptor"):
        assert getattr(agreement, feature) == (feature != left_out)


def test_a_browser_gets_what_it_decodes_and_retransmissions_of_that(offer: str) -> None:
    agreement = read_subscribe_answer(without(offer, 100, 101, 102, 103), SLOTS)
    assert agreement.video_codecs == ["VP8", "H264"]
    assert agreement.retransmission


def test_a_codec_counts_that_every_slot_is_taken_in(offer: str) -> None:
    some, none = without(offer, 96, 97), without(offer, 98, 99)
    mixed = some[: some.rindex("m=video")] + none[none.rindex("m=video") :]
    assert read_subscribe_answer(mixed, SLOTS).video_codecs == ["VP9", "AV1"]
    only_vp8, only_vp9 = without(offer, *range(98, 104)), without(offer, *range(96, 100), 102, 103)
    mixed = only_vp8[: only_vp8.rindex("m=video")] + only_vp9[only_vp9.rindex("m=video") :]
    with pytest.raises(SdpError, match="in common"):
        read_subscribe_answer(mixed, SLOTS)


def test_the_sound_of_a_screen_comes_in_stereo_in_step_with_its_picture_and_may_be_refused(offer: str) -> None:
    *_, screen, sound = offer.split("m=")
    assert "a=msid:s0 s0" in screen
    assert "a=msid:s0 as" in sound
    assert "a=rtpmap:112 opus/48000/2" in sound
    assert re.search("a=fmtp:112 .*stereo=1", sound)
    assert read_subscribe_answer(answer(offer), SLOTS).screen_audio
    taken = answer(offer)
    at = taken.rindex("m=audio 8444")
    refused = taken[:at] + "m=audio 0 UDP/TLS/RTP/SAVPF 112\r\na=mid:as\r\na=inactive\r\n"
    refused += "".join(
        f"{line}\r\n" for line in taken[at:].splitlines() if line.startswith(("a=setup", "a=fingerprint"))
    )
    agreement = read_subscribe_answer(refused, SLOTS)
    assert not agreement.screen_audio
    assert agreement.transport_feedback
    assert agreement.redundancy


def test_a_slot_that_is_refused_or_taken_in_no_codec_refuses_the_answer(offer: str) -> None:
    for refusal in (
        answer(offer).replace("m=video 8444", "m=video 0", 1),
        without(offer, 96, 98, 100, 102),
    ):
        with pytest.raises(SdpError, match="refuses slot v0"):
            read_subscribe_answer(refusal, SLOTS)


def test_an_answer_to_the_most_slots_that_can_be_set_fits_into_a_message() -> None:
    fingerprint = RTCCertificate.generateCertificate().getFingerprints()[0]
    local = LocalTransport("ufrag", "a password of its own", fingerprint, ["127.0.0.1"], 8444)
    slots = [Slot(f"a{n}", "audio") for n in range(3)] + [Slot(f"v{n}", "video") for n in range(50)]
    offer = offer_subscribe([(slot, n, None if slot.kind == "audio" else n) for n, slot in enumerate(slots)], local)
    request = SubscribeAnswer(id=1, sdp=answer(offer))
    text = msgspec.json.encode(request).decode()
    assert len(text) < MAX_MESSAGE_BYTES
    assert decode(text) == request
