"""Keeps what happens in one live meeting, as it happens; and finds what was kept when it begins anew."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from server.act import Act
from server.chairing.policy import Policy
from server.conversation.chat import KEPT, ChatFile, ChatMessage
from server.conversation.polls import Poll, PollState
from server.kept_state import restore_state, state_of
from server.meeting import Meeting
from server.participant import Participant
from server.records import (
    AuditRecord,
    ChatRecord,
    FileRecord,
    MeetingRecord,
    PollRecord,
    Records,
    VisitRecord,
    VoteRecord,
)

ONE_VISIT = timedelta(seconds=20)
"""Whoever is back in their seat within this has only loaded the page again: the same visit goes on."""
ONE_VISIT_OVER_A_STOP = timedelta(minutes=2)
"""The same for whom the server's stop cut off: they were there, and it was not."""


@dataclass(frozen=True)
class Kept:
    """What a meeting goes on from."""

    chat: list[ChatRecord]
    last_message: int
    polls: list[PollRecord]
    votes: list[VoteRecord]
    files: list[FileRecord]
    cut_off: Sequence[VisitRecord] = ()
    """The visits that the server's stop cut off; whose they were is expected back."""


class Recorder:
    """Writes never wait: they are put, and kept soon after."""

    def __init__(self, records: Records, record: MeetingRecord, meeting: Meeting, kept: Kept) -> None:
        """Let a meeting go on from what was kept of it, and keep what happens from now on."""
        self._records, self._record, self._meeting = records, record, meeting
        self._visits: dict[str, VisitRecord] = {}
        self._cut_off = {visit.participant: (visit, visit.seen_at + ONE_VISIT_OVER_A_STOP) for visit in kept.cut_off}
        """Visits that may go on, and until when."""
        self._waiting_since: dict[str, datetime] = {}
        self._keeping: asyncio.Handle | None = None
        self._stopped = False
        self._polls: dict[int, PollRecord] = {poll.id: poll for poll in kept.polls}
        self._restore(kept)
        meeting.room.on("joined", self._joined)
        meeting.room.on("changed", self._changed)
        meeting.room.on("left", self._left)
        meeting.chair.on("changed", self._keep_state)
        meeting.chair.on("lobby", self._keep_state)
        meeting.chair.on("acted", self._acted)
        meeting.calls.on("acted", self._acted)
        conversation = meeting.conversation
        conversation.on("said", self._said)
        conversation.on("deleted", self._deleted)
        conversation.on("poll", self._polled)
        conversation.on("poll_deleted", self._poll_deleted)
        conversation.on("voted", self._voted)
        conversation.on("acted", self._acted)

    def stop(self) -> None:
        """The server stops: whoever goes now is cut off, and has not left. Nothing is kept from here on."""
        if self._keeping is not None:
            self._keeping.cancel()
        self._write_state()
        self._stopped = True

    @staticmethod
    async def read(records: Records, record: MeetingRecord, cut_off: Sequence[VisitRecord] = ()) -> Kept:
        """What was kept of a meeting. ``cut_off``: whose people are expected back."""
        if record.started_at is None:
            return Kept([], 0, [], [], [])
        meeting = record.id
        return Kept(
            await records.chat.latest(meeting, KEPT),
            await records.chat.last_id(meeting),
            await records.polls.of(meeting),
            await records.polls.votes(meeting),
            await records.files.of(meeting),
            cut_off,
        )

    @staticmethod
    def policy_of(record: MeetingRecord) -> Policy:
        """The policy that a meeting was left with. What this version does not know is passed over."""
        known = {field.name for field in fields(Policy)}
        return Policy(**{name: bool(on) for name, on in record.settings.items() if name in known})

    def _restore(self, kept: Kept) -> None:
        meeting = self._meeting
        meeting.room.policy = self.policy_of(self._record)
        restore_state(meeting, self._record.state or {}, kept.cut_off, self._monotonic)
        files = {row.id: ChatFile(row.id, row.name, row.media_type, row.size) for row in kept.files}
        messages = [_message(row, files.get(row.file or "")) for row in kept.chat]
        meeting.conversation.chat.restore(messages, kept.last_message)
        meeting.conversation.polls.restore([_poll(row, kept.votes) for row in kept.polls])

    def _monotonic(self, moment: datetime) -> float:
        return asyncio.get_running_loop().time() - (self._records.now() - moment).total_seconds()

    # Who was here

    def _joined(self, participant: Participant) -> None:
        now = self._records.now()
        cut_off, until = self._cut_off.pop(participant.id, (None, now))
        if cut_off is not None and now <= until:
            self._visits[participant.id] = cut_off
            self._records.visits.returned(cut_off, now)
        else:
            self._arrived(participant, now)
        self._keep_state()

    def _arrived(self, participant: Participant, now: datetime) -> None:
        person = participant.person
        visit = VisitRecord(
            meeting=self._record.id,
            person=person.key,
            participant=participant.id,
            name=participant.name,
            unit=person.unit,
            position=person.position,
            role=participant.role.value,
            phone=person.phone or None,
            device="phone" if person.by_telephone else "browser",
            arrived_at=now,
            seen_at=now,
        )
        self._visits[participant.id] = visit
        self._records.visits.arrived(visit)

    def _changed(self, participant: Participant) -> None:
        if self._stopped:
            return
        visit = self._visits.get(participant.id)
        if visit is not None and (visit.name, visit.role) != (participant.name, participant.role.value):
            visit.name, visit.role = participant.name, participant.role.value
            self._records.visits.changed(visit)
        self._keep_state()

    def _left(self, participant: Participant) -> None:
        if self._stopped:
            return
        self._keep_state()
        if (visit := self._visits.pop(participant.id, None)) is not None:
            now = self._records.now()
            self._records.visits.left(visit, now)
            if participant.id in self._meeting.expected:
                self._cut_off[participant.id] = (visit, now + ONE_VISIT)

    # How it is chaired

    def _keep_state(self) -> None:
        """Keep what holds now: once a turn of the loop, however much happens in it."""
        if self._keeping is None and not self._stopped:
            self._keeping = asyncio.get_running_loop().call_soon(self._write_state)

    def _write_state(self) -> None:
        self._keeping = None
        policy = asdict(self._meeting.room.policy)
        if policy != self._record.settings:
            self._record.settings = policy
            self._records.meetings.set_settings(self._record.id, policy)
        now, time = self._records.now(), asyncio.get_running_loop().time()
        self._waiting_since = {
            waiting.person.key: self._waiting_since.get(waiting.person.key)
            or now - timedelta(seconds=time - waiting.since)
            for waiting in self._meeting.chair.lobby
        }
        state = state_of(self._meeting, self._waiting_since, lambda moment: now + timedelta(seconds=moment - time))
        if state != self._record.state:
            self._record.state = state
            self._records.meetings.set_state(self._record.id, state)

    def _acted(self, act: Act) -> None:
        self._records.audit.did(
            AuditRecord(
                at=self._records.now(),
                meeting=self._record.id,
                actor=act.actor.person.key,
                actor_name=act.actor.name,
                action=act.action,
                target=act.target.person.key if act.target else None,
                details=dict(act.details),
            )
        )
        self._keep_state()

    # What was said

    def _said(self, message: ChatMessage) -> None:
        self._records.chat.said(
            ChatRecord(
                meeting=self._record.id,
                id=message.id,
                at=message.at,
                person=message.person,
                participant=message.sender,
                name=message.name,
                recipient=message.to_person,
                recipient_participant=message.to,
                recipient_name=message.to_name,
                text=message.text,
                file=message.file.id if message.file else None,
            )
        )

    def _deleted(self, message: ChatMessage, actor: Participant) -> None:
        self._records.chat.deleted(self._record.id, message.id, actor.person.key, self._records.now())

    def _polled(self, poll: Poll) -> None:
        now = self._records.now()
        row = self._polls.get(poll.id)
        if row is None:
            row = self._polls[poll.id] = PollRecord(
                meeting=self._record.id,
                id=poll.id,
                question=poll.question,
                options=list(poll.options),
                kind="multiple" if poll.several else "single",
                anonymous=poll.anonymous,
                visible_to="all" if poll.live else "hosts",
                state="draft",
                created_at=now,
            )
        elif row.state == poll.state.value:
            return  # a vote
        row.state = poll.state.value
        if poll.state is PollState.OPEN:
            row.opened_at = row.opened_at or now
        elif poll.state is PollState.CLOSED:
            row.closed_at = now
        self._records.polls.put(row)

    def _poll_deleted(self, poll: Poll) -> None:
        if (row := self._polls.pop(poll.id, None)) is not None:
            self._records.polls.deleted(row)

    def _voted(self, poll: Poll, participant: Participant) -> None:
        if (row := self._polls.get(poll.id)) is not None:
            key = participant.person.key
            _, chosen = poll.votes.get(key, ("", frozenset()))
            self._records.polls.voted(row, key, participant.name, sorted(chosen), self._records.now())


def _message(row: ChatRecord, file: ChatFile | None) -> ChatMessage:
    return ChatMessage(
        id=row.id,
        at=row.at,
        sender=row.participant,
        person=row.person,
        name=row.name,
        text=row.text,
        to=row.recipient_participant,
        to_person=row.recipient,
        to_name=row.recipient_name,
        file=file,
    )


def _poll(row: PollRecord, votes: list[VoteRecord]) -> Poll:
    poll = Poll(
        row.id,
        row.question,
        tuple(row.options),
        several=row.kind == "multiple",
        anonymous=row.anonymous,
        live=row.visible_to == "all",
        state=PollState(row.state),
    )
    for vote in votes:
        if vote.poll == row.id:
            name, chosen = poll.votes.get(vote.person, (vote.name or "", frozenset()))
            poll.votes[vote.person] = (name, chosen | {vote.option})
    return poll
