"""The meetings: which codes there are, and which of them are live."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from server.connection_trials import ConnectionTrials
from server.conversation.chat import ChatFile
from server.door import Newcomer, Place
from server.media import Downlink, MediaEdge
from server.meeting import Meeting
from server.phone.telephone import Telephone
from server.recorder import Recorder
from server.records import CodeTakenError, MeetingRecord, Records, VisitRecord, holds_host_key
from server.seat import Seat
from server.text import clean_line
from server.video_codec import VIDEO_CODECS, VideoCodec

log = structlog.get_logger()

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
"""Without i, l and o, which are mistaken for digits when a code is read out or written down."""

GRACE = 10.0
"""Seconds for which the seat of somebody whose session broke is kept."""

PATIENCE = 2.0
"""Seconds for which a meeting that begins again waits for what was put of it before."""
LONGEST_OUTAGE = timedelta(minutes=15)
"""After more than this, nobody is expected back in a meeting that the server's stop cut off."""
MAX_TITLE = 120
"""The longest title, in code points."""


def new_code() -> str:
    """A meeting code such as ``abc-defg-hjk``: 45 random bits, too many to guess."""
    parts = ("".join(secrets.choice(_LETTERS) for _ in range(length)) for length in (3, 4, 3))
    return "-".join(parts)


class NoSuchMeetingError(Exception):
    """Nobody has made a meeting with this code."""


class ServerStoppingError(Exception):
    """The server is about to stop: no meeting begins any more."""


class NoSuchFileError(Exception):
    """There is no such file, or it is not theirs to send."""


@dataclass(frozen=True)
class About:
    """What whoever has a meeting's code may know of it before they come in."""

    title: str
    participants: int
    ask_unit: bool
    """Unit and position are asked of whoever joins."""
    locked: bool
    numbers: tuple[str, ...] = ()
    """To call, to come in by telephone; none where it has none."""
    pin: str | None = field(default=None, repr=False)
    """The digits to enter then."""


@dataclass(frozen=True)
class Live:
    """A live meeting, what is kept of it, and who keeps it."""

    meeting: Meeting
    record: MeetingRecord
    recorder: Recorder


