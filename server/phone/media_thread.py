"""The thread that carries the sound of all calls: every 20 ms, it takes what has come, mixes, and sends.

It lets go of the interpreter a few times each tick only, and so waits for it seldom, however busy the event loop is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final, ParamSpec

import structlog

from server._plane import CallSockets, Plane
from server.phone.frames import FRAME_SECONDS
from server.phone.leg_media import LegMedia
from server.phone.phone_room import PhoneRoom

_Arguments = ParamSpec("_Arguments")

log = structlog.get_logger()

_TICKS_PER_SECOND: Final = 50
_TICKS_BEHIND: Final = 5
"""After a pause of more ticks than this (the machine stood still) they are left out instead of made up for."""


def arrival(tick: float, now: float) -> float:
    """When what is found at a tick counts as having come: at the latest one that is over, where ticks are behind.

    Were it the tick that is caught up with, what came since would seem to have come early, and all that follows late:
    jitter buffers would keep packets by so much longer, for seconds.
    """
    return tick + max(0, int((now - tick) / FRAME_SECONDS)) * FRAME_SECONDS


class MediaThread:
    """Orders come through a queue; nothing else is shared with the event loop."""

    def __init__(self, plane: Plane) -> None:
        self.sockets = CallSockets()
        self.ticks = 0
        self.ticks_left_out = 0
        self.cpu_seconds = 0.0
        """What the thread has used, a second old at most."""
        self._plane = plane
        self._orders: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._legs: dict[int, LegMedia] = {}
        """By their ports."""
        self._lounge = PhoneRoom(plane, None)
        """Who is in no room."""
        self._rooms: dict[int, PhoneRoom] = {}
        self._room_of: dict[LegMedia, PhoneRoom] = {}
        self._running = True
        self._thread = threading.Thread(target=self._run, name="phone", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def order(self, order: Callable[[], None]) -> None:
        """Have something done on the thread; in the order of the calls."""
        self._orders.put(order)

    def stop(self) -> None:
        """End it. Blocks for a tick. What was ordered before is still done."""
        if self._thread.is_alive():
            self.order(self._end)
            self._thread.join()

    @staticmethod
    def now() -> float:
        """The thread's clock, in s."""
        return time.monotonic()

    # What may be ordered.

    def add_leg(self, leg: LegMedia) -> None:
        """A call's sound begins."""
        self._legs[leg.port] = leg
        self._move(leg, self._lounge)

    def remove_leg(self, leg: LegMedia) -> None:
        """It ends."""
        if self._legs.pop(leg.port, None) is not None:
            self.leave_room(leg)
            self._lounge.remove(leg)
            self._room_of.pop(leg, None)
            self.sockets.close(leg.port)

    def enter_room(self, leg: LegMedia, group: int, track: int) -> None:
        """It is heard in a room by its track, and hears what is heard there."""
        if leg not in self._room_of:
            return
        self.leave_room(leg)
        leg.track = track
        room = self._rooms.get(group)
        if room is None:
            room = self._rooms[group] = PhoneRoom(self._plane, group)
        self._move(leg, room)

    def leave_room(self, leg: LegMedia) -> None:
        """It is in no room any more."""
        room = self._room_of.get(leg)
        if room is None or room is self._lounge:
            return
        self._move(leg, self._lounge)
        leg.track = None
        for group in [group for group, known in self._rooms.items() if not known.legs]:
            del self._rooms[group]

    def _move(self, leg: LegMedia, room: PhoneRoom) -> None:
        before = self._room_of.get(leg)
        if before is not None:
            before.remove(leg)
        self._room_of[leg] = room
        room.add(leg)

    def _end(self) -> None:
        self._running = False

    def _run(self) -> None:
        # What comes counts as having come at a tick: whether it is in time is a matter of ticks, too.
        tick = self.now()
        while self._running:
            tick += FRAME_SECONDS
            wait = tick - self.now()
            if wait > 0:
                time.sleep(wait)
            elif -wait > _TICKS_BEHIND * FRAME_SECONDS:
                behind = int(-wait / FRAME_SECONDS)
                self.ticks_left_out += behind
                tick += behind * FRAME_SECONDS
            self._take_orders()
            arrived = arrival(tick, self.now())
            self._guarded(self._take_heard, arrived)
            self._guarded(self._receive, arrived)
            self._mix(tick)
        for leg in list(self._legs.values()):
            self.sockets.close(leg.port)

    def _take_orders(self) -> None:
        while True:
            try:
                order = self._orders.get_nowait()
            except Empty:
                return
            self._guarded(order)

    def _take_heard(self, now: float) -> None:
        for group, _, track, index, timestamp, payload in self._plane.take_heard():
            room = self._rooms.get(group)
            if room is not None:
                room.hear(now, track, index, timestamp, payload)

    def _receive(self, now: float) -> None:
        for port, datagram, host, remote_port in self.sockets.receive():
            leg = self._legs.get(port)
            if leg is None or leg.failed:
                continue
            try:
                leg.receive(now, datagram, (host, remote_port))
            except Exception:
                leg.fail()

    def _mix(self, now: float) -> None:
        self.ticks += 1
        for room in [self._lounge, *self._rooms.values()]:
            self._guarded(self._tick, room, now)
        if self.ticks % _TICKS_PER_SECOND == 0:
            self.cpu_seconds = time.thread_time()

    def _tick(self, room: PhoneRoom, now: float) -> None:
        self.sockets.send(room.tick(now))

    def _guarded(
        self, work: Callable[_Arguments, None], *arguments: _Arguments.args, **more: _Arguments.kwargs
    ) -> None:
        """No mishap may end the thread."""
        try:
            work(*arguments, **more)
        except ConnectionError:  # the plane has stopped; whoever owns it ends this thread, too
            pass
        except Exception:
            log.exception("the sound of a call failed")
