"""The lobby: who waits to be let in, in order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from server.participant import Person

MOST_WAITING = 500
"""A bound on memory, and on what a chair can look through."""


class LobbyFullError(Exception):
    """Nobody else can wait."""


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits."""

    id: str
    name: str = field(repr=False)
    person: Person
    since: float
    """Monotonic time, in s."""


@dataclass
class Lobby:
    """Who waits, and who was let in before: they need not wait again."""

    _waiting: dict[str, Waiting] = field(default_factory=dict)
    _admitted: set[str] = field(default_factory=set)
    _came: dict[str, float] = field(default_factory=dict)
    """Since when those have waited who waited when the server stopped, by their keys."""

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._waiting.values())

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._waiting

    def of(self, person: str) -> Waiting | None:
        """Somebody who waits, by their key."""
        return next((waiting for waiting in self if waiting.person.key == person), None)

    def knows(self, person: str) -> bool:
        """Whether somebody was let in before."""
        return person in self._admitted

    def admitted(self) -> list[str]:
        """The keys of all who were let in before, in order."""
        return sorted(self._admitted)

    def remember(self, person: str) -> None:
        """Somebody is in: whatever happens to their link, they need not wait again."""
        self._admitted.add(person)

    def forget(self, person: str) -> None:
        """Somebody was sent away: they wait like anybody else."""
        self._admitted.discard(person)

    def expect(self, person: str, since: float) -> None:
        """Somebody has waited since this monotonic time, in s, and comes back: they don't lose their place."""
        self._came[person] = since

    def wait(self, waiting: Waiting) -> None:
        """Let somebody wait, behind whoever came before them. Raises LobbyFullError."""
        if len(self._waiting) >= MOST_WAITING:
            raise LobbyFullError
        since = self._came.pop(waiting.person.key, waiting.since)
        waiting = replace(waiting, since=min(since, waiting.since))
        everybody = sorted([*self._waiting.values(), waiting], key=lambda one: one.since)
        self._waiting = {one.id: one for one in everybody}

    def leave(self, id_: str) -> Waiting | None:
        """Somebody gave up, or was refused; None when they don't wait."""
        return self._waiting.pop(id_, None)

    def admit(self, ids: Iterable[str] | None = None) -> list[Waiting]:
        """Let these in, or all; returns who it was, in order of arrival. Who is gone is passed over."""
        chosen = list(self._waiting) if ids is None else [id_ for id_ in self._waiting if id_ in set(ids)]
        admitted = [self._waiting.pop(id_) for id_ in chosen]
        self._admitted.update(waiting.person.key for waiting in admitted)
        return admitted
