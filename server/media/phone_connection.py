"""One participant's media by telephone: a voice in the room, and the room without it. There are no pictures."""

# ruff: noqa: ARG002 - much of what a seat may ask for concerns pictures

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pyee import EventEmitter

from server._plane import MAX_LAYERS
from server.media.link_measurements import LinkMeasurements
from server.media.sdp import SdpError
from server.media.seat_media import Priority, SeatMedia
from server.media.subscribe_sdp import Slot
from server.media.switchboard import Switchboard
from server.video_codec import VideoCodec

if TYPE_CHECKING:
    from server.media.connection import Connection
    from server.phone import Leg

_NO_SDP = "a participant by telephone has no browser's media"


class PhoneConnection(EventEmitter):
    """A ``SeatMedia`` over a call's sound. Closing it leaves the call alone, which can be told something still.

    It is ``dead`` when nothing came of the call for 30 s though it is not on hold, or when the call's sound has ended.
    """

    def __init__(self, switchboard: Switchboard[Connection], group: int, leg: Leg) -> None:
        """``group``: the room's speaker group."""
        super().__init__()
        self.leg = leg
        self.slots: tuple[Slot, ...] = ()
        self.occupants: dict[str, SeatMedia | None] = {}
        self.video_track: int | None = None
        self.screen_track: int | None = None
        self.screen_audio_track: int | None = None
        self.camera_codecs: tuple[VideoCodec, ...] = ()
        self.screen_codecs: tuple[VideoCodec, ...] = ()
        self.decodes: tuple[VideoCodec, ...] = ()
        self.layer_limit = MAX_LAYERS
        self.downlink = None
        self.down = LinkMeasurements()
        self.pictures_wished = self.pictures_held_back = 0
        self._switchboard, self._plane = switchboard, switchboard.plane
        self._transport = self._plane.add_local_transport(switchboard.new_endpoint())
        self.audio_track = self._plane.add_audio_track(self._transport, "0", group)
        self._microphone = self._dead = self._closed = False
        self._apply()
        switchboard.add_tracks(self, [self.audio_track])
        leg.enter_room(group, self.audio_track)
        leg.on("silent", self._died)
        leg.on("closed", self._died)

    @property
    def up(self) -> LinkMeasurements:
        """What is measured of the way from the telephone, or from whoever carries the call to us."""
        told = self.leg.statistics
        return LinkMeasurements(told.fraction_lost, None, told.silence)

    def set_media(self, *, microphone: bool, camera: bool, screen: bool = False) -> None:
        """Mute or unmute: in the plane, so that nothing passes, and in the call, so that nothing is coded for it."""
        if microphone != self._microphone:
            self._microphone = microphone
            self._apply()

    def close(self) -> None:
        """End at once. The call goes on."""
        if self._closed:
            return
        self._closed = self._dead = True
        self.leg.remove_listener("silent", self._died)
        self.leg.remove_listener("closed", self._died)
        self.leg.leave_room()
        self._switchboard.remove_tracks(self)
        with suppress(ConnectionError):  # the plane has stopped
            self._plane.remove_transport(self._transport)
        self.emit("closed")

    def _apply(self) -> None:
        self._plane.pause_track(self.audio_track, not self._microphone)
        self.leg.mute(not self._microphone)

    def _died(self) -> None:
        if not self._dead:
            self._dead = True
            self.emit("dead")

    # What there is of a browser only.

    def subscribe_offer(self) -> str:
        """Raises SdpError."""
        raise SdpError(_NO_SDP)

    def accept_subscribe_answer(self, answer: str) -> None:
        """Raises SdpError."""
        raise SdpError(_NO_SDP)

    def answer_publish(self, offer: str) -> str:
        """Raises SdpError."""
        raise SdpError(_NO_SDP)

    def show(
        self,
        mid: str,
        source: SeatMedia | None,
        max_layer: int = 0,
        max_temporal: int = 3,
        priority: Priority = "tile",
    ) -> None:
        """KeyError: it has no slots."""
        raise KeyError(mid)

    def show_screen(self, source: SeatMedia | None) -> None:
        """Nothing is shown."""

    def play_screen_audio(self, source: SeatMedia | None) -> None:
        """A screen's sound is not heard by telephone."""

    def source_published(self, source: SeatMedia) -> None:
        """Nothing is wished."""

    def source_closed(self, source: SeatMedia) -> None:
        """Nothing was wished."""

    def occupy(self, mid: str, occupant: SeatMedia | None) -> None:
        """There are no slots: the call hears whoever is heard."""

    def limit_layers(self, track: int, layers: int) -> None:
        """There is no camera."""

    def held_back(self, mid: str) -> SeatMedia | None:
        """Nothing is."""
        return None
