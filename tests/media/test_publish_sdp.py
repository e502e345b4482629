"""Answers to publishers: what Chromium offers is taken, what can't be answered is refused by name."""

from __future__ import annotations

import pytest
from aiortc.rtcdtlstransport import RTCDtlsFingerprint
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from server.media.publish_sdp import answer_publish
from server.media.sdp import LocalTransport, SdpError
from tests.media.chromium_offer import OFFER

LOCAL = LocalTransport("ufrag123", "p" * 24, RTCDtlsFingerprint("sha-256", ":".join(["CD"] * 32)), ["192.0.2.1"], 8444)


def test_chromiums_offer_is_answered_with_opus_and_vp8_in_three_layers() -> None:
    agreement = answer_publish(OFFER, LOCAL)
    assert (agreement.audio_mid, agreement.video_mid) == ("0", "1")
    assert agreement.video_rids == ["q", "h", "f"]
    assert agreement.codecs == [(111, "opus"), (63, "red"), (96, "VP8"), (97, "rtx")]
    names = {uri.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for _, uri in agreement.extensions}
    assert names == {
        "mid", "rtp-stream-id", "repaired-rtp-stream-id", "abs-send-time", "ssrc-audio-level",
        "draft-holmer-rmcat-transport-wide-cc-extensions-01",
    }  # fmt: skip
    answer = agreement.answer
    assert answer.count("a=ice-lite") == 1
    assert "a=simulcast:recv q;h;f" in answer
    assert "a=rtcp-fb:96 transport-cc" in answer
    assert "SAVPF 111 63\r\n" in answer, "redundancy is taken, and not what a browser begins with"
    assert "a=fmtp:63 111/111" in answer
    audio, video = SessionDescription.parse(answer).media
    for media in (audio, video):
        assert media.direction == "recvonly"
        assert media.dtls is not None
        assert media.dtls.role == "server"
        assert [(c.ip, c.port) for c in media.ice_candidates] == [("192.0.2.1", 8444)]
        assert media.ice_candidates_complete


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("opus/48000/2", "speex/16000"), "opus"),
        (("VP8/90000", "H264/90000"), "VP8"),
        (("a=setup:actpass", "a=setup:passive"), "DTLS role"),
        (("a=mid:1", "a=mid:0"), "same a=mid"),
        (("a=rid:h send\n", ""), "rid"),
        (("a=simulcast:send q;h;f", "a=simulcast:send q;h;f;<script>"), "rid"),
        (("sha-256", "sha-1"), "sha-256"),
        (("m=video", "m=audio"), "at most one audio"),
        (("m=video", "m=application"), "nothing else"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(change: tuple[str, str], complaint: str) -> None:
    with pytest.raises(SdpError, match=complaint):
        answer_publish(OFFER.replace(*change), LOCAL)


@given(st.text())
def test_text_that_is_no_sdp_is_refused(text: str) -> None:
    with pytest.raises(SdpError):
        answer_publish(text, LOCAL)


@given(st.data())
def test_a_damaged_offer_is_answered_or_refused_and_never_crashes(data: st.DataObject) -> None:
    lines = OFFER.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at] = data.draw(st.one_of(st.just(""), st.just(lines[at][: len(lines[at]) // 2]), st.text(max_size=30)))
    try:
        answer = answer_publish("\n".join(lines), LOCAL).answer
    except SdpError:
        return
    SessionDescription.parse(answer)
