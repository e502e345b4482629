"""One participant's media: a transport to publish on, one to subscribe on, and the slots of the latter."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from pyee import EventEmitter

from server._plane import MAX_LAYERS, SEATS
from server.media.codecs import SLOT_FORMATS
from server.media.downlink import Downlink, GrantedLayers
from server.media.link_measurements import LinkMeasurements
from server.media.publish_sdp import answer_publish
from server.media.sdp import SdpError
from server.media.seat_media import Priority, SeatMedia
from server.media.subscribe_sdp import (
    AUDIO_LEVEL_ID,
    DEPENDENCY_DESCRIPTOR_ID,
    OPUS_PAYLOAD_TYPE,
    REDUNDANCY_PAYLOAD_TYPE,
    SCREEN_AUDIO_PAYLOAD_TYPE,
    TRANSPORT_SEQUENCE_ID,
    Slot,
    offer_subscribe,
    read_subscribe_answer,
)
from server.media.switchboard import Switchboard
from server.media.transport import MediaTransport
from server.video_codec import VideoCodec

__all__ = ["Connection", "Slot"]

SCREEN_MID = "s0"
"""The slot of the shared screen."""
SCREEN_AUDIO_MID = "as"
"""The slot of its sound."""


class Connection(EventEmitter):
    """A browser's media: a ``SeatMedia``."""

    def __init__(self, switchboard: Switchboard[Connection], group: int, addresses: list[str]) -> None:
        """``group``: the room's speaker group; ``addresses``: where the browser reaches the media port."""
        super().__init__()
        self._switchboard, self._group, self._addresses = switchboard, group, addresses
        self._plane = plane = switchboard.plane
        certificate, endpoint = switchboard.certificate, switchboard.new_endpoint()
        self.publisher = MediaTransport(plane, certificate, endpoint, self._transport_died, subscribes=False)
        self.subscriber = MediaTransport(plane, certificate, endpoint, self._transport_died, subscribes=True)
        self.audio_track: int | None = None
        self.video_track: int | None = None
        self.screen_track: int | None = None
        self.screen_audio_track: int | None = None
        self.camera_codecs: tuple[VideoCodec, ...] = ()
        self.screen_codecs: tuple[VideoCodec, ...] = ()
        """What its pictures can be sent in, once it publishes."""
        self.decodes: tuple[VideoCodec, ...] = ()
        """What it decodes, once it has answered the offer of its slots."""
        self._microphone = self._camera = self._screen = False
        self._published = self._subscribed = self._dead = self._closed = False
        self._wishes: dict[str, tuple[SeatMedia, int, int, Priority]] = {}
        self._screen_source: SeatMedia | None = None
        self._screen_audio_source: SeatMedia | None = None
        self._takes_screen_audio = True
        """Unless its answer to the offer of its slots said otherwise."""
        self._video_slots: dict[str, int] = {}
        """The plane's number of every slot that shows pictures, the screen's among them."""
        self._ssrcs: list[tuple[int, int | None]] = []
        """Each slot's SSRC, and that of its retransmissions."""
        self.slots = (
            *(Slot(f"a{seat}", "audio") for seat in range(SEATS)),
            *(Slot(f"v{number}", "video") for number in range(switchboard.video_slots)),
            Slot(SCREEN_MID, "screen"),
            Slot(SCREEN_AUDIO_MID, "screen_audio"),
        )
        first_ssrc = secrets.randbits(31) + 2
        for number, slot in enumerate(self.slots):
            ssrc = first_ssrc + number
            retransmission_ssrc = None if slot.media == "audio" else ssrc + len(self.slots)
            self._ssrcs.append((ssrc, retransmission_ssrc))
            if slot.kind == "screen_audio":
                self._screen_audio_slot = plane.add_routed_audio_slot(
                    self.subscriber.id,
                    ssrc=ssrc,
                    payload_type=SCREEN_AUDIO_PAYLOAD_TYPE,
                    audio_level_id=AUDIO_LEVEL_ID,
                    transport_sequence_id=TRANSPORT_SEQUENCE_ID,
                )
            elif slot.kind == "audio":
                plane.add_audio_slot(
                    self.subscriber.id,
                    ssrc=ssrc,
                    payload_type=OPUS_PAYLOAD_TYPE,
                    audio_level_id=AUDIO_LEVEL_ID,
                    transport_sequence_id=TRANSPORT_SEQUENCE_ID,
                    redundancy=REDUNDANCY_PAYLOAD_TYPE,
                    group=group,
                    seat=number,
                )
            else:
                self._video_slots[slot.mid] = plane.add_video_slot(
                    self.subscriber.id,
                    ssrc=ssrc,
                    formats=[
                        (codec, slot_format.payload_type, slot_format.retransmission_payload_type)
                        for codec, slot_format in SLOT_FORMATS.items()
                    ],
                    transport_sequence_id=TRANSPORT_SEQUENCE_ID,
                    dependency_descriptor_id=DEPENDENCY_DESCRIPTOR_ID,
                    retransmission_ssrc=retransmission_ssrc,
                )
        self.layer_limit = MAX_LAYERS
        """So many simulcast layers of its camera, from the lowest on, reach somebody over their link, or soon could."""
        self.paused: set[str] = set()
        """The mids of slots that are paused."""
        self.downlink: Downlink | None = None
        """What the plane knows of the link to this participant; None while it knows nothing."""
        self.up = LinkMeasurements()
        """What is measured of the way from this participant."""
        self.down = LinkMeasurements()
        """The same of the way to it."""
        self.occupants: dict[str, SeatMedia | None] = {slot.mid: None for slot in self.slots}
        told_slots = {**self._video_slots, SCREEN_AUDIO_MID: self._screen_audio_slot}
        switchboard.add(self, [self.publisher, self.subscriber], told_slots)

    def subscribe_offer(self) -> str:
        """The SDP that offers every slot. The same at every call but for its session id."""
        local = self.subscriber.local(self._addresses)
        return offer_subscribe([(slot, *ssrcs) for slot, ssrcs in zip(self.slots, self._ssrcs, strict=True)], local)

    def accept_subscribe_answer(self, answer: str) -> None:
        """Take the answer to the offer, and connect. Raises SdpError, which leaves everything as it was."""
        if self._subscribed:
            raise SdpError("this offer has been answered already")
        agreement = read_subscribe_answer(answer, self.slots)
        self._subscribed = True
        self._plane.restrict_subscriber(
            self.subscriber.id,
            transport_feedback=agreement.transport_feedback,
            retransmission=agreement.retransmission,
            redundancy=agreement.redundancy,
            video_codecs=list(agreement.video_codecs),
            dependency_descriptor=agreement.dependency_descriptor,
        )
        self.decodes = tuple(agreement.video_codecs)
        if not agreement.screen_audio:
            self.play_screen_audio(None)
            self._takes_screen_audio = False
        self.subscriber.connect(agreement.fingerprints)

    def answer_publish(self, offer: str) -> str:
        """Answer a publisher's offer, and connect. Raises SdpError, which leaves everything as it was."""
        if self._published:
            raise SdpError("this participant publishes already")
        agreement = answer_publish(offer, self.publisher.local(self._addresses))
        self._published = True
        self.camera_codecs, self.screen_codecs = tuple(agreement.video_codecs), tuple(agreement.screen_codecs)
        plane = self._plane
        plane.configure_publisher(
            self.publisher.id, agreement.codecs, agreement.extensions, audio_nack=agreement.audio_nack
        )
        if agreement.audio_mid is not None:
            self.audio_track = plane.add_audio_track(self.publisher.id, agreement.audio_mid, self._group)
            plane.pause_track(self.audio_track, not self._microphone)
        if agreement.video_mid is not None:
            self.video_track = plane.add_video_track(self.publisher.id, agreement.video_mid, agreement.video_rids)
            plane.pause_track(self.video_track, not self._camera)
        if agreement.screen_mid is not None:
            self.screen_track = plane.add_video_track(self.publisher.id, agreement.screen_mid, [])
            plane.pause_track(self.screen_track, not self._screen)
        if agreement.screen_audio_mid is not None:
            self.screen_audio_track = plane.add_audio_track(self.publisher.id, agreement.screen_audio_mid, None)
            plane.pause_track(self.screen_audio_track, not self._screen)
        self._switchboard.add_tracks(
            self, [self.audio_track, self.video_track, self.screen_track, self.screen_audio_track]
        )
        self.publisher.connect(agreement.fingerprints)
        self.emit("published")
        return agreement.answer

    def set_media(self, *, microphone: bool, camera: bool, screen: bool = False) -> None:
        """What is off is dropped in the plane, whatever the browser sends. A screen's sound is on and off with it."""
        before = (self._microphone, self._camera, self._screen, self._screen)
        self._microphone, self._camera, self._screen = microphone, camera, screen
        after = (microphone, camera, screen, screen)
        tracks = (self.audio_track, self.video_track, self.screen_track, self.screen_audio_track)
        for track, was, on in zip(tracks, before, after, strict=True):
            if track is not None and was != on:
                self._plane.pause_track(track, not on)

    def show(
        self,
        mid: str,
        source: SeatMedia | None,
        max_layer: int = 0,
        max_temporal: int = 3,
        priority: Priority = "tile",
    ) -> None:
        """Wish a participant's camera into a video slot, at most at these layers (0 the lowest); None empties it.

        The slot goes over at the camera's next keyframe, which is asked for; ``slot`` tells when. KeyError for a mid
        that is not a video slot's.
        """
        slot = self._video_slots[mid]
        wish = None if source is None or source is self else (source, max_layer, max_temporal, priority)
        if wish == self._wishes.get(mid):
            return
        before = self._wished(mid)
        if wish is None:
            self._wishes.pop(mid, None)
            self._plane.route(slot, None)
            self.occupy(mid, None)  # the plane tells nothing of a slot that was paused
        else:
            self._wishes[mid] = wish
            self._apply(mid, slot)
        if mid in self.paused and self._wished(mid) is not before:
            self._tell_paused(mid)

    def show_screen(self, source: SeatMedia | None) -> None:
        """Wish a participant's shared screen into the screen's slot; None empties it."""
        source = None if source is self else source
        if source is not self._screen_source:
            self._screen_source = source
            self._route_screen(source.screen_track if source else None)
            if source is None:
                self.occupy(SCREEN_MID, None)
            if SCREEN_MID in self.paused:
                self._tell_paused(SCREEN_MID)

    def play_screen_audio(self, source: SeatMedia | None) -> None:
        """Have the sound of a participant's shared screen heard; None: of nobody's."""
        source = None if source is self or not self._takes_screen_audio else source
        if source is not self._screen_audio_source:
            self._screen_audio_source = source
            self._plane.route(self._screen_audio_slot, source.screen_audio_track if source else None)

    def source_published(self, source: SeatMedia) -> None:
        """Wishes for a camera that was not there yet can be granted now."""
        for mid, (wished, *_) in self._wishes.items():
            if wished is source:
                self._apply(mid, self._video_slots[mid])
        if self._screen_source is source:
            self._route_screen(source.screen_track)
        if self._screen_audio_source is source:
            self._plane.route(self._screen_audio_slot, source.screen_audio_track)

    def source_closed(self, source: SeatMedia) -> None:
        """Forget wishes for somebody who is gone; the plane has emptied the slots."""
        forgotten = [mid for mid in self._video_slots if self._wished(mid) is source]
        self._wishes = {mid: wish for mid, wish in self._wishes.items() if wish[0] is not source}
        if self._screen_source is source:
            self._screen_source = None
        if self._screen_audio_source is source:
            self._screen_audio_source = None
        for mid in self.paused.intersection(forgotten):
            self._tell_paused(mid)

    def _apply(self, mid: str, slot: int) -> None:
        source, max_layer, max_temporal, priority = self._wishes[mid]
        self._plane.route(slot, source.video_track, max_layer, max_temporal, priority)

    def _route_screen(self, track: int | None) -> None:
        self._plane.route(self._video_slots[SCREEN_MID], track, 0, priority="screen")

    def occupy(self, mid: str, occupant: SeatMedia | None) -> None:
        """Somebody else is in a slot now."""
        if self.occupants[mid] is not occupant:
            self.occupants[mid] = occupant
            self.emit("slot", mid, occupant)

    def pause(self, mid: str, paused: bool) -> None:
        """The plane pauses a slot, or lets it go on."""
        if paused != (mid in self.paused):
            (self.paused.add if paused else self.paused.discard)(mid)
            self._tell_paused(mid)

    def limit_layers(self, track: int, layers: int) -> None:
        """The links of those who watch one of its tracks carry so many layers of it."""
        if track == self.video_track and layers != self.layer_limit:
            self.layer_limit = layers
            self.emit("layer_limit")

    def link_estimated(self, rate: int, granted: Iterable[tuple[int, int, int]]) -> None:
        """The plane tells what the link to this participant carries, in bit/s, and what its slots may have of it."""
        layers = {slot: (layer, temporal) for slot, layer, temporal in granted}
        self.downlink = Downlink(
            rate, {mid: GrantedLayers(*layers[slot]) for mid, slot in self._video_slots.items() if slot in layers}
        )

    def link_measured(self, transport: int, measurements: LinkMeasurements) -> None:
        """The plane tells what is measured of one of its transports."""
        if transport == self.publisher.id:
            self.up = measurements
        else:
            self.down = measurements

    @property
    def pictures_wished(self) -> int:
        """How many pictures are wished into its slots."""
        return len(self._wishes) + (self._screen_source is not None)

    @property
    def pictures_held_back(self) -> int:
        """How many of them its link has no room for."""
        return sum(self.held_back(mid) is not None for mid in self.paused)

    def held_back(self, mid: str) -> SeatMedia | None:
        """Whose picture a paused slot is to show; None where nothing is held back."""
        return self._wished(mid) if mid in self.paused else None

    def _wished(self, mid: str) -> SeatMedia | None:
        if mid == SCREEN_MID:
            return self._screen_source
        wish = self._wishes.get(mid)
        return wish[0] if wish else None

    def _tell_paused(self, mid: str) -> None:
        """A slot is paused or goes on, or is to show another while it is paused."""
        source = self.held_back(mid)
        if mid in self.paused and self.occupants[mid] is not source:
            # Nothing more of whoever was there comes, and what is paused has no packet that would tell so.
            self.occupy(mid, None)
        self.emit("paused", mid, source is not None)

    def _transport_died(self) -> None:
        if not self._dead:
            self._dead = True
            self.emit("dead")

    def close(self) -> None:
        """End at once: nothing more is heard from or sent to this participant; others' slots are emptied."""
        if self._closed:
            return
        self._closed = self._dead = True
        self._switchboard.remove(self, [self.publisher, self.subscriber])
        self.emit("closed")
