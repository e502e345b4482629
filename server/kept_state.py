"""What holds in a live meeting, as ``meetings.state`` keeps it; and a meeting that goes on from that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from server.chairing.floor import Floor
from server.meeting import Meeting
from server.records import VisitRecord
from server.returning import Expected, KeptSeat
from server.roles import Role


def state_of(
    meeting: Meeting, waiting_since: Mapping[str, datetime], moment: Callable[[float], datetime]
) -> dict[str, Any]:
    """What is to be kept.

    ``waiting_since``: when whoever waits in the lobby came, by their key. ``moment``: when a monotonic time, in s, is.
    """
    chair, expected = meeting.chair, meeting.expected
    seats = {
        seat.participant.id: {
            "token": seat.token_digest,
            "hand": seat.participant.hand,
            "invited": seat.participant.invited,
        }
        for seat in meeting.seats
        if not seat.participant.person.by_telephone  # calls end with the server
    }
    # Whoever is still expected back may have to be once more.
    away = {seat.participant: {"token": seat.token, "hand": seat.hand, "invited": seat.invited} for seat in expected}
    return {
        "roles": {person: role.value for person, role in chair.roles.items()},
        "banned": sorted(chair.bans.people),
        "banned_addresses": sorted(chair.bans.addresses),
        "admitted": chair.lobby.admitted(),
        "waiting": {person: since.isoformat() for person, since in waiting_since.items()},
        "spotlit": list(chair.spotlit),
        "floor": _floor_state(chair.floor, moment),
        "seats": away | seats,
    }


def restore_state(
    meeting: Meeting, state: Mapping[str, Any], cut_off: Iterable[VisitRecord], when: Callable[[datetime], float]
) -> None:
    """Let a meeting go on from what was kept.

    ``cut_off``: the visits of those whom the server's stop cut off, and who are expected back. ``when``: the monotonic
    time, in s, of a moment.
    """
    chair = meeting.chair
    chair.roles.update({person: Role(role) for person, role in state.get("roles", {}).items()})
    chair.bans.people.update(state.get("banned", []))
    chair.bans.addresses.update(state.get("banned_addresses", []))
    for person in state.get("admitted", []):
        chair.lobby.remember(person)
    for person, since in state.get("waiting", {}).items():
        chair.lobby.expect(person, when(datetime.fromisoformat(since)))
    kept = state.get("seats", {})
    seats = [_seat(visit, kept[visit.participant]) for visit in cut_off if visit.participant in kept]
    for seat in seats:
        meeting.expect(seat)
    meeting.room.keep_places(max((seat.hand or 0 for seat in seats), default=0))
    chair.spotlit = [id_ for id_ in state.get("spotlit", []) if id_ in meeting.expected]
    if floor := state.get("floor"):
        _restore_floor(chair.floor, floor, meeting.expected, when)


def _floor_state(floor: Floor, moment: Callable[[float], datetime]) -> dict[str, Any] | None:
    if floor.offered is None and floor.holder is None:
        return None
    return {
        "offered": floor.offered,
        "seconds": floor.seconds,
        "holder": floor.holder,
        "ends_at": None if floor.ends_at is None else moment(floor.ends_at).isoformat(timespec="milliseconds"),
    }


def _restore_floor(
    floor: Floor, kept: Mapping[str, Any], expected: Expected, when: Callable[[datetime], float]
) -> None:
    """Their time went on while the server was away."""
    if kept["offered"] in expected:
        floor.offer(kept["offered"], kept["seconds"])
    if kept["holder"] in expected:
        floor.holder = kept["holder"]
        floor.ends_at = None if kept["ends_at"] is None else when(datetime.fromisoformat(kept["ends_at"]))


def _seat(visit: VisitRecord, kept: Mapping[str, Any]) -> KeptSeat:
    return KeptSeat(
        visit.participant,
        kept["token"],
        visit.person,
        visit.name,
        Role(visit.role),
        visit.unit,
        visit.position,
        kept["hand"],
        kept["invited"],
    )
