"""Header values beneath the parser: lists with quoted commas, what stands in brackets, numbers within bounds.

``sipmessage`` takes everything between the first and the last quotation mark of a list for one string, and reads
integers as Python does ("1_0"); so lists are split here before it sees their members, and integers are read here.
"""

from __future__ import annotations

import re

from sipmessage import Address

_INTEGER = re.compile(r"[0-9]{1,10}\Z")
_BRACKETS = re.compile(r"<([^<>]*)>")


def split_list(values: list[str]) -> list[str]:
    """The members of a comma-separated header that may come several times (RFC 3261, 7.3.1), trimmed.

    ValueError when a quotation mark or a bracket is left open, or a member is empty.
    """
    members: list[str] = []
    for value in values:
        start, quoted, bracketed, escaped = 0, False, False, False
        for at, letter in enumerate(value):
            if quoted:
                if escaped:
                    escaped = False
                elif letter == "\\":
                    escaped = True
                elif letter == '"':
                    quoted = False
            elif letter == '"':
                quoted = True
            elif letter == "<":
                bracketed = True
            elif letter == ">":
                bracketed = False
            elif letter == "," and not bracketed:
                members.append(value[start:at].strip())
                start = at + 1
        if quoted or bracketed:
            raise ValueError("a quotation mark or bracket is left open")
        members.append(value[start:].strip())
    if any(not member for member in members):
        raise ValueError("a member of a list is empty")
    return members


def tokens(values: list[str]) -> frozenset[str]:
    """Option tags or methods of a list header such as Supported, in lower case; empty members are left out."""
    return frozenset(part.strip().lower() for value in values for part in value.split(",") if part.strip())


def integer(text: str, most: int = 2**31 - 1) -> int:
    """A decimal number in ASCII from 0 to ``most``. ValueError."""
    if not _INTEGER.match(text) or int(text) > most:
        raise ValueError("no number within bounds")
    return int(text)


def address(value: str) -> Address:
    """A name-addr or addr-spec with its parameters. ValueError; also where its quoted string is not one."""
    (member,) = split_list([value])
    try:
        parsed = Address.parse(member)
    except (TypeError, RecursionError) as error:  # a parameter by the name "self"
        raise ValueError("no address") from error
    return parsed


def uri_text(value: str) -> str:
    """The URI of a name-addr or addr-spec as it was written: a remote target or route is to be sent as it came."""
    if found := _BRACKETS.search(value[value.rfind('"') + 1 :] if value.startswith('"') else value):
        return found[1].strip()
    return value.split(";", 1)[0].strip()
