"""What publishing and subscribing SDP have in common: aiortc's grammar, held to what this server can answer."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiortc import RTCIceCandidate
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters
from aiortc.rtcicetransport import RTCIceParameters
from aiortc.sdp import GroupDescription, MediaDescription, SessionDescription, grouplines

_RID = re.compile(r"[A-Za-z0-9_-]{1,16}")  # RFC 8851 section 10, as long as RFC 8852's one-byte extension allows
_MID = re.compile(r"[!#-'*+\-.0-9A-Z^-~]{1,16}")  # RFC 5888 section 4: token

DEPENDENCY_DESCRIPTOR = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
"""The RTP header extension that says of each frame, whatever its codec, which layers it is of and needs."""

_ALLOW_MIXED = "a=extmap-allow-mixed"


class SdpError(ValueError):
    """An SDP that this server cannot answer; the message says which part and why, in one sentence."""


@dataclass(frozen=True)
class LocalTransport:
    """The server's side of one transport, as its peer must know it."""

    ufrag: str
    password: str
    fingerprint: RTCDtlsFingerprint
    addresses: Sequence[str]
    """IP addresses at which the media port is reached, best first."""
    port: int


@dataclass
class Section:
    """One media section of a peer's SDP."""

    media: MediaDescription
    mid: str
    rids: list[str] = field(default_factory=list)
    """The rids that it sends in simulcast (RFC 8853), in its order."""


def parse(text: str) -> list[Section]:
    """Read a peer's SDP. Raises SdpError when it is malformed, not bundled, or has no usable DTLS fingerprint."""
    try:
        session = SessionDescription.parse(text)
    except Exception as error:  # aiortc's parser asserts, indexes and converts as it goes
        raise SdpError("this is not a session description") from error
    _, groups = grouplines(text)
    sections = []
    for media, lines in zip(session.media, groups, strict=True):
        mid = media.rtp.muxId
        if not mid or not _MID.fullmatch(mid):
            raise SdpError("a media section has no usable a=mid line")
        sections.append(Section(media, mid, _simulcast_rids(lines)))
    if not sections:
        raise SdpError("there is no media section")
    if len({section.mid for section in sections}) != len(sections):
        raise SdpError("two media sections have the same a=mid")
    return sections


def fingerprints(sections: Sequence[Section]) -> list[RTCDtlsFingerprint]:
    """The certificate fingerprints of a bundle: one transport, so all sections must agree (RFC 9143 section 7.1.3)."""
    found = {tuple((f.algorithm, f.value) for f in s.media.dtls.fingerprints) for s in sections if s.media.dtls}
    if len(found) != 1:
        raise SdpError("there must be one DTLS fingerprint for all media sections")
    prints = [RTCDtlsFingerprint(algorithm, value) for algorithm, value in found.pop()]
    if not any(f.algorithm.lower() in ("sha-256", "sha-384", "sha-512") for f in prints):
        raise SdpError("the DTLS fingerprint must be made with sha-256, sha-384 or sha-512")
    return prints


def _simulcast_rids(lines: Sequence[str]) -> list[str]:
    sent = next((line for line in lines if line.startswith("a=simulcast:")), None)
    if sent is None:
        return []
    words = sent.removeprefix("a=simulcast:").split()
    if "send" not in words[:-1]:
        return []
    # Of alternatives (commas) the first is taken; "~" marks a layer that starts paused.
    streams = words[words.index("send") + 1].split(";")
    rids = [stream.split(",")[0].lstrip("~") for stream in streams]
    declared = {line.removeprefix("a=rid:").partition(" ")[0] for line in lines if line.startswith("a=rid:")}
    if any(not _RID.fullmatch(rid) or rid not in declared for rid in rids):
        raise SdpError("a=simulcast names a rid that no a=rid line declares")
    return rids


def section(kind: str, mid: str, payload_types: list[int], local: LocalTransport, setup: str) -> MediaDescription:
    """A media section of the server's own, with its transport filled in. ``setup`` is passive or actpass."""
    media = MediaDescription(kind, local.port, "UDP/TLS/RTP/SAVPF", payload_types)
    media.host = "0.0.0.0" if ":" not in local.addresses[0] else "::"  # noqa: S104 (SDP's way to say "see ICE")
    media.rtp.muxId = mid
    media.rtcp_port, media.rtcp_host, media.rtcp_mux = 9, "0.0.0.0", True  # noqa: S104
    media.ice = RTCIceParameters(usernameFragment=local.ufrag, password=local.password, iceLite=True)
    media.ice_candidates = [
        RTCIceCandidate(
            component=1,
            foundation=str(number),
            ip=address,
            port=local.port,
            # RFC 8445 section 5.1.2.1: type preference of a host candidate, then the order of addresses.
            priority=(126 << 24) | ((65_535 - number) << 8) | 255,
            protocol="udp",
            type="host",
        )
        for number, address in enumerate(local.addresses)
    ]
    media.ice_candidates_complete = True
    role = {"passive": "server", "actpass": "auto"}[setup]
    media.dtls = RTCDtlsParameters(fingerprints=[local.fingerprint], role=role)
    return media


def allows_mixed(text: str) -> bool:
    """Whether a peer takes both forms of header extensions in one stream, in every section (RFC 8285 section 6)."""
    head, groups = grouplines(text)
    return _ALLOW_MIXED in head or (bool(groups) and all(_ALLOW_MIXED in lines for lines in groups))


def session(sections: Sequence[tuple[MediaDescription, Sequence[str]]], *, allow_mixed: bool) -> str:
    """The text of a bundled ICE-lite session; each section with lines that aiortc's grammar does not know.

    ``allow_mixed``: header extensions may come in both of their forms, so that one of over 16 bytes (a dependency
    descriptor with its structure) does not make the others larger too (RFC 8285 section 6).
    """
    description = SessionDescription()
    description.origin = f"- {secrets.randbits(62)} 1 IN IP4 0.0.0.0"
    description.group = [GroupDescription("BUNDLE", [media.rtp.muxId for media, _ in sections])]
    head = str(description) + "a=ice-lite\r\n" + (f"{_ALLOW_MIXED}\r\n" if allow_mixed else "")
    bodies = ("".join([str(media), *(f"{line}\r\n" for line in extra)]) for media, extra in sections)
    return head + "".join(bodies)
