"""The callers of one room, tick by tick: whose voices go in, and what each of them hears."""

from __future__ import annotations

from typing import Final

import numpy as np

from server._plane import Plane
from server.phone.codec import Encoder, encoder
from server.phone.formats import CodecName
from server.phone.frames import Frame
from server.phone.leg_media import LegMedia
from server.phone.levelling import ComfortNoise, Limiter
from server.phone.mixing import Mix, Preselection
from server.phone.rtp import Unwrapper
from server.phone.stream_player import CallerVoice, StreamPlayer

_GONE_AFTER: Final = 2.0
"""Seconds without a packet after which a voice is forgotten."""
_UNDER_PROMPT: Final = 0.25
"""How loud the room is while something is announced."""
_TIMESTAMPS_PER_TICK: Final = 960


class PhoneRoom:
    """Belongs to the media thread. Without a group it is for those in no room: they hear that the line is there."""

    def __init__(self, plane: Plane, group: int | None) -> None:
        self.legs: list[LegMedia] = []
        self._plane = plane
        self._group = group
        self._voices: dict[int, StreamPlayer | CallerVoice] = {}
        self._timestamps: dict[int, Unwrapper] = {}
        self._preselection = Preselection()
        self._encoders: dict[CodecName, Encoder] = {}
        self._limiter = Limiter()
        self._noise = ComfortNoise()
        self._timestamp = 0

    def add(self, leg: LegMedia) -> None:
        """A caller comes in."""
        if not self.legs and self._group is not None:
            self._plane.tap_group(self._group, True)
        self.legs.append(leg)

    def remove(self, leg: LegMedia) -> None:
        """A caller goes out."""
        if leg not in self.legs:
            return
        self.legs.remove(leg)
        if leg.track is not None:
            self._voices.pop(leg.track, None)
        leg.spoken.clear()
        if not self.legs and self._group is not None:
            self._plane.tap_group(self._group, False)
            self._voices.clear()

    def hear(self, now: float, track: int, index: int, timestamp: int, payload: bytes) -> None:
        """A packet of somebody who is heard in the room."""
        caller = next((leg for leg in self.legs if leg.track == track), None)
        voice = self._voices.get(track)
        if caller is not None:
            frame = caller.spoken.pop(timestamp, None)
            if not isinstance(voice, CallerVoice):
                voice = self._voices[track] = CallerVoice()
            if frame is not None:
                voice.insert(now, frame)
            return
        if not isinstance(voice, StreamPlayer):
            voice = self._voices[track] = StreamPlayer("opus")
            self._timestamps[track] = Unwrapper(32)
        voice.insert(now, index, self._timestamps[track].unwrap(timestamp), payload)

    def tick(self, now: float) -> list[tuple[int, bytes, str, int]]:
        """20 ms: callers' voices go into the plane, and everybody hears the others. Returns what is to be sent."""
        for leg in self.legs:
            try:
                leg.pull(now)
            except Exception:
                leg.fail()
        self._speak()
        return self._play(self._pull_voices(now))

    def _speak(self) -> None:
        self._timestamp = (self._timestamp + _TIMESTAMPS_PER_TICK) & 0xFFFFFFFF
        able = {leg.track: leg for leg in self.legs if leg.track is not None and not leg.muted and not leg.failed}
        for track in self._preselection.choose({track: leg.level for track, leg in able.items()}):
            leg = able[track]
            try:
                payload = leg.code_voice(self._timestamp)
            except Exception:
                leg.fail()
                continue
            if payload:
                self._plane.speak(track, self._timestamp, leg.level, payload)

    def _pull_voices(self, now: float) -> dict[int, Frame]:
        voices = {}
        for track, voice in list(self._voices.items()):
            frame = voice.pull_wide(now)
            if frame is not None:
                voices[track] = frame
            elif now - voice.last_arrival > _GONE_AFTER:
                del self._voices[track]
                self._timestamps.pop(track, None)
        return voices

    def _play(self, voices: dict[int, Frame]) -> list[tuple[int, bytes, str, int]]:
        mix, noise = Mix(voices), self._noise.frame()
        total = noise if mix.total is None else self._limiter.process(mix.total + noise)
        shared: dict[CodecName, bytes] = {}
        packets: list[tuple[int, bytes, str, int]] = []
        for leg in self.legs:
            agreement = leg.agreement
            own = self._own_mix(leg, mix, voices, noise)
            if agreement is None or leg.failed:
                continue
            codec = agreement.sends.codec
            if own is None and codec not in shared:
                # Coded at each tick in which somebody hears it, so that its state is that of what was sent.
                if codec not in self._encoders:
                    self._encoders[codec] = encoder(codec)
                shared[codec] = self._encoders[codec].encode(total)
            try:
                packet = leg.packet(shared[codec] if own is None else leg.code_own(own))
            except Exception:
                leg.fail()
                continue
            if packet is not None:
                packets.append(packet)
        return packets

    @staticmethod
    def _own_mix(leg: LegMedia, mix: Mix, voices: dict[int, Frame], noise: Frame) -> Frame | None:
        """What one caller hears and nobody else does; None for the mix of all who are not heard."""
        prompt = leg.next_prompt()
        if prompt is None and leg.track not in voices:
            return None
        rest = mix.without(leg.track)
        if prompt is None:
            return noise if rest is None else rest + noise
        return prompt if rest is None else prompt + rest * np.float32(_UNDER_PROMPT)
