"""The sound of one call, as whoever owns the call sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from pyee import EventEmitter

from server.media.sdp import SdpError
from server.phone.digits import DIGITS
from server.phone.leg_media import LegMedia
from server.phone.media_thread import MediaThread
from server.phone.prompts import read_prompt
from server.phone.sdes import CryptoAttribute, CryptoSuite
from server.phone.sdp import Agreement, LocalMedia, answer, offer, read_answer, remote_address
from server.phone.statistics import LegStatistics


class Leg(EventEmitter):
    """One call's sound. Events:

    - ``digit`` (str): a key was pressed (RFC 4733), once a press;
    - ``silent`` (): no RTP came for 30 s though the call is not on hold. Told again only after something came;
    - ``played`` (): the last of the announcements is over;
    - ``closed`` ().
    """

    def __init__(
        self,
        thread: MediaThread,
        port: int,
        local_address: Callable[[str | None], str],
        *,
        secure_signaling: bool,
    ) -> None:
        """``port``: of its socket, which this closes. ``local_address``: where a peer with this address reaches us.

        ``secure_signaling``: offers and answers go by TLS, so that keys may be in them (RFC 4568 section 7).
        """
        super().__init__()
        self.statistics = LegStatistics()
        self.closed = False
        self._thread, self._local_address, self._secure = thread, local_address, secure_signaling
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._media = LegMedia(port, self.statistics, self._tell)
        self._local: LocalMedia | None = None
        self._agreement: Agreement | None = None
        self._offered_keys: list[CryptoAttribute] = []
        thread.order(lambda: thread.add_leg(self._media))

    @property
    def on_hold(self) -> bool:
        """Whether the other side holds the call."""
        return self._agreement is not None and self._agreement.on_hold

    def answer(self, text: str) -> str:
        """Answer an offer, the call's first or a later one. Raises SdpError, which leaves everything as it was."""
        local = self._described(remote_address(text)[0])
        ours = self._agreement.crypto[0] if self._agreement is not None and self._agreement.crypto else None
        answered, agreement = answer(text, local, secure_signaling=self._secure, ours=ours)
        self._local = local
        self._agree(agreement)
        return answered

    def offer(self, *, secure: bool, toward: str | None = None) -> str:
        """Offer everything we can do. ``toward``: the IP address of whom it is for, if it is known.

        ``secure``: by SRTP alone. Raises SdpError where the signaling is not.
        """
        if secure and not self._secure:
            raise SdpError("keys must not go by signaling that is not secure")
        suites: tuple[CryptoSuite, ...] = ("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32")
        self._offered_keys = [
            CryptoAttribute.generate(tag, suite) for tag, suite in enumerate(suites if secure else (), 1)
        ]
        self._local = self._described(toward)
        return offer(self._local, self._offered_keys)

    def accept_answer(self, text: str) -> None:
        """Take the answer to our offer; an early one first (183), and then the final one. Raises SdpError."""
        self._agree(read_answer(text, self._offered_keys))

    def play(self, prompts: Sequence[Path], *, interrupt: bool = True) -> None:
        """Announce something, in place of what is being announced or after it. PromptError for a file that is none."""
        frames = [frame for path in prompts for frame in read_prompt(path)]
        self._order(lambda: self._media.play(frames, interrupt=interrupt))

    def stop_playing(self) -> None:
        """Announce nothing more. No ``played``."""
        self._order(self._media.prompts.clear)

    def press(self, digits: str) -> None:
        """Send digits (RFC 4733). ValueError for what is none."""
        if not set(digits) <= set(DIGITS):
            raise ValueError("these are no digits")
        self._order(lambda: self._media.press(digits))

    def enter_room(self, group: int, track: int) -> None:
        """Be heard in a room by a track of the plane, and hear the room without oneself."""
        self._order(lambda: self._thread.enter_room(self._media, group, track))

    def leave_room(self) -> None:
        """Be in no room. What is announced goes on."""
        self._order(lambda: self._thread.leave_room(self._media))

    def mute(self, muted: bool) -> None:
        """While it is muted, nothing of its voice is even coded."""

        def change() -> None:
            self._media.muted = muted

        self._order(change)

    def close(self) -> None:
        """End it, and free its port."""
        if not self.closed:
            self._order(lambda: self._thread.remove_leg(self._media))
            self.closed = True
            self.emit("closed")

    def _described(self, toward: str | None) -> LocalMedia:
        address = (self._local_address(toward), self._port)
        if self._local is None:
            return LocalMedia(address)
        return LocalMedia(address, self._local.session, self._local.version + 1)

    def _agree(self, agreement: Agreement) -> None:
        self._agreement = agreement
        self._order(lambda: self._media.agree(self._thread.now(), agreement))

    def _order(self, order: Callable[[], None]) -> None:
        if not self.closed:
            self._thread.order(order)

    def _tell(self, event: str, *arguments: object) -> None:
        """Called on the media thread."""
        try:
            self._loop.call_soon_threadsafe(self._emit_open, event, *arguments)
        except RuntimeError:  # the loop has ended: there is nobody to tell
            return

    def _emit_open(self, event: str, *arguments: object) -> None:
        if not self.closed:
            self.emit(event, *arguments)
