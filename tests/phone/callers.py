"""The other side of ``measure.py``: many callers and one browser's transport, in a process of their own."""

from __future__ import annotations

import heapq
import random
import select
import socket
import struct
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import pylibsrtp

from server.phone.codec import Decoder, decoder, encoder
from server.phone.formats import CLOCK_RATES
from server.phone.frames import FRAME, SAMPLE_RATE
from tests.media.test_plane import binding_request
from tests.phone.telephone import PAYLOAD_TYPES, Telephone, tone

PACKET = 0.02
CYCLE = 60
"""Packets from one onset to the next: 1.2 s …"""
SPOKEN = 20
"""… of which so many have the tone."""
LOUD = 1_000.0
"""What is louder than this is the tone."""
SPREAD = 0.06
"""Seconds between two packets after which a caller would miss sound."""


@dataclass(frozen=True)
class Plan:
    """What is to be done."""

    port: int
    send_key: bytes
    receive_key: bytes
    ufrag: str
    password: str
    codecs: list[Any]
    onsets: int
    seconds: float


@dataclass
class Ear:
    """Finds where a tone begins."""

    decoder: Decoder
    frames_quiet: int = 100
    onsets: list[float] = field(default_factory=list)
    """When, as if the packet had been forwarded at once."""

    def hear(self, now: float, payload: bytes) -> None:
        sound = np.abs(self.decoder.decode(payload))
        loud = np.flatnonzero(sound > LOUD)
        if len(loud):
            if self.frames_quiet > 10:
                self.onsets.append(now + float(loud[0]) / self.decoder.rate)
            self.frames_quiet = 0
        else:
            self.frames_quiet += 1


class Voice:
    """Packets that are coded beforehand: silence with a little noise, or a tone."""

    def __init__(self, codec: Any) -> None:
        noise = np.random.default_rng(3).standard_normal(FRAME * 50).astype(np.float32).reshape(-1, FRAME) * 8
        coder = encoder(codec)
        self.quiet = [coder.encode(frame) for frame in noise]
        coder = encoder(codec)
        for frame in noise:
            coder.encode(frame)
        self.spoken = [coder.encode(frame) for frame in tone(1_000, SPOKEN, amplitude=9_000).reshape(-1, FRAME)]
        self.onset = float(np.flatnonzero(np.abs(tone(1_000, 1, amplitude=9_000)) > LOUD)[0]) / SAMPLE_RATE


class BrowserTransport:
    """libsrtp behind one transport of the plane."""

    def __init__(self, plan: Plan) -> None:
        profile = pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM
        policy = pylibsrtp.Policy
        self.protect = pylibsrtp.Session(
            policy(key=plan.send_key, ssrc_type=policy.SSRC_ANY_OUTBOUND, srtp_profile=profile)
        ).protect
        self.unprotect = pylibsrtp.Session(
            policy(key=plan.receive_key, ssrc_type=policy.SSRC_ANY_INBOUND, srtp_profile=profile)
        ).unprotect
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", plan.port))
        self.check = binding_request(plan.ufrag, plan.password)
        self.socket.send(self.check)
        self.socket.recv(500)
        self.socket.setblocking(False)
        self.ears = {100 + seat: Ear(decoder("opus")) for seat in range(3)}
        self.sequence, self.timestamp = 0, 0

    def send(self, payload: bytes, level: int) -> None:
        self.sequence += 1
        self.timestamp += 960
        header = struct.pack("!BBHII", 0x90, 111, self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, 77)
        extension = bytes([0xBE, 0xDE, 0, 1, 0x10, ord("0"), 0x20, level])
        self.socket.send(self.protect(header + extension + payload))

    def receive(self, now: float) -> None:
        while True:
            try:
                datagram = self.socket.recv(2_048)
            except BlockingIOError:
                return
            if not 0x80 <= datagram[0] <= 0xBF or 192 <= datagram[1] <= 223:
                continue
            plain = bytes(self.unprotect(datagram))
            start = 12 + (4 + 4 * int.from_bytes(plain[14:16], "big") if plain[0] & 0x10 else 0)
            ear = self.ears.get(int.from_bytes(plain[8:12], "big"))
            if ear is not None:
                ear.hear(now, plain[start:])


