"""Keeps what happens in one live meeting, as it happens; and finds what was kept when it begins anew."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from server.act import Act
from server.chairing.policy import Policy
from server.conversation.chat import KEPT, ChatMessage
from server.conversation.polls import Poll, PollState
from server.meeting import Meeting
from server.participant import Participant
from server.records import AuditRecord, ChatRecord, MeetingRecord, PollRecord, Records, VisitRecord, VoteRecord
from server.roles import Role


@dataclass(frozen=True)
class Kept:
    """What a meeting goes on from."""

    chat: list[ChatRecord]
    last_message: int
    polls: list[PollRecord]
    votes: list[VoteRecord]


class Recorder:
    """Writes never wait: they are put, and kept soon after."""

    def __init__(self, records: Records, record: MeetingRecord, meeting: Meeting, kept: Kept) -> None:
        """Let a meeting go on from what was kept of it, and keep what happens from now on."""
        self._records, self._record, self._meeting = records, record, meeting
        self._visits: dict[str, VisitRecord] = {}
        self._polls: dict[int, PollRecord] = {poll.id: poll for poll in kept.polls}
        self._restore(kept)
        meeting.room.on("joined", self._joined)
        meeting.room.on("changed", self._changed)
        meeting.room.on("left", self._left)
        meeting.chair.on("changed", self._keep_state)
        meeting.chair.on("acted", self._acted)
        conversation = meeting.conversation
        conversation.on("said", self._said)
        conversation.on("deleted", self._deleted)
        conversation.on("poll", self._polled)
        conversation.on("poll_deleted", self._poll_deleted)
        conversation.on("voted", self._voted)
        conversation.on("acted", self._acted)

    @staticmethod
    async def read(records: Records, record: MeetingRecord) -> Kept:
        """What was kept of a meeting."""
        if record.started_at is None:
            return Kept([], 0, [], [])
        meeting = record.id
        return Kept(
            await records.chat.latest(meeting, KEPT),
            await records.chat.last_id(meeting),
            await records.polls.of(meeting),
            await records.polls.votes(meeting),
        )

    @staticmethod
    def policy_of(record: MeetingRecord) -> Policy:
        """The policy that a meeting was left with. What this version does not know is passed over."""
        known = {field.name for field in fields(Policy)}
        return Policy(**{name: bool(on) for name, on in record.settings.items() if name in known})

    def _restore(self, kept: Kept) -> None:
        meeting, state = self._meeting, self._record.state or {}
        meeting.room.policy = self.policy_of(self._record)
        chair = meeting.chair
        chair.roles.update({person: Role(role) for person, role in state.get("roles", {}).items()})
        chair.bans.people.update(state.get("banned", []))
        chair.bans.addresses.update(state.get("banned_addresses", []))
        for person in state.get("admitted", []):
            chair.lobby.remember(person)
        meeting.conversation.chat.restore([_message(row) for row in kept.chat], kept.last_message)
        meeting.conversation.polls.restore([_poll(row, kept.votes) for row in kept.polls])

    # Who was here

    def _joined(self, participant: Participant) -> None:
        now = self._records.now()
        person = participant.person
        visit = VisitRecord(
            meeting=self._record.id,
            person=person.key,
            participant=participant.id,
            name=participant.name,
            unit=person.unit,
            position=person.position,
            role=participant.role.value,
            arrived_at=now,
            seen_at=now,
        )
        self._visits[participant.id] = visit
        self._records.visits.arrived(visit)
        self._keep_state()

    def _changed(self, participant: Participant) -> None:
        visit = self._visits.get(participant.id)
        if visit is not None and (visit.name, visit.role) != (participant.name, participant.role.value):
            visit.name, visit.role = participant.name, participant.role.value
            self._records.visits.changed(visit)
            self._keep_state()

    def _left(self, participant: Participant) -> None:
        if (visit := self._visits.pop(participant.id, None)) is not None:
            self._records.visits.left(visit, self._records.now())

    # How it is chaired

    def _keep_state(self) -> None:
        chair, policy = self._meeting.chair, asdict(self._meeting.room.policy)
        if policy != self._record.settings:
            self._record.settings = policy
            self._records.meetings.set_settings(self._record.id, policy)
        state: dict[str, Any] = {
            "roles": {person: role.value for person, role in chair.roles.items()},
            "banned": sorted(chair.bans.people),
            "banned_addresses": sorted(chair.bans.addresses),
            "admitted": chair.lobby.admitted(),
        }
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


def _message(row: ChatRecord) -> ChatMessage:
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
