"""What an attendance sheet is made of: the visits, and what its heading says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Device: TypeAlias = Literal["browser", "phone"]
Language: TypeAlias = Literal["id", "en"]


@dataclass(frozen=True)
class Visit:
    """One stay of one connection. Times are aware.

    Raises:
        ValueError: a time has no time zone.
    """

    person: str = field(repr=False)
    """The stable key of a person at one browser, or of a caller's number. It is compared and never shown."""
    name: str = field(repr=False)  # hostile, and personal, as what follows
    unit: str = field(repr=False)
    position: str = field(repr=False)
    phone: str | None = field(repr=False)
    device: Device
    role: str
    """A word of ``server.roles``."""
    arrived: datetime
    left: datetime | None
    """None while they are here."""

    def __post_init__(self) -> None:
        _require_zone(self.arrived, self.left)


@dataclass(frozen=True)
class Sheet:
    """What the heading and the end of a sheet say. Texts are hostile. Times are aware.

    Raises:
        ValueError: a time has no time zone, or ``zone`` is none that is known.
    """

    title: str
    starts: datetime
    ends: datetime | None
    """None while it goes on."""
    place: str
    organiser: str
    """Who invites: the letterhead, one line or several. Empty where the sheet is printed on paper that has one."""
    zone: str
    """As in the tz database: Asia/Makassar."""
    language: Language
    now: datetime
    city: str = ""
    """Where it is signed; dots to fill in where it is empty."""
    chair: str = ""
    minutes_by: str = ""
    mask_phones: bool = False
    """Whether the middle of each telephone number is hidden, as for guests."""

    def __post_init__(self) -> None:
        _require_zone(self.starts, self.ends, self.now)
        _ = self.timezone

    @cached_property
    def timezone(self) -> ZoneInfo:
        """The zone in which times are shown."""
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # "../"; a folder's name, such as "Asia"
            raise ValueError(f"no such time zone: {self.zone!r}") from error


def _require_zone(*times: datetime | None) -> None:
    if any(time is not None and time.utcoffset() is None for time in times):
        raise ValueError("a time has no time zone")
