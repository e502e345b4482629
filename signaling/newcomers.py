"""Who comes, from what they say and carry."""

from __future__ import annotations

import hashlib
import secrets

from server.door import Newcomer
from server.participant import Person
from signaling.messages import Join


def person_secret() -> str:
    """A secret by which a browser may be known again."""
    return secrets.token_urlsafe(24)


def person_key(meeting: str, secret: str) -> str:
    """What stands for a person in one meeting: it can't be used to come as them, nor to follow them to another."""
    return hashlib.sha256(f"{meeting} {secret}".encode()).hexdigest()[:32]


def newcomer(request: Join, secret: str, address: str, local_address: str | None) -> Newcomer:
    """Somebody at the door, cleaned. ``address`` is theirs, ``local_address`` where they reached the server."""
    person = Person.said(
        person_key(request.meeting, secret), unit=request.unit, position=request.position, address=address
    )
    return Newcomer(
        request.name,
        person,
        microphone=request.microphone,
        camera=request.camera,
        local_address=local_address,
    )
