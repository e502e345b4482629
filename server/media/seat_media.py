"""What a seat needs of its participant's media, be it a browser's or a telephone's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from server.media.downlink import Downlink
from server.media.link_measurements import LinkMeasurements
from server.media.subscribe_sdp import Slot
from server.video_codec import VideoCodec

Priority = Literal["screen", "speaker", "tile"]
"""How much a slot matters beside the others of its subscriber, when its link can't carry them all."""


class SeatMedia(Protocol):
    """A participant's media. Events:

    - ``slot`` (mid, SeatMedia | None): somebody else is in a slot now; the first packet has been sent.
    - ``paused`` (mid, bool): a picture is held back, because its subscriber's link has no room for it, or no more so;
      told again when it is another's picture: ``held_back`` tells whose;
    - ``layer_limit`` (): the links of those who watch its camera carry more or fewer layers: see there;
    - ``published`` (): its tracks are known to the plane now;
    - ``closed`` (): it has ended;
    - ``dead`` (): a handshake failed, or nothing came for 30 s. Told once.
    """

    @property
    def slots(self) -> Sequence[Slot]:
        """What it can be shown; none by telephone."""

    @property
    def occupants(self) -> Mapping[str, SeatMedia | None]:
        """Whose sound or picture is in each slot, by mid."""

    @property
    def video_track(self) -> int | None:
        """The plane's number of its camera, once it publishes one."""

    @property
    def screen_track(self) -> int | None:
        """The same of its shared screen."""

    @property
    def screen_audio_track(self) -> int | None:
        """The same of that screen's sound."""

    @property
    def camera_codecs(self) -> tuple[VideoCodec, ...]:
        """What its camera can be sent in, once it publishes."""

    @property
    def screen_codecs(self) -> tuple[VideoCodec, ...]:
        """What its screen can be sent in."""

    @property
    def decodes(self) -> tuple[VideoCodec, ...]:
        """What it decodes, once it has answered the offer of its slots."""

    @property
    def layer_limit(self) -> int:
        """So many simulcast layers of its camera, from the lowest on, reach somebody over their link, or soon could."""

    @property
    def downlink(self) -> Downlink | None:
        """What the plane knows of the link to this participant; None while it knows nothing."""

    @property
    def up(self) -> LinkMeasurements:
        """What is measured of the way from this participant."""

    @property
    def down(self) -> LinkMeasurements:
        """The same of the way to it."""

    @property
    def pictures_wished(self) -> int:
        """How many pictures are wished into its slots."""

    @property
    def pictures_held_back(self) -> int:
        """How many of them its link has no room for."""

    def on(self, event: str, f: Callable[..., Any]) -> Any:
        """Have ``f`` called at each such event."""

    def subscribe_offer(self) -> str:
        """The SDP that offers every slot. Raises SdpError by telephone, as all that is about SDP does."""

    def accept_subscribe_answer(self, answer: str) -> None:
        """Take the answer to the offer, and connect. Raises SdpError, which leaves everything as it was."""

    def answer_publish(self, offer: str) -> str:
        """Answer a publisher's offer, and connect. Raises SdpError, which leaves everything as it was."""

    def set_media(self, *, microphone: bool, camera: bool, screen: bool = False) -> None:
        """What is off is dropped in the plane, whatever comes. A screen's sound is on and off with it."""

    def show(
        self,
        mid: str,
        source: SeatMedia | None,
        max_layer: int = 0,
        max_temporal: int = 3,
        priority: Priority = "tile",
    ) -> None:
        """Wish a participant's camera into a video slot, at most at these layers (0 the lowest); None empties it."""

    def show_screen(self, source: SeatMedia | None) -> None:
        """Wish a participant's shared screen into the screen's slot; None empties it."""

    def play_screen_audio(self, source: SeatMedia | None) -> None:
        """Have the sound of a participant's shared screen heard; None: of nobody's."""

    def source_published(self, source: SeatMedia) -> None:
        """Wishes for a camera that was not there yet can be granted now."""

    def source_closed(self, source: SeatMedia) -> None:
        """Forget wishes for somebody who is gone; the plane has emptied the slots."""

    def occupy(self, mid: str, occupant: SeatMedia | None) -> None:
        """Somebody else is in a slot now."""

    def limit_layers(self, track: int, layers: int) -> None:
        """The links of those who watch one of its tracks carry so many layers of it."""

    def held_back(self, mid: str) -> SeatMedia | None:
        """Whose picture a paused slot is to show; None where nothing is held back."""

    def close(self) -> None:
        """End at once: nothing more is heard from or sent to this participant; others' slots are emptied."""
