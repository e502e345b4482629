"""The rows of files: found until deleted, and due when expired."""

from __future__ import annotations

from datetime import timedelta

from server.records import FileRecord, MeetingRecord, Records
from tests.records.conftest import NOW


def file(meeting: MeetingRecord, expires_in: int | None, size: int = 1) -> FileRecord:
    """``expires_in`` so many days."""
    return FileRecord(
        meeting=meeting.id,
        uploader="p1",
        name="Undangan \U0001f4e8.pdf",
        media_type="application/pdf",
        size=size,
        sha256="0" * 64,
        stored_name="8f3a",
        created_at=NOW,
        expires_at=None if expires_in is None else NOW + timedelta(days=expires_in),
    )


async def test_a_file_is_found_until_it_is_deleted(records: Records, meeting: MeetingRecord) -> None:
    large = file(meeting, None, size=5_000_000_000)
    await records.files.add(large)
    await records.files.add(large)
    found = await records.files.find(large.id)
    assert found is not None
    assert found.values() == large.values()
    assert [row.id for row in await records.files.of(meeting.id)] == [large.id]
    records.files.deleted(large, NOW)
    assert await records.files.find(large.id) is None
    assert await records.files.of(meeting.id) == []
    assert await records.files.find("\0") is None


async def test_what_has_expired_is_due_until_it_is_deleted(records: Records, meeting: MeetingRecord) -> None:
    forever, week, day, month = (file(meeting, days) for days in (None, 7, 1, 30))
    for row in (forever, week, day, month):
        await records.files.add(row)
    due = NOW + timedelta(days=7)
    assert [row.id for row in await records.files.expired(due)] == [day.id, week.id]
    assert [row.id for row in await records.files.expired(due, limit=1)] == [day.id]
    records.files.deleted(day, due)
    assert [row.id for row in await records.files.expired(due)] == [week.id]
