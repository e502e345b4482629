"""Answering a publisher: Opus and VP8 (in up to three simulcast layers), received on one ICE-lite transport."""

from __future__ import annotations

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
from server.media.sdp import LocalTransport, SdpError, Section

EXTENSIONS = (
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
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
    screen_mid: str | None = None
    codecs: list[tuple[int, str]] = field(default_factory=list)
    """Payload types and the plane's names for what they carry."""
    audio_nack: bool = False
    """It sends lost audio packets again too."""
    extensions: list[tuple[int, str]] = field(default_factory=list)


def answer_publish(offer: str, local: LocalTransport) -> PublishAgreement:
    """Answer an offer with at most one audio section and two video sections: the camera's, then the shared screen's.

    Raises SdpError, which says what is missing.
    """
    sections = sdp.parse(offer)
    agreement = PublishAgreement(answer="", fingerprints=sdp.fingerprints(sections))
    answers: list[tuple[MediaDescription, list[str]]] = []
    for section in sections:
        kind = section.media.kind
        if kind == "audio" and agreement.audio_mid is None:
            agreement.audio_mid = section.mid
            wanted = _codec(section, "audio/opus", 48_000)
        elif kind == "video" and agreement.video_mid is None:
            agreement.video_mid, agreement.video_rids = section.mid, section.rids
            wanted = _codec(section, "video/VP8", 90_000)
        elif kind == "video" and agreement.screen_mid is None:
            if section.rids:
                raise SdpError("the shared screen has no simulcast layers")
            agreement.screen_mid = section.mid
            wanted = _codec(section, "video/VP8", 90_000)
        else:
            raise SdpError("an offer has at most one audio and two video sections, and nothing else")
        if len(section.rids) > MAX_LAYERS:
            raise SdpError(f"a camera has at most {MAX_LAYERS} simulcast layers")
        if section.media.dtls is None or section.media.dtls.role == "server":
            raise SdpError("the offer must leave the DTLS role to the server (a=setup:actpass)")
        answers.append(_answer_section(section, wanted, local, agreement))
    agreement.answer = sdp.session(answers)
    return agreement


def _codec(section: Section, mime_type: str, clock_rate: int) -> RTCRtpCodecParameters:
    for codec in section.media.rtp.codecs:
        if codec.mimeType.lower() == mime_type.lower() and codec.clockRate == clock_rate:
            return codec
    raise SdpError(f"the {section.media.kind} section does not offer {mime_type.split('/')[1]}")


def _answer_section(
    section: Section, codec: RTCRtpCodecParameters, local: LocalTransport, agreement: PublishAgreement
) -> tuple[MediaDescription, list[str]]:
    kind = section.media.kind
    codecs = [_accepted(codec, kind)]
    if kind == "audio" and any((f.type, f.parameter) == ("nack", None) for f in codec.rtcpFeedback):
        # Browsers can, and do where it is asked for in the offer.
        codecs[0].rtcpFeedback.append(RTCRtcpFeedback("nack"))
        agreement.audio_nack = True
    payload_type = codec.payloadType or 0
    agreement.codecs.append((payload_type, "opus" if kind == "audio" else "VP8"))
    for other in section.media.rtp.codecs:
        if other.mimeType.lower() == "video/rtx" and other.parameters.get("apt") == payload_type:
            parameters: ParametersDict = {"apt": payload_type}
            codecs.append(RTCRtpCodecParameters("video/rtx", 90_000, None, other.payloadType, [], parameters))
            agreement.codecs.append((other.payloadType or 0, "rtx"))
            break
    if kind == "audio" and (redundant := _redundant(section, payload_type)):
        # After Opus, so that this is what a browser sends unless its page asks for the other.
        codecs.append(redundant)
        agreement.codecs.append((redundant.payloadType or 0, "red"))
    media = sdp.section(kind, section.mid, [c.payloadType or 0 for c in codecs], local, "passive")
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


def _accepted(codec: RTCRtpCodecParameters, kind: str) -> RTCRtpCodecParameters:
    feedback = [RTCRtcpFeedback(type=name, parameter=parameter) for name, parameter in _FEEDBACK[kind]]
    # RFC 7587 section 6.1: forward error correction for weak links, and next to nothing sent in silence.
    parameters: ParametersDict = {"minptime": 10, "useinbandfec": 1, "usedtx": 1}
    return RTCRtpCodecParameters(
        mimeType=codec.mimeType,
        clockRate=codec.clockRate,
        channels=codec.channels,
        payloadType=codec.payloadType,
        rtcpFeedback=feedback,
        parameters=parameters if kind == "audio" else {},
    )
