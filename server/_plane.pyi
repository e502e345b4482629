"""The media plane: a Rust state machine and its UDP driver, on a thread that never holds the interpreter."""

from typing import Final, Literal

SEATS: Final[int]
"""How many audio seats a speaker group has: how many people are heard at once."""
MAX_LAYERS: Final[int]
"""The most simulcast layers of one track."""
VERSION: Final[str]

class Event:
    """One thing that the plane tells. None is about a single media packet."""

    class Dtls(Event):
        """A DTLS datagram came."""

        transport: int
        datagram: bytes

    class Connected(Event):
        """A transport's peer has passed its first connectivity check."""

        transport: int

    class Dead(Event):
        """A transport has been silent for 30 s. Told once."""

        transport: int

    class SlotOccupied(Event):
        """A slot of video or routed audio has another track from now on: its first packet has left. None: empty."""

        slot: int
        track: int | None

    class SlotPaused(Event):
        """A video slot is paused, because its subscriber's link has no room for it; or goes on."""

        slot: int
        paused: bool

    class LayerLimit(Event):
        """So many simulcast layers of a camera, from the lowest on, reach somebody over their link, or could soon.

        ``MAX_LAYERS`` where all that is wished for is within reach. Until the first of these no limit is known.
        """

        track: int
        layers: int

    class LinkEstimated(Event):
        """The link to a subscriber is believed to carry something else, or slots have something else of it.

        Told once a second at most. ``rate`` is in bit/s with all headers. ``granted``: the video slots in use that are
        not paused, each with the highest layer and temporal layer that it may show; 255 while all are let through.
        """

        transport: int
        rate: int
        granted: list[tuple[int, int, int]]

    class LinkMeasured(Event):
        """What is measured of the way to a subscriber, or from a publisher, has changed noticeably.

        Told once a second at most. ``fraction_lost`` in 1/256 (RFC 3550 section 6.4.1), None while too little is sent
        to tell: down as the subscriber tells, up as packets arrive, before anything is sent again. ``round_trip`` in
        ms, where a subscriber's reports tell it. ``silence``: seconds since anything came, 0 for what is usual.
        """

        transport: int
        fraction_lost: int | None
        round_trip: int | None
        silence: int

    class Seats(Event):
        """The audio tracks in a speaker group's seats, ``SEATS`` of them."""

        group: int
        tracks: list[int | None]

    class Dominant(Event):
        """The dominant speaker's audio track, or None in silence."""

        group: int
        track: int | None

class CallSockets:
    """The UDP sockets of telephone calls, read and written all at once. For any thread; ports name them."""

    def __init__(self) -> None: ...
    def bind(self, host: str, port: int) -> int:
        """Open one more; port 0 lets the system choose. May raise OSError. ``::`` takes IPv4 too."""

    def close(self, port: int) -> None: ...
    def receive(self) -> list[tuple[int, bytes, str, int]]:
        """What has come: port, datagram, and the sender's host and port. 64 of each call at most; it never waits."""

    def send(self, datagrams: list[tuple[int, bytes, str, int]]) -> int:
        """Send these: port, datagram, and the receiver's host and port. Returns how many the system took.

        ValueError for a host that is no IP address; then nothing is sent.
        """

