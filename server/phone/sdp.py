"""Offers and answers of a call (RFC 4566, RFC 3264): one section of sound, everything else is refused with port 0."""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from server.media.sdp import SdpError
from server.phone.formats import CLOCK_RATES, OFFERED_EVENTS, OFFERED_FORMATS, STATIC_FORMATS, AudioFormat, CodecName
from server.phone.sdes import CryptoAttribute, parse_crypto
from server.phone.source_lock import Address

MAX_SDP = 16_384
"""Characters of an SDP that is read."""
PACKET_TIME = 20
"""Milliseconds of sound in each packet that is sent."""

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]

_DIRECTIONS: dict[str, Direction] = {
    "sendrecv": "sendrecv",
    "sendonly": "sendonly",
    "recvonly": "recvonly",
    "inactive": "inactive",
}
_ANSWERED: dict[Direction, Direction] = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}
_CODECS: dict[str, CodecName] = {name.lower(): name for name in CLOCK_RATES}
_MEDIA = re.compile(r"([a-z]+) (\d{1,5})(?:/\d{1,3})? (\S+) (\S.*)")
_RTPMAP = re.compile(r"(\d{1,3}) +([A-Za-z0-9_-]+)/(\d{1,6})(?:/(\d))?")


@dataclass(frozen=True)
class Agreement:
    """What a call's sound is, by an offer and its answer."""

    remote: Address
    """Where the other side said that it receives."""
    sends: AudioFormat
    """What is sent."""
    receives: dict[int, AudioFormat]
    """What may come, by payload type."""
    events: dict[int, int]
    """Digits: the clock rate by payload type (RFC 4733)."""
    may_send: bool
    may_receive: bool
    """False for either while the call is on hold."""
    crypto: tuple[CryptoAttribute, CryptoAttribute] | None = field(repr=False)
    """Our key and theirs, with SRTP."""

    @property
    def on_hold(self) -> bool:
        """Nothing need come. What comes is no voice (music on hold) and must not be heard."""
        return not (self.may_send and self.may_receive)


@dataclass(frozen=True)
class LocalMedia:
    """Our side, as SDP tells it."""

    address: Address
    session: int = field(default_factory=lambda: secrets.randbits(31))
    version: int = 1


@dataclass
class _Section:
    media: str
    port: int
    profile: str
    formats: list[str]
    line: str
    connection: str | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


def remote_address(text: str) -> Address:
    """Where an SDP's first section of sound says that it receives. Raises SdpError."""
    session, sections = _parse(text)
    return _address(_audio(sections), session)


def answer(
    offer: str, local: LocalMedia, *, secure_signaling: bool, ours: CryptoAttribute | None = None
) -> tuple[str, Agreement]:
    """Answer an offer. Raises SdpError for one without sound that we can take.

    ``secure_signaling``: it came by TLS, so that keys may be in it. ``ours``: the key of the call so far, which is kept
    while the other side's suite is the same (RFC 4568 section 7.1.4).
    """
    session, sections = _parse(offer)
    audio = _audio(sections)
    direction = _direction(audio, session)
    receives, events = _formats(audio)
    first = next(iter(receives.values()))
    crypto = _choose_crypto(audio, secure_signaling, ours)
    address = _address(audio, session)
    answered = _ANSWERED[direction]
    agreement = _agreement(address, first, receives, events, answered, crypto)
    lines = _head(local)
    for section in sections:
        if section is not audio:
            lines.append(f"m={section.media} 0 {section.profile} {' '.join(section.formats)}")
            continue
        # One format is answered, so that what comes is what was chosen; events at its clock rate, or at any.
        same_rate = {kind: rate for kind, rate in events.items() if rate == first.clock_rate}
        lines += _audio_lines(
            local, section.profile, [first], same_rate or events, answered, [crypto[0]] if crypto else []
        )
    return "\r\n".join(lines) + "\r\n", agreement


def offer(local: LocalMedia, keys: Sequence[CryptoAttribute]) -> str:
    """Offer everything that we can do; with keys: by SRTP alone."""
    profile = "RTP/SAVP" if keys else "RTP/AVP"
    lines = _audio_lines(local, profile, OFFERED_FORMATS, OFFERED_EVENTS, "sendrecv", keys)
    return "\r\n".join([*_head(local), *lines]) + "\r\n"


def read_answer(text: str, keys: Sequence[CryptoAttribute]) -> Agreement:
    """Read the answer to our offer with these keys. Raises SdpError."""
    session, sections = _parse(text)
    audio = _audio(sections)
    if audio.profile != ("RTP/SAVP" if keys else "RTP/AVP"):
        raise SdpError("the answer has another transport than the offer")
    crypto = None
    if keys:
        theirs = [parsed for value in audio.values("crypto") if (parsed := parse_crypto(value)) is not None]
        chosen = next(((k, t) for t in theirs for k in keys if (k.tag, k.suite) == (t.tag, t.suite)), None)
        if chosen is None:
            raise SdpError("the answer has none of the keys that were offered")
        crypto = chosen
    receives, events = _formats(audio)
    offered = {known.codec for known in OFFERED_FORMATS}
    sends = next((known for known in receives.values() if known.codec in offered), None)
    if sends is None:
        raise SdpError("the answer has none of the codecs that were offered")
    # What comes has our numbers (RFC 3264 section 6.1), what is sent theirs.
    ours = {known.payload_type: known for known in OFFERED_FORMATS}
    answered = _ANSWERED[_direction(audio, session)]
    address = _address(audio, session)
    return _agreement(address, sends, receives | ours, events | OFFERED_EVENTS, answered, crypto)


