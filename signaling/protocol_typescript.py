"""Writes ``web/src/protocol.ts`` from ``signaling/messages``: ``python -m signaling.protocol_typescript``.

With ``--check`` it writes nothing, and ends with 1 when the file is not what it would write.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
from msgspec import inspect as shapes

from server.video_codec import VideoCodec
from signaling import messages
from signaling.messages import base, chairing, conversation, meeting, telephone

TARGET = Path(__file__).resolve().parents[1] / "web" / "src" / "protocol.ts"

_UNIONS = {"ClientMessage": messages.AnyRequest, "Answer": messages.Answer, "Event": messages.Event}
_LITERALS = {
    "Role": messages.Role,
    "Quality": messages.Quality,
    "SlotKind": messages.SlotKind,
    "ErrorCode": messages.ErrorCode,
    "GoodbyeReason": messages.GoodbyeReason,
    "Reaction": messages.Reaction,
    "PollState": messages.PollState,
    "CallDirection": messages.CallDirection,
    "PhoneCallState": messages.PhoneCallState,
    "VideoCodec": VideoCodec,
}
_MODULES = (base, chairing, conversation, telephone, meeting)


def generate() -> str:
    """The TypeScript source."""
    parts = [
        "// Made from signaling/messages by `python -m signaling.protocol_typescript`. Do not edit.",
        f'export const PROTOCOL = "{messages.PROTOCOL}";',
        f"export const MAX_MESSAGE_BYTES = {messages.MAX_MESSAGE_BYTES};",
    ]
    literals = {get_args(literal): name for name, literal in _LITERALS.items()}
    for name, literal in _LITERALS.items():
        options = "\n".join(f'\t| "{value}"' for value in get_args(literal))
        parts.append(f"export type {name} =\n{options};")
    for struct in _structs():
        parts.append(_interface(struct, literals))
    for name, union in _UNIONS.items():
        members = "\n".join(f"\t| {member.__name__}" for member in get_args(union))
        parts.append(f"export type {name} =\n{members};")
    parts.append("export type ServerMessage = Answer | Event;")
    return "\n\n".join(parts) + "\n"


def _structs() -> list[type[msgspec.Struct]]:
    """The message classes, in the order of the source."""
    return [
        value
        for module in _MODULES
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, msgspec.Struct)
        and value.__module__ == module.__name__
        and value is not messages.Request
    ]


def _interface(struct: type[msgspec.Struct], literals: dict[tuple[str, ...], str]) -> str:
    get_type_hints(struct)  # resolves forward references, or fails here by name
    shape = shapes.type_info(struct)
    assert isinstance(shape, shapes.StructType)
    lines = [f"/** {(struct.__doc__ or '').strip().splitlines()[0]} */"] if struct.__doc__ else []
    lines.append(f"export interface {struct.__name__} {{")
    if shape.tag is not None:
        lines.append(f'\ttype: "{shape.tag}";')
    for field in shape.fields:
        optional = "" if field.required else "?"
        lines.append(f"\t{field.encode_name}{optional}: {_type(field.type, literals)};")
    return "\n".join([*lines, "}"])


def _type(shape: shapes.Type, literals: dict[tuple[str, ...], str]) -> str:
    match shape:
        case shapes.StrType():
            return "string"
        case shapes.IntType() | shapes.FloatType():
            return "number"
        case shapes.BoolType():
            return "boolean"
        case shapes.NoneType():
            return "null"
        case shapes.ListType(item_type=item):
            return f"{_type(item, literals)}[]"
        case shapes.StructType(cls=cls):
            return cls.__name__
        case shapes.LiteralType(values=values):
            return next(name for options, name in literals.items() if set(options) == set(values))
        case shapes.UnionType(types=types):
            return " | ".join(_type(part, literals) for part in types)
        case shapes.Metadata(type=inner):
            return _type(inner, literals)
    raise TypeError(f"no TypeScript for {shape}")


def main() -> int:
    """Write or check."""
    source = generate()
    if "--check" in sys.argv[1:]:
        if TARGET.is_file() and TARGET.read_text() == source:
            return 0
        print(f"{TARGET} is not what signaling/messages says: run python -m signaling.protocol_typescript")
        return 1
    TARGET.write_text(source)
    return 0


if __name__ == "__main__":
    sys.exit(main())
