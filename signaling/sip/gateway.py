"""Telephones into meetings, and meetings to telephones: joins the user agent, the sound of calls, and the meetings."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

import structlog

from server.directory import Directory
from server.meeting import Meeting
from server.phone import Leg, LegLimitError, PhoneMedia, SdpError
from server.phone.attempts import Attempts
from server.phone.calls import CallState, PhoneCall
from server.phone.menu import Menu
from server.phone.numbers import Caller as Who
from server.phone.numbers import PhoneBook
from server.phone.phrases import Language
from server.phone.recordings import Recordings
from server.phone.telephone import Telephone
from server.records import Records
from signaling.sip.call import Call
from signaling.sip.caller import Caller, Desk
from signaling.sip.settings import SipSettings, Trunk
from signaling.sip.user_agent import CallLimitError, UserAgent

log = structlog.get_logger()

FAREWELL = 4.0
"""Seconds that callers have to hear that the server stops."""


class Gateway:
    """The telephone of one server."""

    def __init__(
        self,
        settings: SipSettings,
        directory: Directory,
        records: Records,
        media: PhoneMedia,
        recordings: Recordings,
        telephone: Telephone,
        *,
        book: PhoneBook | None = None,
        language: Language = "id",
        server_tls: ssl.SSLContext | None = None,
    ) -> None:
        """``telephone`` is the one that ``directory`` has; ``language`` is spoken until a caller chooses another."""
        self.user_agent = UserAgent(settings, self._take, server_tls=server_tls)
        self._settings, self._media, self._book, self._language = settings, media, book or PhoneBook(), language
        self._telephone = telephone
        self._callers: set[Caller] = set()
        self._desk = Desk(directory, records, recordings, Attempts(), self._free_line)

    async def start(self) -> None:
        """Be reachable. OSError when a port can't be bound."""
        await self.user_agent.start()
        self._telephone.place = self._place

    async def stop(self) -> None:
        """Say goodbye to everybody, and end all calls."""
        self._telephone.place = None
        callers = list(self._callers)
        for caller in callers:
            caller.say_goodbye()
        if callers:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*(caller.over.wait() for caller in callers)), FAREWELL)
        await self.user_agent.stop()

    async def _take(self, call: Call) -> None:
        """A call came in."""
        if call.over is not None:
            return
        log.info("call comes in", call=call.id, trunk=call.trunk, transport=call.transport)
        try:
            leg = self._media.add_leg(secure_signaling=call.transport == "tls")
        except LegLimitError:
            log.warning("a call is refused: no port is free for its sound")
            call.reject(503)
            return
        caller = Caller(self._desk, call, leg, self._book.caller(call.number), Menu(self._language))
        self._add(caller)
        caller.answer()

    def _place(self, meeting: Meeting, phone_call: PhoneCall) -> None:
        """Call somebody for a meeting."""
        trunk = next((trunk for trunk in self._settings.trunks if trunk.may_call(phone_call.number)), None)
        leg: Leg | None = None
        try:
            if trunk is None:
                raise ValueError("no trunk calls this number")
            leg = self._media.add_leg(secure_signaling=trunk.transport == "tls")
            offer = leg.offer(secure=trunk.transport == "tls", toward=self._address(trunk))
            call = self.user_agent.dial(trunk.name, phone_call.number, offer)
        except (ValueError, SdpError, CallLimitError, LegLimitError) as error:
            log.warning("a call can't be made", trunk=trunk.name if trunk else None, reason=type(error).__name__)
            if leg is not None:
                leg.close()
            asyncio.get_running_loop().call_soon(meeting.calls.set_state, phone_call.id, CallState.FAILED)
            return
        log.info("call goes out", call=call.id, trunk=call.trunk, meeting=meeting.label)
        who = self._book.caller(phone_call.number)
        caller = Caller(self._desk, call, leg, who, Menu(self._language), meeting=meeting, id_=phone_call.id)
        self._add(caller)
        caller.expect_answer()

    def _address(self, trunk: Trunk) -> str | None:
        """The trunk's IP address, as far as it is known."""
        peer = self.user_agent.peer_of(trunk)
        return peer.ip if peer else None

    def _add(self, caller: Caller) -> None:
        self._callers.add(caller)
        caller.call.on("ended", lambda *_: self._callers.discard(caller))

    def _free_line(self, who: Who) -> int:
        """The lowest line of a number that no call has."""
        taken = {caller.line for caller in self._callers if who.number and caller.who.number == who.number}
        return next(line for line in range(len(taken) + 1) if line not in taken)
