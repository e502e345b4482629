"""Runs sipp, the SIP tester, with scenarios of ours."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

SCENARIOS = Path(__file__).parent / "scenarios"


@dataclass
class Sipp:
    """One sipp at a port of its own on loopback. It fails when what comes is not what its scenario says."""

    folder: Path
    port: int = field(default_factory=lambda: free_port())

    async def run(
        self,
        scenario: str,
        remote: int | None = None,
        *,
        transport: str = "u1",
        calls: int = 1,
        more: tuple[str, ...] = (),
    ) -> None:
        """Play a scenario to its end; AssertionError with sipp's own words when it does not go as written."""
        await (await self.start(scenario, remote, transport=transport, calls=calls, more=more)).finish()

    async def start(
        self,
        scenario: str,
        remote: int | None = None,
        *,
        transport: str = "u1",
        calls: int = 1,
        more: tuple[str, ...] = (),
    ) -> RunningSipp:
        """Begin a scenario; one without ``remote`` waits to be called."""
        errors = self.folder / f"{scenario}-{self.port}.errors"
        arguments = ["-sf", str(SCENARIOS / f"{scenario}.xml"), "-i", "127.0.0.1", "-p", str(self.port)]
        arguments += ["-t", transport, "-m", str(calls), "-s", "+62361", "-timeout", "40", "-timeout_error"]
        arguments += ["-trace_err", "-error_file", str(errors), "-nostdin", *more]
        if remote is not None:
            arguments.append(f"127.0.0.1:{remote}")
        process = await asyncio.create_subprocess_exec(
            "sipp", *arguments, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        if remote is None:
            await self._listening(transport)
        return RunningSipp(process, errors)

    async def _listening(self, transport: str) -> None:
        """Wait until the port is taken. Not by trying to bind it, which may be just when sipp does."""
        table = Path("/proc/net") / ("udp" if transport.startswith("u") else "tcp")
        for _ in range(500):
            if f":{self.port:04X} 00000000:0000" in table.read_text():
                return
            await asyncio.sleep(0.02)
        raise AssertionError("sipp does not listen")


@dataclass
class RunningSipp:
    """A scenario that is being played."""

    process: asyncio.subprocess.Process
    errors: Path

    async def finish(self) -> None:
        """Wait for its end, which has to be a good one."""
        _, stderr = await self.process.communicate()
        said = self.errors.read_text(errors="replace") if self.errors.exists() else ""
        assert self.process.returncode == 0, f"sipp ended with {self.process.returncode}: {stderr.decode()}\n{said}"


def free_port() -> int:
    """A port of loopback that neither UDP nor TCP uses now."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket(socket.AF_INET) as tcp:
            udp.bind(("127.0.0.1", 0))
            try:
                tcp.bind(udp.getsockname())
            except OSError:
                continue
            return int(udp.getsockname()[1])
