"""The process that is an emulated link: it moves packets between TUN devices in two network namespaces.

``python -m tests.network.wire NAMESPACE DEVICE NAMESPACE DEVICE``: packets of the first to the second go ``up``, the
others ``down``. One line of JSON on stdin, ``{"up": CONDITIONS, "down": CONDITIONS}`` (either may be left out), changes
the link; each is answered by one on stdout with what became of the packets so far. ``{"since": SECONDS}`` is answered
by what each direction did since then, on this system's monotonic clock. It ends, and takes its devices with it, when
stdin is closed. :mod:`tests.network.link` runs it.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import select
import struct
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from tests.network.impairment import SLICE, Conditions, Direction
from tests.network.namespaces import enter
from tests.network.voices import Voices

TUNSETIFF = 0x400454CA
IFF_TUN_WITHOUT_HEADER = 0x1001
MTU = 1500
AT_ONCE = 64
"""Packets that are read from one device before the other has its turn."""
LATENESSES = 2_000
"""How many of the latest packets are known by their lateness."""


def open_tun(namespace: str, device: str) -> int:
    """Make a TUN device in a network namespace; it lives as long as the file. OSError if it can't be made."""
    enter(namespace)
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN_WITHOUT_HEADER))
    return tun


def prefer_this_process() -> None:
    """A link that waits for a processor is another link. Where the system allows it, this process goes first."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except OSError:
        os.nice(-10)
    gc.disable()  # nothing here is cyclic


class Wire:
    """Both directions of a link, and the devices at its ends."""

    def __init__(self, near: int, far: int) -> None:
        self.directions = {"up": Direction(Conditions(), seed=1), "down": Direction(Conditions(), seed=2)}
        self._voices = {"up": Voices(), "down": Voices()}
        self._voices_sent = {"up": Voices(), "down": Voices()}
        self._ways = [
            (near, far, self.directions["up"], self._voices_sent["up"], self._voices["up"]),
            (far, near, self.directions["down"], self._voices_sent["down"], self._voices["down"]),
        ]
        self._lateness: deque[float] = deque(maxlen=LATENESSES)

    def run(self) -> None:
        """Move packets until stdin ends."""
        control = os.fdopen(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
        files: list[Any] = [control, *(source for source, *_ in self._ways)]
        while True:
            ready = select.select(files, [], [], self._patience(time.monotonic()))[0]
            if control in ready:
                line = control.readline()
                if not line:
                    return
                order = json.loads(line)
                print(json.dumps(self._tell(order["since"]) if "since" in order else self._obey(order)), flush=True)
            for source, target, direction, sent, arrived in self._ways:
                if source in ready:
                    self._take(source, direction, sent)
                self._give(target, direction, arrived)

    def _patience(self, now: float) -> float | None:
        due = [at for direction in self.directions.values() if (at := direction.next_at()) is not None]
        return max(0.0, min(due) - now) if due else None

    def _obey(self, order: dict[str, dict[str, float | None]]) -> dict[str, Any]:
        now = time.monotonic()
        for name, conditions in order.items():
            self.directions[name].change(now, Conditions(**conditions))  # type: ignore[arg-type]
        late = sorted(self._lateness)
        return {
            **{name: asdict(direction.counters) for name, direction in self.directions.items()},
            "late_ms": {f"p{q}": round(late[len(late) * q // 100] * 1000, 3) for q in (50, 99)} if late else {},
            "cpu_s": time.process_time(),
        }

    def _tell(self, since: float) -> dict[str, Any]:
        now = time.monotonic()
        return {
            name: {
                "slices": [
                    {"at": number * SLICE, **asdict(did)}
                    for number, did in sorted(direction.slices.items())
                    if number * SLICE >= since
                ],
                "gaps": [asdict(gap) for gap in self._voices[name].gaps(now) if gap.begins + gap.seconds >= since],
                "gaps_sent": [
                    asdict(gap) for gap in self._voices_sent[name].gaps(now) if gap.begins + gap.seconds >= since
                ],
            }
            for name, direction in self.directions.items()
        }

    def _take(self, source: int, direction: Direction, voices: Voices) -> None:
        for _ in range(AT_ONCE):
            try:
                packet = os.read(source, MTU)
            except BlockingIOError:
                return
            now = time.monotonic()
            voices.arrived(now, packet)
            direction.offer(now, packet)

    def _give(self, target: int, direction: Direction, voices: Voices) -> None:
        due = direction.next_at()
        if due is None:
            return
        now = time.monotonic()
        for packet in direction.arrived(now):
            self._lateness.append(now - due)
            voices.arrived(now, packet)
            with suppress(OSError):  # a device that is down takes nothing
                os.write(target, packet)


def main() -> None:
    """Be a link."""
    near_namespace, near_device, far_namespace, far_device = sys.argv[1:]
    wire = Wire(open_tun(near_namespace, near_device), open_tun(far_namespace, far_device))
    prefer_this_process()
    print(json.dumps("ready"), flush=True)
    wire.run()


if __name__ == "__main__":
    main()
