"""Answering a publisher: Opus, and pictures in every codec that is known, received on one ICE-lite transport."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from aiortc.rtcdtlstransport import RTCDtlsFingerprint
from aiortc.rtcrtpparameters import (
    ParametersDict,
    RTCRtcpFeedback,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
)
from aiortc.sdp import MediaDescription

from server._plane import MAX_LAYERS
from server.media import sdp
from server.media.codecs import CLOCK_RATE, TakenFormat, formats_to_take
from server.media.sdp import DEPENDENCY_DESCRIPTOR, LocalTransport, SdpError, Section
from server.video_codec import VIDEO_CODECS, VideoCodec

EXTENSIONS = (
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    DEPENDENCY_DESCRIPTOR,
)
"""The RTP header extensions that the plane reads."""

_FEEDBACK: dict[str, list[tuple[str, str | None]]] = {
    "audio": [("transport-cc", None)],
    "video": [("transport-cc", None), ("ccm", "fir"), ("nack", None), ("nack", "pli")],
}


@dataclass
class PublishAgreement:
    """What a publisher and the server agreed on."""

    answer: str
    fingerprints: list[RTCDtlsFingerprint]
    audio_mid: str | None = None
    video_mid: str | None = None
    video_rids: list[str] = field(default_factory=list)
    video_codecs: list[VideoCodec] = field(default_factory=list)
    """What the camera can be sent in."""
    screen_mid: str | None = None
    screen_codecs: list[VideoCodec] = field(default_factory=list)
    """What the shared screen can be sent in."""
    screen_audio_mid: str | None = None
    codecs: list[tuple[int, str]] = field(default_factory=list)
    """Payload types and the plane's names for what they carry; a codec's retransmissions right after it."""
    audio_nack: bool = False
    """It sends lost audio packets again too."""
    extensions: list[tuple[int, str]] = field(default_factory=list)


def answer_publish(offer: str, local: LocalTransport) -> PublishAgreement:
    """Answer an offer with at most two audio and two video sections.

    Of each kind the first is the microphone's or the camera's, the second the shared screen's.
    Raises SdpError, which says what is missing.
    """
    sections = sdp.parse(offer)
    agreement = PublishAgreement(answer="", fingerprints=sdp.fingerprints(sections))
    answers: list[tuple[MediaDescription, list[str]]] = []
    for section in sections:
        kind = section.media.kind
        if kind == "audio" and agreement.audio_mid is None:
            agreement.audio_mid = section.mid
            codecs = _take_audio(section, agreement)
        elif kind == "audio" and agreement.screen_audio_mid is None:
            agreement.screen_audio_mid = section.mid
            codecs = _take_screen_audio(section, agreement)
        elif kind == "video" and agreement.video_mid is None:
            agreement.video_mid, agreement.video_rids = section.mid, section.rids
            codecs, agreement.video_codecs = _take_video(section, agreement)
        elif kind == "video" and agreement.screen_mid is None:
            if section.rids:
                raise SdpError("the shared screen has no simulcast layers")
            agreement.screen_mid = section.mid
            codecs, agreement.screen_codecs = _take_video(section, agreement)
        else:
            raise SdpError("an offer has at most two audio and two video sections, and nothing else")
        if len(section.rids) > MAX_LAYERS:
            raise SdpError(f"a camera has at most {MAX_LAYERS} simulcast layers")
        if section.media.dtls is None or section.media.dtls.role == "server":
            raise SdpError("the offer must leave the DTLS role to the server (a=setup:actpass)")
        answers.append(_answer_section(section, codecs, local, agreement))
    agreement.answer = sdp.session(answers, allow_mixed=sdp.allows_mixed(offer))
    return agreement


_VOICE: ParametersDict = {"minptime": 10, "useinbandfec": 1, "usedtx": 1}
"""RFC 7587 section 6.1: forward error correction for weak links, and next to nothing sent in silence."""

SCREEN_AUDIO_BIT_RATE = 64_000
"""What the sound of a shared screen may take, in bit/s: good for music in stereo, and little beside its picture."""

_SCREEN_AUDIO: ParametersDict = {
    "minptime": 10,
    "useinbandfec": 1,
    "stereo": 1,
    "maxaveragebitrate": SCREEN_AUDIO_BIT_RATE,
}
"""The same for music and films: nothing is cut that is soft."""


def _take_audio(section: Section, agreement: PublishAgreement) -> list[RTCRtpCodecParameters]:
    opus, payload_type = _take_opus(section, agreement, _VOICE)
    codecs = [opus]
    redundant = _redundant(section, payload_type)
    if redundant is not None and redundant.payloadType is not None:
        # After Opus, so that this is what a browser sends unless its page asks for the other.
        codecs.append(redundant)
        _agree(agreement, redundant.payloadType, "red")
    return codecs


def _take_screen_audio(section: Section, agreement: PublishAgreement) -> list[RTCRtpCodecParameters]:
    # RFC 9143 section 9.1 again: a payload type that is the voice's, too, must have the voice's parameters.
    voice = next((payload_type for payload_type, name in agreement.codecs if name == "opus"), None)
    is_voices = voice is not None and str(voice) in map(str, section.media.fmt)
    opus, _ = _take_opus(section, agreement, _VOICE if is_voices else _SCREEN_AUDIO)
    return [opus]


def _take_opus(
    section: Section, agreement: PublishAgreement, parameters: ParametersDict
) -> tuple[RTCRtpCodecParameters, int]:
    offered = next(
        (c for c in section.media.rtp.codecs if (c.mimeType.lower(), c.clockRate) == ("audio/opus", 48_000)), None
    )
    if offered is None or offered.payloadType is None or offered.payloadType not in section.media.fmt:
        raise SdpError("the audio section does not offer opus")
    payload_type = offered.payloadType
    _agree(agreement, payload_type, "opus")
    feedback = _feedback("audio")
    if any((f.type, f.parameter) == ("nack", None) for f in offered.rtcpFeedback):
        # Browsers can, and do where it is asked for in the offer.
        feedback.append(RTCRtcpFeedback("nack"))
        agreement.audio_nack = True
    opus = RTCRtpCodecParameters("audio/opus", 48_000, offered.channels, payload_type, feedback, parameters)
    return opus, payload_type


def _take_video(section: Section, agreement: PublishAgreement) -> tuple[list[RTCRtpCodecParameters], list[VideoCodec]]:
    taken = formats_to_take(section)
    if not taken:
        raise SdpError(f"the video section offers none of {', '.join(VIDEO_CODECS)} in a format that can be taken")
    return [line for each in taken for line in _video_lines(each, agreement)], [each.codec for each in taken]


def _video_lines(taken: TakenFormat, agreement: PublishAgreement) -> Iterator[RTCRtpCodecParameters]:
    payload_type, again = taken.payload_type, taken.retransmission_payload_type
    _agree(agreement, payload_type, taken.codec)
    yield RTCRtpCodecParameters(
        f"video/{taken.codec}", CLOCK_RATE, None, payload_type, _feedback("video"), taken.parameters
    )
    if again is not None:
        _agree(agreement, again, "rtx")
        yield RTCRtpCodecParameters("video/rtx", CLOCK_RATE, None, again, [], {"apt": payload_type})


def _agree(agreement: PublishAgreement, payload_type: int, name: str) -> None:
    """RFC 9143 section 9.1: within a bundle a payload type means the same in all sections."""
    before = dict(agreement.codecs).get(payload_type)
    if before is None:
        agreement.codecs.append((payload_type, name))
    elif before != name:
        raise SdpError(f"payload type {payload_type} is both {before} and {name}")


def _feedback(kind: str) -> list[RTCRtcpFeedback]:
    return [RTCRtcpFeedback(type=name, parameter=parameter) for name, parameter in _FEEDBACK[kind]]


def _answer_section(
    section: Section, codecs: list[RTCRtpCodecParameters], local: LocalTransport, agreement: PublishAgreement
) -> tuple[MediaDescription, list[str]]:
    media = sdp.section(section.media.kind, section.mid, [c.payloadType or 0 for c in codecs], local, "passive")
    media.direction = "recvonly"
    media.rtp.codecs = codecs
    offered: list[RTCRtpHeaderExtensionParameters] = section.media.rtp.headerExtensions
    for extension in offered:
        # Ids above 14 need the two-byte form, which must be agreed apart (RFC 8285 section 6): browsers offer lower.
        if extension.uri in EXTENSIONS and 1 <= extension.id <= 14:
            media.rtp.headerExtensions.append(RTCRtpHeaderExtensionParameters(id=extension.id, uri=extension.uri))
            agreement.extensions.append((extension.id, extension.uri))
    extra = ["a=rtcp-rsize"]
    if section.rids:
        extra += [f"a=rid:{rid} recv" for rid in section.rids]
        extra.append("a=simulcast:recv " + ";".join(section.rids))
    return media, extra


def _redundant(section: Section, payload_type: int) -> RTCRtpCodecParameters | None:
    """Redundant audio (RFC 2198) in which every block is of this payload type, where it is offered."""
    wanted = f"{payload_type}/{payload_type}"
    for codec in section.media.rtp.codecs:
        if codec.mimeType.lower() == "audio/red" and codec.clockRate == 48_000 and wanted in codec.parameters:
            parameters: ParametersDict = {wanted: None}
            return RTCRtpCodecParameters("audio/red", 48_000, codec.channels, codec.payloadType, [], parameters)
    return None