def _agreement(
    address: Address,
    sends: AudioFormat,
    receives: dict[int, AudioFormat],
    events: dict[int, int],
    direction: Direction,
    crypto: tuple[CryptoAttribute, CryptoAttribute] | None,
) -> Agreement:
    unspecified = ipaddress.ip_address(address[0]).is_unspecified  # hold as RFC 2543 had it
    may_send = direction in ("sendrecv", "sendonly") and not unspecified
    may_receive = direction in ("sendrecv", "recvonly") and not unspecified
    return Agreement(address, sends, receives, events, may_send, may_receive, crypto)


def _parse(text: str) -> tuple[_Section, list[_Section]]:
    if len(text) > MAX_SDP:
        raise SdpError("the session description is too long")
    session = _Section("session", 0, "", [], "")
    sections: list[_Section] = []
    current = session
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0] != "v=0":
        raise SdpError("this is not a session description")
    for line in lines[1:]:
        kind, _, value = line.partition("=")
        if kind == "m":
            match = _MEDIA.fullmatch(value)
            if match is None or int(match[2]) > 65_535 or not value.isascii():
                raise SdpError("a media section is malformed")
            current = _Section(match[1], int(match[2]), match[3], match[4].split(), value)
            sections.append(current)
        elif kind == "c":
            current.connection = value
        elif kind == "a":
            name, _, rest = value.partition(":")
            current.attributes.append((name, rest))
    return session, sections


def _audio(sections: Sequence[_Section]) -> _Section:
    sound = [section for section in sections if section.media == "audio" and section.port]
    usable = [section for section in sound if section.profile in ("RTP/AVP", "RTP/SAVP")]
    if usable:
        return usable[0]
    raise SdpError(f"sound by {sound[0].profile} is not taken" if sound else "there is no sound in it")


def _address(audio: _Section, session: _Section) -> Address:
    connection = audio.connection or session.connection or ""
    match = re.fullmatch(r"IN IP([46]) ([0-9A-Fa-f.:]{2,45})(?:/\d+)?", connection)
    try:
        address = ipaddress.ip_address(match[2] if match else "")
    except ValueError:
        raise SdpError("the address of the sound is missing, or is none") from None
    if address.is_multicast:
        raise SdpError("the address of the sound is many")
    return str(address), audio.port


def _direction(audio: _Section, session: _Section) -> Direction:
    for section in (audio, session):
        found = [_DIRECTIONS[name] for name, _ in section.attributes if name in _DIRECTIONS]
        if found:
            return found[-1]
    return "sendrecv"


def _formats(audio: _Section) -> tuple[dict[int, AudioFormat], dict[int, int]]:
    """What of a section we speak, in its order, and its events. Raises SdpError when that is nothing."""
    maps = {}
    for value in audio.values("rtpmap"):
        if (match := _RTPMAP.fullmatch(value.strip())) is not None:
            maps[int(match[1])] = (match[2].lower(), int(match[3]), match[4])
    for value in audio.values("maxptime"):
        if value.strip().isdecimal() and int(value) < PACKET_TIME:
            raise SdpError(f"packets of {PACKET_TIME} ms are not taken")
    formats: dict[int, AudioFormat] = {}
    events: dict[int, int] = {}
    for number in audio.formats:
        if not (number.isdecimal() and int(number) < 128):
            raise SdpError("a payload type is none")
        kind = int(number)
        name, rate, _ = maps.get(kind, (STATIC_FORMATS.get(kind, "").lower(), 8_000, None))
        if name == "telephone-event":
            events[kind] = rate
        elif (codec := _CODECS.get(name)) is not None and CLOCK_RATES[codec] == rate:
            formats[kind] = AudioFormat(codec, kind)
    if not formats:
        raise SdpError("none of its codecs is known")
    return formats, events


def _choose_crypto(
    audio: _Section, secure_signaling: bool, ours: CryptoAttribute | None
) -> tuple[CryptoAttribute, CryptoAttribute] | None:
    if audio.profile != "RTP/SAVP":
        return None
    if not secure_signaling:
        raise SdpError("keys came by signaling that is not secure")
    for value in audio.values("crypto"):
        if (theirs := parse_crypto(value)) is not None:
            if ours is not None and ours.suite == theirs.suite:
                return CryptoAttribute(theirs.tag, theirs.suite, ours.key), theirs
            return CryptoAttribute.generate(theirs.tag, theirs.suite), theirs
    raise SdpError("there is no key that we can use")


def _head(local: LocalMedia) -> list[str]:
    network = f"IN IP{6 if ':' in local.address[0] else 4} {local.address[0]}"
    return ["v=0", f"o=balai {local.session} {local.version} {network}", "s=-", f"c={network}", "t=0 0"]


def _audio_lines(
    local: LocalMedia,
    profile: str,
    formats: Sequence[AudioFormat],
    events: dict[int, int],
    direction: Direction,
    keys: Sequence[CryptoAttribute],
) -> list[str]:
    numbers = " ".join(str(number) for number in [*(known.payload_type for known in formats), *events])
    lines = [f"m=audio {local.address[1]} {profile} {numbers}"]
    lines += [f"a=crypto:{key}" for key in keys]
    for known in formats:
        lines.append(f"a=rtpmap:{known.payload_type} {known.rtpmap}")
        if known.codec == "opus":
            lines.append(f"a=fmtp:{known.payload_type} maxplaybackrate=16000;sprop-maxcapturerate=16000")
    for number, rate in events.items():
        lines += [f"a=rtpmap:{number} telephone-event/{rate}", f"a=fmtp:{number} 0-15"]
    return [*lines, f"a=ptime:{PACKET_TIME}", f"a={direction}"]
