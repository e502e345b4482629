"""Offering a subscriber its slots, once: constant sections with constant SSRCs, whoever comes and goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aiortc.rtcdtlstransport import RTCDtlsFingerprint
from aiortc.rtcrtpparameters import (
    ParametersDict,
    RTCRtcpFeedback,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
)
from aiortc.sdp import GroupDescription, MediaDescription, SsrcDescription

from server.media import sdp
from server.media.codecs import CLOCK_RATE, SLOT_FORMATS
from server.media.sdp import DEPENDENCY_DESCRIPTOR, LocalTransport, SdpError
from server.video_codec import VIDEO_CODECS, VideoCodec

OPUS_PAYLOAD_TYPE = 111
REDUNDANCY_PAYLOAD_TYPE = 63
SCREEN_AUDIO_PAYLOAD_TYPE = 112
"""Opus in stereo: within a bundle another payload type (RFC 9143 section 9.1) than that of voices."""
AUDIO_LEVEL_ID = 1
TRANSPORT_SEQUENCE_ID = 2
DEPENDENCY_DESCRIPTOR_ID = 3

AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
TRANSPORT_SEQUENCE = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"


@dataclass(frozen=True)
class Slot:
    """One slot of a subscriber."""

    mid: str
    kind: Literal["audio", "video", "screen", "screen_audio"]

    @property
    def media(self) -> Literal["audio", "video"]:
        """What its media section carries."""
        return "audio" if self.kind in ("audio", "screen_audio") else "video"


@dataclass(frozen=True)
class SubscribeAgreement:
    """What a subscriber takes, beside the media itself."""

    fingerprints: list[RTCDtlsFingerprint]
    transport_feedback: bool
    """It reports when each packet arrived."""
    retransmission: bool
    """It takes lost packets again in a stream of their own (RFC 4588)."""
    redundancy: bool
    """It takes earlier frames of audio along with later ones (RFC 2198)."""
    screen_audio: bool
    """It takes the sound of a shared screen."""
    video_codecs: list[VideoCodec]
    """What it decodes, in every slot for pictures."""
    dependency_descriptor: bool
    """It takes the descriptors of frames, which need the two-byte form of header extensions (RFC 8285)."""


def offer_subscribe(slots: Sequence[tuple[Slot, int, int | None]], local: LocalTransport) -> str:
    """The offer for ``slots``, each with its SSRC and, for pictures, that of its retransmissions."""
    sections = []
    screen = next((slot for slot, *_ in slots if slot.kind == "screen"), None)
    for slot, ssrc, retransmission_ssrc in slots:
        codecs = _formats(slot)
        payload_types = [codec.payloadType or 0 for codec in codecs]
        extra = ["a=rtcp-rsize"]
        if slot.kind == "audio":
            payload_types.append(REDUNDANCY_PAYLOAD_TYPE)
            extra += [
                f"a=rtpmap:{REDUNDANCY_PAYLOAD_TYPE} red/48000/2",
                f"a=fmtp:{REDUNDANCY_PAYLOAD_TYPE} {OPUS_PAYLOAD_TYPE}/{OPUS_PAYLOAD_TYPE}",
            ]
        media = sdp.section(slot.media, slot.mid, payload_types, local, "actpass")
        media.direction = "sendonly"
        # A stream of its own for each slot: browsers keep the tracks of one stream in step, and who is in two slots
        # at once is not known here, but of a screen and its sound.
        stream = screen.mid if slot.kind == "screen_audio" and screen else slot.mid
        media.msid = f"{stream} {slot.mid}"
        media.rtp.codecs = codecs
        media.rtp.headerExtensions = [
            RTCRtpHeaderExtensionParameters(id=TRANSPORT_SEQUENCE_ID, uri=TRANSPORT_SEQUENCE),
            RTCRtpHeaderExtensionParameters(id=AUDIO_LEVEL_ID, uri=AUDIO_LEVEL)
            if slot.media == "audio"
            else RTCRtpHeaderExtensionParameters(id=DEPENDENCY_DESCRIPTOR_ID, uri=DEPENDENCY_DESCRIPTOR),
        ]
        media.ssrc = [SsrcDescription(ssrc=ssrc, cname="balai")]
        if retransmission_ssrc is not None:
            media.ssrc.append(SsrcDescription(ssrc=retransmission_ssrc, cname="balai"))
            media.ssrc_group = [GroupDescription("FID", [ssrc, retransmission_ssrc])]
        sections.append((media, extra))
    return sdp.session(sections, allow_mixed=True)


def _formats(slot: Slot) -> list[RTCRtpCodecParameters]:
    match slot.kind:
        case "audio":
            return [_opus(OPUS_PAYLOAD_TYPE, {"minptime": 10, "useinbandfec": 1})]
        case "screen_audio":
            stereo: ParametersDict = {"minptime": 10, "useinbandfec": 1, "stereo": 1, "sprop-stereo": 1}
            return [_opus(SCREEN_AUDIO_PAYLOAD_TYPE, stereo)]
        case "video" | "screen":
            return _video_formats()


def _opus(payload_type: int, parameters: ParametersDict) -> RTCRtpCodecParameters:
    feedback = [RTCRtcpFeedback("transport-cc")]
    return RTCRtpCodecParameters("audio/opus", 48_000, 2, payload_type, feedback, parameters)


def _video_formats() -> list[RTCRtpCodecParameters]:
    """Every codec, each with its retransmissions."""
    lines = []
    for codec, slot_format in SLOT_FORMATS.items():
        payload_type, again = slot_format.payload_type, slot_format.retransmission_payload_type
        feedback = [
            *(RTCRtcpFeedback("nack"), RTCRtcpFeedback("nack", "pli"), RTCRtcpFeedback("ccm", "fir")),
            # For browsers that don't report on each packet.
            *(RTCRtcpFeedback("transport-cc"), RTCRtcpFeedback("goog-remb")),
        ]
        parameters, apt = slot_format.parameters, ParametersDict({"apt": payload_type})
        lines.append(RTCRtpCodecParameters(f"video/{codec}", CLOCK_RATE, None, payload_type, feedback, parameters))
        lines.append(RTCRtpCodecParameters("video/rtx", CLOCK_RATE, None, again, [], apt))
    return lines


def read_subscribe_answer(answer: str, slots: Sequence[Slot]) -> SubscribeAgreement:
    """What the peer takes.

    Raises SdpError unless it took every slot as it was offered, those for pictures in one codec at least that is the
    same in all of them: who is in a slot changes, and so does the slot that somebody is in. What may be refused is the
    sound of a screen.
    """
    sections = sdp.parse(answer)
    if [section.mid for section in sections] != [slot.mid for slot in slots]:
        raise SdpError("the answer must have the offer's media sections, in its order")
    video_codecs = list(VIDEO_CODECS)
    screen_audio = False
    for section, slot in zip(sections, slots, strict=True):
        taken = set(section.media.fmt) if section.media.port else set()
        if slot.kind == "audio":
            refused = OPUS_PAYLOAD_TYPE not in taken
        elif slot.kind == "screen_audio":
            screen_audio, refused = SCREEN_AUDIO_PAYLOAD_TYPE in taken, False
        else:
            decoded = [codec for codec, slot_format in SLOT_FORMATS.items() if slot_format.payload_type in taken]
            refused = not decoded
            video_codecs = [codec for codec in video_codecs if codec in decoded]
        if refused:
            raise SdpError(f"the answer refuses slot {slot.mid}")
        if section.media.dtls is None or section.media.dtls.role != "client":
            raise SdpError("the answer must take the active DTLS role (a=setup:active)")
    if not video_codecs:
        raise SdpError("the slots for pictures must have a codec in common")
    taken_as = [
        (slot.kind, section.media)
        for slot, section in zip(slots, sections, strict=True)
        if slot.kind != "screen_audio" or screen_audio
    ]
    media = [each for _, each in taken_as]
    pictures = [each for each in media if each.kind == "video"]
    retransmissions = {SLOT_FORMATS[codec].retransmission_payload_type for codec in video_codecs}
    return SubscribeAgreement(
        fingerprints=sdp.fingerprints(sections),
        transport_feedback=all(_takes(each, TRANSPORT_SEQUENCE) for each in media),
        retransmission=all(retransmissions <= set(each.fmt) for each in pictures),
        redundancy=all(REDUNDANCY_PAYLOAD_TYPE in each.fmt for kind, each in taken_as if kind == "audio"),
        screen_audio=screen_audio,
        video_codecs=video_codecs,
        dependency_descriptor=sdp.allows_mixed(answer) and all(_takes(p, DEPENDENCY_DESCRIPTOR) for p in pictures),
    )


def _takes(media: MediaDescription, extension: str) -> bool:
    return any(each.uri == extension for each in media.rtp.headerExtensions)
