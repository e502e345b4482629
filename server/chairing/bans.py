"""Who was sent away for good."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Entry(Enum):
    """How somebody who comes is to be treated."""

    OPEN = "open"
    WAIT = "wait"
    """Into the lobby, whatever the policy."""
    REFUSED = "refused"


@dataclass
class Bans:
    """The bans of one meeting.

    A person is known by a secret of their browser, which they can throw away. So whoever comes from an address that a
    banned one came from waits until the chair has seen the name: an office behind one address is not shut out.
    """

    people: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    def add(self, person: str, address: str | None) -> None:
        """Send somebody away for good."""
        self.people.add(person)
        if address is not None:
            self.addresses.add(address)

    def entry(self, person: str, address: str | None) -> Entry:
        """How somebody is to be treated who comes now."""
        if person in self.people:
            return Entry.REFUSED
        return Entry.WAIT if address is not None and address in self.addresses else Entry.OPEN
