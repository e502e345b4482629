"""Offering a subscriber its slots, once: constant sections with constant SSRCs, whoever comes and goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aiortc.rtcdtlstransport import RTCDtlsFingerprint
from aiortc.rtcrtpparameters import (
    RTCRtcpFeedback,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
)
from aiortc.sdp import SsrcDescription

from server.media import sdp
from server.media.sdp import LocalTransport, SdpError

OPUS_PAYLOAD_TYPE = 111
VP8_PAYLOAD_TYPE = 96
AUDIO_LEVEL_ID = 1


@dataclass(frozen=True)
class Slot:
    """One slot of a subscriber."""

    mid: str
    kind: Literal["audio", "video", "screen"]

    @property
    def media(self) -> Literal["audio", "video"]:
        """What its media section carries."""
        return "audio" if self.kind == "audio" else "video"


def offer_subscribe(slots: Sequence[tuple[Slot, int]], local: LocalTransport) -> str:
    """The offer for ``slots``, each with its SSRC."""
    sections = []
    for slot, ssrc in slots:
        payload_type = OPUS_PAYLOAD_TYPE if slot.kind == "audio" else VP8_PAYLOAD_TYPE
        media = sdp.section(slot.media, slot.mid, [payload_type], local, "actpass")
        media.direction = "sendonly"
        # A stream of its own for each slot: browsers keep the tracks of one stream in step, and who is in two slots
        # at once is not known here.
        media.msid = f"{slot.mid} {slot.mid}"
        media.ssrc = [SsrcDescription(ssrc=ssrc, cname="balai")]
        if slot.kind == "audio":
            media.rtp.codecs = [
                RTCRtpCodecParameters("audio/opus", 48_000, 2, payload_type, [], {"minptime": 10, "useinbandfec": 1})
            ]
            media.rtp.headerExtensions = [
                RTCRtpHeaderExtensionParameters(id=AUDIO_LEVEL_ID, uri="urn:ietf:params:rtp-hdrext:ssrc-audio-level")
            ]
        else:
            # No generic NACK before the plane answers it: a browser that may not ask for a lost packet asks for a
            # keyframe at once.
            feedback = [RTCRtcpFeedback("nack", "pli"), RTCRtcpFeedback("ccm", "fir")]
            media.rtp.codecs = [RTCRtpCodecParameters("video/VP8", 90_000, None, payload_type, feedback, {})]
        sections.append((media, ["a=rtcp-rsize"]))
    return sdp.session(sections)


def read_subscribe_answer(answer: str, slots: Sequence[Slot]) -> list[RTCDtlsFingerprint]:
    """The peer's DTLS fingerprints. Raises SdpError unless it took every slot as it was offered."""
    sections = sdp.parse(answer)
    if [section.mid for section in sections] != [slot.mid for slot in slots]:
        raise SdpError("the answer must have the offer's media sections, in its order")
    for section, slot in zip(sections, slots, strict=True):
        wanted = OPUS_PAYLOAD_TYPE if slot.kind == "audio" else VP8_PAYLOAD_TYPE
        if section.media.port == 0 or wanted not in section.media.fmt:
            raise SdpError(f"the answer refuses slot {slot.mid}")
        if section.media.dtls is None or section.media.dtls.role != "client":
            raise SdpError("the answer must take the active DTLS role (a=setup:active)")
    return sdp.fingerprints(sections)
