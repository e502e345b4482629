"""An emulated link between two network namespaces, whose conditions change while it runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.network.impairment import Conditions, Counters
from tests.network.link_record import DirectionRecord
from tests.network.namespaces import Namespace

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Traffic:
    """What a link has done so far."""

    up: Counters
    down: Counters
    late_ms: dict[str, float]
    """By how much packets left the link later than they should have: ``p50`` and ``p99`` of the latest, in ms."""
    cpu_s: float
    """Processor time that the emulation has used, in s."""


class Link:
    """A running link. ``up`` leads from the weak side to the strong one."""

    def __init__(self, process: subprocess.Popen[bytes], weak_address: str, strong_address: str) -> None:
        self._process = process
        self.weak_address = weak_address
        self.strong_address = strong_address

    def change(self, *, up: Conditions | None = None, down: Conditions | None = None) -> Traffic:
        """Let the link be so from now on; a direction that is left out stays as it is."""
        order = {name: asdict(to) for name, to in (("up", up), ("down", down)) if to is not None}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._answer()
        return Traffic(**{**answer, "up": Counters(**answer["up"]), "down": Counters(**answer["down"])})

    def traffic(self) -> Traffic:
        """What the link has done so far."""
        return self.change()

    def record(self, since: float) -> dict[str, DirectionRecord]:
        """What went ``up`` and ``down`` since then, in s of the monotonic clock; that moment is 0 in the record."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"since": since}).encode() + b"\n")
        self._process.stdin.flush()
        return {name: DirectionRecord.read(told, since) for name, told in self._answer().items()}

    def started(self) -> None:
        """Wait until the devices are there. RuntimeError if they can't be made; the reason stands on stderr."""
        self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the emulated link has ended")
        return json.loads(line)


@contextmanager
def link(weak: Namespace, strong: Namespace, number: int = 0) -> Iterator[Link]:
    """Join two namespaces by a link, free at first; the weak one has no other way out.

    Its devices are ``ethNUMBER`` on the weak side and ``linkNUMBER`` on the strong one. With several links between the
    same two, the one with the lowest number is the weak side's default way.
    """
    weak_address, strong_address = f"10.77.{number + 1}.2", f"10.77.{number + 1}.1"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.network.wire", weak.name, f"eth{number}", strong.name, f"link{number}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        made = Link(process, weak_address, strong_address)
        made.started()
        for side, device, address in (
            (weak, f"eth{number}", weak_address),
            (strong, f"link{number}", strong_address),
        ):
            side.ip("link", "set", "dev", device, "addrgenmode", "none")  # nobody speaks IPv6 unasked
            side.ip("link", "set", "dev", device, "up")
            side.ip("address", "add", f"{address}/30", "dev", device)
        weak.ip("route", "add", "default", "via", strong_address, "dev", f"eth{number}", "metric", str(number + 1))
        yield made
    finally:
        process.stdin.close()  # type: ignore[union-attr]
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()  # type: ignore[union-attr]
