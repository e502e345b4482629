"""Requests about telephone calls."""

from __future__ import annotations

from server.meeting import Meeting
from server.participant import Participant
from signaling import messages as m


def handle(meeting: Meeting, actor: Participant, request: m.AnyRequest, now: float) -> bool:
    """Do it; False for a request about something else. ``now`` is monotonic, in s. Raises what ``PhoneCalls`` does."""
    match request:
        case m.Dial(number=number):
            meeting.calls.dial(actor, number, now)
        case m.CancelCall(call=id_):
            meeting.calls.cancel(actor, id_)
        case _:
            return False
    return True
