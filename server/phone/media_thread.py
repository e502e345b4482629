"""The thread that carries the sound of all calls: sockets, a clock of 20 ms without drift, and codecs."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

import structlog

from server._plane import Plane
from server.phone.frames import FRAME_SECONDS
from server.phone.leg_media import LegMedia
from server.phone.phone_room import PhoneRoom

log = structlog.get_logger()

_TICKS_BEHIND: Final = 5
"""After a pause of more ticks than this (the machine stood still) they are left out instead of made up for."""


class MediaThread:
    """Orders come through a queue; nothing else is shared with the event loop."""

    def __init__(self, plane: Plane) -> None:
        self.ticks = 0
        self.ticks_left_out = 0
        self.cpu_seconds = 0.0
        """What the thread has used, a second old at most."""
        self._plane = plane
        self._orders: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.epoll()
        self._poll.register(self._wake, select.EPOLLIN)
        self._heard = plane.heard_fd()
        self._poll.register(self._heard, select.EPOLLIN)
        self._legs: dict[int, LegMedia] = {}
        """By their sockets."""
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
        if self._running:
            os.eventfd_write(self._wake, 1)

    def stop(self) -> None:
        """End it. Blocks for a tick at most. What was ordered before is still done."""
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
        self._legs[leg.socket.fileno()] = leg
        self._poll.register(leg.socket, select.EPOLLIN)
        self._move(leg, self._lounge)

    def remove_leg(self, leg: LegMedia) -> None:
        """It ends."""
        if self._legs.pop(leg.socket.fileno(), None) is not None:
            self._poll.unregister(leg.socket)
            self.leave_room(leg)
            self._lounge.remove(leg)
            self._room_of.pop(leg, None)
            leg.socket.close()

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
        due = self.now() + FRAME_SECONDS
        try:
            while self._running:
                # epoll counts in milliseconds, and must not wake before the time.
                timeout = max(due - self.now(), 0.0)
                for fd, _ in self._poll.poll(timeout):
                    self._readable(fd)
                now = self.now()
                if now < due:
                    continue
                behind = int((now - due) / FRAME_SECONDS)
                if behind > _TICKS_BEHIND:
                    self.ticks_left_out += behind
                    due += behind * FRAME_SECONDS
                due += FRAME_SECONDS
                self._tick(now)
        finally:
            self._poll.close()
            for leg in self._legs.values():
                leg.socket.close()

    def _readable(self, fd: int) -> None:
        if fd == self._wake:
            os.eventfd_read(self._wake)
            while True:
                try:
                    order = self._orders.get_nowait()
                except Empty:
                    return
                self._guarded(order)
        elif fd == self._heard:
            self._take_heard()
        elif (leg := self._legs.get(fd)) is not None:
            self._guarded(lambda: leg.receive(self.now()))

    def _take_heard(self) -> None:
        now = self.now()
        for group, _, track, index, timestamp, payload in self._plane.take_heard():
            room = self._rooms.get(group)
            if room is not None:
                room.hear(now, track, index, timestamp, payload)

    def _tick(self, now: float) -> None:
        self.ticks += 1
        self._guarded(lambda: self._lounge.tick(now))
        for room in list(self._rooms.values()):
            self._guarded(lambda room=room: room.tick(now))  # type: ignore[misc]
        if self.ticks % 50 == 0:
            self.cpu_seconds = time.thread_time()

    def _guarded(self, work: Callable[[], None]) -> None:
        """One call's mishap must not end the others."""
        try:
            work()
        except ConnectionError:  # the plane has stopped; whoever owns it ends this thread, too
            pass
        except Exception:
            log.exception("the sound of a call failed")
