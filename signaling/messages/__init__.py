"""Every message of the WebSocket protocol ``balai.v1``, in one place.

JSON text frames, one message a frame, told apart by their ``type``. The browser sends *requests*, each with an
``id`` of its own choosing; the server sends exactly one *answer* with that ``id`` (``ok``, ``joined``, ``waiting``,
``publish_answer``, ``chat_page``, ``connection_details`` or ``error``), and *events*, which carry no ``id``.
``web/src/protocol.ts`` is made from this package by ``python -m signaling.protocol_typescript``; the tests fail when
the two drift apart.

Unknown types, unknown fields and out-of-range values are refused with ``error`` and a stable code. Who may send what
stands in ``signaling/permissions.py``.
"""

from signaling.messages.base import (
    MAX_MESSAGE_BYTES,
    MAX_REQUEST_ID,
    PROTOCOL,
    ErrorCode,
    GoodbyeReason,
    Quality,
    Request,
    Role,
    SlotKind,
)
from signaling.messages.chairing import (
    Admit,
    Admitted,
    AskUnmute,
    DeclineUnmute,
    EndFloor,
    EndMeeting,
    Floor,
    GiveFloor,
    LobbyChanged,
    LowerHands,
    MeetingChanged,
    MeetingState,
    Mute,
    Policy,
    RaiseHand,
    Refuse,
    Remove,
    Rename,
    SetFloorTime,
    SetPolicy,
    SetRole,
    Spotlight,
    StopCamera,
    StopScreen,
    UnmuteAsked,
    UnmuteDeclined,
    Waiting,
)
from signaling.messages.conversation import (
    ChatDeleted,
    ChatFile,
    ChatMessage,
    ChatPage,
    ChatSaid,
    CreatePoll,
    DeleteChat,
    DeletePoll,
    Poll,
    PollChanged,
    PollDeleted,
    PollState,
    React,
    Reacted,
    Reaction,
    ReadChat,
    SendChat,
    SetPollState,
    ShownReaction,
    Vote,
)
from signaling.messages.meeting import (
    CodecsWanted,
    ConnectionDetails,
    DominantChanged,
    Error,
    Goodbye,
    GrantedLayer,
    InLobby,
    Join,
    Joined,
    LayersWanted,
    Leave,
    Ok,
    Participant,
    ParticipantQuality,
    ParticipantsChanged,
    Ping,
    PublishAnswer,
    PublishOffer,
    QualitiesChanged,
    ReadConnection,
    ServerStopping,
    SetMedia,
    SetView,
    Size,
    SlotsChanged,
    SlotState,
    SubscribeAnswer,
    SubscribeOffer,
    Tile,
)
from signaling.messages.telephone import (
    CallDirection,
    CancelCall,
    Dial,
    PhoneCall,
    PhoneCallsChanged,
    PhoneCallState,
    Telephone,
)

AnyRequest = (
    Join
    | PublishOffer
    | SubscribeAnswer
    | SetMedia
    | SetView
    | ReadConnection
    | Ping
    | Leave
    | SetPolicy
    | Admit
    | Refuse
    | Remove
    | Mute
    | StopCamera
    | StopScreen
    | AskUnmute
    | DeclineUnmute
    | RaiseHand
    | LowerHands
    | GiveFloor
    | SetFloorTime
    | EndFloor
    | Spotlight
    | SetRole
    | Rename
    | Dial
    | CancelCall
    | EndMeeting
    | SendChat
    | ReadChat
    | DeleteChat
    | React
    | CreatePoll
    | SetPollState
    | DeletePoll
    | Vote
)
Answer = Ok | Joined | InLobby | PublishAnswer | ChatPage | ConnectionDetails | Error
Event = (
    SubscribeOffer
    | ParticipantsChanged
    | QualitiesChanged
    | SlotsChanged
    | DominantChanged
    | LayersWanted
    | CodecsWanted
    | MeetingChanged
    | LobbyChanged
    | Admitted
    | UnmuteAsked
    | UnmuteDeclined
    | ChatSaid
    | ChatDeleted
    | Reacted
    | PollChanged
    | PollDeleted
    | ServerStopping
    | PhoneCallsChanged
    | Goodbye
)
ServerMessage = Answer | Event

__all__ = [
    "MAX_MESSAGE_BYTES",
    "MAX_REQUEST_ID",
    "PROTOCOL",
    "Admit",
    "Admitted",
    "Answer",
    "AnyRequest",
    "AskUnmute",
    "CallDirection",
    "CancelCall",
    "ChatDeleted",
    "ChatFile",
    "ChatMessage",
    "ChatPage",
    "ChatSaid",
    "CodecsWanted",
    "ConnectionDetails",
    "CreatePoll",
    "DeclineUnmute",
    "DeleteChat",
    "DeletePoll",
    "Dial",
    "DominantChanged",
    "EndFloor",
    "EndMeeting",
    "Error",
    "ErrorCode",
    "Event",
    "Floor",
    "GiveFloor",
    "Goodbye",
    "GoodbyeReason",
    "GrantedLayer",
    "InLobby",
    "Join",
    "Joined",
    "LayersWanted",
    "Leave",
    "LobbyChanged",
    "LowerHands",
    "MeetingChanged",
    "MeetingState",
    "Mute",
    "Ok",
    "Participant",
    "ParticipantQuality",
    "ParticipantsChanged",
    "PhoneCall",
    "PhoneCallState",
    "PhoneCallsChanged",
    "Ping",
    "Policy",
    "Poll",
    "PollChanged",
    "PollDeleted",
    "PollState",
    "PublishAnswer",
    "PublishOffer",
    "QualitiesChanged",
    "Quality",
    "RaiseHand",
    "React",
    "Reacted",
    "Reaction",
    "ReadChat",
    "ReadConnection",
    "Refuse",
    "Remove",
    "Rename",
    "Request",
    "Role",
    "SendChat",
    "ServerMessage",
    "ServerStopping",
    "SetFloorTime",
    "SetMedia",
    "SetPolicy",
    "SetPollState",
    "SetRole",
    "SetView",
    "ShownReaction",
    "Size",
    "SlotKind",
    "SlotState",
    "SlotsChanged",
    "Spotlight",
    "StopCamera",
    "StopScreen",
    "SubscribeAnswer",
    "SubscribeOffer",
    "Telephone",
    "Tile",
    "UnmuteAsked",
    "UnmuteDeclined",
    "Vote",
    "Waiting",
]
