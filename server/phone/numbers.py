"""Telephone numbers: which may be called from meetings, whose they are, and what stands for them."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.attendance.phone import normal_number, shown_number
from server.participant import clean_name

MOST_NAMES = 100_000


class BadNumberError(ValueError):
    """This is no telephone number."""


class NumberNotAllowedError(Exception):
    """The operator does not let meetings call this number."""


@dataclass(frozen=True)
class Caller:
    """Who calls, or is called."""

    number: str = field(repr=False)
    """In its normal form (E.164 where it is one); empty where it is withheld."""
    name: str = field(repr=False)
    """What everybody sees: the name that the operator's list has, or the number, masked."""

    @property
    def digest(self) -> str:
        """What stands for the number where it is only compared; empty where it is withheld."""
        return hashlib.sha256(f"tel:{self.number}".encode()).hexdigest()[:32] if self.number else ""


@dataclass(frozen=True)
class PhoneBook:
    """Whose numbers are known, and what others are called."""

    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By normal number."""
    anonymous: str = "Telepon"
    """What whoever withholds their number is called."""

    def caller(self, said: str) -> Caller:
        """Who has this number. ``said`` is whatever a trunk says, at most of that is a number kept."""
        number = normal_number(said) or ""
        name = self.names.get(number) or (shown_number(number, masked=True) if number else self.anonymous)
        return Caller(number, name)


def read_names(text: str) -> dict[str, str]:
    """The names of a CSV text, ``number,name`` a line; lines with other columns after these are fine.

    ValueError for a line without a number or a name; it says which line, and neither number nor name.
    """
    names: dict[str, str] = {}
    for line, row in enumerate(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), 1):
        if not row or not "".join(row).strip():
            continue
        number = normal_number(row[0])
        name = clean_name(row[1]) if len(row) > 1 else ""
        if number is None or not name:
            if line == 1:  # a heading
                continue
            raise ValueError(f"line {line} is not a number, a comma and a name")
        names[number] = name
        if len(names) > MOST_NAMES:
            raise ValueError(f"more than {MOST_NAMES} names")
    return names


@dataclass(frozen=True)
class DialRules:
    """What may be called from meetings: numbers that begin as the operator allows, in their normal form."""

    prefixes: tuple[str, ...] = ()
    """Such as ``+62``; none: nobody is called."""

    def number(self, written: str) -> str:
        """The number to call. Raises BadNumberError or NumberNotAllowedError."""
        number = normal_number(written)
        if number is None:
            raise BadNumberError("this is not a telephone number")
        if not any(number.startswith(prefix) for prefix in self.prefixes):
            raise NumberNotAllowedError
        return number
