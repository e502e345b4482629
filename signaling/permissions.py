"""Who may send which message, and make which HTTP call. This table decides, and nothing else does."""

from __future__ import annotations

from enum import Enum

from server.roles import Power, Role, may
from signaling import messages as m


class Standing(Enum):
    """Where somebody stands who is not in the meeting."""

    OUTSIDE = "outside"
    """Has not joined."""
    WAITING = "waiting"
    """Is in the lobby."""


class Open(Enum):
    """What needs no power."""

    TO_ALL = "to all"
    """To those who have not joined, too."""
    OUTSIDE = "outside"
    """To those who have not joined, and to nobody else."""
    HERE = "here"
    """To everybody in the meeting or its lobby."""
    INSIDE = "inside"
    """To everybody in the meeting."""
    OPERATOR = "operator"
    """To whoever has the server's load-test token, and to nobody for what they are in a meeting."""

    VISITOR = "visitor"
    """To whoever was in the meeting, by the secret of their browser, and to nobody for the seat that they have."""


Needs = Power | Open

REQUESTS: dict[type[m.Request], Needs] = {
    m.Join: Open.OUTSIDE,
    m.Ping: Open.TO_ALL,
    m.Leave: Open.HERE,
    m.PublishOffer: Open.INSIDE,
    m.SubscribeAnswer: Open.INSIDE,
    m.SetView: Open.INSIDE,
    # What of it is allowed is for the role and the policy to say: off always is.
    m.SetMedia: Open.INSIDE,
    m.DeclineUnmute: Open.INSIDE,
    m.ReadChat: Open.INSIDE,
    m.ReadConnection: Open.INSIDE,
    # One's own; others' need Power.MODERATE_CHAT.
    m.DeleteChat: Open.INSIDE,
    m.RaiseHand: Power.RAISE_HAND,
    m.React: Power.REACT,
    m.SendChat: Power.CHAT,
    m.Vote: Power.VOTE,
    m.SetPolicy: Power.SET_POLICY,
    m.Admit: Power.ADMIT,
    m.Refuse: Power.ADMIT,
    m.Remove: Power.REMOVE,
    m.Mute: Power.MUTE,
    m.StopCamera: Power.MUTE,
    m.StopScreen: Power.MUTE,
    m.AskUnmute: Power.MUTE,
    m.LowerHands: Power.GIVE_FLOOR,
    m.GiveFloor: Power.GIVE_FLOOR,
    m.SetFloorTime: Power.GIVE_FLOOR,
    m.EndFloor: Power.GIVE_FLOOR,
    m.Spotlight: Power.SPOTLIGHT,
    m.Rename: Power.RENAME,
    m.Dial: Power.DIAL,
    m.CancelCall: Power.DIAL,
    m.SetRole: Power.SET_ROLES,
    m.EndMeeting: Power.END,
    m.CreatePoll: Power.RUN_POLLS,
    m.SetPollState: Power.RUN_POLLS,
    m.DeletePoll: Power.RUN_POLLS,
}

CALLS: dict[tuple[str, str], Needs] = {
    ("POST", "/api/meetings"): Open.TO_ALL,
    ("GET", "/api/meetings/{code}"): Open.TO_ALL,
    ("POST", "/api/connection-trials"): Open.TO_ALL,
    ("POST", "/api/meetings/{code}/feedback"): Open.VISITOR,
    ("POST", "/api/meetings/{code}/files"): Power.SEND_FILES,
    ("GET", "/api/meetings/{code}/files/{file}"): Open.INSIDE,
    ("GET", "/api/meetings/{code}/attendance.{form}"): Power.SEE_ATTENDANCE,
    ("GET", "/api/meetings/{code}/polls.csv"): Power.RUN_POLLS,
    ("GET", "/api/meetings/{code}/feedback.csv"): Power.SEE_FEEDBACK,
    ("GET", "/api/load-test"): Open.OPERATOR,
    ("POST", "/api/load-test"): Open.OPERATOR,
    ("GET", "/healthz"): Open.TO_ALL,
    ("GET", "/readyz"): Open.TO_ALL,
    # The client itself; what comes through its WebSocket is REQUESTS.
    ("GET", "/ws"): Open.TO_ALL,
    ("GET", "/"): Open.TO_ALL,
    ("GET", "/m/{code}{slash}"): Open.TO_ALL,
    ("GET", "/assets/{name}"): Open.TO_ALL,
    ("GET", "/{name}"): Open.TO_ALL,
}
"""By method and path: every route that the server has. Who calls says so by the header ``Authorization: Seat <token>``,
the token being that of ``joined``."""


def is_allowed(needs: Needs, standing: Role | Standing) -> bool:
    """Whether somebody of this standing may do what needs this."""
    match needs, standing:
        case Open.TO_ALL, _:
            return True
        case Open.OUTSIDE, _:
            return standing is Standing.OUTSIDE
        case Open.HERE, _:
            return standing is not Standing.OUTSIDE
        case Open.INSIDE, _:
            return isinstance(standing, Role)
        case Power(), Role():
            return may(standing, needs)
    return False
