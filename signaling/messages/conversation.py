"""Chat, reactions, polls."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from signaling.messages.base import ParticipantId, Request, RequestId

Reaction = Literal["👍", "👏", "❤️", "😂", "😮", "🙏", "🎉", "👎"]
PollState = Literal["draft", "open", "closed"]
FileId = Annotated[str, Meta(min_length=1, max_length=64)]
Count = Annotated[int, Meta(ge=0, le=9)]


class ChatFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came with a message: ``GET /api/meetings/<code>/files/<id>``."""

    id: str
    name: str
    media_type: str
    size: int
    """In bytes."""


class ChatMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the chat. The text is hostile: show it as text."""

    id: int
    at: float
    """Unix time, in s."""
    sender: ParticipantId
    name: str
    """The sender's name then: they may be gone."""
    mine: bool
    """This client's user wrote it, perhaps before a re-join."""
    text: str
    to: ParticipantId | None
    """The only one whom it is for; null: everybody."""
    to_name: str | None
    file: ChatFile | None


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """A poll as this client may see it."""

    id: int
    question: str
    options: list[str]
    several: bool
    anonymous: bool
    live: bool
    state: PollState
    voters: int
    counts: list[int] | None
    """How many chose each option; null while they are not to be seen."""
    mine: list[int]
    """What this client's user chose."""


class SendChat(Request, frozen=True, tag="send_chat"):
    """Write to everybody, or to one. Answered by ``ok``; the message comes to its writer as to others."""

    text: Annotated[str, Meta(max_length=4000)]
    to: ParticipantId | None = None
    file: FileId | None = None
    """What the upload was answered with."""
    once: Annotated[str, Meta(min_length=1, max_length=32)] | None = None
    """Chosen anew for each message. Whoever lost the answer sends it again with the same, and it is written once."""


class ReadChat(Request, frozen=True, tag="read_chat"):
    """The messages before one, or the latest. Answered by ``chat_page``."""

    before: int | None = None


class DeleteChat(Request, frozen=True, tag="delete_chat"):
    """Take one's own message away; chairs: anybody's."""

    message: int


class React(Request, frozen=True, tag="react"):
    """Show everybody a reaction, for a moment."""

    reaction: Reaction


class CreatePoll(Request, frozen=True, tag="create_poll"):
    """Make a poll, which only chairs see until it is opened. Answered by ``ok``; ``poll_changed`` follows."""

    question: Annotated[str, Meta(max_length=300)]
    options: Annotated[list[Annotated[str, Meta(max_length=120)]], Meta(max_length=10)]
    several: bool = False
    anonymous: bool = True
    live: bool = True
    open: bool = False
    """Open it at once."""


class SetPollState(Request, frozen=True, tag="set_poll_state"):
    """Open or close a poll."""

    poll: int
    state: PollState


class DeletePoll(Request, frozen=True, tag="delete_poll"):
    """Delete a poll with its votes."""

    poll: int


class Vote(Request, frozen=True, tag="vote"):
    """Choose options, by number from 0; what was chosen before is void. None takes the vote back."""

    poll: int
    options: Annotated[list[Count], Meta(max_length=10)]


class ChatPage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="chat_page"):
    id: RequestId
    messages: list[ChatMessage]
    """Oldest first."""
    more: bool
    """There are earlier ones."""


class ChatSaid(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="chat_said"):
    """A new message."""

    message: ChatMessage


class ChatDeleted(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="chat_deleted"):
    """A message was taken away."""

    message: int


class ShownReaction(msgspec.Struct, frozen=True, kw_only=True):
    """One reaction of one participant."""

    participant: ParticipantId
    reaction: Reaction


class Reacted(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="reacted"):
    """Some show reactions: all of a moment, each participant's latest."""

    reactions: list[ShownReaction]


class PollChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="poll_changed"):
    """A poll is new, or another now. Counts are merged over a moment."""

    poll: Poll


class PollDeleted(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="poll_deleted"):
    poll: int
