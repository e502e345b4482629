"""Whose camera goes into which of one subscriber's video slots. Pure rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from server.participant import Tile, View

DEFAULT_HEIGHT = 180
"""The height of a tile, in device pixels, for a client that has not said yet what its screen shows."""

_LAYER_HEIGHTS = (180, 360)
"""Up to these heights in device pixels, the layers 0 and 1 have all that a tile can show (720 lines / 4, / 2)."""


ALL_TEMPORAL_LAYERS = 3
"""No camera has more than these: 0 to 3."""

_THUMBNAIL_HEIGHT = 90
"""Up to this height in device pixels half of the frames will do: too small for lips to be read."""


Priority = Literal["speaker", "tile"]
"""How much a camera matters beside the others of one screen, when its link can't carry them all."""


@dataclass(frozen=True)
class Assignment:
    """What one video slot is to show: a participant's camera, up to a simulcast and a temporal layer (0 the lowest)."""

    participant: str
    max_layer: int
    max_temporal: int = ALL_TEMPORAL_LAYERS
    priority: Priority = "tile"


def largest_useful_layer(height: int) -> int:
    """The highest layer worth receiving for a tile of this height in device pixels: 0, 1 or 2."""
    return next((layer for layer, limit in enumerate(_LAYER_HEIGHTS) if height <= limit), len(_LAYER_HEIGHTS))


def _temporal_layers(height: int) -> int:
    return 1 if height <= _THUMBNAIL_HEIGHT else ALL_TEMPORAL_LAYERS


def view_before_any(arrivals: Iterable[str]) -> tuple[Tile, ...]:
    """What a screen is taken to show before its client has said so: everybody, in order of arrival, small."""
    return tuple(Tile(participant, DEFAULT_HEIGHT) for participant in arrivals)


def wanted_tiles(subscriber: str, view: View, recent_speakers: Sequence[str]) -> list[Tile]:
    """What a screen shows, most wanted first: the latest other speaker, where it shows speakers; its tiles."""
    tiles = list(view.tiles)
    speaker = next((speaker for speaker in recent_speakers if speaker != subscriber), None)
    if view.speaker_height is not None and speaker is not None:
        tiles.insert(0, Tile(speaker, view.speaker_height))
    return tiles


def speaker_first(
    subscriber: str, view: View, assignments: Sequence[Assignment | None], recent_speakers: Sequence[str]
) -> list[Assignment | None]:
    """The assignments, with whoever speaks before everybody else where the link can't carry them all.

    That is the latest other speaker where the screen shows whoever speaks, and elsewhere the latest of those whom it
    shows. Before anybody has spoken all are equal.
    """
    others = [speaker for speaker in recent_speakers if speaker != subscriber]
    if view.speaker_height is None:
        shown = {assignment.participant for assignment in assignments if assignment is not None}
        others = [speaker for speaker in others if speaker in shown]
    speaker = next(iter(others), None)
    return [
        replace(assignment, priority="speaker" if assignment.participant == speaker else "tile") if assignment else None
        for assignment in assignments
    ]


def layers_watched(assignments: Iterable[Assignment | None]) -> dict[str, int]:
    """How many simulcast layers of each camera, from the lowest on, these assignments use."""
    watched: dict[str, int] = {}
    for assignment in assignments:
        if assignment is not None:
            layers = assignment.max_layer + 1
            watched[assignment.participant] = max(layers, watched.get(assignment.participant, 0))
    return watched


def assign_slots(
    subscriber: str,
    current: Sequence[str | None],
    view: Sequence[Tile],
    cameras: Collection[str],
    recent_speakers: Sequence[str],
) -> list[Assignment | None]:
    """Assign cameras to the slots whose occupants are ``current``; one result a slot.

    ``view`` is what the subscriber's screen shows, most wanted first (who is there twice counts by the larger tile);
    ``cameras`` those that are on; ``recent_speakers`` the dominant speakers, latest first. When more are wanted than
    there are slots, the latest speakers come first, then the client's own order. Who has a slot already and is still
    chosen keeps that very slot: nobody's picture moves without need. Nobody is shown to themselves.
    """
    heights: dict[str, int] = {}
    for tile in view:
        if tile.participant in cameras and tile.participant != subscriber:
            heights[tile.participant] = max(tile.height, heights.get(tile.participant, 0))
    wanted = list(heights)
    if len(wanted) > len(current):
        spoke = {speaker: rank for rank, speaker in enumerate(recent_speakers)}
        wanted.sort(key=lambda participant: spoke.get(participant, len(spoke)))  # stable: then the client's order
    chosen = wanted[: len(current)]

    waiting = dict.fromkeys(chosen)
    slots: list[str | None] = []
    for occupant in current:
        keeps = occupant is not None and occupant in waiting
        slots.append(occupant if keeps else None)
        if keeps and occupant is not None:
            del waiting[occupant]
    newcomers = iter(waiting)
    filled = [occupant if occupant is not None else next(newcomers, None) for occupant in slots]
    return [
        None
        if occupant is None
        else Assignment(occupant, largest_useful_layer(heights[occupant]), _temporal_layers(heights[occupant]))
        for occupant in filled
    ]