class Directory:
    """Every meeting of this server. Each live one has its own room, seats and media; nothing is shared."""

    def __init__(
        self,
        edge: MediaEdge,
        records: Records,
        grace: float = GRACE,
        video_codecs: Sequence[VideoCodec] = VIDEO_CODECS,
        telephone: Telephone | None = None,
    ) -> None:
        """``video_codecs``: those in which pictures may be sent, most preferred first.

        ``telephone``: how telephones come in; None: they don't.
        """
        self._telephone = telephone
        self._edge, self._records, self._grace, self._video_codecs = edge, records, grace, video_codecs
        self._live: dict[str, Live] = {}
        self.trials = ConnectionTrials(edge, video_codecs)
        """Joined like meetings, by codes that no meeting has."""
        self._stops_at: float | None = None
        """When the server stops at the latest, in s of the loop's clock; None as long as nothing stops it."""
        self._emptied = asyncio.Event()
        """Set whenever the last participant of a meeting goes."""

    async def recover(self) -> None:
        """Go on with the meetings that were cut off when the server last stopped: their people come back."""
        cut_off = await self._records.visits.close_open()
        await self._records.calls.close_open()
        if cut_off:
            log.warning("visits were cut off when the server last stopped", count=len(cut_off))
        now = self.now()
        for record in await self._records.meetings.live():
            visits = [visit for visit in cut_off if visit.meeting == record.id]
            last = max((visit.seen_at for visit in visits), default=record.started_at or now)
            if visits and now - last <= LONGEST_OUTAGE:
                self._end_if_empty((await self._begin(record, visits)).meeting)
            else:
                self._records.meetings.ended(record.code, last)

    def drain(self, seconds: float) -> None:
        """The server stops in so many seconds: from now on no meeting begins."""
        self._stops_at = asyncio.get_running_loop().time() + seconds
        log.info("draining", seconds=seconds, meetings=len(self._live))

    @property
    def stops_in(self) -> float | None:
        """In how many seconds the server stops at the latest; None as long as nothing stops it."""
        return None if self._stops_at is None else max(0.0, self._stops_at - asyncio.get_running_loop().time())

    async def quiet(self) -> None:
        """Wait until nobody is in any meeting. Who is expected back comes back to the next process as well."""
        while any(len(live.meeting.room) for live in self._live.values()):
            self._emptied.clear()
            await self._emptied.wait()

    def _refuse_when_draining(self) -> None:
        if self._stops_at is not None:
            raise ServerStoppingError

    async def create(self, title: str = "") -> tuple[str, str]:
        """Make a meeting; returns its code, and the key that makes whoever has it its host.

        Raises ServerStoppingError.
        """
        self._refuse_when_draining()
        title = clean_line(title, MAX_TITLE)
        while True:
            code, host_key = new_code(), secrets.token_urlsafe(24)
            try:
                await self._records.meetings.add(code, self.now(), title=title, host_key=host_key)
            except CodeTakenError:
                continue
            return code, host_key

    def now(self) -> datetime:
        """What time it is for all that is kept of meetings."""
        return self._records.now()

    def live(self, code: str) -> Live | None:
        """A meeting that is live now."""
        return self._live.get(code)

    async def about(self, code: str) -> About:
        """What whoever has the code may know of a meeting. Raises NoSuchMeetingError."""
        live, record = await self._find(code)
        policy = live.meeting.room.policy if live else Recorder.policy_of(record)
        here = len(live.meeting.room) if live else 0
        pin = await self._pin(record)
        numbers = self._telephone.numbers if self._telephone else ()
        return About(record.title, here, policy.ask_unit, policy.locked, numbers, pin)

    async def enter(self, code: str, newcomer: Newcomer, host_key: str | None = None) -> Seat | Place:
        """A seat, or a place in the lobby, of the meeting behind a code, which begins if nobody is there yet.

        ``host_key``: what they show for being its host. Raises NoSuchMeetingError, ServerStoppingError where it would
        begin, or what ``Meeting.enter`` does.
        """
        if self.trials.is_trial(code):
            return self.trials.enter(code, newcomer)
        _, record = await self._find(code)
        newcomer = replace(newcomer, is_host=holds_host_key(record, host_key))
        live = self._live.get(code)  # asked anew: others came while the records were read
        if live is None:
            self._refuse_when_draining()
            live = await self._begin(record)
        try:
            return live.meeting.enter(newcomer)
        finally:
            self._end_if_empty(live.meeting)

    async def code_of_pin(self, pin: str) -> str | None:
        """The code of the meeting that telephones come into by these digits; None where there is none."""
        record = await self._records.meetings.with_pin(pin)
        return record.code if record else None

    def downlinks(self) -> dict[str, Downlink]:
        """What is known of the link to each participant of each meeting, by the participant's id."""
        return {id_: downlink for live in self._live.values() for id_, downlink in live.meeting.downlinks().items()}

    def resume(self, code: str, token: str) -> Seat | None:
        """The seat behind a ``Seat.token`` in a live meeting; None when it was given up, or never was."""
        live = self._live.get(code)
        return live.meeting.resume(token) if live else None

    def give_back(self, code: str, token: str, newcomer: Newcomer) -> Seat | None:
        """The seat of somebody who is expected back; None without one. Raises what ``Meeting.give_back`` does."""
        live = self._live.get(code)
        return live.meeting.give_back(token, newcomer) if live else None

    async def file_of(self, seat: Seat, id_: str) -> ChatFile:
        """A file that whoever has this seat has sent. Raises NoSuchFileError for any other."""
        live, file = self._live.get(seat.meeting.code), await self._records.files.find(id_)
        if live is None or file is None:
            raise NoSuchFileError
        if (file.meeting, file.uploader) != (live.record.id, seat.participant.person.key):
            raise NoSuchFileError
        return ChatFile(file.id, file.name, file.media_type, file.size)

    def close(self) -> None:
        """The server stops. The meetings have not ended: they go on when it is back, and so do their visits."""
        self._records.visits.still_here(self.now())
        live, self._live = self._live, {}
        for each in live.values():
            each.recorder.stop()
            each.meeting.close("server_stopping")
        self.trials.close()

    async def _find(self, code: str) -> tuple[Live | None, MeetingRecord]:
        live = self._live.get(code)
        record = live.record if live else await self._records.meetings.find(code)
        if record is None:
            raise NoSuchMeetingError
        return live, record

    async def _pin(self, record: MeetingRecord) -> str | None:
        """The meeting's PIN for telephones; None where the server has no telephone."""
        return await self._records.meetings.give_pin(record) if self._telephone else None

    async def _begin(self, record: MeetingRecord, cut_off: Sequence[VisitRecord] = ()) -> Live:
        code = record.code
        # Asked anew: what it was left with, moments ago perhaps, may still wait to be kept.
        await self._records.settle(PATIENCE)
        record = await self._records.meetings.find(code) or record
        kept = await Recorder.read(self._records, record, cut_off)
        pin = await self._pin(record)
        if (live := self._live.get(code)) is not None:
            return live
        meeting = Meeting(
            code,
            self._edge,
            self._grace,
            self._video_codecs,
            title=record.title,
            inherits=record.host_key_sha256 is None,
            telephone=self._telephone,
            pin=pin,
        )
        live = self._live[code] = Live(meeting, record, Recorder(self._records, record, meeting, kept))
        # Later in this turn, so that everybody has been told of the last departure when the media ends.
        loop = asyncio.get_running_loop()
        meeting.room.on("emptied", self._emptied.set)
        meeting.room.on("emptied", lambda: loop.call_soon(self._end_if_empty, meeting))
        meeting.chair.on("lobby", lambda: loop.call_soon(self._end_if_empty, meeting))
        log.info("meeting begins", meeting=meeting.label)
        log.debug("meeting code", meeting=meeting.label, code=code)
        if not cut_off:
            self._records.meetings.started(code, self.now())
        return live

    def _end_if_empty(self, meeting: Meeting) -> None:
        if meeting.is_empty:
            self._end(meeting)

    def _end(self, meeting: Meeting) -> None:
        live = self._live.get(meeting.code)
        if live is None or live.meeting is not meeting:
            return
        del self._live[meeting.code]
        meeting.close("meeting_ended")
        log.info("meeting ends", meeting=meeting.label)
        self._records.meetings.ended(meeting.code, self.now())
