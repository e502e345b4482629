"""Tells everybody in one meeting who is there and who speaks: merged, and encoded once for all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from server.meeting import Meeting
from server.participant import Participant
from server.roles import is_chair
from signaling import describe
from signaling.audience import Audience, Listener
from signaling.conversation_announcer import ConversationAnnouncer
from signaling.messages import (
    DominantChanged,
    LobbyChanged,
    MeetingChanged,
    ParticipantsChanged,
    PhoneCallsChanged,
    UnmuteAsked,
    UnmuteDeclined,
)


class Announcer:
    """The announcements of one meeting."""

    def __init__(self, meeting: Meeting, merge: float) -> None:
        """``merge``: seconds over which changes among the participants are merged into one message."""
        self._meeting, self._merge = meeting, merge
        self._audience = Audience()
        self._conversation = ConversationAnnouncer(meeting, self._audience, merge)
        self._changed: dict[str, Participant] = {}
        self._unannounced: set[str] = set()
        self._left: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        self._dominant_told: Participant | None = None
        self._telling_dominant: asyncio.Handle | None = None
        self._telling_state: asyncio.Handle | None = None
        self._telling_lobby: asyncio.TimerHandle | None = None
        self._telling_calls: asyncio.TimerHandle | None = None
        self._chairs: set[str] = set()
        """Ids of those who know what only chairs do."""
        meeting.room.on("joined", self._on_joined)
        meeting.room.on("changed", self._on_changed)
        meeting.room.on("left", self._on_left)
        meeting.room.on("dominant", self._on_dominant)
        meeting.room.on("qualities", self._on_qualities)
        meeting.chair.on("changed", self._on_state)
        meeting.chair.on("lobby", self._on_lobby)
        meeting.chair.on("asked", self._on_asked)
        meeting.chair.on("declined", self._on_declined)
        meeting.calls.on("changed", self._on_calls)

    def listen(self, listener: Listener, participant: Participant) -> None:
        """Announce to this participant's listener too."""
        self._audience.add(listener, participant)
        if is_chair(participant.role):
            self._chairs.add(participant.id)

    def leave(self, listener: Listener) -> None:
        """Announce to this listener no more."""
        self._audience.discard(listener)

    def announce_before_use(self, participants: Iterable[str | None]) -> None:
        """Call before a message names these: nobody hears of a participant's slot before the participant."""
        if not self._unannounced.isdisjoint(participants):
            self._announce()

    # Who is here

    def _on_joined(self, participant: Participant) -> None:
        if participant.id in self._left:  # back in the same seat: that they went is told first
            self._announce()
        self._unannounced.add(participant.id)
        self._on_changed(participant)

    def _on_changed(self, participant: Participant) -> None:
        self._changed[participant.id] = participant
        self._announce_soon()

    def _on_left(self, participant: Participant) -> None:
        self._changed.pop(participant.id, None)
        self._unannounced.discard(participant.id)
        self._chairs.discard(participant.id)
        # Also those not announced yet: whoever joined in between knows them from ``joined``.
        self._left.append(participant.id)
        self._announce_soon()

    def _announce_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._merge, self._announce)

    def _announce(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        people, self._changed = list(self._changed.values()), {}
        changed = [describe.participant(participant) for participant in people]
        self._audience.tell(ParticipantsChanged(changed=changed, left=self._left))
        self._left = []
        self._unannounced.clear()
        self._let_in_on_it(people)

    def _let_in_on_it(self, people: Iterable[Participant]) -> None:
        """Whoever chairs from now on is told what only chairs know."""
        chairs = {participant.id for participant in people if is_chair(participant.role)}
        for participant in people:
            if participant.id not in chairs:
                self._chairs.discard(participant.id)
        if new := chairs - self._chairs:
            self._chairs |= new
            self._audience.tell(self._lobby(), to=lambda participant: participant.id in new)
            self._audience.tell(self._calls(), to=lambda participant: participant.id in new)
            self._conversation.tell_polls(to=lambda participant: participant.id in new)

    def _on_qualities(self, people: list[Participant]) -> None:
        # Merged by whoever looks at the connections: there is one of these every two seconds at most.
        self.announce_before_use(participant.id for participant in people)
        self._audience.tell(describe.qualities(people))

    # Who speaks

    def _on_dominant(self, _: Participant | None) -> None:
        if self._telling_dominant is None:
            self._telling_dominant = asyncio.get_running_loop().call_soon(self._tell_dominant)

    def _tell_dominant(self) -> None:
        self._telling_dominant = None
        dominant = self._meeting.room.dominant
        if dominant is not self._dominant_told:
            self._dominant_told = dominant
            speaker = dominant.id if dominant else None
            self.announce_before_use([speaker])
            self._audience.tell(DominantChanged(participant=speaker))

    # How it is chaired

    def _on_state(self) -> None:
        if self._telling_state is None:
            self._telling_state = asyncio.get_running_loop().call_soon(self._tell_state)

    def _tell_state(self) -> None:
        self._telling_state = None
        state = describe.state(self._meeting, asyncio.get_running_loop().time())
        self.announce_before_use([*state.spotlit, state.floor.participant if state.floor else None])
        self._audience.tell(MeetingChanged(state=state))

    def _on_lobby(self) -> None:
        if self._telling_lobby is None:
            self._telling_lobby = asyncio.get_running_loop().call_later(self._merge, self._tell_lobby)

    def _tell_lobby(self) -> None:
        self._telling_lobby = None
        self._audience.tell(self._lobby(), to=lambda participant: is_chair(participant.role))

    def _lobby(self) -> LobbyChanged:
        now = asyncio.get_running_loop().time()
        return LobbyChanged(waiting=[describe.waiting(who, now) for who in self._meeting.chair.lobby])

    def _on_calls(self) -> None:
        if self._telling_calls is None:
            self._telling_calls = asyncio.get_running_loop().call_later(self._merge, self._tell_calls)

    def _tell_calls(self) -> None:
        self._telling_calls = None
        calls = self._calls()
        self.announce_before_use(call.participant for call in calls.calls)
        self._audience.tell(calls, to=lambda participant: is_chair(participant.role))

    def _calls(self) -> PhoneCallsChanged:
        return PhoneCallsChanged(calls=describe.calls(self._meeting))

    def _on_asked(self, who: Participant, floor: bool) -> None:
        self._audience.tell(UnmuteAsked(floor=floor), to=lambda participant: participant is who)

    def _on_declined(self, who: Participant) -> None:
        declined = UnmuteDeclined(participant=who.id)
        self._audience.tell(declined, to=lambda participant: is_chair(participant.role))
