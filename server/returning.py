"""Whose seats were given up without their having left for good: they are expected back, and get what they had."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from server.roles import Role

BACK_WITHIN = 180.0
"""Seconds for which somebody is expected back."""


def token_digest(token: str) -> str:
    """What is kept of a seat's token: whoever reads the records can't take the seat. ``token`` may be anything."""
    # Neither salted nor slow: tokens are random, not chosen by people.
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True)
class KeptSeat:
    """A seat as it was when it was given up, to be given back to whoever has its token."""

    participant: str
    """The participant's id, which they keep."""
    token: str
    """The digest of the token."""
    person: str = field(repr=False)
    """Their key."""
    name: str = field(repr=False)
    role: Role
    unit: str = field(default="", repr=False)
    position: str = field(default="", repr=False)
    hand: int | None = None
    """Their place among raised hands; None while it is down."""
    invited: bool = False
    """They may unmute, whatever the policy."""


class Expected:
    """The seats of one meeting whose people are expected back."""

    def __init__(self) -> None:
        self._seats: dict[str, KeptSeat] = {}

    def __len__(self) -> int:
        return len(self._seats)

    def __contains__(self, participant: object) -> bool:
        return participant in self._seats

    def __iter__(self) -> Iterator[KeptSeat]:
        return iter(self._seats.values())

    def add(self, seat: KeptSeat) -> None:
        """Expect somebody back."""
        self._seats[seat.participant] = seat

    def discard(self, seat: KeptSeat) -> None:
        """Expect somebody no more, if it still is for this seat."""
        if self._seats.get(seat.participant) is seat:
            del self._seats[seat.participant]

    def take(self, token: str) -> KeptSeat | None:
        """The seat behind a token, which is expected no more; None when there is none. ``token`` may be anything."""
        digest = token_digest(token)
        found = [seat for seat in self._seats.values() if secrets.compare_digest(seat.token, digest)]
        return self._seats.pop(found[0].participant) if found else None

    def clear(self) -> None:
        """Nobody is expected any more."""
        self._seats.clear()
