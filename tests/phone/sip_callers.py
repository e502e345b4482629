"""Callers by SIP and RTP, in a process of their own: they call in, enter the PIN, and two of them talk in turns.

What they receive is kept as it comes, with the kernel's time of arrival, and looked at when all is over: so this
process takes little time from the server that it measures.
"""

from __future__ import annotations

import heapq
import random
import re
import select
import socket
import struct
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np

from server.phone.codec import encoder
from server.phone.frames import FRAME
from tests.phone.hearing import LATEST, SPOKEN, Recording, Stream, is_turn
from tests.phone.onsets import HERTZ
from tests.phone.telephone import Telephone, tone
from tests.signaling.sip.plain import acknowledgement, goodbye, invite

PACKET = 0.02
SAMPLES = 160
PCMA = 8
TALKERS = 2
"""Of the callers so many talk in turns, and a browser after them."""
KEY_EVERY = 8
"""Packets from one key of the PIN to the next."""
CALL_EVERY = 0.12
"""Seconds between two calls: under the 10 a second that a trunk may begin."""
ANSWERED_WITHIN = 5.0
_TIMESTAMP = 35  # SO_TIMESTAMPNS (socket(7)), which Python does not name


@dataclass(frozen=True)
class CallPlan:
    """Who calls where, and for how long two of them talk."""

    sip_port: int
    number: str
    pin: str
    callers: int
    seconds: float


class Line(Telephone):
    """One caller's end of a call."""

    def __init__(self) -> None:
        super().__init__("PCMA", HERTZ)
        self.socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
        self.keys: list[str] = []
        self.arrived = Stream("PCMA")
        self.sent = Stream("PCMA")

    def receive(self) -> None:
        while True:
            try:
                datagram, extra, _, _ = self.socket.recvmsg(2_048, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("qq", extra[0][2])
            if datagram[1] & 0x7F == PCMA:
                sequence = int.from_bytes(datagram[2:4], "big")
                self.arrived.add(seconds + nanoseconds * 1e-9, sequence, datagram[12:])


class SipCallers:
    """All of them, each with a phase of its own in the 20 ms."""

    def __init__(self, plan: CallPlan) -> None:
        self.plan = plan
        self.sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sip.bind(("127.0.0.1", 0))
        self.sip.connect(("127.0.0.1", plan.sip_port))
        self.lines: list[Line] = []
        self.answers: list[str] = []
        self.tones: list[tuple[int, float]] = []
        """Who began a tone, and when."""
        self.talk = False
        self._spoken: dict[int, int] = {}
        """How far each talker's tone is."""
        noise = np.random.default_rng(3).standard_normal(FRAME * 50).astype(np.float32).reshape(-1, FRAME) * 8
        coder = encoder("PCMA")
        self.quiet = [coder.encode(frame) for frame in noise]
        self.spoken = [
            coder.encode(frame) for frame in tone(HERTZ, round(SPOKEN / PACKET), amplitude=9_000).reshape(-1, FRAME)
        ]
        self._poll = select.epoll()
        self._by_fd: dict[int, Line] = {}
        self._due: list[tuple[float, int, int]] = []
        self._chance = random.Random(5)

    def call_in(self) -> None:
        """One after the other, while those who are in the line already speak."""
        for caller in range(self.plan.callers):
            line = Line()
            due = time.monotonic() + CALL_EVERY
            self.answers.append(self._answer(caller, line.offer()))
            line.take_answer(self.answers[-1])
            line.keys = [*self.plan.pin, "#"]
            self.lines.append(line)
            self._by_fd[line.socket.fileno()] = line
            self._poll.register(line.socket.fileno(), select.EPOLLIN)
            heapq.heappush(self._due, (time.monotonic() + self._chance.random() * PACKET, caller, 0))
            self.go_on(due)

    def hang_up(self) -> None:
        """All of them."""
        for caller, answer in enumerate(self.answers):
            self.sip.send(goodbye(caller, self.plan.number, self.plan.sip_port, self._port, answer))

    def go_on(self, until: float) -> None:
        """Send and receive until then, by ``time.monotonic``."""
        while (now := time.monotonic()) < until:
            while self._due and self._due[0][0] <= now:
                due, caller, number = heapq.heappop(self._due)
                self._send(caller, number)
                heapq.heappush(self._due, (due + PACKET, caller, number + 1))
            wait = min(self._due[0][0] if self._due else until, until) - time.monotonic()
            for fd, _ in self._poll.poll(max(wait, 0)):
                self._by_fd[fd].receive()

    @property
    def _port(self) -> int:
        return int(self.sip.getsockname()[1])

    def _answer(self, caller: int, offer: str) -> str:
        """Call, and acknowledge the answer: the 200's text."""
        number, port = self.plan.number, self.plan.sip_port
        self.sip.send(invite(caller, number, port, self._port, offer))
        until = time.monotonic() + ANSWERED_WITHIN
        while time.monotonic() < until:
            self.sip.setblocking(False)
            try:
                answer = self.sip.recv(65_535).decode()
            except BlockingIOError:
                self.go_on(time.monotonic() + 0.005)
                continue
            status = answer.split(" ", 2)[1]
            if status.startswith("1") or not re.search(rf"(?mi)^call-id:\s*call{caller}\s*$", answer):
                continue
            if status != "200":
                raise RuntimeError(f"caller {caller} got {status}")
            self.sip.send(acknowledgement(caller, number, port, self._port, answer))
            return answer
        raise RuntimeError(f"caller {caller} got no answer")

    def _send(self, caller: int, number: int) -> None:
        line = self.lines[caller]
        if line.keys and number % KEY_EVERY == KEY_EVERY - 1:
            line.press(line.keys.pop(0))
        payload = self._tone(caller) or self.quiet[number % 50]
        line.send(PCMA, payload)
        if self.talk and caller < TALKERS:
            line.sent.add(time.time(), line.sequence, payload)
        line.timestamp += SAMPLES

    def _tone(self, caller: int) -> bytes | None:
        """The next packet of a tone, when it is this caller's turn."""
        if not self.talk or caller >= TALKERS or not is_turn(caller, TALKERS + 1, time.time()):
            self._spoken[caller] = 0
            return None
        at = self._spoken.get(caller, 0)
        if at == 0:
            self.tones.append((caller, time.time()))
        self._spoken[caller] = at + 1
        return self.spoken[at % len(self.spoken)]

    def record(self) -> Recording:
        """Some talk for the time of the plan; what came of it."""
        for line in self.lines:
            line.arrived = Stream("PCMA")
        self.talk = True
        self.go_on(time.monotonic() + self.plan.seconds)
        # A tone that has just begun may not have been heard yet.
        self.tones = [tone for tone in self.tones if tone[1] < time.time() - LATEST]
        self.talk = False
        talkers = dict(enumerate(line.sent for line in self.lines[:TALKERS]))
        return Recording(self.tones, talkers, [[line.arrived] for line in self.lines])


def run(plan: CallPlan, pipe: Connection) -> None:
    """The process: tells when all have called, measures when told to, and hangs up when told to."""
    callers = SipCallers(plan)
    callers.call_in()
    callers.go_on(time.monotonic() + (len(plan.pin) + 2) * KEY_EVERY * PACKET + 1)
    pipe.send("called")
    while not pipe.poll():
        callers.go_on(time.monotonic() + 0.05)
    pipe.recv()
    pipe.send(callers.record())
    while not pipe.poll():
        callers.go_on(time.monotonic() + 0.05)
    callers.hang_up()
