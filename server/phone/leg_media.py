"""One call's sound on the media thread: what comes, what goes, and where."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Final

import structlog

from server.phone.codec import Encoder, encoder
from server.phone.digits import DigitReader, press
from server.phone.frames import FRAME_SECONDS, Frame, level_of
from server.phone.levelling import Leveller, Limiter
from server.phone.rtp import RtpPacket, Unwrapper, parse_rtp, write_rtp
from server.phone.sdes import SrtpContext
from server.phone.sdp import Agreement
from server.phone.source_lock import Address, SourceLock
from server.phone.statistics import LegStatistics
from server.phone.stream_player import StreamPlayer

log = structlog.get_logger()

SILENT_AFTER: Final = 30.0
"""Seconds without RTP after which a call counts as silent, unless it is on hold."""
_COMFORT_NOISE: Final = 13
"""Its payload type (RFC 3389): such packets come while there is silence, and silence is what is made of them."""
_NUMBERS_PER_LOSS: Final = 100
"""Of so many packets the share that was lost is told."""
_KEPT_SPOKEN: Final = 8
_COUNTED_EVERY: Final = 5
"""Ticks."""
_USUAL_SILENCE: Final = 2.0
_RTCP: Final = range(192, 224)
"""The second byte of RTCP (RFC 5761 section 4)."""


class LegMedia:
    """Belongs to the media thread. ``tell`` gives an event's name and arguments to whoever owns the call."""

    def __init__(self, port: int, statistics: LegStatistics, tell: Callable[..., None]) -> None:
        """``port``: of its socket."""
        self.port = port
        self.statistics = statistics
        self.track: int | None = None
        """Its voice in the plane, while it is in a room."""
        self.muted = False
        self.level = 127
        """How loud its voice is in this tick, levelled, in -dBov."""
        self.failed = False
        """Something went wrong that is an error of ours: it is left alone, so that the other calls go on."""
        self.spoken: dict[int, Frame] = {}
        """What was coded for the meeting and is not heard yet, by its timestamp there."""
        self.prompts: deque[Frame] = deque()
        self._tell = tell
        self._frame: Frame | None = None
        """Its voice in this tick, at its codec's rate."""
        self._ticks = 0
        self._agreement: Agreement | None = None
        self._srtp: SrtpContext | None = None
        self._keys: object = None
        self._lock = SourceLock()
        self._player: StreamPlayer | None = None
        self._digits = DigitReader()
        self._source: int | None = None
        self._sequences, self._timestamps = Unwrapper(16), Unwrapper(32)
        self._beside = 0
        """Packets of the stream that carry no sound: its numbers are those of the sound with these between."""
        self._leveller, self._limiter = Leveller(), Limiter()
        self._voice_encoder: Encoder | None = None
        self._own_encoder: Encoder | None = None
        self._ssrc, self._sequence = secrets.randbits(32), secrets.randbits(15)
        self._timestamp = secrets.randbits(31)
        self._began = False
        self._presses: deque[tuple[int, int, bool, bytes]] = deque()
        self._heard_at: float | None = None
        self._silence_told = False
        self._last_transit: float | None = None
        self._loss_mark = (0, 0)

    @property
    def agreement(self) -> Agreement | None:
        """What was agreed last."""
        return self._agreement

    def agree(self, now: float, agreement: Agreement) -> None:
        """An offer was answered, for the first time or anew."""
        before, self._agreement = self._agreement, agreement
        if agreement.crypto != self._keys:
            self._keys = agreement.crypto
            self._srtp = SrtpContext(*agreement.crypto) if agreement.crypto else None
        if before is None or before.sends != agreement.sends:
            self._own_encoder = None
        if not ip_address(agreement.remote[0]).is_unspecified:  # hold as RFC 2543 had it: nobody has moved
            self._lock.expect(agreement.remote)
        self._heard_at = now
        self._silence_told = False
        self.statistics.codec, self.statistics.secure = agreement.sends.codec, agreement.crypto is not None

    def receive(self, now: float, datagram: bytes, source: Address) -> None:
        """Takes a datagram."""
        agreement = self._agreement
        if agreement is None or len(datagram) < 12 or datagram[1] in _RTCP:
            return
        plain = self._srtp.unprotect(datagram) if self._srtp is not None else datagram
        packet = parse_rtp(plain) if plain is not None else None
        known = packet is not None and (
            packet.payload_type in agreement.receives
            or packet.payload_type in agreement.events
            or packet.payload_type == _COMFORT_NOISE
        )
        authentic = self._srtp is not None
        if (
            packet is None
            or not known
            or not self._lock.admit(now, source, packet.ssrc, packet.sequence, authentic=authentic)
        ):
            self.statistics.refused += 1
            return
        self._take_packet(now, agreement, packet)

    def _take_packet(self, now: float, agreement: Agreement, packet: RtpPacket) -> None:
        self.statistics.packets += 1
        self._heard_at, self._silence_told = now, False
        if packet.ssrc != self._source:
            self._source = packet.ssrc
            self._sequences, self._timestamps, self._beside = Unwrapper(16), Unwrapper(32), 0
            self._player, self._digits, self._last_transit = None, DigitReader(), None
        sequence, timestamp = self._sequences.unwrap(packet.sequence), self._timestamps.unwrap(packet.timestamp)
        if packet.payload_type in agreement.events:
            self._beside += 1
            digit = self._digits.receive(timestamp, packet.payload)
            if digit is not None:
                self._tell("digit", digit)
            return
        received = agreement.receives.get(packet.payload_type)
        if received is None:  # comfort noise
            self._beside += 1
            return
        if agreement.on_hold:  # music for the one who waits is no voice of a meeting
            return
        if self._player is None or self._player.codec != received.codec:
            self._player = StreamPlayer(received.codec)
        transit = now - timestamp / received.clock_rate
        if self._last_transit is not None:
            self.statistics.jitter += (abs(transit - self._last_transit) * 1_000 - self.statistics.jitter) / 16
        self._last_transit = transit
        self._player.insert(now, sequence - self._beside, timestamp, packet.payload)

    def pull(self, now: float) -> None:
        """The caller's next 20 ms, and its ``level``."""
        player, agreement = self._player, self._agreement
        frame = player.pull(now) if player is not None else None
        if frame is None or agreement is None or agreement.on_hold:
            self._frame, self.level = None, 127
        else:
            self._frame, self.level = frame, self._leveller.observe(level_of(frame))
        self._ticks += 1
        if self._ticks % _COUNTED_EVERY == 0:
            if player is not None:
                self._count(player)
            self._watch_silence(now)

    def code_voice(self, timestamp: int) -> bytes | None:
        """This tick's sound for the meeting; None without any. ``timestamp``: there."""
        if self._frame is None or self._player is None:
            return None
        if self._voice_encoder is None:
            self._voice_encoder = encoder("opus")
        frame = self._leveller.process(self._player.widen(self._frame))
        self.spoken[timestamp] = frame
        if len(self.spoken) > _KEPT_SPOKEN:
            del self.spoken[next(iter(self.spoken))]
        return self._voice_encoder.encode(frame)

    def code_own(self, frame: Frame) -> bytes:
        """A frame that nobody else hears."""
        assert self._agreement is not None
        if self._own_encoder is None:
            self._own_encoder = encoder(self._agreement.sends.codec)
        return self._own_encoder.encode(self._limiter.process(frame))

    def press(self, digits: str) -> None:
        """Send digits as events, 160 ms each with 100 ms between."""
        agreement = self._agreement
        if agreement is None or not agreement.events:
            return
        clock_rate = agreement.sends.clock_rate
        number = next((n for n, rate in agreement.events.items() if rate == clock_rate), min(agreement.events))
        for digit in digits:
            for at, payload in enumerate(press(digit, clock_rate=clock_rate)):
                self._presses.append((number, at, at == 0, payload))

    def packet(self, payload: bytes) -> tuple[int, bytes, str, int] | None:
        """The datagram with the next 20 ms, and where it goes; None on hold. A digit that is sent goes in its place."""
        agreement = self._agreement
        address = self._lock.address
        if agreement is None or address is None:
            return None
        step = round(agreement.sends.clock_rate * FRAME_SECONDS)
        self._timestamp += step
        if not agreement.may_send:
            self._began = False
            return None
        number, timestamp, marker = agreement.sends.payload_type, self._timestamp, not self._began
        if self._presses:
            number, at, marker, payload = self._presses.popleft()
            timestamp -= at * step
        self._began, self._sequence = True, self._sequence + 1
        packet = write_rtp(number, marker, self._sequence, timestamp, self._ssrc, payload)
        if self._srtp is not None:
            packet = self._srtp.protect(packet)
        self.statistics.sent += 1
        return self.port, packet, *address

    def fail(self) -> None:
        """While an exception is handled: log it, once, and have the call ended like one that fell silent."""
        if not self.failed:
            self.failed, self.level = True, 127
            log.exception("the sound of a call failed")
            self._tell("silent")

    def play(self, frames: Sequence[Frame], *, interrupt: bool) -> None:
        """Announcements, after those that wait, or in their place."""
        if interrupt:
            self.prompts.clear()
        self.prompts.extend(frames)
        if not frames:
            self._tell("played")

    def next_prompt(self) -> Frame | None:
        """The next 20 ms of what is announced. The last tells so."""
        if not self.prompts:
            return None
        frame = self.prompts.popleft()
        if not self.prompts:
            self._tell("played")
        return frame

    def _count(self, player: StreamPlayer) -> None:
        told = self.statistics
        told.lost, told.late = player.lost, player.late
        told.concealed = round(player.concealed * FRAME_SECONDS * 1_000)
        told.delay = player.delay * 1_000
        packets, lost = told.packets - self._loss_mark[0], told.lost - self._loss_mark[1]
        if packets + lost >= _NUMBERS_PER_LOSS:
            told.fraction_lost = max(lost, 0) / (packets + max(lost, 0))
            self._loss_mark = (told.packets, told.lost)

    def _watch_silence(self, now: float) -> None:
        agreement = self._agreement
        if agreement is None or agreement.on_hold or self._heard_at is None:
            self._heard_at = now
            return
        silence = now - self._heard_at
        self.statistics.silence = silence if silence > _USUAL_SILENCE else 0.0
        if silence >= SILENT_AFTER and not self._silence_told:
            self._silence_told = True
            self._tell("silent")