class Plane:
    """The plane at work on one UDP port.

    Every method returns at once: it leaves a command to the plane's thread. Ids are never used twice; commands about
    what is already gone are ignored. ``ConnectionError`` when the plane has stopped.
    """

    def __init__(self, host: str, port: int, workers: int = 1) -> None:
        """Bind. ``host`` is an IP address (``::`` takes IPv4 too), port 0 lets the system choose. May raise OSError.

        ``workers``: on how many threads it works; one receives, all send.
        """

    @property
    def port(self) -> int: ...
    def is_running(self) -> bool: ...
    def close(self) -> None:
        """Stop, and free the port."""

    def events_fd(self) -> int:
        """A file descriptor that is readable while there are events."""

    def take_events(self) -> list[Event]: ...
    def counters(self) -> dict[str, int]:
        """What was done, and dropped by reason; a few milliseconds old."""

    def add_transport(self, endpoint: int, ufrag: str, password: str, *, subscribes: bool) -> int:
        """Expect a peer. Nothing is ever forwarded between transports of one endpoint.

        ``subscribes``: it receives slots, and may be sent to by any worker; what publishes has none.
        """

    def add_local_transport(self, endpoint: int) -> int:
        """A transport within this machine: what it publishes comes by ``speak``. It is never dead."""

    def speak(self, track: int, timestamp: int, level: int, payload: bytes) -> None:
        """An audio track of a local transport says one Opus packet, of 60 ms at most.

        ``timestamp`` in ticks of 48 kHz; ``level`` in -dBov, 0 to 127 (RFC 6464). ValueError for a payload that is
        empty or has more than 1,275 bytes.
        """

    def tap_group(self, group: int, tapped: bool) -> None:
        """While it is tapped, ``take_heard`` has each packet of a voice that is heard in a speaker group, too."""

    def take_heard(self) -> list[tuple[int, int, int, int, int, bytes]]:
        """What was heard in tapped groups: group, seat, track, sequence number with its rollovers, timestamp in
        ticks of 48 kHz, Opus packet. For any thread. What nobody takes for long is dropped and counted.
        """

    def remove_transport(self, transport: int) -> None:
        """End a transport with its tracks and slots."""

    def set_keys(
        self,
        transport: int,
        *,
        profile: str,
        receive_key: bytes,
        receive_salt: bytes,
        send_key: bytes,
        send_salt: bytes,
    ) -> None:
        """The DTLS handshake is done. ``profile`` by its IANA name. ValueError for a wrong name or length."""

    def send_dtls(self, transport: int, datagram: bytes) -> None: ...
    def configure_publisher(
        self, transport: int, codecs: list[tuple[int, str]], extensions: list[tuple[int, str]], audio_nack: bool
    ) -> None:
        """What was agreed with a publisher. ValueError for what is unknown.

        Payload types with ``opus``, ``red``, ``rtx``, ``VP8``, ``H264``, ``VP9`` or ``AV1``; extension ids with their
        URIs; whether it sends lost audio packets again.
        """

    def restrict_subscriber(
        self,
        transport: int,
        *,
        transport_feedback: bool,
        retransmission: bool,
        redundancy: bool,
        video_codecs: list[str],
        dependency_descriptor: bool,
    ) -> None:
        """What of all that its slots were offered with a subscriber takes. ValueError for an unknown codec.

        Of a track in a codec that it does not take, its slots show nothing.
        """

    def add_group(self) -> int:
        """A speaker group: its audio tracks compete for its seats."""

    def remove_group(self, group: int) -> None: ...
    def add_audio_track(self, transport: int, mid: str, group: int | None) -> int:
        """A track in a speaker group; or in none: it is no voice, and is heard only in slots that it is routed to."""

    def add_video_track(self, transport: int, mid: str, rids: list[str]) -> int:
        """``rids`` of the simulcast layers, lowest first; empty without simulcast."""

    def pause_track(self, track: int, paused: bool) -> None:
        """While it is paused nothing of it is forwarded."""

    def add_audio_slot(
        self,
        transport: int,
        *,
        ssrc: int,
        payload_type: int,
        audio_level_id: int | None,
        transport_sequence_id: int | None,
        redundancy: int | None,
        group: int,
        seat: int,
    ) -> int: ...
    def add_routed_audio_slot(
        self,
        transport: int,
        *,
        ssrc: int,
        payload_type: int,
        audio_level_id: int | None,
        transport_sequence_id: int | None,
    ) -> int:
        """A slot that plays the one audio track that it is routed to."""

    def add_video_slot(
        self,
        transport: int,
        *,
        ssrc: int,
        formats: list[tuple[str, int, int | None]],
        transport_sequence_id: int | None,
        dependency_descriptor_id: int | None,
        retransmission_ssrc: int | None,
    ) -> int:
        """A slot for video. ValueError for an unknown codec.

        ``formats``: codecs, each with its payload type and that of its retransmissions (RFC 4588), which are sent by
        ``retransmission_ssrc``. ``dependency_descriptor_id``: the extension id of AV1's dependency descriptor.
        """

    def route(
        self,
        slot: int,
        track: int | None,
        max_layer: int = 0,
        max_temporal: int = 3,
        priority: Literal["screen", "speaker", "tile"] = "tile",
    ) -> None:
        """What a video slot is to show from the next keyframe on, up to these layers; None empties it at once.

        A slot of routed audio plays the track from its next packet on.

        ``priority``: how much it matters beside the others of its subscriber, whose link may not carry them all.
        """
