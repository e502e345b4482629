"""Whose camera goes into which of one subscriber's video slots. Pure rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from server.participant import Tile

DEFAULT_HEIGHT = 180
"""The height of a tile, in pixels, for a client that has not said what its screen shows."""


@dataclass(frozen=True)
class Assignment:
    """What one video slot is to show: a participant's camera, up to a simulcast layer (0 the lowest)."""

    participant: str
    max_layer: int


def largest_useful_layer(height: int) -> int:
    """The highest layer worth receiving for a tile of this height in device pixels.

    Layers are captured at 720 lines and scaled by 4, 2 and 1. Half as tall again may be shown before the next one
    is fetched: few see the difference, and a weak link does.
    """
    if height <= 270:
        return 0
    return 1 if height <= 540 else 2


def assign_slots(
    current: Sequence[str | None],
    view: Sequence[Tile],
    cameras: Collection[str],
    recent_speakers: Sequence[str],
) -> list[Assignment | None]:
    """Assign cameras to the slots whose occupants are ``current``; one result a slot.

    ``view`` is what the screen shows, most wanted first, without the subscriber; ``cameras`` those that are on. When
    more are wanted than there are slots, the latest speakers come first, then the client's own order. Who has a slot
    already and is still chosen keeps that very slot: nobody's picture moves without need.
    """
    tiles = {tile.participant: tile for tile in reversed(view) if tile.participant in cameras}
    wanted = [tile.participant for tile in view if tile.participant in tiles]
    wanted = list(dict.fromkeys(wanted))
    if len(wanted) > len(current):
        spoken = {speaker: rank for rank, speaker in enumerate(recent_speakers)}
        wanted.sort(key=lambda participant: spoken.get(participant, len(spoken)))  # stable: then the client's order
    chosen = wanted[: len(current)]
    slots: list[str | None] = [
        occupant if occupant in chosen and occupant not in current[:index] else None
        for index, occupant in enumerate(current)
    ]
    waiting = [participant for participant in chosen if participant not in slots]
    for index, occupant in enumerate(slots):
        if occupant is None and waiting:
            slots[index] = waiting.pop(0)
    return [
        None if occupant is None else Assignment(occupant, largest_useful_layer(tiles[occupant].height))
        for occupant in slots
    ]
