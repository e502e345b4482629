"""What this process costs its machine: processor time by thread, and memory."""

from __future__ import annotations

import os
import resource
import time
from collections import defaultdict
from pathlib import Path

import msgspec

_STARTED = time.monotonic()
_TASKS = Path("/proc/self/task")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class ProcessFigures(msgspec.Struct, frozen=True):
    """Totals since the process began."""

    uptime_s: float
    cpu_s: float
    """Processor time of all threads, user and system, in seconds."""
    memory_bytes: int
    """Resident set."""
    cpu_by_thread: dict[str, float]
    """Processor seconds by thread name; threads of one name together. Empty where the system has no /proc."""


def read() -> ProcessFigures:
    """The figures now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return ProcessFigures(
        uptime_s=time.monotonic() - _STARTED,
        cpu_s=used.ru_utime + used.ru_stime,
        memory_bytes=_resident(used.ru_maxrss * 1024),
        cpu_by_thread=_by_thread(),
    )


def _resident(peak: int) -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return peak
    return pages * os.sysconf("SC_PAGE_SIZE")


def _by_thread() -> dict[str, float]:
    """From /proc (proc_pid_stat(5)): the name in brackets may hold blanks, and utime is the 12th field after it."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for task in _TASKS.iterdir() if _TASKS.exists() else ():
        try:
            name, _, fields = (task / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
        except OSError:  # it has ended meanwhile
            continue
        user, system = fields.split()[11:13]
        seconds[name.partition("(")[2]] += (int(user) + int(system)) / _TICKS_PER_SECOND
    return dict(seconds)
