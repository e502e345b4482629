"""One WebSocket: requests in, answers and events out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

import structlog
from aiohttp import WSCloseCode, WSMsgType
from aiohttp.web import WebSocketResponse

from server.codec_choice import ChosenCodecs
from server.directory import Directory, NoSuchMeetingError
from server.media import SdpError
from server.meeting import DepartureReason, Occupancy, Seat
from server.participant import Tile as RoomTile
from server.participant import View
from server.room import BadNameError, RoomFullError, ScreenTakenError
from signaling.announcer import Announcer, describe
from signaling.announcers import Announcers
from signaling.limits import Limits
from signaling.messages import (
    AnyRequest,
    CodecsWanted,
    Error,
    Goodbye,
    GoodbyeReason,
    Join,
    Joined,
    LayersWanted,
    Leave,
    Ok,
    Ping,
    PublishAnswer,
    PublishOffer,
    SetMedia,
    SetView,
    SlotsChanged,
    SlotState,
    SubscribeAnswer,
    SubscribeOffer,
)
from signaling.outbox import Outbox
from signaling.rate_limit import TokenBucket
from signaling.wire import Stage, decode, out_of_order, refusal

log = structlog.get_logger()

_GOODBYES: dict[DepartureReason, GoodbyeReason] = {
    "left": "left",
    "media_timeout": "media_timeout",
    "meeting_ended": "meeting_ended",
    "server_stopping": "server_stopping",
}


class Session:
    """The life of one WebSocket."""

    def __init__(
        self,
        socket: WebSocketResponse,
        directory: Directory,
        announcers: Announcers,
        *,
        limits: Limits,
        local_address: str | None,
        disconnect: Callable[[], None],
    ) -> None:
        """``disconnect`` breaks the connection at once; ``local_address`` is where the client reached the server."""
        self._socket, self._directory, self._announcers = socket, directory, announcers
        self._limits, self._local_address = limits, local_address
        self._stage = Stage.NEW
        self._seat: Seat | None = None
        self._announcer: Announcer | None = None
        self._bucket = TokenBucket(limits.messages_per_second, limits.message_burst)
        self._strikes = 0
        self._outbox = Outbox(socket, limits.queued_messages, disconnect)
        self._slots: dict[str, None] = {}
        """The mids of slots of which there is something to tell."""
        self._flushing: asyncio.TimerHandle | None = None
        self._flush_again = 0.0
        self.finished = asyncio.Event()
        """Set when the WebSocket is closed."""

    async def run(self) -> None:
        """Serve the socket until either side closes it."""
        sending = asyncio.create_task(self._outbox.run())
        deadline = asyncio.get_running_loop().call_later(self._limits.join_within, self._join_is_late)
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    await self._receive(message.data)
                elif message.type is WSMsgType.BINARY:
                    self._receive_binary()
        finally:
            deadline.cancel()
            self._lost()
            self._end()
            await asyncio.gather(sending, return_exceptions=True)
            self.finished.set()

    def stop(self) -> None:
        """The server stops: whoever has no seat, and so hears no goodbye, is disconnected too."""
        if self._seat is None:
            self._end(WSCloseCode.GOING_AWAY)

    # Requests

    async def _receive(self, text: str) -> None:
        request = decode(text)
        if not self._within_rate():
            self._outbox.put(refusal(request.id, "rate_limited", "too many messages: wait a second"))
        elif isinstance(request, Error):
            self._outbox.put(request)
        elif refused := out_of_order(self._stage, request, subscribed=bool(self._seat and self._seat.subscribed)):
            self._outbox.put(refused)
        else:
            await self._answer(request)

    def _receive_binary(self) -> None:
        if self._within_rate():
            self._outbox.put(refusal(None, "bad_message", "send JSON in text frames, not in binary ones"))
        else:
            self._outbox.put(refusal(None, "rate_limited", "too many messages: wait a second"))

    def _within_rate(self) -> bool:
        if self._bucket.take():
            self._strikes = 0
            return True
        self._strikes += 1
        if self._strikes >= self._limits.strikes:
            log.info("disconnected: it does not heed the rate limit")
            self._outbox.end(WSCloseCode.POLICY_VIOLATION)
        return False

    async def _answer(self, request: AnyRequest) -> None:
        try:
            if isinstance(request, Join):
                await self._join(request)
            elif isinstance(request, Leave):
                self._leave(request)
            elif self._seat is None:
                self._outbox.put(Ok(id=request.id))  # a ping before the join
            else:
                self._handle(self._seat, request)
        except SdpError as error:
            self._outbox.put(refusal(request.id, "bad_sdp", str(error)))
        except ScreenTakenError:
            self._outbox.put(refusal(request.id, "screen_taken", "somebody else shares a screen: wait until they stop"))
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("a request failed", request=type(request).__name__, reference=reference)
            message = f"the server could not do this; its log says why, under {reference}"
            self._outbox.put(refusal(request.id, "internal", message))

    def _handle(self, seat: Seat, request: AnyRequest) -> None:
        match request:
            case PublishOffer(id=id_, sdp=sdp):
                self._outbox.put(PublishAnswer(id=id_, sdp=seat.answer_publish(sdp)))
                self._tell_wanted(seat)
                return
            case SubscribeAnswer(sdp=sdp):
                seat.accept_subscribe_answer(sdp)
            case SetMedia(microphone=microphone, camera=camera, screen=screen):
                seat.meeting.set_media(seat, microphone=microphone, camera=camera, screen=screen)
            case SetView(tiles=tiles, speaker=speaker, screen=shows_screen):
                shown = tuple(RoomTile(tile.participant, tile.height) for tile in tiles)
                height = speaker.height if speaker else None
                seat.meeting.set_view(seat, View(shown, speaker_height=height, screen=shows_screen))
            case Ping():
                pass
        self._outbox.put(Ok(id=request.id))

    async def _join(self, request: Join) -> None:
        try:
            seat = await self._take_seat(request)
        except NoSuchMeetingError:
            self._outbox.put(refusal(request.id, "no_such_meeting", "nobody has made a meeting with this code"))
            return
        except RoomFullError as error:
            self._outbox.put(refusal(request.id, "meeting_full", f"the meeting is full, try again later: {error}"))
            return
        except BadNameError as error:
            self._outbox.put(refusal(request.id, "bad_name", f"choose another name: {error}"))
            return
        if seat is None:
            message = "this seat was given up, or never was: join anew, without the token"
            self._outbox.put(refusal(request.id, "resume_failed", message))
            return
        if self._stage is Stage.OVER:  # ended while the records were read
            seat.meeting.vanish(seat)
            return
        self._attach(seat)
        self._welcome(seat, request)

    async def _take_seat(self, request: Join) -> Seat | None:
        if request.resume is None:
            return await self._directory.join(
                request.meeting,
                request.name,
                microphone=request.microphone,
                camera=request.camera,
                local_address=self._local_address,
            )
        seat = self._directory.resume(request.meeting, request.resume)
        if seat is not None:
            screen = seat.participant.screen
            seat.meeting.set_media(seat, microphone=request.microphone, camera=request.camera, screen=screen)
        return seat

    def _welcome(self, seat: Seat, request: Join) -> None:
        room = seat.meeting.room
        self._outbox.put(
            Joined(
                id=request.id,
                you=seat.participant.id,
                resume=seat.token,
                resumed=request.resume is not None,
                meeting=seat.meeting.code,
                participants=[describe(participant) for participant in room],
                slots=[_describe_slot(occupancy) for occupancy in seat.occupancies()],
                dominant=room.dominant.id if room.dominant else None,
            )
        )
        if not seat.subscribed:
            self._outbox.put(SubscribeOffer(sdp=seat.connection.subscribe_offer()))
        if seat.published:
            self._tell_wanted(seat)

    def _tell_wanted(self, seat: Seat) -> None:
        self._on_layers(seat.demand.told_layers, seat.demand.told_screen)
        if seat.chosen_codecs != ChosenCodecs():  # chosen after the first offer, and told then
            self._on_codecs(seat.chosen_codecs)

    def _leave(self, request: Leave) -> None:
        self._outbox.put(Ok(id=request.id))
        if self._seat is not None:
            self._seat.meeting.depart(self._seat, "left")  # which tells this session too

    # The seat

    def _attach(self, seat: Seat) -> None:
        self._seat, self._stage = seat, Stage.JOINED
        self._announcer = self._announcers.of(seat.meeting)
        self._announcer.listen(self._outbox)
        seat.on("slot", self._on_slot)
        seat.on("paused", self._on_slot)
        seat.on("layers", self._on_layers)
        seat.on("codecs", self._on_codecs)
        seat.on("gone", self._on_gone)
        seat.on("replaced", self._on_replaced)

    def _detach(self) -> Seat | None:
        """Let go of the seat; returns it if it was held."""
        seat, self._seat = self._seat, None
        if seat is not None:
            seat.remove_listener("slot", self._on_slot)
            seat.remove_listener("paused", self._on_slot)
            seat.remove_listener("layers", self._on_layers)
            seat.remove_listener("codecs", self._on_codecs)
            seat.remove_listener("gone", self._on_gone)
            seat.remove_listener("replaced", self._on_replaced)
        if self._announcer is not None:
            self._announcer.leave(self._outbox)
            self._announcer = None
        return seat

    def _lost(self) -> None:
        """The connection broke: the seat waits for a while."""
        if seat := self._detach():
            seat.meeting.vanish(seat)

    def _join_is_late(self) -> None:
        if self._stage is Stage.NEW:
            self._end(WSCloseCode.POLICY_VIOLATION)

    def _end(self, code: WSCloseCode = WSCloseCode.OK) -> None:
        self._stage = Stage.OVER
        self._outbox.end(code)

    def _bid_goodbye(self, reason: GoodbyeReason) -> None:
        self._detach()
        self._outbox.put(Goodbye(reason=reason))
        self._end()

    def _on_gone(self, reason: DepartureReason) -> None:
        self._bid_goodbye(_GOODBYES.get(reason, "left"))

    def _on_replaced(self) -> None:
        self._bid_goodbye("replaced")

    def _on_slot(self, mid: str, _: object) -> None:
        """Another is in a slot, or it is paused or goes on."""
        self._slots[mid] = None
        if self._flushing is None:
            # At once, at the end of this turn, and after that merged: a screenful of slots often changes together.
            loop = asyncio.get_running_loop()
            self._flushing = loop.call_at(max(loop.time(), self._flush_again), self._flush_slots)

    def _flush_slots(self) -> None:
        self._flushing = None
        self._flush_again = asyncio.get_running_loop().time() + self._limits.merge
        mids, self._slots = list(self._slots), {}
        if self._seat is not None and self._announcer is not None:
            slots = [_describe_slot(self._seat.occupancy(mid)) for mid in mids]
            self._announcer.announce_before_use(slot.participant for slot in slots)
            self._outbox.put(SlotsChanged(slots=slots))

    def _on_layers(self, camera: int, screen: bool) -> None:
        if self._seat is not None and self._seat.published:
            self._outbox.put(LayersWanted(camera=camera, screen=screen))

    def _on_codecs(self, chosen: ChosenCodecs) -> None:
        self._outbox.put(CodecsWanted(camera=chosen.camera, screen=chosen.screen))


def _describe_slot(occupancy: Occupancy) -> SlotState:
    participant = occupancy.participant
    return SlotState(
        slot=occupancy.mid,
        kind=occupancy.kind,
        participant=participant.id if participant else None,
        paused=occupancy.paused,
    )
