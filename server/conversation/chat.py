"""The chat of one meeting: who wrote what to whom, and who may read it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime

from server.text import clean_lines

MAX_TEXT = 4_000
"""The longest message, in code points."""
KEPT = 2_000
"""So many messages stay at hand, the latest; all are in the records."""
RECENT = 500
"""Of so many messages it is known that they were written, when they are sent again."""
MAX_PAGE = 50
"""So many messages are told at a time."""


class EmptyMessageError(ValueError):
    """Nothing visible is left of the text when it is cleaned, and there is no file."""


@dataclass(frozen=True)
class ChatFile:
    """A file that goes along with a message."""

    id: str
    name: str = field(repr=False)
    media_type: str
    size: int
    """In bytes."""


@dataclass(frozen=True)
class ChatMessage:
    """One message."""

    id: int
    """Counts up from 1 in each meeting."""
    at: datetime
    sender: str
    """The participant's id then."""
    person: str = field(repr=False)
    """Whoever has this key wrote it, also after a re-join."""
    name: str = field(repr=False)
    """The sender's name then."""
    text: str = field(repr=False)
    to: str | None = None
    """The id of the only participant whom it is for; None for everybody."""
    to_person: str | None = field(default=None, repr=False)
    to_name: str | None = field(default=None, repr=False)
    file: ChatFile | None = None

    def is_for(self, person: str) -> bool:
        """Whether somebody may read it. What is private stays so, for the chair too."""
        return self.to_person is None or person in (self.person, self.to_person)


class Chat:
    """The messages of one meeting, in order."""

    def __init__(self) -> None:
        self._messages: deque[ChatMessage] = deque(maxlen=KEPT)
        self._next_id = 1
        self._said: deque[tuple[str, str]] = deque(maxlen=RECENT)

    def was_said(self, person: str, once: str) -> bool:
        """Whether this person has written what they called so, lately."""
        return (person, once) in self._said

    def add(self, message: ChatMessage, once: str | None = None) -> ChatMessage:
        """Keep a message under the next id, its text cleaned. Raises EmptyMessageError."""
        text = clean_lines(message.text, MAX_TEXT)
        if not text and message.file is None:
            raise EmptyMessageError("a message needs at least one visible character, or a file")
        message = replace(message, id=self._next_id, text=text)
        self._next_id += 1
        self._messages.append(message)
        if once is not None:
            self._said.append((message.person, once))
        return message

    def restore(self, messages: list[ChatMessage], last_id: int) -> None:
        """Go on from what was kept, oldest first; ``last_id`` was the last one's, be it deleted since."""
        self._messages.extend(messages)
        self._next_id = last_id + 1

    def get(self, id_: int) -> ChatMessage | None:
        """A message by its id."""
        return next((message for message in self._messages if message.id == id_), None)

    def with_file(self, file: str) -> ChatMessage | None:
        """The message that a file came with."""
        return next((message for message in self._messages if message.file and message.file.id == file), None)

    def delete(self, id_: int) -> ChatMessage | None:
        """Take a message away; returns it, or None when there is none."""
        if (message := self.get(id_)) is not None:
            self._messages.remove(message)
        return message

    def page(self, person: str, before: int | None = None) -> tuple[list[ChatMessage], bool]:
        """The latest messages that somebody may read, oldest first, and whether there are earlier ones.

        ``before``: only such with a lower id.
        """
        readable = [
            message for message in self._messages if message.is_for(person) and (before is None or message.id < before)
        ]
        return readable[-MAX_PAGE:], len(readable) > MAX_PAGE
