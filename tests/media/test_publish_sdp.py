"""Answers to publishers: what Chromium offers is taken, what can't be answered is refused by name."""

from __future__ import annotations

import pytest
from aiortc.rtcdtlstransport import RTCDtlsFingerprint
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from server.media.publish_sdp import answer_publish
from server.media.sdp import LocalTransport, SdpError
from tests.media.chromium_offer import CHROMIUM_VIDEO, FIREFOX_VIDEO, OFFER, SAFARI_VIDEO, with_sound, with_video

SOUND = with_sound("112")[len(OFFER) :]

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
    assert agreement.video_codecs == ["VP8"]
    assert "a=extmap-allow-mixed" in answer
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
        (("VP8/90000", "H265/90000"), "none of VP8, H264, VP9, AV1"),
        (("VP8/90000", "H264/90000"), "in a format that can be taken"),
        (("a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP8/8000"), "none of VP8, H264, VP9, AV1"),
        (("m=video 9 UDP/TLS/RTP/SAVPF 96 97", "m=video 9 UDP/TLS/RTP/SAVPF 97"), "none of"),
        (("a=setup:actpass", "a=setup:passive"), "DTLS role"),
        (("a=mid:1", "a=mid:0"), "same a=mid"),
        (("a=rid:h send\n", ""), "rid"),
        (("a=simulcast:send q;h;f", "a=simulcast:send q;h;f;<script>"), "rid"),
        (("sha-256", "sha-1"), "sha-256"),
        (("m=video", "m=audio"), "opus"),
        (("m=video 9", SOUND + SOUND.replace("mid:3", "mid:4") + "m=video 9"), "at most two audio"),
        (("m=video", "m=application"), "nothing else"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(change: tuple[str, str], complaint: str) -> None:
    with pytest.raises(SdpError, match=complaint):
        answer_publish(OFFER.replace(*change), LOCAL)


def test_the_sound_of_a_screen_is_taken_as_music_in_stereo_and_voices_as_before() -> None:
    agreement = answer_publish(with_sound("112"), LOCAL)
    assert (agreement.audio_mid, agreement.screen_audio_mid) == ("0", "3")
    assert {(111, "opus"), (112, "opus")} < set(agreement.codecs)
    sound = fmtp(agreement.answer, 112)
    assert (sound["stereo"], sound["maxaveragebitrate"], "usedtx" in sound) == ("1", "64000", False)
    assert fmtp(agreement.answer, 111) == fmtp(answer_publish(OFFER, LOCAL).answer, 111)


def test_a_browser_that_has_one_payload_type_for_both_gets_one_set_of_parameters() -> None:
    answer = answer_publish(with_sound("111"), LOCAL).answer
    lines = [line for line in answer.splitlines() if line.startswith("a=fmtp:111 ")]
    assert len(lines) == 2
    assert len(set(lines)) == 1


def fmtp(answer: str, payload_type: int) -> dict[str, str]:
    """The parameters of a format in an answer."""
    line = next(line for line in answer.splitlines() if line.startswith(f"a=fmtp:{payload_type} "))
    return dict(parameter.split("=") for parameter in line.partition(" ")[2].split(";"))


@pytest.mark.parametrize(
    ("formats", "taken"),
    [
        (CHROMIUM_VIDEO, {96: "VP8", 97: "rtx", 108: "H264", 109: "rtx", 45: "AV1", 46: "rtx", 98: "VP9", 99: "rtx"}),
        (SAFARI_VIDEO, {98: "H264", 99: "rtx", 106: "VP8", 107: "rtx", 108: "VP9", 109: "rtx"}),
        (FIREFOX_VIDEO, {120: "VP8", 124: "rtx", 121: "VP9", 125: "rtx", 126: "H264", 127: "rtx"}),
        (SAFARI_VIDEO[:4], {98: "H264", 99: "rtx"}),
        (((100, "AV1", ""),), {100: "AV1"}),
    ],
    ids=["Chromium", "Safari", "Firefox", "H.264 alone", "no retransmissions"],
)
def test_every_known_codec_that_a_browser_offers_is_taken_in_one_format(
    formats: tuple[tuple[int, str, str], ...], taken: dict[int, str]
) -> None:
    agreement = answer_publish(with_video(*formats), LOCAL)
    assert dict(agreement.codecs) == {111: "opus", 63: "red", **taken}
    assert set(agreement.video_codecs) == set(taken.values()) - {"rtx"}
    (video,) = [media for media in SessionDescription.parse(agreement.answer).media if media.kind == "video"]
    assert set(video.fmt) == set(taken)
    assert "a=simulcast:recv q;h;f" in agreement.answer


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        ("packetization-mode=1;profile-level-id=42e01f;level-asymmetry-allowed=1", ("42e01f", "1")),
        ("packetization-mode=1;profile-level-id=42E034;level-asymmetry-allowed=1", ("42e01f", "1")),
        ("packetization-mode=1;profile-level-id=42e034", ("42e01f", "0")),  # the lower level holds for both
        ("packetization-mode=1;profile-level-id=42e00c", ("42e00c", "0")),
        ("packetization-mode=1;profile-level-id=42e00c;level-asymmetry-allowed=1", ("42e01f", "1")),
        ("packetization-mode=1;profile-level-id=42001f;level-asymmetry-allowed=1", ("42001f", "1")),
        ("packetization-mode=1;profile-level-id=42c01f", ("42c01f", "0")),
        ("packetization-mode=1;profile-level-id=4d801f", ("4d801f", "0")),  # Constrained Baseline by another name
        (" profile-level-id=42e01f; packetization-mode=1", ("42e01f", "0")),
        ("packetization-mode=1", ("42000a", "0")),
        ("packetization-mode=0;profile-level-id=42e01f", None),
        ("profile-level-id=42e01f", None),
        ("packetization-mode=1;profile-level-id=640c1f", None),
        ("packetization-mode=1;profile-level-id=4d001f", None),
        ("packetization-mode=1;profile-level-id=42e0", None),
        ("packetization-mode=1;profile-level-id=42e01g", None),
    ],
)
def test_h264_is_answered_in_its_own_profile_and_no_higher_level_than_it_allows(
    offered: str, answered: tuple[str, str] | None
) -> None:
    agreement = answer_publish(with_video((96, "VP8", ""), (102, "H264", offered)), LOCAL)
    assert ("H264" in agreement.video_codecs) == (answered is not None)
    if answered is not None:
        parameters = fmtp(agreement.answer, 102)
        assert (parameters["profile-level-id"], parameters["level-asymmetry-allowed"]) == answered
        assert parameters["packetization-mode"] == "1"


