"""Session timers: a call whose other end is gone without a word ends by itself (RFC 4028)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from signaling.sip import fields
from signaling.sip.message import IncomingRequest, IncomingResponse
from signaling.sip.scheduler import Scheduler, Timers

SESSION_EXPIRES = 1800
"""Seconds that we ask for (4)."""
MIN_SE = 90
"""The shortest that we take, and that anybody may ask for (5)."""

Refresher = Literal["us", "them"]


class IntervalTooSmallError(ValueError):
    """They ask for less than MIN_SE: 422."""


@dataclass(frozen=True, slots=True)
class Interval:
    """What was agreed."""

    seconds: int
    refresher: Refresher


def _read(value: str) -> tuple[int, str]:
    """Seconds, and refresher ("uac", "uas" or nothing). ValueError."""
    number, *rest = [part.strip().lower() for part in value.split(";")]
    named = [part.partition("=")[2].strip() for part in rest if part.partition("=")[0].strip() == "refresher"]
    return fields.integer(number), named[0] if named and named[0] in ("uac", "uas") else ""


def for_request(request: IncomingRequest, wanted: int = SESSION_EXPIRES) -> Interval:
    """What we answer to an INVITE or UPDATE (9). Raises IntervalTooSmallError, ValueError."""
    value = request.headers.get("Session-Expires")
    supported = "timer" in request.tokens("Supported")
    if value is None:
        return Interval(wanted, "us")
    seconds, refresher = _read(value)
    if seconds < MIN_SE:
        if supported:
            raise IntervalTooSmallError
        return Interval(MIN_SE, "us")
    least = max(MIN_SE, fields.integer(request.headers.get("Min-SE") or "0"))
    if supported and refresher != "uas":
        return Interval(seconds, "them")
    return Interval(max(least, min(seconds, wanted)), "us")


def of_response(response: IncomingResponse) -> Interval | None:
    """What a 2xx to our INVITE or UPDATE says; None where the other end wants no timer (7.2)."""
    value = response.headers.get("Session-Expires")
    if value is None:
        return None
    try:
        seconds, refresher = _read(value)
    except ValueError:
        return None
    return Interval(max(seconds, MIN_SE), "them" if refresher == "uas" else "us")


def header_of_response(interval: Interval) -> str:
    """The value of Session-Expires in our 2xx."""
    return f"{interval.seconds};refresher={'uas' if interval.refresher == 'us' else 'uac'}"


class SessionTimer:
    """Asks for a refresh at half the interval, or ends the session shortly before its end (10)."""

    def __init__(self, scheduler: Scheduler, refresh: Callable[[], None], expire: Callable[[], None]) -> None:
        self._timers = Timers(scheduler)
        self._refresh, self._expire = refresh, expire
        self.interval: Interval | None = None

    def agreed(self, interval: Interval | None) -> None:
        """A 2xx to an INVITE or UPDATE, of either end: the interval begins anew."""
        self._timers.clear()
        self.interval = interval
        if interval is None:
            return
        if interval.refresher == "us":
            self._timers.start("refresh", interval.seconds / 2, self._refresh)
        self._timers.start("expire", interval.seconds - min(32, interval.seconds / 3), self._expire)

    def stop(self) -> None:
        """The session is over."""
        self._timers.clear()
