"""Times as people at the meeting's place say them, without the system's locale."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.dates import format_date, format_time

from server.attendance.merge import Line
from server.attendance.phone import normal_number, shown_number
from server.attendance.sheet import Sheet
from server.attendance.text import clean
from server.attendance.words import WORDS

_KEPT = "\u00a0"
"""A space at which no line is broken."""


class Local:
    """Says times, durations and numbers in the language and the time zone of a sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.words = WORDS[sheet.language]
        self._sheet = sheet
        self._days = {self._date(sheet.starts), self._date(sheet.ends or sheet.now)}

    def wall_clock(self, time: datetime) -> datetime:
        """What a clock there shows, to the second; without a zone, as spreadsheets have it."""
        return time.astimezone(self._sheet.timezone).replace(tzinfo=None, microsecond=0)

    @property
    def zone_name(self) -> str:
        """WIB, WITA or WIT in Indonesia; elsewhere the abbreviation, or UTC+08 where there is none."""
        name = self._sheet.starts.astimezone(self._sheet.timezone).tzname() or ""
        return f"UTC{name}" if name[:1] in ("+", "-") else name

    def day(self, time: datetime) -> str:
        """25 November 2026."""
        return format_date(self.wall_clock(time), "d MMMM y", self.words.locale)

    def days(self) -> str:
        """Rabu, 25 November 2026; the last day too, when it is another one."""
        first, last = (
            format_date(self.wall_clock(time), "EEEE, d MMMM y", self.words.locale)
            for time in (self._sheet.starts, self._sheet.ends or self._sheet.starts)
        )
        return first if first == last else f"{first} {self.words.until} {last}"

    def hours(self) -> str:
        """09.00 s.d. 11.30 WITA."""
        ends, words = self._sheet.ends, self.words
        end = f"{self.clock(ends)} {self.zone_name}" if ends else words.until_end
        start = self.clock(self._sheet.starts) if ends else f"{self.clock(self._sheet.starts)} {self.zone_name}"
        return f"{start} {words.until} {end}"

    def clock(self, time: datetime) -> str:
        """09.00, or 09:00 in English."""
        return format_time(self.wall_clock(time).time(), "short", locale=self.words.locale)

    def attended(self, line: Line) -> str:
        """From when to when somebody was here, with the days where there is more than one; how often, if not once."""
        with_day = len(self._days | {self._date(line.arrived), self._date(line.left or line.arrived)}) > 1
        arrived, left = (self._moment(time, with_day) for time in (line.arrived, line.left))
        span = " ".join(part.replace(" ", _KEPT) for part in (f"{arrived} \u2013", left))
        return span if line.visits == 1 else f"{span}\n{self.words.came.format(visits=line.visits)}"

    def duration(self, total: timedelta) -> str:
        """1 jam 32 mnt. Whole minutes, less than one as such."""
        hours, minutes = divmod(int(total.total_seconds()) // 60, 60)
        parts = [f"{hours}{_KEPT}{self.words.hours}"] if hours else []
        if minutes or not hours:
            parts.append(f"{minutes or f'<{_KEPT}1'}{_KEPT}{self.words.minutes}")
        return " ".join(parts)

    def name(self, line: Line) -> str:
        """A person's name; a caller's number, where nothing else is known."""
        if not line.phone or (line.name and normal_number(line.name) != line.phone):
            return line.name
        return self.phone(line)

    def phone(self, line: Line) -> str:
        """A person's number, masked where the sheet asks for it; empty when none is known."""
        return shown_number(line.phone, masked=self._sheet.mask_phones) if line.phone else ""

    def heading(self) -> list[tuple[str, str]]:
        """What stands above the table, by its labels."""
        words, sheet = self.words, self._sheet
        return [
            (words.date, self.days()),
            (words.time, self.hours()),
            (words.place, clean(sheet.place)),
            (words.meeting, clean(sheet.title)),
        ]

    def _date(self, time: datetime) -> date:
        return self.wall_clock(time).date()

    def _moment(self, time: datetime | None, with_day: bool) -> str:
        if not time:
            return self.words.still_here
        day = f"{format_date(self.wall_clock(time), 'd MMM', self.words.locale)} " if with_day else ""
        return day + self.clock(time)
