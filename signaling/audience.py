"""Everybody in one meeting who is connected: an event is encoded once for all whom it says the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from server.participant import Participant
from signaling.messages import Event
from signaling.wire import encode


class Listener(Protocol):
    """Where events go."""

    def put_text(self, text: str) -> None:
        """Queue a text frame."""


class Audience:
    """The listeners of one meeting, and who each of them is."""

    def __init__(self) -> None:
        self._listeners: dict[Listener, Participant] = {}

    def add(self, listener: Listener, participant: Participant) -> None:
        """Tell this listener too. It may be told again of what it was told when it joined."""
        self._listeners[listener] = participant

    def discard(self, listener: Listener) -> None:
        """Tell this listener no more."""
        self._listeners.pop(listener, None)

    def tell(self, event: Event, to: Callable[[Participant], bool] | None = None) -> None:
        """Send an event to everybody, or to some."""
        listeners = [one for one, participant in self._listeners.items() if to is None or to(participant)]
        if listeners:
            text = encode(event)
            for listener in listeners:
                listener.put_text(text)

    def tell_each(
        self, event_for: Callable[[Participant], Event | None], to: Callable[[Participant], bool] | None = None
    ) -> None:
        """Send everybody, or some, their own view of something; None: nothing."""
        for listener, participant in list(self._listeners.items()):
            if (to is None or to(participant)) and (event := event_for(participant)) is not None:
                listener.put_text(encode(event))
