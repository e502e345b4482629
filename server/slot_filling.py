"""Fills the slots of everybody's screens, and tells publishers what of theirs is watched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from server.participant import Participant, View
from server.room import Room
from server.seat import Seat
from server.subscriptions import (
    Assignment,
    assign_slots,
    layers_watched,
    speaker_first,
    view_before_any,
    wanted_tiles,
)


class SlotFilling:
    """The rules of ``subscriptions`` and ``layer_demand`` applied to the seats of one meeting."""

    def __init__(self, room: Room, seats: Mapping[str, Seat]) -> None:
        """``seats``: those that are taken, by participant; it may change at any time."""
        self._room = room
        self._seats = seats
        self._filling: asyncio.Handle | None = None
        self._to_fill: dict[Seat, None] = {}
        """Whose slots are to be filled anew."""
        self._lowering: asyncio.TimerHandle | None = None
        for event in ("joined", "changed", "left", "dominant"):
            room.on(event, lambda _: self.fill_soon(self._seats.values()))

    def stop(self) -> None:
        """Nothing is filled any more."""
        for waiting in (self._filling, self._lowering):
            if waiting is not None:
                waiting.cancel()

    def fill_soon(self, seats: Iterable[Seat]) -> None:
        """Slots are assigned once a turn of the loop, however much happens in it."""
        self._to_fill.update(dict.fromkeys(seats))
        if self._filling is None:
            self._filling = asyncio.get_running_loop().call_soon(self._fill)

    def _fill(self) -> None:
        self._filling = None
        cameras = {participant.id for participant in self._room if participant.camera and participant.id in self._seats}
        before_any = View(view_before_any(participant.id for participant in self._room))
        seats, self._to_fill = self._to_fill, {}
        for seat in seats:
            if seat.participant.id not in self._seats:  # gone in the same turn
                continue
            view = seat.participant.view or before_any
            tiles = wanted_tiles(seat.participant.id, view, self._room.recent_speakers)
            occupants = [assignment.participant if assignment else None for assignment in seat.assignments]
            assignments = assign_slots(seat.participant.id, occupants, tiles, cameras, self._room.recent_speakers)
            assignments = speaker_first(seat.participant.id, view, assignments, self._room.recent_speakers)
            for mid, before, assignment in zip(seat.video_slots, seat.assignments, assignments, strict=True):
                self._hand_over(seat, mid, before, assignment)
                if assignment is None:
                    seat.connection.show(mid, None)
                else:
                    seat.connection.show(
                        mid,
                        self._seats[assignment.participant].connection,
                        assignment.max_layer,
                        assignment.max_temporal,
                        assignment.priority,
                    )
            seat.assignments = assignments
            sharer = self._sharer_for(seat.participant, view)
            source = self._seats[sharer].connection if sharer is not None else None
            seat.connection.show_screen(source if view.screen else None)
            seat.connection.play_screen_audio(source if view.hears_screen else None)
        self._tell_demand()

    def _hand_over(self, seat: Seat, mid: str, before: Assignment | None, after: Assignment | None) -> None:
        """What a slot shows goes on being watched until its next picture comes: it must not stand still."""
        shown = seat.shown(mid)
        if shown is None or after is None or shown.id == after.participant:
            seat.outgoing.pop(mid, None)
        elif before is not None and shown.id == before.participant:
            seat.outgoing[mid] = before

    def _sharer_for(self, participant: Participant, view: View | None) -> str | None:
        """Whose screen somebody chose, or else the latest."""
        others = [sharer for sharer in self._room.sharers if sharer != participant.id and sharer in self._seats]
        if view is not None and view.sharer in others:
            return view.sharer
        return others[0] if others else None

    def _tell_demand(self) -> None:
        """Tell publishers what somebody watches now, and can be reached with."""
        now = asyncio.get_running_loop().time()
        seats = self._seats.values()
        everything = (shown for seat in seats for shown in (*seat.assignments, *seat.outgoing.values()))
        layers = layers_watched(everything)
        screens = {
            self._sharer_for(seat.participant, seat.participant.view)
            for seat in self._seats.values()
            if seat.participant.view is None or seat.participant.view.screen
        }
        for seat in self._seats.values():
            watched = min(layers.get(seat.participant.id, 0), seat.connection.layer_limit)
            if seat.demand.want(watched, seat.participant.id in screens, now):
                seat.emit("layers", seat.demand.told_layers, seat.demand.told_screen)
        self._lower_later()

    def _lower_later(self) -> None:
        due = [seat.demand.lower_at for seat in self._seats.values() if seat.demand.lower_at is not None]
        if due and self._lowering is None:
            self._lowering = asyncio.get_running_loop().call_at(min(due), self._lower)

    def _lower(self) -> None:
        """What was not watched for a while is given up."""
        self._lowering = None
        now = asyncio.get_running_loop().time()
        for seat in self._seats.values():
            if seat.demand.lower(now):
                seat.emit("layers", seat.demand.told_layers, seat.demand.told_screen)
        self._lower_later()
