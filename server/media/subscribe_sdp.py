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
from aiortc.sdp import GroupDescription, SsrcDescription

from server.media import sdp
from server.media.sdp import LocalTransport, SdpError

OPUS_PAYLOAD_TYPE = 111
REDUNDANCY_PAYLOAD_TYPE = 63
VP8_PAYLOAD_TYPE = 96
RETRANSMISSION_PAYLOAD_TYPE = 97
AUDIO_LEVEL_ID = 1
TRANSPORT_SEQUENCE_ID = 2

AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
TRANSPORT_SEQUENCE = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"


@dataclass(frozen=True)
class Slot:
    """One slot of a subscriber."""

    mid: str
    kind: Literal["audio", "video", "screen"]

    @property
    def media(self) -> Literal["audio", "video"]:
        """What its media section carries."""
        return "audio" if self.kind == "audio" else "video"


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


def offer_subscribe(slots: Sequence[tuple[Slot, int, int | None]], local: LocalTransport) -> str:
    """The offer for ``slots``, each with its SSRC and, for pictures, that of its retransmissions."""
    sections = []
    for slot, ssrc, retransmission_ssrc in slots:
        payload_types = (
            [OPUS_PAYLOAD_TYPE, REDUNDANCY_PAYLOAD_TYPE]
            if slot.kind == "audio"
            else [VP8_PAYLOAD_TYPE, RETRANSMISSION_PAYLOAD_TYPE]
        )
        payload_type = payload_types[0]
        extra = ["a=rtcp-rsize"]
        media = sdp.section(slot.media, slot.mid, payload_types, local, "actpass")
        media.direction = "sendonly"
        # A stream of its own for each slot: browsers keep the tracks of one stream in step, and who is in two slots
        # at once is not known here.
        media.msid = f"{slot.mid} {slot.mid}"
        media.ssrc = [SsrcDescription(ssrc=ssrc, cname="balai")]
        media.rtp.headerExtensions = [RTCRtpHeaderExtensionParameters(id=TRANSPORT_SEQUENCE_ID, uri=TRANSPORT_SEQUENCE)]
        if slot.kind == "audio":
            media.rtp.headerExtensions.append(RTCRtpHeaderExtensionParameters(id=AUDIO_LEVEL_ID, uri=AUDIO_LEVEL))
            feedback = [RTCRtcpFeedback("transport-cc")]
            parameters: ParametersDict = {"minptime": 10, "useinbandfec": 1}
            media.rtp.codecs = [RTCRtpCodecParameters("audio/opus", 48_000, 2, payload_type, feedback, parameters)]
            extra += [
                f"a=rtpmap:{REDUNDANCY_PAYLOAD_TYPE} red/48000/2",
                f"a=fmtp:{REDUNDANCY_PAYLOAD_TYPE} {payload_type}/{payload_type}",
            ]
        else:
            feedback = [
                *(RTCRtcpFeedback("nack"), RTCRtcpFeedback("nack", "pli"), RTCRtcpFeedback("ccm", "fir")),
                # For browsers that don't report on each packet.
                *(RTCRtcpFeedback("transport-cc"), RTCRtcpFeedback("goog-remb")),
            ]
            apt: ParametersDict = {"apt": payload_type}
            media.rtp.codecs = [
                RTCRtpCodecParameters("video/VP8", 90_000, None, payload_type, feedback, {}),
                RTCRtpCodecParameters("video/rtx", 90_000, None, RETRANSMISSION_PAYLOAD_TYPE, [], apt),
            ]
            if retransmission_ssrc is not None:
                media.ssrc.append(SsrcDescription(ssrc=retransmission_ssrc, cname="balai"))
                media.ssrc_group = [GroupDescription("FID", [ssrc, retransmission_ssrc])]
        sections.append((media, extra))
    return sdp.session(sections)


def read_subscribe_answer(answer: str, slots: Sequence[Slot]) -> SubscribeAgreement:
    """What the peer takes. Raises SdpError unless it took every slot as it was offered."""
    sections = sdp.parse(answer)
    if [section.mid for section in sections] != [slot.mid for slot in slots]:
        raise SdpError("the answer must have the offer's media sections, in its order")
    for section, slot in zip(sections, slots, strict=True):
        wanted = OPUS_PAYLOAD_TYPE if slot.kind == "audio" else VP8_PAYLOAD_TYPE
        if section.media.port == 0 or wanted not in section.media.fmt:
            raise SdpError(f"the answer refuses slot {slot.mid}")
        if section.media.dtls is None or section.media.dtls.role != "client":
            raise SdpError("the answer must take the active DTLS role (a=setup:active)")
    media = [section.media for section in sections]
    return SubscribeAgreement(
        fingerprints=sdp.fingerprints(sections),
        transport_feedback=all(any(e.uri == TRANSPORT_SEQUENCE for e in m.rtp.headerExtensions) for m in media),
        retransmission=all(RETRANSMISSION_PAYLOAD_TYPE in m.fmt for m in media if m.kind == "video"),
        redundancy=all(REDUNDANCY_PAYLOAD_TYPE in m.fmt for m in media if m.kind == "audio"),
    )
