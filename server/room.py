"""A room: who is here, in order of arrival, and what they may switch on. Pure rules; no media, no network, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyee import EventEmitter

from server.chairing.policy import Policy, permits
from server.connection_quality import Quality
from server.participant import Participant, Person, clean_name
from server.roles import Power, Role

MAX_PARTICIPANTS = 500
"""More than one small server carries; a bound on memory, not a promise."""


class RoomFullError(Exception):
    """Nobody else fits."""


class ScreenTakenError(Exception):
    """Somebody else shares a screen."""


class BadNameError(ValueError):
    """Nothing visible is left of the name when it is cleaned."""


def named(name: str) -> str:
    """A name as it may be shown. Raises BadNameError."""
    cleaned = clean_name(name)
    if not cleaned:
        raise BadNameError("a name needs at least one visible character")
    return cleaned


class NotPermittedError(Exception):
    """The chair has not left this open to this participant."""

    def __init__(self, power: Power) -> None:
        super().__init__(power.value)
        self.power = power


class Room(EventEmitter):
    """Who is in one meeting. Events:

    - ``joined`` (Participant), ``changed`` (Participant), ``left`` (Participant);
    - ``dominant`` (Participant | None): who speaks now;
    - ``qualities`` (list[Participant]): whose connections are better or worse now;
    - ``emptied`` (): the last one left.
    """

    def __init__(self, capacity: int = MAX_PARTICIPANTS, *, inherits: bool = True) -> None:
        """``inherits``: the first to arrive is the host, and when the last host leaves, whoever is here longest is.

        Otherwise nobody is but by the role that they join with. By telephone nobody inherits it: no key chairs.
        """
        super().__init__()
        self.capacity = capacity
        self.policy = Policy()
        self.dominant: Participant | None = None
        self.recent_speakers: list[str] = []
        """Ids of those who were dominant, latest first."""
        self.sharers: list[str] = []
        """Ids of those who share a screen, latest first."""
        self._inherits = inherits
        self._participants: dict[str, Participant] = {}
        self._hands = 0

    def __iter__(self) -> Iterator[Participant]:
        return iter(self._participants.values())

    def __len__(self) -> int:
        return len(self._participants)

    def __contains__(self, participant_id: object) -> bool:
        return participant_id in self._participants

    def get(self, participant_id: str) -> Participant | None:
        """Somebody by id."""
        return self._participants.get(participant_id)

    def of(self, person: str) -> list[Participant]:
        """Every participant that one person is: from two devices they are two."""
        return [participant for participant in self if participant.person.key == person]

    def join(
        self,
        participant_id: str,
        name: str,
        *,
        microphone: bool = False,
        camera: bool = False,
        role: Role = Role.PARTICIPANT,
        person: Person | None = None,
        hand: int | None = None,
        invited: bool = False,
    ) -> Participant:
        """Let somebody in. Raises BadNameError or RoomFullError. What they may not switch on stays off.

        ``hand``, ``invited``: what they had, who come back.
        """
        name = named(name)
        if len(self) >= self.capacity:
            raise RoomFullError(f"{self.capacity} participants are here already")
        person = person or Person(key=participant_id)
        if self._inherits and not person.by_telephone and self._heir is None:
            role = Role.HOST
        participant = Participant(participant_id, name, role, person, hand=hand, invited=invited)
        self.keep_places(hand or 0)
        self._participants[participant_id] = participant
        participant.microphone = microphone and self.permits(participant, Power.SPEAK)
        participant.camera = camera and self.permits(participant, Power.SHOW)
        self.emit("joined", participant)
        return participant

    def permits(self, participant: Participant, power: Power) -> bool:
        """Whether somebody's role and the meeting's policy leave something open to them."""
        invited = participant.invited and power is Power.SPEAK
        return invited or permits(self.policy, participant.role, power)

    @property
    def sharer(self) -> Participant | None:
        """Who shares a screen; the latest, where there are several."""
        return self.get(self.sharers[0]) if self.sharers else None

    def set_media(self, participant: Participant, *, microphone: bool, camera: bool, screen: bool = False) -> None:
        """Switch somebody's microphone, camera and shared screen. Off is always allowed.

        Raises NotPermittedError, or ScreenTakenError while somebody else shares; both leave everything as it was.
        """
        before = (participant.microphone, participant.camera, participant.screen)
        wanted = (microphone, camera, screen)
        for power, was, on in zip((Power.SPEAK, Power.SHOW, Power.SHARE), before, wanted, strict=True):
            if on and not was and not self.permits(participant, power):
                raise NotPermittedError(power)
        others = [sharer for sharer in self.sharers if sharer != participant.id]
        if screen and not participant.screen and others and not self.policy.several_screens:
            raise ScreenTakenError
        if wanted == before:
            return
        participant.microphone, participant.camera, participant.screen = wanted
        if participant.screen != before[2]:
            self.sharers = [participant.id, *others] if screen else others
        self.emit("changed", participant)

    def set_role(self, participant: Participant, role: Role) -> None:
        """Give somebody another role; what it does not allow is switched off."""
        if role is participant.role:
            return
        participant.role = role
        participant.invited = False
        self._switch_off_what_is_not_allowed(participant)
        self.emit("changed", participant)

    def rename(self, participant: Participant, name: str) -> None:
        """Give somebody another name. Raises BadNameError."""
        name = named(name)
        if name != participant.name:
            participant.name = name
            self.emit("changed", participant)

    def invite(self, participant: Participant, invited: bool) -> None:
        """Let somebody unmute whatever the policy, or no more."""
        if invited != participant.invited:
            participant.invited = invited
            self.emit("changed", participant)

    def raise_hand(self, participant: Participant, raised: bool) -> None:
        """Raise a hand, behind all that are raised, or lower it."""
        if raised == (participant.hand is not None):
            return
        self._hands += raised
        participant.hand = self._hands if raised else None
        self.emit("changed", participant)

    def keep_places(self, hands: int) -> None:
        """Hands that are raised from now on stand behind this place: who had those before it may come back."""
        self._hands = max(self._hands, hands)

    @property
    def hands(self) -> list[Participant]:
        """Who has raised a hand, in order."""
        raised = [(participant.hand, participant) for participant in self if participant.hand is not None]
        return [participant for _, participant in sorted(raised, key=lambda pair: pair[0])]

    def speaks(self, participant: Participant | None) -> None:
        """Somebody is the dominant speaker now, or nobody."""
        if participant is self.dominant:
            return
        self.dominant = participant
        if participant is not None:
            self.recent_speakers = [participant.id, *(s for s in self.recent_speakers if s != participant.id)]
        self.emit("dominant", participant)

    def set_qualities(self, qualities: Mapping[str, Quality]) -> None:
        """What the connections of some people, by id, are like now. Ids of nobody here are passed over."""
        changed = []
        for participant in self:
            quality = qualities.get(participant.id, participant.quality)
            if quality is not participant.quality:
                participant.quality = quality
                changed.append(participant)
        if changed:
            self.emit("qualities", changed)

    def leave(self, participant: Participant) -> None:
        """Somebody is gone."""
        if self._participants.pop(participant.id, None) is None:
            return
        self.recent_speakers = [speaker for speaker in self.recent_speakers if speaker != participant.id]
        self.sharers = [sharer for sharer in self.sharers if sharer != participant.id]
        if self.dominant is participant:
            self.speaks(None)
        self.emit("left", participant)
        heir = self._heir
        if not self._participants:
            self.emit("emptied")
        elif heir is not None and self._inherits and not any(other.role is Role.HOST for other in self):
            self.set_role(heir, Role.HOST)

    @property
    def _heir(self) -> Participant | None:
        """Who has been here the longest, of those who could chair."""
        return next((participant for participant in self if not participant.person.by_telephone), None)

    def _switch_off_what_is_not_allowed(self, participant: Participant) -> None:
        participant.microphone = participant.microphone and self.permits(participant, Power.SPEAK)
        participant.camera = participant.camera and self.permits(participant, Power.SHOW)
        if participant.screen and not self.permits(participant, Power.SHARE):
            participant.screen = False
            self.sharers = [sharer for sharer in self.sharers if sharer != participant.id]
