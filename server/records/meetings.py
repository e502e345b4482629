"""The meetings: which there are, how each is set up, and what holds in it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from server.records.models import MeetingRecord
from server.records.topic import Topic

_THE = update(MeetingRecord).where(MeetingRecord.id == bindparam("the_meeting"))
_THE_CODE = update(MeetingRecord).where(MeetingRecord.code == bindparam("the_code"))
_SETTINGS = _THE.values(settings=bindparam("new_settings"))
_STATE = _THE.values(state=bindparam("new_state"))
_DETAILS = _THE.values(
    title=bindparam("new_title"), language=bindparam("new_language"), time_zone=bindparam("new_time_zone")
)
_STARTED = _THE_CODE.values(started_at=bindparam("now"), ended_at=None)
_PIN = _THE.where(MeetingRecord.phone_pin.is_(None)).values(phone_pin=bindparam("new_pin"))
_ENDED = _THE_CODE.values(ended_at=bindparam("now"))


class CodeTakenError(Exception):
    """There is a meeting with this code already."""


def holds_host_key(meeting: MeetingRecord, key: str | None) -> bool:
    """Whether somebody who says this key is the host of a meeting. ``key`` is whatever a client sent."""
    if key is None or meeting.host_key_sha256 is None:
        return False
    return secrets.compare_digest(_sha256(key), meeting.host_key_sha256)


def _sha256(key: str) -> bytes:
    # Neither salted nor slow: these keys are random, not chosen by people.
    return hashlib.sha256(key.encode(errors="surrogatepass")).digest()


def new_pin() -> str:
    """A meeting's PIN for telephones: nine digits, the first of which is no zero. One in 900 million is a given one."""
    return str(100_000_000 + secrets.randbelow(900_000_000))


class Meetings(Topic):
    """Questions and changes by code where people ask, by ``MeetingRecord.id`` where a live meeting does."""

    async def add(
        self,
        code: str,
        now: datetime,
        *,
        title: str = "",
        language: str = "",
        time_zone: str = "UTC",
        settings: Mapping[str, Any] | None = None,
        host_key: str | None = None,
    ) -> MeetingRecord:
        """Keep a new meeting, when this returns. Only the hash of ``host_key`` is kept. Raises CodeTakenError."""
        meeting = MeetingRecord(
            code=code,
            title=title,
            language=language,
            time_zone=time_zone,
            settings=dict(settings or {}),
            host_key_sha256=None if host_key is None else _sha256(host_key),
            created_at=now,
        )
        try:
            async with self._database.write() as connection:
                done = await connection.execute(
                    self._database.insert(MeetingRecord).values(meeting.values()).returning(MeetingRecord.id)
                )
                meeting.id = done.scalar_one()
        except IntegrityError:
            raise CodeTakenError from None
        return meeting

    async def find(self, code: str) -> MeetingRecord | None:
        """The meeting with this code. Waits for no write: people who come in wait for this."""
        found = await self._database.all(select(MeetingRecord).where(MeetingRecord.code == code))
        return found[0] if found else None

    async def give_pin(self, meeting: MeetingRecord) -> str:
        """The meeting's PIN for telephones, kept when this returns; a new one where it has none. Raises LookupError."""
        while (pin := meeting.phone_pin) is None:
            try:
                async with self._database.write() as connection:
                    await connection.execute(_PIN, {"the_meeting": meeting.id, "new_pin": new_pin()})
            except IntegrityError:  # it is another meeting's
                continue
            # Asked for: another may have given it one meanwhile.
            found = await self.find(meeting.code)
            if found is None:
                raise LookupError("this meeting is not kept")
            meeting.phone_pin = found.phone_pin
        return pin

    async def with_pin(self, pin: str) -> MeetingRecord | None:
        """The meeting that telephones come into by this PIN. ``pin`` is whatever somebody pressed.

        By an index, whose time tells nothing over a telephone line; ``server/phone/attempts.py`` bounds how many can be
        tried.
        """
        found = await self._database.all(select(MeetingRecord).where(MeetingRecord.phone_pin == pin))
        return found[0] if found else None

    async def live(self) -> list[MeetingRecord]:
        """Those that began and have not ended: after a crash, those that it cut off."""
        begun = MeetingRecord.started_at.is_not(None), MeetingRecord.ended_at.is_(None)
        return await self._all(select(MeetingRecord).where(*begun).order_by(MeetingRecord.id))

    def started(self, code: str, now: datetime) -> None:
        """The first participant is here."""
        self._writer.put(code, (_STARTED, {"the_code": code, "now": now}))

    def ended(self, code: str, now: datetime) -> None:
        """The last participant is gone."""
        self._writer.put(code, (_ENDED, {"the_code": code, "now": now}))

    def set_details(self, meeting: int, *, title: str, language: str, time_zone: str) -> None:
        """It is called otherwise, or held in another language or zone."""
        values = {"new_title": title, "new_language": language, "new_time_zone": time_zone}
        self._writer.put(meeting, (_DETAILS, {"the_meeting": meeting, **values}), key="details")

    def set_settings(self, meeting: int, settings: Mapping[str, Any]) -> None:
        """It is set up otherwise. The last settings win."""
        self._writer.put(meeting, (_SETTINGS, {"the_meeting": meeting, "new_settings": settings}), key="settings")

    def set_state(self, meeting: int, state: Mapping[str, Any]) -> None:
        """What holds in it now. Put it at every change: states that wait are replaced, not queued.

        ``state`` is taken as it is when it is written, some 50 ms later.
        """
        self._writer.put(meeting, (_STATE, {"the_meeting": meeting, "new_state": state}), key="state")
