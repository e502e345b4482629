"""The chair's powers over a room. Whether somebody has a power is asked before; here is what it does, and to whom.

Pure: times are given. Nothing is done to who is above the one who does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pyee import EventEmitter

from server.act import Act
from server.chairing.bans import Bans
from server.chairing.floor import Floor
from server.chairing.lobby import Lobby, Waiting
from server.participant import Participant
from server.roles import Role, is_chair, outranks
from server.room import Room

MOST_SPOTLIT = 9
"""So many can be spotlit at a time."""


class NoSuchParticipantError(Exception):
    """They are not here, or not here any more."""


class RankError(Exception):
    """They are above the one who would do this."""


class LastHostError(Exception):
    """Without them nobody would be the host."""


class Chair(EventEmitter):
    """What chairing has made of one room. Events:

    - ``changed`` (): policy, floor or spotlight are another;
    - ``lobby`` (): others wait now;
    - ``admitted`` (list[Waiting]), ``refused`` (list[Waiting]): these need not wait any more;
    - ``asked`` (Participant, bool): they are asked to unmute; whether the floor is offered to them by that;
    - ``declined`` (Participant): they don't want to;
    - ``removed`` (Participant): they are to be sent away;
    - ``ended`` (): the meeting is over for all;
    - ``acted`` (Act).
    """

    def __init__(self, room: Room) -> None:
        super().__init__()
        self.lobby, self.bans, self.floor = Lobby(), Bans(), Floor()
        self.roles: dict[str, Role] = {}
        """The roles that were given, by person: whoever comes again has theirs again."""
        self.spotlit: list[str] = []
        """Ids of those whom everybody is to see large."""
        self._room = room
        room.on("left", self._left)

    # Whom a chair deals with

    def target(self, actor: Participant, id_: str) -> Participant:
        """Somebody by id, to whom this actor may do something. Raises NoSuchParticipantError or RankError."""
        target = self._room.get(id_)
        if target is None:
            raise NoSuchParticipantError
        if not outranks(actor.role, target.role):
            raise RankError
        return target

    # The door

    def set_policy(self, actor: Participant, changes: Mapping[str, bool]) -> None:
        """Throw some of the policy's switches. What is on already stays on."""
        policy = replace(self._room.policy, **changes)
        if policy == self._room.policy:
            return
        was, self._room.policy = self._room.policy, policy
        self._act(actor, "set_policy", None, **changes)
        self.emit("changed")
        if was.lobby and not policy.lobby:
            self.admit(actor)

    def admit(self, actor: Participant, ids: Iterable[str] | None = None) -> None:
        """Let those in who wait, or some of them."""
        if admitted := self.lobby.admit(ids):
            self._act(actor, "admit", count=len(admitted))
            self.emit("admitted", admitted)
            self.emit("lobby")

    def refuse(self, actor: Participant, ids: Iterable[str]) -> None:
        """Send those away who wait."""
        refused = [waiting for id_ in dict.fromkeys(ids) if (waiting := self.lobby.leave(id_)) is not None]
        if refused:
            self._act(actor, "refuse", count=len(refused))
            self.emit("refused", refused)
            self.emit("lobby")

    def wait(self, waiting: Waiting) -> None:
        """Somebody waits from now on. Raises LobbyFullError."""
        self.lobby.wait(waiting)
        self.emit("lobby")

    def give_up(self, id_: str) -> None:
        """Somebody does not wait any more."""
        if self.lobby.leave(id_) is not None:
            self.emit("lobby")

    def remove(self, actor: Participant, id_: str, *, ban: bool) -> None:
        """Send somebody away, for good where it is a ban, with every device that they are here by."""
        target = self.target(actor, id_)
        self.lobby.forget(target.person.key)
        if ban:
            self.bans.add(target.person.key, target.person.address)
        self._act(actor, "ban" if ban else "remove", target)
        for device in self._room.of(target.person.key):
            if device is not actor:
                self.emit("removed", device)

    def end(self, actor: Participant) -> None:
        """The meeting is over for all."""
        self._act(actor, "end")
        self.emit("ended")

    # Microphones and cameras

    def mute(self, actor: Participant, id_: str | None = None) -> None:
        """Mute somebody, or everybody but the chairs."""
        targets = [self.target(actor, id_)] if id_ is not None else [p for p in self._room if not is_chair(p.role)]
        muted = [target for target in targets if target.microphone or target.invited]
        for target in muted:
            self._room.invite(target, False)
            self._room.set_media(target, microphone=False, camera=target.camera, screen=target.screen)
        if id_ is None or muted:
            self._act(actor, "mute", targets[0] if id_ is not None else None)

    def stop_camera(self, actor: Participant, id_: str) -> None:
        """Switch somebody's camera off."""
        target = self.target(actor, id_)
        if target.camera:
            self._room.set_media(target, microphone=target.microphone, camera=False, screen=target.screen)
            self._act(actor, "stop_camera", target)

    def stop_screen(self, actor: Participant, id_: str) -> None:
        """Stop somebody's sharing."""
        target = self.target(actor, id_)
        if target.screen:
            self._room.set_media(target, microphone=target.microphone, camera=target.camera, screen=False)
            self._act(actor, "stop_screen", target)

    def ask_unmute(self, actor: Participant, id_: str) -> None:
        """Ask somebody to unmute. Nobody's microphone is switched on but by themselves."""
        target = self.target(actor, id_)
        if not target.microphone:
            self._room.invite(target, True)
            self.emit("asked", target, False)
            self._act(actor, "ask_unmute", target)

    # Whose turn it is

    def raise_hand(self, participant: Participant, raised: bool) -> None:
        """Somebody raises or lowers their own hand."""
        self._room.raise_hand(participant, raised)

    def lower_hands(self, actor: Participant, id_: str | None = None) -> None:
        """Lower somebody's hand, or all."""
        targets = self._room.hands if id_ is None else [self.target(actor, id_)]
        for target in targets:
            self._room.raise_hand(target, False)
        if targets:
            self._act(actor, "lower_hand", targets[0] if id_ is not None else None)

    def give_floor(self, actor: Participant, id_: str, seconds: float | None, now: float) -> None:
        """Give somebody the floor: their hand goes down; it is theirs as soon as they speak."""
        target = self.target(actor, id_)
        self._room.raise_hand(target, False)
        self.floor.offer(target.id, seconds)
        self._act(actor, "give_floor", target, seconds=seconds)
        if target.microphone:
            self.unmuted(target, now)
        else:
            self._room.invite(target, True)
            self.emit("asked", target, True)
            self.emit("changed")

    def unmuted(self, participant: Participant, now: float) -> None:
        """Somebody's microphone is on: the floor is theirs if it was offered to them."""
        before = self.floor.holder
        if self.floor.take(participant.id, now):
            if before is not None and (former := self._room.get(before)) is not None and former is not participant:
                self._room.invite(former, False)
            self.spotlit = [participant.id]
            self.emit("changed")

    def decline(self, participant: Participant) -> None:
        """Somebody does not want to unmute."""
        self._room.invite(participant, False)
        self.emit("declined", participant)
        if self.floor.decline(participant.id):
            self.emit("changed")

    def set_floor_time(self, actor: Participant, seconds: float | None, now: float) -> None:
        """Give whoever has the floor so much time from now on."""
        if self.floor.set_time(seconds, now):
            self._act(actor, "set_floor_time", seconds=seconds)
            self.emit("changed")

    def end_floor(self, actor: Participant) -> None:
        """The floor is nobody's: where people may not unmute themselves, whoever had it is muted."""
        whose = self.floor.end()
        if whose is None:
            return
        self.spotlit = [id_ for id_ in self.spotlit if id_ != whose]
        participant = self._room.get(whose)
        if participant is not None:
            self._room.invite(participant, False)
            if not self._room.policy.speak and not is_chair(participant.role):
                camera, screen = participant.camera, participant.screen
                self._room.set_media(participant, microphone=False, camera=camera, screen=screen)
        self._act(actor, "end_floor", participant)
        self.emit("changed")

    def spotlight(self, actor: Participant, ids: Sequence[str]) -> None:
        """Everybody is to see these large, or nobody in particular. Who is not here is passed over."""
        spotlit = [id_ for id_ in dict.fromkeys(ids) if id_ in self._room][:MOST_SPOTLIT]
        if spotlit != self.spotlit:
            self.spotlit = spotlit
            self._act(actor, "spotlight", count=len(spotlit))
            self.emit("changed")

    # Who is who

    def set_role(self, actor: Participant, id_: str, role: Role) -> None:
        """Give somebody another role. Raises LastHostError for the only host."""
        target = self.target(actor, id_)
        hosts = [participant for participant in self._room if participant.role is Role.HOST]
        if hosts == [target] and role is not Role.HOST:
            raise LastHostError
        if role is not target.role:
            self.roles[target.person.key] = role
            self._room.set_role(target, role)
            self._act(actor, "set_role", target, role=role.value)

    def rename(self, actor: Participant, id_: str, name: str) -> None:
        """Give somebody another name. Raises BadNameError."""
        target = self.target(actor, id_)
        self._room.rename(target, name)
        self._act(actor, "rename", target)

    def _left(self, participant: Participant) -> None:
        self.forget(participant.id)

    def forget(self, id_: str) -> None:
        """Somebody is gone, or did not come back: they have neither the floor nor the spotlight any more."""
        changed = self.floor.leave(id_)
        if id_ in self.spotlit:
            self.spotlit.remove(id_)
            changed = True
        if changed:
            self.emit("changed")

    def _act(self, actor: Participant, action: str, target: Participant | None = None, **details: Any) -> None:
        self.emit("acted", Act(actor, action, target, details))
