"""The meetings: which codes there are, and which of them are live."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence

import structlog

from server.media import Downlink, MediaEdge
from server.meeting import DepartureReason, Meeting, Seat
from server.records import CodeTakenError, Records, RecordWriter
from server.video_codec import VIDEO_CODECS, VideoCodec

log = structlog.get_logger()

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
"""Without i, l and o, which are mistaken for digits when a code is read out or written down."""

GRACE = 10.0
"""Seconds for which the seat of somebody whose session broke is kept."""


def new_code() -> str:
    """A meeting code such as ``abc-defg-hjk``: 45 random bits, too many to guess."""
    parts = ("".join(secrets.choice(_LETTERS) for _ in range(length)) for length in (3, 4, 3))
    return "-".join(parts)


class NoSuchMeetingError(Exception):
    """Nobody has made a meeting with this code."""


class Directory:
    """Every meeting of this server. Each live one has its own room, seats and media; nothing is shared."""

    def __init__(
        self,
        edge: MediaEdge,
        records: Records,
        grace: float = GRACE,
        video_codecs: Sequence[VideoCodec] = VIDEO_CODECS,
    ) -> None:
        """``video_codecs``: those in which pictures may be sent, most preferred first."""
        self._edge, self._records, self._grace, self._video_codecs = edge, records, grace, video_codecs
        self._live: dict[str, Meeting] = {}
        self._writer = RecordWriter()

    async def create(self) -> str:
        """Make a meeting; returns its code."""
        while True:
            code = new_code()
            try:
                await self._records.add_meeting(code)
            except CodeTakenError:
                continue
            return code

    async def count(self, code: str) -> int:
        """How many are in a meeting. Raises NoSuchMeetingError."""
        meeting = self._live.get(code)
        if meeting is None and not await self._records.has_meeting(code):
            raise NoSuchMeetingError
        return len(meeting.room) if meeting else 0

    async def join(self, code: str, name: str, *, microphone: bool, camera: bool, local_address: str | None) -> Seat:
        """A seat in the meeting behind a code, which begins if nobody is there yet.

        Raises NoSuchMeetingError, BadNameError or RoomFullError.
        """
        if code not in self._live and not await self._records.has_meeting(code):
            raise NoSuchMeetingError
        meeting = self._live.get(code) or self._begin(code)  # asked anew: others came while the records were read
        try:
            return meeting.join(name, microphone=microphone, camera=camera, local_address=local_address)
        finally:
            if not len(meeting.room):
                self._end(meeting)

    def downlinks(self) -> dict[str, Downlink]:
        """What is known of the link to each participant of each meeting, by the participant's id."""
        return {id_: downlink for meeting in self._live.values() for id_, downlink in meeting.downlinks().items()}

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
        meeting = self._live[code] = Meeting(code, self._edge, self._grace, self._video_codecs)
        # Later in this turn, so that everybody has been told of the last departure when the media ends.
        loop = asyncio.get_running_loop()
        meeting.room.on("emptied", lambda: loop.call_soon(self._end_if_empty, meeting))
        log.info("meeting begins", meeting=meeting.label)
        log.debug("meeting code", meeting=meeting.label, code=code)
        self._writer.put(lambda: self._records.started(code))
        return meeting

    def _end_if_empty(self, meeting: Meeting) -> None:
        if not len(meeting.room):
            self._end(meeting)

    def _end(self, meeting: Meeting) -> None:
        if self._live.get(meeting.code) is not meeting:
            return
        del self._live[meeting.code]
        meeting.close("meeting_ended")
        log.info("meeting ends", meeting=meeting.label)
        self._writer.put(lambda: self._records.ended(meeting.code))
