"""Network namespaces made for a test and gone after it: places with devices and addresses of their own."""

from __future__ import annotations

import ctypes
import itertools
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_numbers = itertools.count(1)


def why_not() -> str | None:
    """Why namespaces and TUN devices can't be made here; None if they can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        return f"no TUN device can be made: {error}"
    if shutil.which("ip") is None:
        return "there is no `ip` (iproute2)"
    made = subprocess.run(["unshare", "--net", "true"], capture_output=True, text=True, check=False)
    return f"no network namespace can be made: {made.stderr.strip()}" if made.returncode else None


def _ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], check=True, stdout=subprocess.PIPE, text=True, timeout=10).stdout


def enter(name: str) -> None:
    """Put the calling thread into the network namespace of that name. OSError if it can't go there."""
    with Path("/run/netns", name).open() as space:
        if ctypes.CDLL(None, use_errno=True).setns(space.fileno(), 0) != 0:
            raise OSError(ctypes.get_errno(), f"can't enter the network namespace {name}")


@dataclass(frozen=True)
class Namespace:
    """A network namespace with a name."""

    name: str

    def command(self, *command: str) -> list[str]:
        """What runs ``command`` in here, as the very process that is started."""
        return ["ip", "netns", "exec", self.name, *command]

    def ip(self, *arguments: str) -> None:
        """Run ``ip`` on what is in here. CalledProcessError if it fails."""
        _ip("-netns", self.name, *arguments)

    def udp_socket(self, address: str = "0.0.0.0") -> socket.socket:
        """A UDP socket that lives in here, though this process does not."""

        def make() -> socket.socket:
            enter(self.name)
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.bind((address, 0))
            return made

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(make).result()

    def executable(self, program: str, folder: Path) -> Path:
        """A script in ``folder`` that is ``program``, run in here."""
        script = folder / f"{Path(program).name}-in-{self.name}"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {program} "$@"\n')
        script.chmod(0o755)
        return script


@contextmanager
def namespace(role: str) -> Iterator[Namespace]:
    """A new namespace with nothing but its loopback. When it ends, so does whatever still runs in it."""
    made = Namespace(f"balai-{role}-{os.getpid()}-{next(_numbers)}")
    _ip("netns", "add", made.name)
    try:
        made.ip("link", "set", "lo", "up")
        yield made
    finally:
        for pid in _ip("netns", "pids", made.name).split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        _ip("netns", "delete", made.name)
