"""From visits to one line a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from server.attendance.phone import normal_number
from server.attendance.sheet import Device, Visit
from server.attendance.text import alike, clean
from server.roles import Role

_ROLES = [role.value for role in Role]


class SameName(Enum):
    """When visits with different keys and the same name are one person's."""

    WITH_UNIT = "with unit"
    """When the unit is the same too: most people of one unit have names that differ."""
    ALWAYS = "always"
    """Also when neither says a unit: for small meetings that ask for none, in which everybody knows everybody."""
    NEVER = "never"
    """Keys alone count."""


class Stay(NamedTuple):
    """A time without a gap in which somebody was here, on one device or several."""

    arrived: datetime
    left: datetime | None
    """None while they are here."""

    def lasted(self, now: datetime) -> timedelta:
        """How long, so far."""
        return max(timedelta(), (self.left or now) - self.arrived)


@dataclass(frozen=True)
class Line:
    """One person's line of the sheet."""

    name: str = field(repr=False)
    unit: str = field(repr=False)
    position: str = field(repr=False)
    phone: str | None = field(repr=False)
    """As ``normal_number`` spells it."""
    role: str
    """The one that may most, of those they had."""
    devices: tuple[Device, ...]
    stays: tuple[Stay, ...]
    """In their order; never empty."""
    total: timedelta
    """How long they were here; what two devices spent together counts once."""

    @property
    def arrived(self) -> datetime:
        """When they first came."""
        return self.stays[0].arrived

    @property
    def left(self) -> datetime | None:
        """When they last went; None while they are here."""
        return self.stays[-1].left

    @property
    def visits(self) -> int:
        """How many times they came; a second device is no second visit."""
        return len(self.stays)


def merge(visits: Iterable[Visit], now: datetime, same_name: SameName = SameName.WITH_UNIT) -> list[Line]:
    """One line a person, in the order in which they came. The order of ``visits`` makes no difference.

    Whose visits are one person's:

    1. Those with one key: it is the browser, or the caller's number, that came again.
    2. Those with different keys, when name and unit are the same as ``alike`` has it: a second device, a new browser.
       The name is the latest one of each key.
    3. But never those with different numbers. When a name and unit has several numbers, there are several such people,
       and a key without a number could be any of them: it keeps a line of its own.
    4. Nobody without a unit, unless ``same_name`` says otherwise. On Bali first-born children are named Wayan, and the
       second ones Made: a name alone says little.

    In doubt there are two lines: whoever reads the sheet sees them and strikes one out. A person who vanished into
    another's line would be missed by nobody.
    """
    by_key: dict[str, list[Visit]] = defaultdict(list)
    for visit in sorted(set(visits), key=_age):
        by_key[visit.person].append(visit)
    by_name: dict[object, list[list[Visit]]] = defaultdict(list)
    for key, own in by_key.items():
        by_name[_shared_name(own, same_name) or (key,)].append(own)
    people = (person for namesakes in by_name.values() for person in _told_apart(namesakes))
    ordered = sorted((sorted(person, key=_age) for person in people), key=lambda person: _age(person[0]))
    return [_line(person, now) for person in ordered]


def _age(visit: Visit) -> tuple[object, ...]:
    """An order of visits in which no two that differ are equal: from the oldest to the latest."""
    texts = (visit.person, visit.name, visit.unit, visit.position, visit.phone or "", visit.device, visit.role)
    return (visit.arrived, visit.left is None, visit.left or visit.arrived, texts)


def _latest(texts: Iterable[str | None]) -> str:
    """The last that says anything."""
    said = [text for text in texts if text]
    return said[-1] if said else ""


def _rank(role: str) -> tuple[int, str]:
    """The least for the role that may most: a host's second device is no other person's."""
    return (_ROLES.index(role) if role in _ROLES else len(_ROLES), role)


def _number(own: Sequence[Visit]) -> str | None:
    return _latest(normal_number(visit.phone) for visit in own) or None


def _shared_name(own: Sequence[Visit], same_name: SameName) -> tuple[str, str] | None:
    """Under which name these visits may be joined with those of other keys; None for under none."""
    name, unit = (
        _latest(alike(text) for text in texts) for texts in zip(*((v.name, v.unit) for v in own), strict=True)
    )
    wanted = {SameName.WITH_UNIT: name and unit, SameName.ALWAYS: name, SameName.NEVER: ""}[same_name]
    return (name, unit) if wanted else None


def _told_apart(namesakes: list[list[Visit]]) -> list[list[Visit]]:
    """One list of visits a person, of lists of visits that have a key each and a name and unit together."""
    numbers = {number for own in namesakes if (number := _number(own))}
    if len(numbers) <= 1:
        return [[visit for own in namesakes for visit in own]]
    without = [own for own in namesakes if not _number(own)]
    return [[visit for own in namesakes if _number(own) == number for visit in own] for number in numbers] + without


def _line(visits: Sequence[Visit], now: datetime) -> Line:
    stays = _stays(visits)
    return Line(
        name=_latest(clean(visit.name) for visit in visits),
        unit=_latest(clean(visit.unit) for visit in visits),
        position=_latest(clean(visit.position) for visit in visits),
        phone=_number(visits),
        role=min((visit.role for visit in visits), key=_rank),
        devices=tuple(sorted({visit.device for visit in visits})),
        stays=stays,
        total=sum((stay.lasted(now) for stay in stays), timedelta()),
    )


def _stays(visits: Sequence[Visit]) -> tuple[Stay, ...]:
    """The union of visits that are in order. Whoever is here on any device is here."""
    stays: list[Stay] = []
    for visit in visits:
        last = stays[-1] if stays else None
        left = visit.left and max(visit.arrived, visit.left)  # clocks are set back
        if last and (last.left is None or visit.arrived <= last.left):
            stays[-1] = Stay(last.arrived, last.left and left and max(last.left, left))
        else:
            stays.append(Stay(visit.arrived, left))
    return tuple(stays)
