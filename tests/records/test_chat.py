"""The chat: pages of what somebody may read, and what is taken away."""

from __future__ import annotations

import secrets
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.records import ChatRecord, FileRecord, MeetingRecord, Records
from tests.records.conftest import NOW

PEOPLE = ("p1", "p2", "p3")


def message(
    meeting: MeetingRecord, number: int, person: str = "p1", to: str | None = None, text: str = "x"
) -> ChatRecord:
    return ChatRecord(
        meeting=meeting.id, id=number, at=NOW, person=person, participant="q1", name="Made", recipient=to, text=text
    )


messages = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from([None, *PEOPLE]), st.integers(1, 3)), max_size=30
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=messages, limit=st.integers(1, 8))
async def test_page_by_page_somebody_reads_all_that_is_for_them_once_and_nothing_else(
    records: Records, sent: list[tuple[str, str | None, int]], limit: int
) -> None:
    meeting = await records.meetings.add(secrets.token_hex(6), NOW)
    other = await records.meetings.add(secrets.token_hex(6), NOW)
    readable: dict[str, list[int]] = {person: [] for person in PEOPLE}
    number = 0
    for person, to, step in sent:
        number += step
        records.chat.said(message(meeting, number, person, to))
        records.chat.said(message(other, number, person, to))
        for reader in PEOPLE:
            if to is None or reader in (person, to):
                readable[reader].append(number)
    assert await records.chat.last_id(meeting.id) == number
    for reader in PEOPLE:
        read: list[int] = []
        while page := await records.chat.page(meeting.id, reader, before=read[0] if read else None, limit=limit):
            assert {row.meeting for row in page} == {meeting.id}
            assert len(page) <= limit
            read = [row.id for row in page] + read
        assert read == readable[reader]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=())))
async def test_any_text_is_kept_but_for_what_no_database_holds(records: Records, text: str) -> None:
    meeting = await records.meetings.add(secrets.token_hex(6), NOW)
    records.chat.said(message(meeting, 1, text=text))
    (kept,) = await records.chat.page(meeting.id, "p2")
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # a pair of surrogates is a character
    assert kept.text == whole.replace("\0", "\ufffd")


async def test_a_message_that_is_taken_away_says_nothing_more(records: Records, meeting: MeetingRecord) -> None:
    file = FileRecord(
        meeting=meeting.id,
        uploader="p1",
        name="a.pdf",
        media_type="application/pdf",
        size=1,
        sha256="0" * 64,
        stored_name="x",
        created_at=NOW,
    )
    await records.files.add(file)
    said = message(meeting, 1, text="a word too many")
    said.file = file.id
    records.chat.said(said)
    records.chat.deleted(meeting.id, 1, "p2", NOW + timedelta(minutes=1))
    records.chat.deleted(meeting.id, 1, "p3", NOW + timedelta(minutes=2))
    (kept,) = await records.chat.page(meeting.id, "p1")
    assert (kept.text, kept.file) == ("", None)
    assert (kept.deleted_by, kept.deleted_at) == ("p2", NOW + timedelta(minutes=1))
    assert "Made" not in repr(kept)
