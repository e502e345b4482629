"""What the server knows of each video codec: in which formats it takes it from publishers, in which one it sends it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from aiortc.rtcrtpparameters import ParametersDict, RTCRtpCodecParameters

from server.media.sdp import Section
from server.video_codec import VIDEO_CODECS, VideoCodec

CLOCK_RATE: Final = 90_000
"""Ticks a second of every video format."""


@dataclass(frozen=True)
class SlotFormat:
    """How a video slot is sent in one codec: constant, whoever is in the slot."""

    payload_type: int
    retransmission_payload_type: int
    parameters: ParametersDict = field(default_factory=dict)
    """Its ``a=fmtp``."""


# Constrained Baseline, level 3.1, which every browser decodes (RFC 7742 section 6.2), and larger pictures all the same.
_H264: ParametersDict = {"level-asymmetry-allowed": "1", "packetization-mode": "1", "profile-level-id": "42e01f"}

SLOT_FORMATS: Final[Mapping[VideoCodec, SlotFormat]] = {
    "VP8": SlotFormat(96, 97),
    "H264": SlotFormat(98, 99, _H264),
    "VP9": SlotFormat(100, 101, {"profile-id": "0"}),
    "AV1": SlotFormat(102, 103, {"level-idx": "5", "profile": "0", "tier": "0"}),
}
"""What every picture slot is offered in."""

_OUR_LEVEL = 0x1F
"""The level_idc of what we promise to subscribers."""


@dataclass(frozen=True)
class TakenFormat:
    """A format that a publisher may send in."""

    codec: VideoCodec
    payload_type: int
    retransmission_payload_type: int | None
    parameters: ParametersDict
    """The answer's ``a=fmtp``."""


def formats_to_take(section: Section) -> list[TakenFormat]:
    """The formats of a publisher's video section that the server takes, one a codec, in the section's order."""
    taken: dict[VideoCodec, TakenFormat] = {}
    for offered in section.media.rtp.codecs:
        codec, payload_type = _codec(offered), offered.payloadType
        if codec is None or payload_type is None or payload_type not in section.media.fmt:
            continue
        parameters = _answer_parameters(codec, _Parameters(offered.parameters))
        if parameters is None or (codec in taken and not _is_better(parameters, taken[codec].parameters)):
            continue
        taken[codec] = TakenFormat(codec, payload_type, _retransmission(section, payload_type), parameters)
    return list(taken.values())


def _codec(offered: RTCRtpCodecParameters) -> VideoCodec | None:
    name = offered.mimeType.partition("/")[2].upper()
    return next((codec for codec in VIDEO_CODECS if codec == name and offered.clockRate == CLOCK_RATE), None)


def _retransmission(section: Section, payload_type: int) -> int | None:
    """The payload type of a format's retransmissions (RFC 4588 section 8.6)."""
    for other in section.media.rtp.codecs:
        is_for_it = other.mimeType.lower() == "video/rtx" and other.parameters.get("apt") == payload_type
        if is_for_it and other.payloadType in section.media.fmt:
            return other.payloadType
    return None


class _Parameters:
    """An offer's ``a=fmtp``: names and values as browsers may write them."""

    def __init__(self, parameters: ParametersDict) -> None:
        self._values = {name.strip().lower(): str(value).strip() for name, value in parameters.items()}

    def get(self, name: str, default: str) -> str:
        return self._values.get(name, default)


def _answer_parameters(codec: VideoCodec, offered: _Parameters) -> ParametersDict | None:
    """The parameters with which a format is answered; None for one that is not taken."""
    match codec:
        case "VP8":
            return {}
        case "VP9":
            # RFC 9628 section 6: profile 0 where nothing is said. The others have more bits or colours.
            return {"profile-id": "0"} if offered.get("profile-id", "0") == "0" else None
        case "AV1":
            # AV1's RTP payload format, section 7.2: Main profile and tier, level 5 (3.1) where nothing is said.
            if (offered.get("profile", "0"), offered.get("tier", "0")) != ("0", "0"):
                return None
            level = offered.get("level-idx", "5")
            return {"level-idx": level, "profile": "0", "tier": "0"} if re.fullmatch(r"[0-9]{1,2}", level) else None
        case "H264":
            return _answer_h264(offered)


def _answer_h264(offered: _Parameters) -> ParametersDict | None:
    """RFC 6184 section 8.2.2: the answer has the offer's profile and packetization mode; its level may differ.

    Where levels may not differ between the directions, the lower of both holds for either.
    """
    # Section 8.1: Baseline, level 1, where nothing is said.
    match = re.fullmatch(r"([0-9a-f]{4})([0-9a-f]{2})", offered.get("profile-level-id", "42000a").lower())
    if match is None or offered.get("packetization-mode", "0") != "1":
        return None
    profile, level = match.groups()
    if not (_is_constrained_baseline(profile) or _is_baseline(profile)):
        return None
    asymmetric = offered.get("level-asymmetry-allowed", "0") == "1"
    ours = _OUR_LEVEL if asymmetric else min(_OUR_LEVEL, int(level, 16))
    return {
        "level-asymmetry-allowed": "1" if asymmetric else "0",
        "packetization-mode": "1",
        "profile-level-id": f"{profile}{ours:02x}",
    }


def _is_constrained_baseline(profile: str) -> bool:
    """RFC 6184 table 5: by ``profile_idc`` and ``profile-iop``, in hexadecimal digits."""
    idc, iop = int(profile[:2], 16), int(profile[2:], 16)
    low_bits_are_zero = iop & 0x0F == 0
    return low_bits_are_zero and (
        (idc == 0x42 and bool(iop & 0x40)) or (idc == 0x4D and bool(iop & 0x80)) or (idc == 0x58 and iop & 0xC0 == 0xC0)
    )


def _is_baseline(profile: str) -> bool:
    idc, iop = int(profile[:2], 16), int(profile[2:], 16)
    return iop & 0x0F == 0 and ((idc == 0x42 and not iop & 0x40) or (idc == 0x58 and iop & 0xC0 == 0x80))


def _is_better(parameters: ParametersDict, than: ParametersDict) -> bool:
    """Of several formats of H.264, Constrained Baseline is what subscribers were promised."""
    new, old = (str(each.get("profile-level-id", "")) for each in (parameters, than))
    return _is_constrained_baseline(new[:4] or "0000") and not _is_constrained_baseline(old[:4] or "0000")
