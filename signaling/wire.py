"""JSON to requests and back, and which request is allowed when. Pure: no sockets."""

from __future__ import annotations

from enum import Enum
from typing import get_args

import msgspec

from signaling.messages import (
    MAX_REQUEST_ID,
    PROTOCOL,
    AnyRequest,
    Error,
    ErrorCode,
    Join,
    Leave,
    Ping,
    ServerMessage,
    SubscribeAnswer,
)

_decoder: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_encoder = msgspec.json.Encoder()
_TYPES = [str(request.__struct_config__.tag) for request in get_args(AnyRequest)]
_KNOWN_TYPES = ", ".join(_TYPES)


class _Envelope(msgspec.Struct):
    """As much of a message as can be read of a bad one."""

    id: object = None
    type: object = None


def encode(message: ServerMessage) -> str:
    """A message as a text frame."""
    return _encoder.encode(message).decode()


def decode(text: str) -> AnyRequest | Error:
    """The request in a text frame, or the answer that refuses it. The frame's size has been checked already."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        reason = str(error)
    try:
        envelope = msgspec.json.decode(text, type=_Envelope)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        envelope = _Envelope()
    request_id = envelope.id if isinstance(envelope.id, int) and _is_request_id(envelope.id) else None
    if isinstance(envelope.type, str) and envelope.type not in _TYPES:
        return refusal(request_id, "unknown_type", f"{PROTOCOL} has no request of this type; it has {_KNOWN_TYPES}")
    if envelope.type == "join" and reason.startswith("Expected `str` of length") and reason.endswith("`$.name`"):
        return refusal(request_id, "bad_name", "choose a name of 1 to 64 characters")
    return refusal(request_id, "bad_message", f"this is not a message of {PROTOCOL}: {reason}")


def _is_request_id(number: int) -> bool:
    return not isinstance(number, bool) and 1 <= number <= MAX_REQUEST_ID


def refusal(request_id: int | None, code: ErrorCode, message: str) -> Error:
    """An answer that refuses."""
    return Error(id=request_id, code=code, message=message)


class Stage(Enum):
    """How far a session has come."""

    NEW = "new"
    WAITING = "waiting"
    """In the lobby."""
    JOINED = "joined"
    OVER = "over"


def out_of_order(stage: Stage, request: AnyRequest, *, subscribed: bool = False) -> Error | None:
    """The answer to a request that does not belong into this stage, or None when it does.

    ``subscribed``: whether the offer of the slots has been answered.
    """
    match stage, request:
        case Stage.OVER, _:
            return refusal(request.id, "out_of_order", "this connection is over: open another")
        case _, Ping():
            return None
        case Stage.NEW, Join():
            return None
        case Stage.WAITING, Leave():
            return None
        case Stage.WAITING, _:
            return refusal(request.id, "out_of_order", "wait until you are let in")
        case Stage.NEW, _:
            return refusal(request.id, "out_of_order", "join a meeting first")
        case _, Join():
            return refusal(request.id, "already_joined", "this connection has joined a meeting: leave it first")
        case _, SubscribeAnswer() if subscribed:
            return refusal(request.id, "out_of_order", "the slots' offer has been answered; it is offered only once")
    return None