@pytest.mark.parametrize(
    ("name", "parameters", "taken"),
    [
        ("VP9", "", True), ("VP9", "profile-id=0", True), ("VP9", "profile-id=2", False),
        ("AV1", "", True), ("AV1", "level-idx=8;profile=0;tier=0", True), ("AV1", "profile=1", False),
        ("AV1", "profile=0;tier=1", False), ("av1", "profile=0", True), ("AV1X", "", False),
    ],
)  # fmt: skip
def test_vp9_and_av1_are_taken_in_their_main_profiles(name: str, parameters: str, taken: bool) -> None:
    agreement = answer_publish(with_video((96, "VP8", ""), (102, name, parameters)), LOCAL)
    assert (name.upper() in agreement.video_codecs) == taken


def test_the_descriptors_of_frames_are_taken_and_the_screen_has_codecs_of_its_own() -> None:
    descriptor = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
    offer = with_video(*CHROMIUM_VIDEO).replace("a=mid:1\n", f"a=mid:1\na=extmap:13 {descriptor}\n")
    screen = with_video(*CHROMIUM_VIDEO[:2]).partition("m=video")[2].replace("a=mid:1", "a=mid:2")
    screen = "\n".join(line for line in screen.splitlines() if not line.startswith(("a=rid", "a=simulcast")))
    agreement = answer_publish(f"{offer}m=video{screen}\n", LOCAL)
    assert (13, descriptor) in agreement.extensions
    assert f"a=extmap:13 {descriptor}" in agreement.answer
    assert agreement.screen_codecs == ["VP8"]
    assert set(agreement.video_codecs) == {"VP8", "H264", "VP9", "AV1"}
    assert sorted(number for number, _ in agreement.codecs) == sorted({number for number, _ in agreement.codecs})


def test_a_payload_type_that_means_two_codecs_is_refused() -> None:
    screen = with_video((96, "VP9", "")).partition("m=video")[2].replace("a=mid:1", "a=mid:2")
    screen = "\n".join(line for line in screen.splitlines() if not line.startswith(("a=rid", "a=simulcast")))
    with pytest.raises(SdpError, match="payload type 96 is both VP8 and VP9"):
        answer_publish(f"{OFFER}m=video{screen}\n", LOCAL)


@given(st.text())
def test_text_that_is_no_sdp_is_refused(text: str) -> None:
    with pytest.raises(SdpError):
        answer_publish(text, LOCAL)


@given(st.data())
def test_a_damaged_offer_is_answered_or_refused_and_never_crashes(data: st.DataObject) -> None:
    lines = with_video(*CHROMIUM_VIDEO).splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at] = data.draw(st.one_of(st.just(""), st.just(lines[at][: len(lines[at]) // 2]), st.text(max_size=30)))
    try:
        answer = answer_publish("\n".join(lines), LOCAL).answer
    except SdpError:
        return
    SessionDescription.parse(answer)
