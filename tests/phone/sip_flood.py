"""A flood of SIP: calls that nobody acknowledges and malformed messages, from a trunk's address and from a stranger's.

In a process of its own. All messages are made beforehand, so that sending them takes little of the machine.
"""

from __future__ import annotations

import contextlib
import heapq
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from tests.signaling.sip.mutations import mutated
from tests.signaling.sip.plain import invite
from tests.signaling.sip.torture import CASES

INVITES_PER_SECOND = 200
MALFORMED_PER_SECOND = 10_000 / 30
TRUNK, STRANGER = "127.0.0.1", "127.0.0.2"


@dataclass(frozen=True)
class FloodPlan:
    """Where the server listens, the number that is called, and for how long it pours."""

    port: int
    number: str
    seconds: float


@dataclass
class Sent:
    """What was sent from each of both addresses, and what came back."""

    invites: int = 0
    malformed: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    """By SIP status; other requests than answers by their method."""
    stranger_answers: int = 0


def malformed(count: int) -> list[bytes]:
    """Every message of the torture test first, then nearly good ones with something done to them."""
    torture = [data for _, data, _ in CASES]
    return [*torture, *mutated(7, count - len(torture))]


class Source:
    """One address that sends."""

    def __init__(self, ip: str, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ip, 0))
        self.socket.setblocking(False)
        self._to = ("127.0.0.1", port)

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def send(self, data: bytes) -> bool:
        """False where the kernel has no room."""
        with contextlib.suppress(BlockingIOError):
            return bool(self.socket.sendto(data, self._to))
        return False

    def answers(self) -> list[str]:
        """Statuses and methods of what has come."""
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                words = self.socket.recv(65_535)[:20].split(b" ")
                found.append((words[1] if words[0] == b"SIP/2.0" else words[0]).decode(errors="replace"))
        return found


def pour(port: int, number: str, seconds: float) -> Sent:
    """Send everything at even times."""
    sent = Sent()
    sources = [Source(TRUNK, port), Source(STRANGER, port)]
    calls = [[invite(call, number, port, s.port) for call in range(int(INVITES_PER_SECOND * seconds))] for s in sources]
    bad = malformed(int(MALFORMED_PER_SECOND * seconds))
    begin = time.monotonic()
    due = heapq.merge(
        *(_times(begin, calls[i], INVITES_PER_SECOND, i, "invites") for i in range(2)),
        *(_times(begin, bad, MALFORMED_PER_SECOND, i, "malformed") for i in range(2)),
        key=lambda item: item[0],
    )
    for at, source, kind, data in due:
        # Some milliseconds' messages at once: waking up for each would take more than sending it.
        if (early := at - time.monotonic()) > 0:
            time.sleep(early + 0.005)
            sent.answers.update(sources[0].answers())
            sent.stranger_answers += len(sources[1].answers())
        if sources[source].send(data) and source == 0:
            setattr(sent, kind, getattr(sent, kind) + 1)
    return sent


def _times(
    begin: float, messages: Sequence[bytes], rate: float, source: int, kind: str
) -> list[tuple[float, int, str, bytes]]:
    return [(begin + number / rate, source, kind, data) for number, data in enumerate(messages)]


def run(plan: FloodPlan, pipe: Connection) -> None:
    """The process."""
    pipe.send(pour(plan.port, plan.number, plan.seconds))
