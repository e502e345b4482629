"""The meetings: which codes there are, and which of them are live."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine

import structlog

from server.media import MediaEdge
from server.meeting import DepartureReason, Meeting
from server.records import Records

log = structlog.get_logger()

_LETTERS = "abcdefghjkmnpqrstuvwxyz"  # without i, l and o, which are mistaken for digits when read out or written down
GRACE = 10.0
"""Seconds for which the seat of somebody whose session broke is kept."""


def new_code() -> str:
    """A meeting code such as ``abc-defg-hjk``: 45 bits, so that codes can't be guessed."""
    parts = ("".join(secrets.choice(_LETTERS) for _ in range(length)) for length in (3, 4, 3))
    return "-".join(parts)


class NoSuchMeetingError(Exception):
    """Nobody has made a meeting with this code."""


class Directory:
    """Every meeting of this server."""

    def __init__(self, edge: MediaEdge, records: Records, grace: float = GRACE) -> None:
        self._edge, self._records, self._grace = edge, records, grace
        self._live: dict[str, Meeting] = {}
        self._writes: set[asyncio.Task[None]] = set()

    async def create(self) -> str:
        """Make a meeting; returns its code."""
        code = new_code()
        await self._records.add_meeting(code)
        return code

    async def count(self, code: str) -> int:
        """How many are in a meeting. Raises NoSuchMeetingError."""
        meeting = self._live.get(code)
        if meeting is None and not await self._records.has_meeting(code):
            raise NoSuchMeetingError(code)
        return len(meeting.room) if meeting else 0

    async def enter(self, code: str) -> Meeting:
        """The live meeting behind a code, begun if nobody is there yet. Raises NoSuchMeetingError."""
        if code not in self._live and not await self._records.has_meeting(code):
            raise NoSuchMeetingError(code)
        meeting = self._live.get(code)  # somebody else may have begun it while the records were read
        if meeting is None:
            meeting = self._live[code] = Meeting(code, self._edge, self._grace)
            meeting.room.once("ended", lambda: self._ended(code))
            log.info("meeting begins", meeting=code)
            self._write(self._records.started(code))
        return meeting

    def release(self, meeting: Meeting) -> None:
        """A meeting that nobody came to after all ends. Call it after every ``enter``, once a seat was taken or not."""
        if not len(meeting.room):
            self._ended(meeting.code)

    def _ended(self, code: str) -> None:
        meeting = self._live.pop(code, None)
        if meeting is not None:
            # After the events of the last departure have been told.
            asyncio.get_running_loop().call_soon(meeting.close, "meeting_ended")
            log.info("meeting ends", meeting=code)
            self._write(self._records.ended(code))

    def _write(self, work: Coroutine[None, None, None]) -> None:
        """Keep a record without waiting for it: no meeting waits for a disk."""
        task = asyncio.create_task(work)
        self._writes.add(task)
        task.add_done_callback(self._written)

    def _written(self, task: asyncio.Task[None]) -> None:
        self._writes.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a record was not kept", error=repr(error))

    async def close(self, reason: DepartureReason = "server_stopping") -> None:
        """End every meeting, and wait until their records are kept."""
        for meeting in list(self._live.values()):
            meeting.close(reason)
        await asyncio.gather(*self._writes, return_exceptions=True)
