"""Requests about how the meeting is chaired."""

from __future__ import annotations

from msgspec import UNSET, structs

from server.meeting import Meeting
from server.participant import Participant
from server.roles import Role
from signaling import messages as m


def handle(meeting: Meeting, actor: Participant, request: m.AnyRequest, now: float) -> bool:
    """Do it; False for a request about something else. ``now`` is monotonic, in s. Raises what ``Chair`` does."""
    chair = meeting.chair
    match request:
        case m.SetPolicy():
            fields = structs.asdict(request)
            changes = {name: value for name, value in fields.items() if name != "id" and value is not UNSET}
            chair.set_policy(actor, changes)
        case m.Admit(waiting=ids):
            chair.admit(actor, ids)
        case m.Refuse(waiting=ids):
            chair.refuse(actor, ids)
        case m.Remove(participant=id_, ban=ban):
            chair.remove(actor, id_, ban=ban)
        case m.Mute(participant=id_):
            chair.mute(actor, id_)
        case m.StopCamera(participant=id_):
            chair.stop_camera(actor, id_)
        case m.StopScreen(participant=id_):
            chair.stop_screen(actor, id_)
        case m.AskUnmute(participant=id_):
            chair.ask_unmute(actor, id_)
        case m.DeclineUnmute():
            chair.decline(actor)
        case m.RaiseHand(raised=raised):
            chair.raise_hand(actor, raised)
        case m.LowerHands(participant=id_):
            chair.lower_hands(actor, id_)
        case m.GiveFloor(participant=id_, seconds=seconds):
            chair.give_floor(actor, id_, seconds, now)
        case m.SetFloorTime(seconds=seconds):
            chair.set_floor_time(actor, seconds, now)
        case m.EndFloor():
            chair.end_floor(actor)
        case m.Spotlight(participants=ids):
            chair.spotlight(actor, ids)
        case m.SetRole(participant=id_, role=role):
            chair.set_role(actor, id_, Role(role))
        case m.Rename(participant=id_, name=name):
            chair.rename(actor, id_, name)
        case m.EndMeeting():
            chair.end(actor)
        case _:
            return False
    return True
