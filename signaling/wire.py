"""JSON to requests and back, and which request is allowed when. Pure: no sockets."""

from __future__ import annotations

from enum import Enum
from typing import get_args

import msgspec

from signaling.messages import (
    MAX_MESSAGE_BYTES,
    AnyRequest,
    Error,
    ErrorCode,
    Join,
    Leave,
    Ping,
    ServerMessage,
)

_decoder: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_encoder = msgspec.json.Encoder()
_TYPES = {request.__struct_config__.tag for request in get_args(AnyRequest)}


class _Envelope(msgspec.Struct):
    """As much of a message as can be read of a bad one."""

    id: int | None = None
    type: str | None = None


def encode(message: ServerMessage) -> str:
    """A message as a text frame."""
    return _encoder.encode(message).decode()


def decode(text: str) -> AnyRequest | Error:
    """The request in a text frame, or the answer that refuses it."""
    if len(text) > MAX_MESSAGE_BYTES or len(text.encode(errors="surrogatepass")) > MAX_MESSAGE_BYTES:
        return refusal(None, "too_large", f"a message has at most {MAX_MESSAGE_BYTES} bytes")
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        reason = str(error)
    try:
        envelope = msgspec.json.decode(text, type=_Envelope)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return refusal(None, "bad_message", f"this is not a message: {reason}")
    request_id = envelope.id if envelope.id is not None and 1 <= envelope.id < 2**31 else None
    if envelope.type is not None and envelope.type not in _TYPES:
        return refusal(request_id, "unknown_type", "the protocol balai.v1 has no message of this type")
    return refusal(request_id, "bad_message", f"this message is not well-formed: {reason}")


def refusal(request_id: int | None, code: ErrorCode, message: str) -> Error:
    """An answer that refuses."""
    return Error(id=request_id, code=code, message=message)


class Stage(Enum):
    """How far a session has come."""

    NEW = "new"
    JOINING = "joining"
    JOINED = "joined"
    OVER = "over"


def out_of_order(stage: Stage, request: AnyRequest) -> Error | None:
    """The answer to a request that does not belong into this stage, or None when it does."""
    if isinstance(request, Ping):
        return None
    if isinstance(request, Join):
        if stage is Stage.NEW:
            return None
        return refusal(request.id, "already_joined", "this connection has joined a meeting already")
    if stage is Stage.JOINED or (isinstance(request, Leave) and stage is not Stage.OVER):
        return None
    return refusal(request.id, "out_of_order", "join a meeting first")
