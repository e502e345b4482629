"""One WebSocket: requests in, answers and events out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from aiohttp import WSCloseCode, WSMsgType
from aiohttp.web import WebSocketResponse

from server.directory import Directory, NoSuchMeetingError
from server.media import SdpError
from server.meeting import DepartureReason, Meeting, Seat
from server.participant import Participant as RoomParticipant
from server.participant import Tile as RoomTile
from server.room import BadNameError, RoomFullError
from signaling.announcer import Announcer, describe
from signaling.messages import (
    AnyRequest,
    Error,
    ErrorCode,
    Goodbye,
    GoodbyeReason,
    Join,
    Joined,
    Leave,
    Ok,
    Ping,
    PublishAnswer,
    PublishOffer,
    ServerMessage,
    SetMedia,
    SetView,
    SlotsChanged,
    SlotState,
    SubscribeAnswer,
    SubscribeOffer,
)
from signaling.rate_limit import TokenBucket
from signaling.wire import Stage, decode, encode, out_of_order, refusal

if TYPE_CHECKING:
    from signaling.announcers import Announcers

log = structlog.get_logger()

MESSAGES_PER_SECOND = 20
BURST = 60
MAX_QUEUED = 512
"""Frames that may wait for a slow reader; beyond them the connection is closed, and may be resumed."""
MAX_STRIKES = 200
"""Messages beyond the rate that are answered before the connection is closed."""

_GOODBYES: dict[DepartureReason, GoodbyeReason] = {
    "left": "left",
    "media_timeout": "media_timeout",
    "meeting_ended": "meeting_ended",
    "server_stopping": "server_stopping",
}


class Session:
    """The life of one WebSocket."""

    def __init__(
        self, socket: WebSocketResponse, directory: Directory, announcers: Announcers, local_address: str | None
    ) -> None:
        self._socket, self._directory, self._announcers = socket, directory, announcers
        self._local_address = local_address
        self._stage = Stage.NEW
        self._meeting: Meeting | None = None
        self._seat: Seat | None = None
        self._bucket = TokenBucket(MESSAGES_PER_SECOND, BURST)
        self._strikes = 0
        self._queue: asyncio.Queue[str | None] = asyncio.Queue(MAX_QUEUED + 1)
        self._slots: dict[str, SlotState] = {}
        self._flushing: asyncio.Handle | None = None

    async def run(self) -> None:
        """Serve the socket until either side closes it."""
        writer = asyncio.create_task(self._write())
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    await self._receive(message.data)
                elif message.type is WSMsgType.BINARY:
                    self._send(refusal(None, "bad_message", "messages are text frames"))
        finally:
            self._lost()
            self._end()
            await asyncio.gather(writer, return_exceptions=True)

    def send_text(self, text: str) -> None:
        """Queue a frame. A reader that is too slow is disconnected; it may resume."""
        if self._queue.qsize() < MAX_QUEUED:
            self._queue.put_nowait(text)
        else:
            self._lost()
            self._end()

    def replace(self) -> None:
        """Another connection took this seat."""
        self._detach()
        self._finish("replaced")

    def _send(self, message: ServerMessage) -> None:
        self.send_text(encode(message))

    async def _write(self) -> None:
        try:
            while (text := await self._queue.get()) is not None:
                await self._socket.send_str(text)
            await self._socket.close(code=WSCloseCode.OK)
        except (ConnectionError, RuntimeError):
            pass  # the peer is gone; the reading side learns it too

    def _end(self) -> None:
        """Close the socket when all that is queued has been sent."""
        self._stage = Stage.OVER
        while self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    def _finish(self, reason: GoodbyeReason) -> None:
        if self._stage is not Stage.OVER:
            self._send(Goodbye(reason=reason))
            self._end()

    async def _receive(self, text: str) -> None:
        request = decode(text)
        if not self._bucket.take():
            self._strikes += 1
            if self._strikes > MAX_STRIKES:
                self._lost()
                return self._end()
            return self._send(refusal(request.id, "rate_limited", "too many messages: wait a second"))
        if isinstance(request, Error):
            return self._send(request)
        if refused := out_of_order(self._stage, request):
            return self._send(refused)
        try:
            await self._handle(request)
        except SdpError as error:
            self._send(refusal(request.id, "bad_sdp", str(error)))
        except ConnectionError:
            self._send(refusal(request.id, "internal", "the media plane has stopped: the server must be restarted"))
        except Exception:
            log.exception("a request failed", request=type(request).__name__)
            self._send(refusal(request.id, "internal", "the server could not do this; its log says why"))

    async def _handle(self, request: AnyRequest) -> None:
        if isinstance(request, Join):
            return await self._join(request)
        if isinstance(request, Ping):
            return self._send(Ok(id=request.id))
        if isinstance(request, Leave):
            return self._leave(request)
        meeting, seat = self._meeting, self._seat
        if meeting is None or seat is None:
            return self._send(refusal(request.id, "out_of_order", "join a meeting first"))
        match request:
            case PublishOffer(id=id_, sdp=sdp):
                return self._send(PublishAnswer(id=id_, sdp=seat.connection.answer_publish(sdp)))
            case SubscribeAnswer(sdp=sdp):
                seat.connection.accept_subscribe_answer(sdp)
            case SetMedia(microphone=microphone, camera=camera):
                meeting.set_media(seat, microphone=microphone, camera=camera)
            case SetView(tiles=tiles):
                meeting.set_view(seat, [RoomTile(tile.participant, tile.height) for tile in tiles])
        self._send(Ok(id=request.id))

    async def _join(self, request: Join) -> None:
        self._stage = Stage.JOINING
        resumed = request.resume is not None
        try:
            meeting = await self._directory.enter(request.meeting)
        except NoSuchMeetingError:
            return self._refuse_join(request, "no_such_meeting", "nobody has made a meeting with this code")
        try:
            seat = self._take_seat(meeting, request)
        except RoomFullError:
            return self._refuse_join(request, "meeting_full", "the meeting is full: try again later")
        except BadNameError as error:
            return self._refuse_join(request, "bad_name", f"choose another name: {error}")
        finally:
            self._directory.release(meeting)
        if seat is None:
            return self._refuse_join(request, "resume_failed", "the seat was given up: join anew, without the token")
        if self._stage is Stage.OVER:  # closed while the records were read
            return meeting.vanish(seat)
        self._attach(meeting, seat)
        self._send(
            Joined(
                id=request.id,
                you=seat.participant.id,
                resume=seat.token,
                resumed=resumed,
                meeting=meeting.code,
                participants=[describe(participant) for participant in meeting.room],
                slots=[_slot(seat, mid, occupant) for mid, occupant in meeting.occupants(seat)],
                dominant=meeting.room.dominant.id if meeting.room.dominant else None,
            )
        )
        if not resumed:
            self._send(SubscribeOffer(sdp=seat.connection.subscribe_offer()))

    def _take_seat(self, meeting: Meeting, request: Join) -> Seat | None:
        if request.resume is not None:
            return meeting.resume(request.resume)
        return meeting.join(
            request.name,
            microphone=request.microphone,
            camera=request.camera,
            local_address=self._local_address,
        )

    def _refuse_join(self, request: Join, code: ErrorCode, message: str) -> None:
        if self._stage is Stage.JOINING:
            self._stage = Stage.NEW
        self._send(refusal(request.id, code, message))

    def _attach(self, meeting: Meeting, seat: Seat) -> None:
        announcer = self._announcers.of(meeting)
        before = announcer.listeners.get(seat.participant.id)
        if isinstance(before, Session):
            before.replace()
        announcer.listeners[seat.participant.id] = self
        self._meeting, self._seat, self._stage = meeting, seat, Stage.JOINED
        seat.on("slots", self._on_slots)
        seat.on("gone", self._on_gone)

    def _detach(self) -> tuple[Meeting, Seat] | None:
        """Let go of the seat; returns it if it was held."""
        meeting, seat = self._meeting, self._seat
        if meeting is None or seat is None:
            return None
        self._meeting = self._seat = None
        seat.remove_listener("slots", self._on_slots)
        seat.remove_listener("gone", self._on_gone)
        announcer: Announcer = self._announcers.of(meeting)
        if announcer.listeners.get(seat.participant.id) is self:
            del announcer.listeners[seat.participant.id]
        return meeting, seat

    def _lost(self) -> None:
        """The connection broke: the seat waits for a while."""
        if held := self._detach():
            meeting, seat = held
            meeting.vanish(seat)

    def _leave(self, request: Leave) -> None:
        self._send(Ok(id=request.id))
        held = self._detach()
        self._finish("left")
        if held:
            meeting, seat = held
            meeting.depart(seat, "left")

    def _on_gone(self, reason: DepartureReason) -> None:
        self._detach()
        self._finish(_GOODBYES.get(reason, "left"))

    def _on_slots(self, slots: list[tuple[str, RoomParticipant | None]]) -> None:
        if self._seat is None:
            return
        self._slots.update((mid, _slot(self._seat, mid, occupant)) for mid, occupant in slots)
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_soon(self._flush_slots)

    def _flush_slots(self) -> None:
        self._flushing = None
        slots, self._slots = list(self._slots.values()), {}
        if self._stage is Stage.JOINED:
            self._send(SlotsChanged(slots=slots))


def _slot(seat: Seat, mid: str, occupant: RoomParticipant | None) -> SlotState:
    kind = next(slot.kind for slot in seat.connection.slots if slot.mid == mid)
    return SlotState(slot=mid, kind=kind, participant=occupant.id if occupant else None)
