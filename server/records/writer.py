"""Keeps records behind the back of those who make them: no meeting waits for a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()

LAST_WRITES = 5.0
"""Seconds that the last writes may take when the server stops."""


class RecordWriter:
    """Writes one after another, in the order in which they were put. To be made within a running loop."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Callable[[], Awaitable[None]] | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._run())

    def put(self, write: Callable[[], Awaitable[None]]) -> None:
        """Do this write later; returns at once."""
        self._queue.put_nowait(write)

    async def close(self) -> None:
        """Finish what has been put."""
        self._queue.put_nowait(None)
        try:
            await asyncio.wait_for(self._task, LAST_WRITES)
        except TimeoutError:
            log.error("records were not kept: the database does not answer", lost=self._queue.qsize())

    async def _run(self) -> None:
        while (write := await self._queue.get()) is not None:
            try:
                await write()
            except Exception as error:
                log.error("a record was not kept", error=repr(error))
