"""The polls: what was asked, and who chose what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select

from server.records.database import Database
from server.records.models import PollRecord, VoteRecord
from server.records.topic import Topic
from server.records.writer import RecordWriter

_VOTE = insert(VoteRecord)
_NO_VOTE = delete(VoteRecord).where(
    VoteRecord.meeting == bindparam("the_meeting"),
    VoteRecord.poll == bindparam("the_poll"),
    VoteRecord.person == bindparam("the_person"),
)
_DELETED = delete(PollRecord).where(
    PollRecord.meeting == bindparam("the_meeting"), PollRecord.id == bindparam("the_poll")
)


@dataclass(frozen=True)
class Results:
    """How a poll stands."""

    counts: tuple[int, ...]
    """How many chose each option."""
    voters: int
    """How many chose anything."""


@dataclass(frozen=True)
class PollLine:
    """One option of one poll, as a line of an export."""

    poll: int
    question: str = field(repr=False)
    option: str = field(repr=False)
    votes: int
    names: tuple[str, ...] = field(repr=False)
    """Who chose it, by the alphabet; nobody is named in anonymous polls."""


class Polls(Topic):
    """The polls of all meetings. Whether a poll is open to votes is for the rules of the meeting to say."""

    def __init__(self, database: Database, writer: RecordWriter) -> None:
        super().__init__(database, writer)
        put = database.insert(PollRecord)
        fixed = ("meeting", "id", "created_at")
        new = {column.name: column for column in put.excluded if column.name not in fixed}
        self._put = put.on_conflict_do_update(index_elements=["meeting", "id"], set_=new)

    def put(self, poll: PollRecord) -> None:
        """A poll is new, or another now: opened, closed, or its draft edited."""
        self._writer.put(poll.meeting, (self._put, poll.values()))

    def deleted(self, poll: PollRecord) -> None:
        """A poll is gone, with its votes."""
        self._writer.put(poll.meeting, (_DELETED, {"the_meeting": poll.meeting, "the_poll": poll.id}))

    def voted(self, poll: PollRecord, person: str, name: str, options: Iterable[int], now: datetime) -> None:
        """Somebody, by their key, chose these options, by their places from 0; what they chose before is void."""
        old = {"the_meeting": poll.meeting, "the_poll": poll.id, "the_person": person}
        votes = [
            VoteRecord(
                meeting=poll.meeting,
                poll=poll.id,
                person=person,
                option=option,
                name=None if poll.anonymous else name,
                at=now,
            ).values()
            for option in sorted(set(options))
        ]
        self._writer.put(poll.meeting, (_NO_VOTE, old), *((_VOTE, vote) for vote in votes))

    async def of(self, meeting: int) -> list[PollRecord]:
        """The polls of a meeting, in the order in which they were made."""
        return await self._all(select(PollRecord).where(PollRecord.meeting == meeting).order_by(PollRecord.id))

    async def votes(self, meeting: int) -> list[VoteRecord]:
        """Every vote in a meeting, for the rules that go on with them; exports are for people."""
        query = select(VoteRecord).where(VoteRecord.meeting == meeting)
        return await self._all(query.order_by(VoteRecord.poll, VoteRecord.person, VoteRecord.option))

    async def results(self, poll: PollRecord) -> Results:
        """How a poll stands."""
        of_it = VoteRecord.meeting == poll.meeting, VoteRecord.poll == poll.id
        rows = await self._rows(select(VoteRecord.option, func.count()).where(*of_it).group_by(VoteRecord.option))
        ((voters,),) = await self._rows(select(func.count(VoteRecord.person.distinct())).where(*of_it))
        counts = dict(rows)
        return Results(tuple(counts.get(option, 0) for option in range(len(poll.options))), voters)

    async def export(self, meeting: int) -> list[PollLine]:
        """A line for each option of each poll that was opened."""
        polls = [poll for poll in await self.of(meeting) if poll.state != "draft"]
        votes = await self.votes(meeting)
        return [line for poll in polls for line in _lines(poll, votes)]


def _lines(poll: PollRecord, votes: Sequence[VoteRecord]) -> list[PollLine]:
    lines = []
    for number, option in enumerate(poll.options):
        chosen = [vote for vote in votes if (vote.poll, vote.option) == (poll.id, number)]
        names = sorted(vote.name for vote in chosen if vote.name is not None)
        lines.append(PollLine(poll.id, poll.question, option, len(chosen), () if poll.anonymous else tuple(names)))
    return lines
