"""Tells everybody in one meeting what is said without a voice: each what they may read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from server.conversation.chat import ChatMessage
from server.conversation.polls import Poll
from server.meeting import Meeting
from server.participant import Participant
from signaling import describe
from signaling.audience import Audience
from signaling.messages import (
    ChatDeleted,
    ChatSaid,
    Event,
    PollChanged,
    PollDeleted,
    Reacted,
    Reaction,
    ShownReaction,
)


class ConversationAnnouncer:
    """The chat, reactions and polls of one meeting."""

    def __init__(self, meeting: Meeting, audience: Audience, merge: float) -> None:
        """``merge``: seconds over which reactions, and changes of a poll, are merged into one message."""
        self._meeting, self._audience, self._merge = meeting, audience, merge
        self._reactions: dict[str, Reaction] = {}
        self._polls: dict[int, Poll] = {}
        self._timer: asyncio.TimerHandle | None = None
        meeting.conversation.on("said", self._on_said)
        meeting.conversation.on("deleted", self._on_deleted)
        meeting.conversation.on("reacted", self._on_reacted)
        meeting.conversation.on("poll", self._on_poll)
        meeting.conversation.on("poll_deleted", self._on_poll_deleted)

    def tell_polls(self, to: Callable[[Participant], bool]) -> None:
        """Tell some of every poll that they may see."""
        for poll in self._meeting.conversation.polls:
            self._audience.tell_each(partial(_poll_event, poll), to=to)

    def _on_said(self, message: ChatMessage) -> None:
        def is_writer(participant: Participant) -> bool:
            return participant.person.key == message.person

        mine = ChatSaid(message=describe.chat_message(message, message.person))
        self._audience.tell(mine, to=is_writer)
        theirs = ChatSaid(message=describe.chat_message(message, ""))
        self._audience.tell(theirs, to=lambda reader: not is_writer(reader) and message.is_for(reader.person.key))

    def _on_deleted(self, message: ChatMessage, _: Participant) -> None:
        gone = ChatDeleted(message=message.id)
        self._audience.tell(gone, to=lambda reader: message.is_for(reader.person.key))

    def _on_reacted(self, participant: Participant, reaction: Reaction) -> None:
        self._reactions[participant.id] = reaction
        self._tell_soon()

    def _on_poll(self, poll: Poll) -> None:
        self._polls[poll.id] = poll
        self._tell_soon()

    def _on_poll_deleted(self, poll: Poll) -> None:
        self._polls.pop(poll.id, None)
        self._audience.tell(PollDeleted(poll=poll.id))

    def _tell_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._merge, self._tell)

    def _tell(self) -> None:
        self._timer = None
        reactions, self._reactions = self._reactions, {}
        polls, self._polls = self._polls, {}
        if reactions:
            shown = [ShownReaction(participant=id_, reaction=reaction) for id_, reaction in reactions.items()]
            self._audience.tell(Reacted(reactions=shown))
        for poll in polls.values():
            self._audience.tell_each(partial(_poll_event, poll))


def _poll_event(poll: Poll, viewer: Participant) -> Event | None:
    seen = describe.poll(poll, viewer)
    return PollChanged(poll=seen) if seen is not None else None
