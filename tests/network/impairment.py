"""What a bad link does to packets, in virtual time: it owns no clock and no socket.

A packet waits in a drop-tail queue, is sent at the link's rate, may be lost on the air, and arrives after the delay.
What is lost on the air has used up rate, as with radio. Packets are never overtaken: jitter holds up those behind too.
"""

from __future__ import annotations

import random
from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Conditions:
    """How one direction of a link is. ValueError where a value makes no sense."""

    rate: float | None = None
    """Bits a second, IP header included; None for no limit."""
    queue: float = 0.3
    """Seconds of the rate's worth that wait before the slow part; what comes on top is dropped."""
    delay: float = 0.0
    """Seconds that every packet is under way."""
    jitter: float = 0.0
    """Seconds of further delay at most, evenly spread."""
    loss: float = 0.0
    """Share of packets that are lost, each by itself; 1 is an outage."""

    def __post_init__(self) -> None:
        if self.rate is not None and self.rate <= 0:
            raise ValueError("a rate is above 0; an outage is loss=1")
        if min(self.queue, self.delay, self.jitter) < 0:
            raise ValueError("times are 0 or more")
        if not 0 <= self.loss <= 1:
            raise ValueError("loss is a share from 0 to 1")


@dataclass
class Counters:
    """What became of the packets of one direction."""

    offered: int = 0
    queue_drops: int = 0
    lost: int = 0
    delivered: int = 0
    delivered_bytes: int = 0


SLICE = 0.1
"""Seconds of which each has a record of its own."""
STEP_MS = 5
"""Waiting times are known to so many ms."""


@dataclass
class Slice:
    """What a direction did in one tenth of a second."""

    offered_bytes: int = 0
    carried_bytes: int = 0
    """Sent at the link's rate; of this, some is lost on the air."""
    queue_drops: int = 0
    lost: int = 0
    waits: dict[int, int] = field(default_factory=dict)
    """How many packets waited so many steps of ``STEP_MS`` in the queue, by when they left it; their own time on the
    slow part is not counted. Only where there is a rate is there a queue."""


@dataclass
class Direction:
    """One direction of a link, and the packets on it. ``now`` is in seconds, and never goes back."""

    conditions: Conditions
    seed: int = 0
    """The same seed loses the same packets."""
    counters: Counters = field(default_factory=Counters)

    def __post_init__(self) -> None:
        self.slices: defaultdict[int, Slice] = defaultdict(Slice)
        """What was done in each slice of time, by its number: ``SLICE`` times that is when it began."""
        self._random = random.Random(self.seed)
        self._waiting: deque[tuple[float, bytes]] = deque()
        """With the time since which they have waited."""
        self._bits_waiting = 0.0
        """Of all that waits, less what is sent of the first by ``_sent_until``."""
        self._bits_of_first = 0.0
        self._sent_until = 0.0
        self._first_began = 0.0
        self._flying: deque[tuple[float, bytes]] = deque()

    def change(self, now: float, conditions: Conditions) -> None:
        """From now on the link is so. What waits goes at the new rate; what flies is not called back."""
        self._send(now)
        self.conditions = conditions
        self._send(now)

    def offer(self, now: float, packet: bytes) -> None:
        """A packet comes to the link."""
        self._send(now)
        self.counters.offered += 1
        self._slice(now).offered_bytes += len(packet)
        rate = self.conditions.rate
        if rate is None:
            self._take_off(now, packet)
            return
        if self._bits_waiting > self.conditions.queue * rate:
            self.counters.queue_drops += 1
            self._slice(now).queue_drops += 1
            return
        bits = len(packet) * 8.0
        if not self._waiting:
            self._bits_of_first = bits
            self._sent_until = self._first_began = now
        self._waiting.append((now, packet))
        self._bits_waiting += bits

    def arrived(self, now: float) -> list[bytes]:
        """The packets that have come through by now, in order."""
        self._send(now)
        arrived = []
        while self._flying and self._flying[0][0] <= now:
            packet = self._flying.popleft()[1]
            self.counters.delivered += 1
            self.counters.delivered_bytes += len(packet)
            arrived.append(packet)
        return arrived

    def next_at(self) -> float | None:
        """When to call :meth:`arrived` again; None while nothing is on the link."""
        soonest = [self._flying[0][0]] if self._flying else []
        if self._waiting:
            soonest.append(self._first_is_sent_at())
        return min(soonest, default=None)

    def _first_is_sent_at(self) -> float:
        rate = self.conditions.rate
        return self._sent_until + (self._bits_of_first / rate if rate is not None else 0.0)

    def _send(self, now: float) -> None:
        while self._waiting:
            done = self._first_is_sent_at()
            if done > now:
                sent = (now - self._sent_until) * (self.conditions.rate or 0.0)
                self._bits_of_first -= sent
                self._bits_waiting -= sent
                self._sent_until = now
                return
            self._bits_waiting -= self._bits_of_first
            began = self._first_began
            self._sent_until = self._first_began = done
            since, packet = self._waiting.popleft()
            self._bits_of_first = len(self._waiting[0][1]) * 8.0 if self._waiting else 0.0
            waits, steps = self._slice(done).waits, round((began - since) * 1000) // STEP_MS
            waits[steps] = waits.get(steps, 0) + 1
            self._take_off(done, packet)
        self._bits_waiting = 0.0

    def _slice(self, at: float) -> Slice:
        return self.slices[int(at / SLICE)]

    def _take_off(self, at: float, packet: bytes) -> None:
        here, now = self.conditions, self._slice(at)
        now.carried_bytes += len(packet)
        if here.loss and self._random.random() < here.loss:
            self.counters.lost += 1
            now.lost += 1
            return
        arrives = at + here.delay + (self._random.uniform(0.0, here.jitter) if here.jitter else 0.0)
        if self._flying:
            arrives = max(arrives, self._flying[-1][0])
        self._flying.append((arrives, packet))
