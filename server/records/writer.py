"""Keeps records behind the back of those who make them: no meeting waits for a disk."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

import structlog
from sqlalchemy import Executable

from server.records.database import Database
from server.records.faults import fault, is_blocked, is_passing

log = structlog.get_logger()

LAST_WRITES = 5.0
"""Seconds that the last writes may take when the server stops."""
GATHERING = 0.05
"""Seconds for which writes are gathered into one transaction, unless somebody waits for them."""
MOST_WAITING = 20_000
"""Writes that wait at most; a few ten megabytes."""
MOST_OF_ONE = 5_000
"""Writes of one lane that wait at most, so that no meeting takes the room of the others."""
BATCH = 500
"""Writes in one transaction at most."""
TURN = 50
"""Writes of one lane before it is the next one's turn."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds until a failed write is tried again: twice as many each time."""

Step = tuple[Executable, dict[str, Any] | None]
"""A statement and its values."""


@dataclass(slots=True)
class _Write:
    lane: Hashable
    key: str | None
    steps: Sequence[Step]


class RecordWriter:
    """Writes what is put, in the order of each lane. To be made within a running loop.

    A meeting is a lane. Many small writes become one transaction; lanes take turns in it, and a write that can't be
    done costs the others nothing. While the database stalls, writes wait, up to ``MOST_WAITING`` of them and
    ``MOST_OF_ONE`` a lane. Those that come then are lost: counted in ``lost``, and logged once; meetings go on. Writes
    with a key are never lost like that, since there is one at most for each key.
    """

    def __init__(self, database: Database) -> None:
        self.waiting = 0
        """Writes that have not begun."""
        self.lost = 0
        """Writes that were refused, by us for want of room or by the database for good."""
        self._database = database
        self._lanes: dict[Hashable, deque[_Write]] = {}
        self._keyed: dict[tuple[Hashable, str], _Write] = {}
        self._under_way = 0
        self._failures = 0
        """How often in a row nothing could be written; 0 while all is well."""
        self._full = False
        self._wake, self._hurry, self._idle = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._task = asyncio.create_task(self._run())

    def put(self, lane: Hashable, *steps: Step, key: str | None = None) -> None:
        """Do these steps later, all or none; returns at once.

        With a ``key``, a write of that key which still waits is not done any more: this one takes its place.
        """
        if key is not None and (known := self._keyed.get((lane, key))):
            known.steps = steps
            return
        writes = self._lanes.get(lane, ())
        if key is None and (self.waiting >= MOST_WAITING or len(writes) >= MOST_OF_ONE):
            self._refuse()
            return
        write = _Write(lane, key, steps)
        self._lanes.setdefault(lane, deque()).append(write)
        if key is not None:
            self._keyed[lane, key] = write
        self.waiting += 1
        self._idle.clear()
        self._wake.set()

    async def settle(self, within: float) -> bool:
        """Wait until everything that was put is kept, for so many seconds at most; whether it is."""
        if self._idle.is_set():
            return True
        self._hurry.set()
        try:
            await asyncio.wait_for(self._idle.wait(), within)
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Finish what has been put, within ``LAST_WRITES``."""
        if not await self.settle(LAST_WRITES):
            log.error("records were not kept: the database does not answer", lost=self.waiting + self._under_way)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), GATHERING)
            self._wake.clear()
            while batch := self._take():
                self._under_way = len(batch)
                undone = await self._keep(batch)
                self._under_way = 0
                self._give_back(undone)
                if undone:
                    await asyncio.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures - 1, 10)))
            self._full = False
            self._hurry.clear()
            self._idle.set()

    def _take(self) -> list[_Write]:
        """The next writes, some of each lane in turn."""
        batch: list[_Write] = []
        while self._lanes and len(batch) < BATCH:
            lane = next(iter(self._lanes))
            writes = self._lanes.pop(lane)
            batch += (writes.popleft() for _ in range(min(TURN, BATCH - len(batch), len(writes))))
            if writes:
                self._lanes[lane] = writes  # at the end of the row
        for write in batch:
            if write.key is not None:
                del self._keyed[write.lane, write.key]
        self.waiting -= len(batch)
        return batch

    def _give_back(self, writes: Sequence[_Write]) -> None:
        for write in reversed(writes):
            if write.key is not None:
                if (write.lane, write.key) in self._keyed:  # a newer one has been put
                    continue
                self._keyed[write.lane, write.key] = write
            self._lanes.setdefault(write.lane, deque()).appendleft(write)
            self.waiting += 1

    async def _keep(self, batch: list[_Write]) -> list[_Write]:
        """Write a batch; returns what is to be tried again."""
        try:
            await self._commit(batch)
        except Exception as error:
            if is_passing(error):
                self._failed(error, self._failures + 1)
                return batch
            return await self._keep_each(batch)
        self._recovered()
        return []

    async def _keep_each(self, batch: list[_Write]) -> list[_Write]:
        """Find the write that spoils a batch: the others are kept."""
        undone: list[_Write] = []
        blocked: set[Hashable] = set()
        for number, write in enumerate(batch):
            if write.lane in blocked:
                undone.append(write)
                continue
            try:
                await self._commit([write])
            except Exception as error:
                if is_passing(error):
                    self._failed(error, self._failures + 1)
                    return undone + batch[number:]
                if is_blocked(error):
                    blocked.add(write.lane)
                    undone.append(write)
                    self._failed(error, 1)  # the others are not to wait long for it
                    continue
                self.lost += 1
                log.error("a record was not kept", fault=fault(error))
        if not undone:
            self._recovered()
        return undone

    def _failed(self, error: Exception, in_a_row: int) -> None:
        if not self._failures:
            log.error("records wait for the database", fault=fault(error))
        self._failures = in_a_row

    def _recovered(self) -> None:
        if self._failures:
            log.info("records are kept again", lost=self.lost)
        self._failures = 0

    def _refuse(self) -> None:
        self.lost += 1
        if not self._full:
            self._full = True
            log.error("records are lost: too many wait for the database", waiting=self.waiting)

    async def _commit(self, writes: Iterable[_Write]) -> None:
        steps = chain.from_iterable(write.steps for write in writes)
        async with self._database.write() as connection:
            for _, same in groupby(steps, key=lambda step: (id(step[0]), step[1] is None)):
                (statement, first), *others = same
                if first is None:
                    for _ in range(1 + len(others)):
                        await connection.execute(statement)
                else:
                    await connection.execute(statement, [first, *(values or {} for _, values in others)])
