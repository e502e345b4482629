"""Polls: asked by the chair, answered by everybody, once each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from server.text import clean_line

MAX_QUESTION = 300
MAX_OPTION = 120
MAX_OPTIONS = 10
MAX_POLLS = 50
"""In one meeting."""


class BadPollError(ValueError):
    """A poll that can't be asked; the message says why."""


class PollState(StrEnum):
    """How far a poll has come."""

    DRAFT = "draft"
    """Only chairs see it."""
    OPEN = "open"
    CLOSED = "closed"


@dataclass
class Poll:
    """One question with its options."""

    id: int
    question: str = field(repr=False)
    options: tuple[str, ...] = field(repr=False)
    several: bool = False
    """More than one option may be chosen."""
    anonymous: bool = True
    """Nobody, the chair included, is told who chose what."""
    live: bool = True
    """Everybody sees the results while it is open; otherwise only chairs do, until it is closed."""
    state: PollState = PollState.DRAFT
    votes: dict[str, tuple[str, frozenset[int]]] = field(default_factory=dict, repr=False)
    """By person: the name then, and the numbers of the chosen options, from 0."""

    def counts(self) -> list[int]:
        """How many chose each option."""
        counts = [0] * len(self.options)
        for _, chosen in self.votes.values():
            for option in chosen:
                counts[option] += 1
        return counts

    def vote(self, person: str, name: str, chosen: Sequence[int]) -> None:
        """Somebody chooses; what they chose before is void, and nothing chosen takes the vote back.

        Raises BadPollError.
        """
        if self.state is not PollState.OPEN:
            raise BadPollError("this poll is not open")
        options = frozenset(chosen)
        if not options <= set(range(len(self.options))):
            raise BadPollError("this poll has no such option")
        if len(options) > 1 and not self.several:
            raise BadPollError("choose one option")
        if options:
            self.votes[person] = (name, options)
        else:
            self.votes.pop(person, None)


class Polls:
    """The polls of one meeting, in the order in which they were made."""

    def __init__(self) -> None:
        self._polls: dict[int, Poll] = {}
        self._next_id = 1

    def __iter__(self) -> Iterator[Poll]:
        return iter(self._polls.values())

    def restore(self, polls: Sequence[Poll]) -> None:
        """Go on from what was kept."""
        self._polls = {poll.id: poll for poll in polls}
        self._next_id = max(self._polls, default=0) + 1

    def get(self, id_: int) -> Poll | None:
        """A poll by its id."""
        return self._polls.get(id_)

    def create(
        self, question: str, options: Sequence[str], *, several: bool = False, anonymous: bool = True, live: bool = True
    ) -> Poll:
        """Make a poll, a draft at first. Raises BadPollError."""
        question = clean_line(question, MAX_QUESTION)
        cleaned = [clean_line(option, MAX_OPTION) for option in options]
        if not question:
            raise BadPollError("a poll needs a question")
        if not 2 <= len(cleaned) <= MAX_OPTIONS or not all(cleaned):
            raise BadPollError(f"a poll needs 2 to {MAX_OPTIONS} options, none of them empty")
        if len(set(cleaned)) < len(cleaned):
            raise BadPollError("two options are the same")
        if len(self._polls) >= MAX_POLLS:
            raise BadPollError(f"a meeting has {MAX_POLLS} polls at most: delete one")
        poll = Poll(self._next_id, question, tuple(cleaned), several=several, anonymous=anonymous, live=live)
        self._polls[poll.id] = poll
        self._next_id += 1
        return poll

    def set_state(self, id_: int, state: PollState) -> Poll | None:
        """Open a poll, close it, or open it again; None when there is none. What was asked never becomes a draft.

        Raises BadPollError.
        """
        poll = self._polls.get(id_)
        if poll is not None:
            if state is PollState.DRAFT and poll.state is not PollState.DRAFT:
                raise BadPollError("a poll that was opened can be closed or deleted")
            poll.state = state
        return poll

    def delete(self, id_: int) -> Poll | None:
        """Delete a poll with its votes; returns it, or None when there is none."""
        return self._polls.pop(id_, None)
