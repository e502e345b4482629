"""One participant of a meeting, as the rules see them."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.connection_quality import Quality
from server.roles import Role
from server.text import clean_line

MAX_NAME = 64
"""The longest display name, in code points."""
MAX_UNIT = 120
"""The longest unit or position, in code points."""


def clean_name(name: str) -> str:
    """A display name as it may be shown (as text: it remains hostile); empty when nothing visible is left."""
    return clean_line(name, MAX_NAME)


@dataclass(frozen=True)
class Tile:
    """One tile on a participant's screen."""

    participant: str
    height: int
    """In device pixels."""


@dataclass(frozen=True)
class View:
    """What a participant's screen shows."""

    tiles: tuple[Tile, ...] = ()
    """Most wanted first."""
    speaker_height: int | None = None
    """The height, in device pixels, at which it shows whoever speaks; None where it does not."""
    screen: bool = True
    """Whether it shows the shared screen, when there is one."""
    sharer: str | None = None
    """Whose, where there are several; None: the latest."""
    screen_audio: bool | None = None
    """Whether it plays that screen's sound; None: while it shows it."""

    @property
    def hears_screen(self) -> bool:
        """Whether the sound of that screen is to be heard."""
        return self.screen if self.screen_audio is None else self.screen_audio


@dataclass(frozen=True)
class Person:
    """Who somebody is across re-joins, as far as it is known."""

    key: str = field(repr=False)
    """Derived from a secret of their browser, the same within one meeting only."""
    unit: str = field(default="", repr=False)
    """The office or village that they are of (*unit kerja*), as they say."""
    position: str = field(default="", repr=False)
    """What they are there (*jabatan*), as they say."""
    address: str | None = field(default=None, repr=False)
    """The address that they came from."""
    phone: str | None = field(default=None, repr=False)
    """The number of their telephone, empty where they withhold it; None for whoever is here by a browser."""

    @property
    def by_telephone(self) -> bool:
        """Whether they are here by a telephone."""
        return self.phone is not None

    @classmethod
    def said(cls, key: str, *, unit: str, position: str, address: str | None) -> Person:
        """A person as a client describes them, cleaned."""
        return cls(key, clean_line(unit, MAX_UNIT), clean_line(position, MAX_UNIT), address)


@dataclass
class Participant:
    """Somebody in a room. Changes go through the room, which tells of them."""

    id: str
    name: str = field(repr=False)  # hostile, and personal: it must not slip into a log
    role: Role
    person: Person
    microphone: bool = False
    camera: bool = False
    screen: bool = False
    hand: int | None = None
    """Their place among raised hands, the lowest first; None while it is down."""
    invited: bool = False
    """The chair asked them to unmute: they may, whatever the policy."""
    quality: Quality = Quality.GOOD
    """What their connection is like."""
    view: View | None = field(default=None, repr=False)
    """What their screen shows; None until they say so."""
