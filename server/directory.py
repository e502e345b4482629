"""The meetings: which codes there are, and which of them are live."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass

import structlog

from server.door import Newcomer, Place
from server.media import MediaEdge
from server.meeting import DepartureReason, Meeting, Seat
from server.records import CodeTakenError, Records, RecordWriter
from server.text import clean_line

log = structlog.get_logger()

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
"""Without i, l and o, which are mistaken for digits when a code is read out or written down."""

GRACE = 10.0
"""Seconds for which the seat of somebody whose session broke is kept."""


def new_code() -> str:
    """A meeting code such as ``abc-defg-hjk``: 45 random bits, too many to guess."""
    parts = ("".join(secrets.choice(_LETTERS) for _ in range(length)) for length in (3, 4, 3))
    return "-".join(parts)


MAX_TITLE = 120
"""The longest title, in code points."""


class NoSuchMeetingError(Exception):
    """Nobody has made a meeting with this code."""


@dataclass(frozen=True)
class About:
    """What whoever has a meeting's code may know of it before they come in."""

    title: str
    participants: int = 0
    ask_unit: bool = False
    locked: bool = False


class Directory:
    """Every meeting of this server. Each live one has its own room, seats and media; nothing is shared."""

    def __init__(self, edge: MediaEdge, records: Records, grace: float = GRACE) -> None:
        self._edge, self._records, self._grace = edge, records, grace
        self._live: dict[str, Meeting] = {}
        self._host_keys: dict[str, bytes] = {}
        self._titles: dict[str, str] = {}
        self._writer = RecordWriter()

    async def create(self, title: str = "") -> tuple[str, str]:
        """Make a meeting; returns its code, and the key that makes whoever has it its host."""
        while True:
            code, host_key = new_code(), secrets.token_urlsafe(24)
            try:
                await self._records.add_meeting(code)
            except CodeTakenError:
                continue
            self._host_keys[code] = hashlib.sha256(host_key.encode()).digest()
            self._titles[code] = clean_line(title, MAX_TITLE)
            return code, host_key

    async def is_host_key(self, code: str, key: str | None) -> bool:
        """Whether somebody who has this key is the host of a meeting."""
        kept = self._host_keys.get(code)
        if key is None or kept is None:
            return False
        return secrets.compare_digest(hashlib.sha256(key.encode(errors="surrogatepass")).digest(), kept)

    async def about(self, code: str) -> About:
        """What whoever has the code may know of a meeting. Raises NoSuchMeetingError."""
        meeting = self._live.get(code)
        if meeting is not None:
            return About(meeting.title, len(meeting.room), meeting.room.policy.ask_unit, meeting.room.policy.locked)
        if not await self._records.has_meeting(code):
            raise NoSuchMeetingError
        return About(self._titles.get(code, ""))

    async def enter(self, code: str, newcomer: Newcomer) -> Seat | Place:
        """A seat, or a place in the lobby, of the meeting behind a code, which begins if nobody is there yet.

        Raises NoSuchMeetingError, or what ``Meeting.enter`` does.
        """
        if code not in self._live and not await self._records.has_meeting(code):
            raise NoSuchMeetingError
        meeting = self._live.get(code) or self._begin(code)  # asked anew: others came while the records were read
        try:
            return meeting.enter(newcomer)
        finally:
            self._end_if_empty(meeting)

    def resume(self, code: str, token: str) -> Seat | None:
        """The seat behind a ``Seat.token`` in a live meeting; None when it was given up, or never was."""
        meeting = self._live.get(code)
        return meeting.resume(token) if meeting else None

    async def close(self, reason: DepartureReason = "server_stopping") -> None:
        """End every meeting, and wait until their records are kept."""
        for meeting in list(self._live.values()):
            meeting.close(reason)
            self._end(meeting)
        await self._writer.close()

    def _begin(self, code: str) -> Meeting:
        meeting = self._live[code] = Meeting(
            code, self._edge, self._grace, title=self._titles.get(code, ""), inherits=code not in self._host_keys
        )
        # Later in this turn, so that everybody has been told of the last departure when the media ends.
        loop = asyncio.get_running_loop()
        meeting.room.on("emptied", lambda: loop.call_soon(self._end_if_empty, meeting))
        meeting.chair.on("lobby", lambda: loop.call_soon(self._end_if_empty, meeting))
        log.info("meeting begins", meeting=meeting.label)
        log.debug("meeting code", meeting=meeting.label, code=code)
        self._writer.put(lambda: self._records.started(code))
        return meeting

    def _end_if_empty(self, meeting: Meeting) -> None:
        if meeting.is_empty:
            self._end(meeting)

    def _end(self, meeting: Meeting) -> None:
        if self._live.get(meeting.code) is not meeting:
            return
        del self._live[meeting.code]
        meeting.close("meeting_ended")
        log.info("meeting ends", meeting=meeting.label)
        self._writer.put(lambda: self._records.ended(meeting.code))
