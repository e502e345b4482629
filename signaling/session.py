"""One WebSocket: requests in, answers and events out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

import structlog
from aiohttp import WSCloseCode, WSMsgType
from aiohttp.web import WebSocketResponse

from server.codec_choice import ChosenCodecs
from server.conversation.chat import ChatFile
from server.directory import Directory
from server.door import Place
from server.roles import Role, is_chair
from server.seat import DepartureReason, Seat
from signaling import describe, permissions
from signaling.announcer import Announcer
from signaling.announcers import Announcers
from signaling.limits import Limits
from signaling.messages import (
    Admitted,
    Answer,
    AnyRequest,
    CodecsWanted,
    Error,
    Goodbye,
    GoodbyeReason,
    InLobby,
    Join,
    Joined,
    LayersWanted,
    Leave,
    Ok,
    Ping,
    PublishAnswer,
    PublishOffer,
    ReadConnection,
    SendChat,
    ServerStopping,
    SetMedia,
    SetView,
    SlotsChanged,
    SubscribeAnswer,
    SubscribeOffer,
)
from signaling.newcomers import newcomer, person_secret
from signaling.outbox import Outbox
from signaling.rate_limit import TokenBucket
from signaling.refusals import EXPECTED, refusal_for
from signaling.requests import chairing, conversation, telephone
from signaling.views import view_of
from signaling.wire import Stage, decode, out_of_order, refusal

log = structlog.get_logger()

_GOODBYES: dict[DepartureReason, GoodbyeReason] = {
    "left": "left",
    "media_timeout": "media_timeout",
    "meeting_ended": "meeting_ended",
    "server_stopping": "server_stopping",
    "removed": "removed",
    "banned": "banned",
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
        address: str,
        local_address: str | None,
        disconnect: Callable[[], None],
    ) -> None:
        """``disconnect`` breaks the connection at once.

        ``address`` stands for the client; ``local_address`` is where it reached the server.
        """
        self._socket, self._directory, self._announcers = socket, directory, announcers
        self._limits, self._address, self._local_address = limits, address, local_address
        self._stage = Stage.NEW
        self._seat: Seat | None = None
        self._place: Place | None = None
        """Where it waits, in a lobby."""
        self._person = ""
        """The secret by which its user is known."""
        self._joining: asyncio.TimerHandle | None = None
        """When it is to have joined."""
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
        self._expect_join()
        try:
            async for message in self._socket:
                if self._is_cut:
                    continue
                if message.type is WSMsgType.TEXT:
                    await self._receive(message.data)
                elif message.type is WSMsgType.BINARY:
                    self._receive_binary()
        finally:
            if self._joining is not None:
                self._joining.cancel()
            self._lost()
            self._end()
            await asyncio.gather(sending, return_exceptions=True)
            self.finished.set()

    def tell_stopping(self) -> None:
        """Whoever is in a meeting or its lobby is told if the server is about to stop."""
        seconds = self._directory.stops_in
        if seconds is not None and (self._seat is not None or self._place is not None):
            self._outbox.put(ServerStopping(seconds=round(seconds, 1)))

    def stop(self) -> None:
        """The server stops: whoever has no seat, and so hears no goodbye, is disconnected too."""
        if self._seat is None and self._place is None:
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
        elif not permissions.is_allowed(permissions.REQUESTS[type(request)], self._standing):
            self._outbox.put(refusal(request.id, "forbidden", "your role in this meeting does not allow this"))
        else:
            await self._answer(request)

    @property
    def _standing(self) -> Role | permissions.Standing:
        if self._seat is not None:
            return self._seat.participant.role
        return permissions.Standing.OUTSIDE if self._place is None else permissions.Standing.WAITING

    def _receive_binary(self) -> None:
        if self._within_rate():
            self._outbox.put(refusal(None, "bad_message", "send JSON in text frames, not in binary ones"))
        else:
            self._outbox.put(refusal(None, "rate_limited", "too many messages: wait a second"))

    @property
    def _is_cut(self) -> bool:
        """Whether its WebSocket is being closed for sending too much: what still comes is not looked at."""
        return self._strikes >= self._limits.strikes

    def _within_rate(self) -> bool:
        if self._bucket.take():
            self._strikes = 0
            return True
        self._strikes += 1
        if self._is_cut:
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
                self._handle(self._seat, request, await self._file(self._seat, request))
        except EXPECTED as error:
            self._outbox.put(refusal(request.id, *refusal_for(error)))
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("a request failed", request=type(request).__name__, reference=reference)
            message = f"the server could not do this; its log says why, under {reference}"
            self._outbox.put(refusal(request.id, "internal", message))

    async def _file(self, seat: Seat, request: AnyRequest) -> ChatFile | None:
        """The file that a message is to have with it. Raises NoSuchFileError."""
        if not isinstance(request, SendChat) or request.file is None:
            return None
        return await self._directory.file_of(seat, request.file)

    def _handle(self, seat: Seat, request: AnyRequest, file: ChatFile | None) -> None:
        match request:
            case PublishOffer(id=id_, sdp=sdp):
                self._outbox.put(PublishAnswer(id=id_, sdp=seat.answer_publish(sdp)))
                self._tell_wanted(seat)
                return
            case ReadConnection(id=id_):
                self._outbox.put(describe.connection(id_, seat))
                return
            case SubscribeAnswer(sdp=sdp):
                seat.accept_subscribe_answer(sdp)
            case SetMedia(microphone=microphone, camera=camera, screen=screen):
                seat.meeting.set_media(seat, microphone=microphone, camera=camera, screen=screen)
            case SetView():
                seat.meeting.set_view(seat, view_of(request))
            case Ping():
                pass
            case _:
                self._outbox.put(self._handle_meeting(seat, request, file))
                return
        self._outbox.put(Ok(id=request.id))

    def _handle_meeting(self, seat: Seat, request: AnyRequest, file: ChatFile | None) -> Answer:
        now = asyncio.get_running_loop().time()
        if chairing.handle(seat.meeting, seat.participant, request, now):
            return Ok(id=request.id)
        if telephone.handle(seat.meeting, seat.participant, request, now):
            return Ok(id=request.id)
        answer = conversation.handle(seat.meeting, seat.participant, request, self._directory.now(), file)
        assert answer is not None, "a request that nothing handles"
        return answer

    async def _join(self, request: Join) -> None:
        entered, resumed = await self._enter(request)
        if self._stage is Stage.OVER:  # ended while the records were read
            if isinstance(entered, Seat):
                entered.meeting.vanish(entered)
            elif entered is not None:
                entered.vanish()
        elif isinstance(entered, Seat):
            self._attach(entered)
            self._welcome(entered, request, resumed=resumed)
        elif entered is not None:
            self._wait(entered, request)
        else:
            message = "this seat was given up, or never was: join anew, without the token"
            self._outbox.put(refusal(request.id, "resume_failed", message))

    async def _enter(self, request: Join) -> tuple[Seat | Place | None, bool]:
        """Where it is now, and whether that is a seat with the media that it had."""
        self._person = request.person or person_secret()
        who = newcomer(request, self._person, self._address, self._local_address)
        if request.resume is None:
            return await self._directory.enter(request.meeting, who, request.host_key), False
        self._person = request.person or ""
        seat = self._directory.resume(request.meeting, request.resume)
        if seat is not None and request.fresh:
            seat.meeting.depart(seat, "replaced")
            seat = None
        if seat is None:
            return self._directory.give_back(request.meeting, request.resume, who), False
        seat.meeting.resume_media(seat, microphone=request.microphone, camera=request.camera)
        return seat, True

    def _welcome(self, seat: Seat, request: Join, *, resumed: bool) -> None:
        room, meeting, me = seat.meeting.room, seat.meeting, seat.participant
        now = asyncio.get_running_loop().time()
        said, more = meeting.conversation.chat.page(me.person.key)
        self._outbox.put(
            Joined(
                id=request.id,
                you=me.id,
                person=self._person,
                resume=seat.token,
                resumed=resumed,
                meeting=meeting.code,
                participants=[describe.participant(participant) for participant in room],
                slots=[describe.slot(occupancy) for occupancy in seat.occupancies()],
                dominant=room.dominant.id if room.dominant else None,
                state=describe.state(meeting, now),
                waiting=[describe.waiting(who, now) for who in meeting.chair.lobby] if is_chair(me.role) else [],
                chat=[describe.chat_message(message, me.person.key) for message in said],
                chat_more=more,
                telephone=describe.telephone(meeting),
                calls=describe.calls(meeting) if is_chair(me.role) else [],
                polls=[seen for poll in meeting.conversation.polls if (seen := describe.poll(poll, me)) is not None],
            )
        )
        if not seat.subscribed:
            self._outbox.put(SubscribeOffer(sdp=seat.connection.subscribe_offer()))
        if seat.published:
            self._tell_wanted(seat)
        self.tell_stopping()

    def _wait(self, place: Place, request: Join) -> None:
        """Wait in the lobby."""
        self._place, self._stage = place, Stage.WAITING
        place.on("admitted", self._on_admitted)
        place.on("refused", self._on_refused)
        place.on("replaced", self._on_replaced)
        self._outbox.put(InLobby(id=request.id, person=self._person, title=place.title))
        self.tell_stopping()

    def _tell_wanted(self, seat: Seat) -> None:
        self._on_layers(seat.demand.told_layers, seat.demand.told_screen)
        if seat.chosen_codecs != ChosenCodecs():  # chosen after the first offer, and told then
            self._on_codecs(seat.chosen_codecs)

    def _leave(self, request: Leave) -> None:
        self._outbox.put(Ok(id=request.id))
        if self._seat is not None:
            self._seat.meeting.depart(self._seat, "away" if request.away else "left")  # which tells this session too
        elif (place := self._leave_place()) is not None:
            place.give_up()
            self._bid_goodbye("left")

    # The seat

    def _attach(self, seat: Seat) -> None:
        self._seat, self._stage = seat, Stage.JOINED
        self._announcer = self._announcers.of(seat.meeting)
        self._announcer.listen(self._outbox, seat.participant)
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
        """The connection broke: the seat, or the place in the lobby, is kept for a while."""
        if seat := self._detach():
            seat.meeting.vanish(seat)
        elif place := self._leave_place():
            place.vanish()

    def _leave_place(self) -> Place | None:
        """Let go of the place in the lobby; returns it if it was held."""
        place, self._place = self._place, None
        if place is not None:
            place.remove_listener("admitted", self._on_admitted)
            place.remove_listener("refused", self._on_refused)
            place.remove_listener("replaced", self._on_replaced)
        return place

    def _expect_join(self) -> None:
        self._joining = asyncio.get_running_loop().call_later(self._limits.join_within, self._join_is_late)

    def _join_is_late(self) -> None:
        if self._stage is Stage.NEW:
            self._end(WSCloseCode.POLICY_VIOLATION)

    def _end(self, code: WSCloseCode = WSCloseCode.OK) -> None:
        self._stage = Stage.OVER
        self._outbox.end(code)

    def _bid_goodbye(self, reason: GoodbyeReason) -> None:
        self._detach()
        self._leave_place()
        self._outbox.put(Goodbye(reason=reason))
        self._end()

    def _on_gone(self, reason: DepartureReason) -> None:
        self._bid_goodbye(_GOODBYES.get(reason, "left"))

    def _on_replaced(self) -> None:
        self._bid_goodbye("replaced")

    def _on_admitted(self) -> None:
        self._leave_place()
        self._stage = Stage.NEW
        self._expect_join()
        self._outbox.put(Admitted())

    def _on_refused(self, reason: GoodbyeReason) -> None:
        self._bid_goodbye(reason)

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
            slots = [describe.slot(self._seat.occupancy(mid)) for mid in mids]
            self._announcer.announce_before_use(slot.participant for slot in slots)
            self._outbox.put(SlotsChanged(slots=slots))

    def _on_layers(self, camera: int, screen: bool) -> None:
        if self._seat is not None and self._seat.published:
            self._outbox.put(LayersWanted(camera=camera, screen=screen))

    def _on_codecs(self, chosen: ChosenCodecs) -> None:
        self._outbox.put(CodecsWanted(camera=chosen.camera, screen=chosen.screen))
