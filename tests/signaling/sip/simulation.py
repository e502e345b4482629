"""Two user agent cores of ours in virtual time, with a network between them that loses, repeats and reorders."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from signaling.sip.authorization import Authorization
from signaling.sip.call import Call
from signaling.sip.core import Core
from signaling.sip.incoming import IncomingSession
from signaling.sip.message import IncomingRequest, IncomingResponse, parse
from signaling.sip.outgoing import OutgoingSession
from signaling.sip.peer import LocalAddress, Peer
from signaling.sip.session_timer import for_request
from signaling.sip.transactions import InviteServer

OFFER, ANSWER = "v=0\r\ns=offer\r\n", "v=0\r\ns=answer\r\n"


class _Handle:
    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        self.callback = None


class VirtualTime:
    """A scheduler whose time passes in ``run``."""

    def __init__(self) -> None:
        self.now = 0.0
        self._order = itertools.count()
        self._queue: list[tuple[float, int, _Handle]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[..., Any], *args: Any) -> _Handle:
        handle = _Handle(lambda: callback(*args))
        heapq.heappush(self._queue, (self.now + delay, next(self._order), handle))
        return handle

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while self._queue and self._queue[0][0] <= end:
            self.now, _, handle = heapq.heappop(self._queue)
            if handle.callback is not None:
                handle.callback()
        self.now = end

    @property
    def pending(self) -> int:
        """How many calls are to come."""
        return sum(handle.callback is not None for _, _, handle in self._queue)


@dataclass
class Link:
    """What happens to a datagram."""

    random: random.Random
    loss: float = 0.0
    repeat: float = 0.0
    delay: tuple[float, float] = (0.02, 0.02)

    def delays(self) -> list[float]:
        """When it arrives, each time that it does."""
        if self.random.random() < self.loss:
            return []
        times = 2 if self.random.random() < self.repeat else 1
        return [self.random.uniform(*self.delay) for _ in range(times)]


class Party:
    """A core, its calls and what they told."""

    def __init__(self, world: World, peer: Peer) -> None:
        self.world, self.peer = world, peer
        self.calls: list[Call] = []
        self.events: list[tuple[Any, ...]] = []
        self.takes: Callable[[Call], None] = lambda call: call.accept(ANSWER)
        self.core = Core(
            world.time,
            lambda to, data: world.carry(self.peer, to, data),
            lambda _: LocalAddress(peer.ip, peer.port),
            self._on_invite,
        )

    def dial(self, other: Party, *, ring_seconds: float = 60.0) -> Call:
        call = Call(direction="out", number="1", dialled="1", trunk="t", peer=other.peer)
        session = OutgoingSession(
            self.core,
            call,
            Authorization(None),
            peer=other.peer,
            uri=f"sip:1@{other.peer.ip}",
            from_uri=f"sip:2@{self.peer.ip}",
            offer=OFFER,
            ring_seconds=ring_seconds,
        )
        self._bind(call, session)
        session.start()
        return call

    @property
    def state(self) -> str:
        """Of the first call: "none", "early", "confirmed" or "ended"."""
        return self.calls[0]._session.state if self.calls and self.calls[0]._session else "none"

    def _on_invite(self, request: IncomingRequest, transaction: InviteServer) -> None:
        call = Call(direction="in", number="2", dialled="1", trunk="t", peer=request.source, offer=request.sdp())
        session = IncomingSession(self.core, call, Authorization(None), request, transaction, for_request(request))
        self._bind(call, session)
        self.takes(call)

    def _bind(self, call: Call, session: IncomingSession | OutgoingSession) -> None:
        call.bind(session)
        call.renegotiate = lambda _: ANSWER
        self.calls.append(call)
        for event in ("ringing", "early", "answered", "digit", "ended"):
            call.on(event, lambda *values, event=event: self.events.append((event, *values)))


class World:
    """Time, a link, and the two ends of it. ``sent`` has every message in the order of sending."""

    def __init__(self, *, seed: int = 1, transport: str = "udp", **link: Any) -> None:
        self.time = VirtualTime()
        self.link = Link(random.Random(seed), **link)
        self.sent: list[tuple[float, IncomingRequest | IncomingResponse]] = []
        self.alice = Party(self, Peer(transport, "10.0.0.1", 5060))  # type: ignore[arg-type]
        self.bob = Party(self, Peer(transport, "10.0.0.2", 5060))  # type: ignore[arg-type]

    def carry(self, source: Peer, to: Peer, data: bytes) -> None:
        message = parse(data, source)
        self.sent.append((self.time.now, message))
        receiver = self.alice if to == self.alice.peer else self.bob
        for delay in self.link.delays():
            self.time.call_later(delay, receiver.core.receive, message)

    def times(self, what: str) -> list[float]:
        """When messages of a method, or responses ("200 INVITE"), were sent; from the first of them on."""
        found = [when for when, message in self.sent if name(message) == what]
        return [round(when - found[0], 3) for when in found]


def name(message: IncomingRequest | IncomingResponse) -> str:
    """Short: a method, or code and method."""
    if isinstance(message, IncomingRequest):
        return message.method
    return f"{message.code} {message.cseq.method}"
