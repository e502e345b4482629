"""The conversation of one room: who may say what, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pyee import EventEmitter

from server.act import Act
from server.chairing.chair import NoSuchParticipantError
from server.conversation.chat import Chat, ChatFile, ChatMessage
from server.conversation.polls import Poll, Polls, PollState
from server.participant import Participant
from server.roles import Power, is_chair, may
from server.room import NotPermittedError, Room


class NoSuchMessageError(Exception):
    """It was taken away, or is not this one's to take away."""


class NoSuchPollError(Exception):
    """It was deleted, or never was."""


class Conversation(EventEmitter):
    """Chat, reactions and polls. Events:

    - ``said`` (ChatMessage), ``deleted`` (ChatMessage, Participant): by whom;
    - ``reacted`` (Participant, str);
    - ``poll`` (Poll): it is new, or another now; ``poll_deleted`` (Poll);
    - ``voted`` (Poll, Participant);
    - ``acted`` (Act).
    """

    def __init__(self, room: Room) -> None:
        super().__init__()
        self.chat, self.polls = Chat(), Polls()
        self._room = room

    def say(
        self,
        sender: Participant,
        text: str,
        *,
        to: str | None,
        file: ChatFile | None,
        now: datetime,
        once: str | None = None,
    ) -> None:
        """Write to everybody, or to one by id. What they have written with the same ``once`` is not written again.

        Raises EmptyMessageError, NoSuchParticipantError, or NotPermittedError.
        """
        if once is not None and self.chat.was_said(sender.person.key, once):
            return
        recipient = None if to is None else self._room.get(to)
        if to is not None and recipient is None:
            raise NoSuchParticipantError
        # To whoever chairs the meeting a word is always free.
        power = Power.CHAT if recipient is None else Power.CHAT_PRIVATELY
        if not (recipient and is_chair(recipient.role)) and not self._room.permits(sender, power):
            raise NotPermittedError(power)
        message = ChatMessage(
            id=0,
            at=now,
            sender=sender.id,
            person=sender.person.key,
            name=sender.name,
            text=text,
            to=recipient.id if recipient else None,
            to_person=recipient.person.key if recipient else None,
            to_name=recipient.name if recipient else None,
            file=file,
        )
        self.emit("said", self.chat.add(message, once))

    def delete(self, actor: Participant, id_: int) -> None:
        """Take a message away: one's own, or as a chair any that one may read. Raises NoSuchMessageError."""
        message = self.chat.get(id_)
        if message is None or not message.is_for(actor.person.key):
            raise NoSuchMessageError
        is_own = message.person == actor.person.key
        if not is_own and not may(actor.role, Power.MODERATE_CHAT):
            raise NoSuchMessageError
        self.chat.delete(id_)
        self.emit("deleted", message, actor)
        if not is_own:
            self._act(actor, "delete_chat", message=id_)

    def react(self, participant: Participant, reaction: str) -> None:
        """Show everybody a reaction. Raises NotPermittedError."""
        if not self._room.permits(participant, Power.REACT):
            raise NotPermittedError(Power.REACT)
        self.emit("reacted", participant, reaction)

    def create_poll(
        self,
        actor: Participant,
        question: str,
        options: Sequence[str],
        *,
        several: bool,
        anonymous: bool,
        live: bool,
        is_open: bool,
    ) -> None:
        """Make a poll. Raises BadPollError."""
        poll = self.polls.create(question, options, several=several, anonymous=anonymous, live=live)
        if is_open:
            poll.state = PollState.OPEN
        self._act(actor, "create_poll", poll=poll.id)
        self.emit("poll", poll)

    def set_poll_state(self, actor: Participant, id_: int, state: PollState) -> None:
        """Open or close a poll. Raises NoSuchPollError or BadPollError."""
        if (poll := self.polls.set_state(id_, state)) is None:
            raise NoSuchPollError
        self._act(actor, "set_poll_state", poll=id_, state=state.value)
        self.emit("poll", poll)

    def delete_poll(self, actor: Participant, id_: int) -> None:
        """Delete a poll. Raises NoSuchPollError."""
        if (poll := self.polls.delete(id_)) is None:
            raise NoSuchPollError
        self._act(actor, "delete_poll", poll=id_)
        self.emit("poll_deleted", poll)

    def vote(self, participant: Participant, id_: int, options: Sequence[int]) -> None:
        """Choose options of a poll. Raises NoSuchPollError or BadPollError."""
        poll = self.polls.get(id_)
        if poll is None or (poll.state is PollState.DRAFT and not is_chair(participant.role)):
            raise NoSuchPollError
        poll.vote(participant.person.key, participant.name, options)
        self.emit("voted", poll, participant)
        self.emit("poll", poll)

    def _act(self, actor: Participant, action: str, **details: Any) -> None:
        self.emit("acted", Act(actor, action, None, details))


def shows_counts(poll: Poll, viewer: Participant) -> bool:
    """Whether somebody may see how a poll stands."""
    if may(viewer.role, Power.RUN_POLLS) or poll.state is PollState.CLOSED:
        return True
    return poll.live and poll.state is PollState.OPEN
