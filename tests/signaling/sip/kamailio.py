"""Runs a real Kamailio on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

from tests.signaling.sip.sipp import free_port

CONFIG = Path(__file__).with_name("kamailio.cfg")


@contextlib.asynccontextmanager
async def kamailio(folder: Path, algorithm: str, sipp_port: int) -> AsyncIterator[int]:
    """A Kamailio that challenges with this hash; its port."""
    port = free_port()
    config = folder / "kamailio.cfg"
    text = CONFIG.read_text(encoding="utf-8")
    for word, value in (("PORT", port), ("ALGORITHM", algorithm), ("SIPP", sipp_port)):
        text = text.replace(word, str(value))
    config.write_text(text, encoding="utf-8")
    log = folder / "kamailio.log"
    arguments = ["-DD", "-E", "-f", str(config), "-Y", str(folder), "-w", str(folder), "-m", "32", "-M", "4"]
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec("kamailio", *arguments, stdout=output, stderr=subprocess.STDOUT)
    try:
        for _ in range(300):
            assert process.returncode is None, log.read_text(errors="replace")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            await asyncio.sleep(0.03)
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
