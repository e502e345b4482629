"""Why a request was refused, as the protocol says it."""

from __future__ import annotations

from server.chairing.chair import LastHostError, NoSuchParticipantError, RankError
from server.chairing.lobby import LobbyFullError
from server.conversation.chat import EmptyMessageError
from server.conversation.conversation import NoSuchMessageError, NoSuchPollError
from server.conversation.polls import BadPollError
from server.directory import NoSuchFileError, NoSuchMeetingError, ServerStoppingError
from server.door import BannedError, LockedError
from server.media import SdpError
from server.phone.calls import NoSuchCallError, NoTelephoneError, TooManyCallsError
from server.phone.numbers import BadNumberError, NumberNotAllowedError
from server.room import BadNameError, NotPermittedError, RoomFullError, ScreenTakenError
from signaling.messages import ErrorCode

_REFUSALS: dict[type[Exception], tuple[ErrorCode, str]] = {
    NoSuchMeetingError: ("no_such_meeting", "nobody has made a meeting with this code"),
    ServerStoppingError: ("server_stopping", "the server is about to be restarted: come again in a minute"),
    RoomFullError: ("meeting_full", "the meeting is full, try again later: {}"),
    LobbyFullError: ("meeting_full", "too many wait to be let in already: try again later"),
    LockedError: ("meeting_locked", "the meeting is locked: ask its host to open it"),
    BannedError: ("banned", "you were removed from this meeting"),
    BadNameError: ("bad_name", "choose another name: {}"),
    SdpError: ("bad_sdp", "{}"),
    ScreenTakenError: ("screen_taken", "somebody else shares a screen: wait until they stop"),
    NotPermittedError: ("not_permitted", "the host has not left this open: {}"),
    NoSuchParticipantError: ("no_such_participant", "this participant is not here any more"),
    RankError: ("forbidden", "this participant is above you"),
    LastHostError: ("last_host", "make somebody else the host first"),
    EmptyMessageError: ("empty_message", "{}"),
    NoSuchMessageError: ("no_such_message", "there is no such message that you could take away"),
    BadPollError: ("bad_poll", "{}"),
    NoSuchFileError: ("no_such_file", "there is no such file of yours: send it again"),
    NoTelephoneError: ("no_telephone", "this server calls nobody: its operator can set what may be called"),
    BadNumberError: ("bad_number", "give a telephone number, with its country code or area code"),
    NumberNotAllowedError: ("number_not_allowed", "the operator of this server lets nobody call this number"),
    TooManyCallsError: ("too_many_calls", "wait until those answer who are being called"),
    NoSuchCallError: ("no_such_call", "this call is over"),
    NoSuchPollError: ("no_such_poll", "there is no such poll any more"),
}

EXPECTED = tuple(_REFUSALS)
"""The exceptions that are refusals, and no fault of the server's."""


def refusal_for(error: Exception) -> tuple[ErrorCode, str]:
    """The code, and one sentence that says the mend. KeyError for what is not in ``EXPECTED``."""
    code, sentence = _REFUSALS[type(error)]
    return code, sentence.format(error)