class Callers:
    """All of them, each with a phase of its own in the 20 ms."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.browser = BrowserTransport(plan)
        self.phones = [Telephone(codec, 1_000) for codec in plan.codecs]
        self.voices = {codec: Voice(codec) for codec in [*set(plan.codecs), "opus"]}
        self.ears = [Ear(decoder(phone.codec)) for phone in self.phones]
        self.last_arrival = [0.0] * len(self.phones)
        self.late = 0
        self.packets = 0
        self.sent: dict[int, list[float]] = {-1: []}
        """When each one's tones began; -1 is the browser."""
        self.talks: set[int] = set()
        """Who talks all the time."""
        self._poll = select.epoll()
        self._by_fd = {phone.socket.fileno(): i for i, phone in enumerate(self.phones)}
        for fd in [*self._by_fd, self.browser.socket.fileno()]:
            self._poll.register(fd, select.EPOLLIN)
        chance = random.Random(5)
        begin = time.monotonic() + 0.1
        # (when, who, which packet); the browser changes its phase with each cycle.
        self._due = [(begin + chance.random() * PACKET, i, 0) for i in range(-1, len(self.phones))]
        heapq.heapify(self._due)
        self._checked = begin

    def go_on(self, until: float) -> None:
        """Send and receive until then."""
        while (now := time.monotonic()) < until:
            while self._due and self._due[0][0] <= now:
                due, who, number = heapq.heappop(self._due)
                self._send(who, number)
                step = PACKET + (0.0007 if who < 0 and number % CYCLE == CYCLE - 10 else 0.0)
                heapq.heappush(self._due, (due + step, who, number + 1))
            if now - self._checked > 5:
                self._checked = now
                self.browser.socket.send(self.browser.check)
            for fd, _ in self._poll.poll(max(min(self._due[0][0] - time.monotonic(), 0.01), 0)):
                self._receive(fd)

    def _turn(self, number: int) -> tuple[int, int]:
        """Whose turn it is to begin a tone, and how far in it is: the browser's and a caller's alternate."""
        cycle, at = divmod(number, CYCLE)
        return (-1 if cycle % 2 else (cycle // 2) % len(self.phones)), at

    def _send(self, who: int, number: int) -> None:
        voice = self.voices["opus" if who < 0 else self.phones[who].codec]
        turn, at = self._turn(number)
        speaks = who in self.talks or (not self.talks and turn == who and at < SPOKEN and number >= 2 * CYCLE)
        payload = voice.spoken[at % SPOKEN] if speaks else voice.quiet[number % 50]
        if speaks and at == 0 and not self.talks:
            self.sent.setdefault(who, []).append(time.monotonic() + voice.onset)
        if who < 0:
            self.browser.send(payload, 20 if speaks else 100)
            return
        phone = self.phones[who]
        phone.send(PAYLOAD_TYPES[phone.codec], payload)
        phone.timestamp += CLOCK_RATES[phone.codec] // 50

    def _receive(self, fd: int) -> None:
        now = time.monotonic()
        who = self._by_fd.get(fd)
        if who is None:
            return self.browser.receive(now)
        phone = self.phones[who]
        phone.receive()
        for payload in phone.payloads:
            self.packets += 1
            if self.last_arrival[who] and now - self.last_arrival[who] > SPREAD:
                self.late += 1
            self.last_arrival[who] = now
            self.ears[who].hear(now, payload)
        phone.payloads.clear()


def latencies(sent: list[float], heard: list[float]) -> list[float]:
    """For each tone, in ms, how much later it was first heard."""
    found = []
    for began in sent:
        after = [onset - began for onset in heard if -0.05 < onset - began < 0.4]
        if after:
            found.append(min(after) * 1_000)
    return found


def run(plan: Plan, pipe: Connection) -> None:
    """The process."""
    callers = Callers(plan)
    pipe.send([phone.offer() for phone in callers.phones])
    for phone, answer in zip(callers.phones, pipe.recv(), strict=True):
        phone.take_answer(answer)
    now = time.monotonic()
    callers.go_on(now + (plan.onsets + 1) * 2 * CYCLE * PACKET)
    to_browser: list[float] = []
    by_browser = [onset for ear in callers.browser.ears.values() for onset in ear.onsets]
    for who, sent in callers.sent.items():
        if who >= 0:
            to_browser += latencies(sent, by_browser)
    to_callers: list[float] = []
    for ear in callers.ears:
        to_callers += latencies(callers.sent[-1], ear.onsets)
    pipe.send("measured")
    callers.talks = {-1, 0, 1} if len(callers.phones) > 1 else {-1}
    callers.go_on(time.monotonic() + 1 + plan.seconds)
    pipe.send(
        {
            "to_browser": to_browser,
            "to_callers": to_callers,
            "gaps": sum(phone.gaps for phone in callers.phones),
            "late": callers.late,
            "packets": callers.packets,
        }
    )
