"""What a screen shows, from what its client says."""

from __future__ import annotations

from server.participant import Tile, View
from signaling.messages import SetView


def view_of(request: SetView) -> View:
    """The view that a request describes."""
    return View(
        tuple(Tile(tile.participant, tile.height) for tile in request.tiles),
        speaker_height=request.speaker.height if request.speaker else None,
        screen=request.screen,
        sharer=request.sharer,
        screen_audio=request.screen_audio,
    )
