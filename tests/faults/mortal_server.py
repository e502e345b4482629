"""A server that is killed and started again: with the same data, at the same ports."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import time
from collections.abc import AsyncIterator
from pathlib import Path

from yarl import URL

from tests.browser.conftest import Server, start_server


class MortalServer:
    """Runs ``balai serve``; begins with ``start``."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        self._data_dir, self._options = data_dir, options
        self._process: asyncio.subprocess.Process | None = None
        self.server: Server | None = None
        self.ready_at = 0.0
        """When it was last ready, in s since 1970."""

    async def start(self) -> Server:
        """Start it, where it was before if it was. It is ready when this returns."""
        ports: tuple[str, ...] = ()
        if self.server is not None:
            ports = ("--port", str(URL(self.server.url).port), "--media-port", str(self.server.media_port))
        self._process, self.server = await start_server(self._data_dir, *self._options, *ports)
        self.ready_at = time.time()
        return self.server

    async def kill(self) -> None:
        """``kill -9``."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    def ask_to_stop(self) -> None:
        """SIGTERM, the first; or the second, which is obeyed at once."""
        assert self._process is not None
        self._process.terminate()

    async def stop(self) -> None:
        """SIGTERM; it is to end well."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
            async with asyncio.timeout(15):
                assert await self._process.wait() == 0


@contextlib.asynccontextmanager
async def mortal_server(data_dir: Path, *options: str) -> AsyncIterator[MortalServer]:
    """One that runs, and is ended afterwards."""
    mortal = MortalServer(data_dir, *options)
    await mortal.start()
    try:
        yield mortal
    finally:
        await mortal.stop()


def rows(sheet: bytes) -> list[dict[str, str]]:
    """The lines of an attendance sheet in CSV."""
    return list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))
