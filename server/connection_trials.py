"""Meetings in which nobody meets: where a browser tries its connection out, with itself, before it joins one."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence

import structlog

from server.door import Newcomer, Place
from server.media import MediaEdge
from server.meeting import Meeting
from server.room import RoomFullError
from server.seat import Seat
from server.video_codec import VIDEO_CODECS, VideoCodec

log = structlog.get_logger()

LASTS = 30.0
"""Seconds until a trial is over, whoever is still there."""
MOST = 10
"""How many may be going on at once: each takes as much of the server's link as somebody in a meeting."""
SEATS = 2
"""One that sends, and one that receives: nothing is ever forwarded to whoever sent it."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class TooManyTrialsError(Exception):
    """So many trials are going on that one more might be felt in meetings."""


class ConnectionTrials:
    """Nothing of a trial is kept, and no meeting's code is ever like a trial's."""

    def __init__(self, edge: MediaEdge, video_codecs: Sequence[VideoCodec] = VIDEO_CODECS) -> None:
        self._edge, self._video_codecs = edge, video_codecs
        self._going_on: dict[str, Meeting] = {}

    def begin(self) -> str:
        """Begin a trial; returns the code by which it is joined, like a meeting. Raises TooManyTrialsError."""
        if len(self._going_on) >= MOST:
            raise TooManyTrialsError
        # Like a meeting's code, but with an i in it, which is in none.
        code = "tri-{}-{}".format(*("".join(secrets.choice(_LETTERS) for _ in range(length)) for length in (4, 3)))
        meeting = Meeting(code, self._edge, 0.0, self._video_codecs)
        self._going_on[code] = meeting
        loop = asyncio.get_running_loop()
        loop.call_later(LASTS, self._end, code, meeting)
        # Later in this turn, so that whoever leaves last is answered first.
        meeting.room.on("emptied", lambda: loop.call_soon(self._end, code, meeting))
        log.info("trial begins", meeting=meeting.label, going_on=len(self._going_on))
        return code

    def is_trial(self, code: str) -> bool:
        """Whether this is the code of a trial that is going on."""
        return code in self._going_on

    def enter(self, code: str, newcomer: Newcomer) -> Seat | Place:
        """A seat in a trial that is going on. Raises RoomFullError where both are taken."""
        meeting = self._going_on[code]
        if len(meeting.room) >= SEATS:
            raise RoomFullError(f"{SEATS} are here already")
        return meeting.enter(newcomer)

    def close(self) -> None:
        """End them all."""
        for code, meeting in list(self._going_on.items()):
            self._end(code, meeting)

    def _end(self, code: str, meeting: Meeting) -> None:
        if self._going_on.get(code) is meeting:
            del self._going_on[code]
            meeting.close("meeting_ended")
