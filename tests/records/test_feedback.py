"""What people said of a meeting's sound and pictures."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.feedback_summary import Summary, summarise
from server.records import (
    Answered,
    DatabaseError,
    FeedbackRecord,
    MeetingRecord,
    Records,
    VisitRecord,
    feedback_since,
    reading,
)
from tests.records.conftest import NOW


def visit_of(meeting: MeetingRecord, person: str, minutes: int = 0) -> VisitRecord:
    at = NOW + timedelta(minutes=minutes)
    return VisitRecord(
        meeting=meeting.id, person=person, participant="p", name="Made", role="participant", arrived_at=at, seen_at=at
    )


async def test_the_latest_word_on_each_visit_is_kept(records: Records, meeting: MeetingRecord) -> None:
    first, second = visit_of(meeting, "made"), visit_of(meeting, "made", 5)
    for visit in (first, second, visit_of(meeting, "sari", 9)):
        records.visits.arrived(visit)
    latest = await records.visits.latest(meeting.id, "made")
    assert latest is not None
    assert latest.id == second.id
    assert await records.visits.latest(meeting.id, "ketut") is None
    for number, (visit, rating) in enumerate([(first, 1), (second, 2), (first, 4)]):
        records.feedback.given(
            FeedbackRecord(
                visit=visit.id,
                meeting=meeting.id,
                at=NOW + timedelta(seconds=number),
                rating=rating,
                words=f"\0{number}",
                figures={"seconds": number + 0.5},
            )
        )
    found = [(each.visit, each.rating, each.words, each.figures) for each in await records.feedback.of(meeting.id)]
    assert found == [(second.id, 2, "\ufffd1", {"seconds": 1.5}), (first.id, 4, "\ufffd2", {"seconds": 2.5})]


async def test_whoever_only_reads_finds_what_was_said_lately_while_the_server_runs(
    records: Records, meeting: MeetingRecord, database_url: str, tmp_path: Path
) -> None:
    for person, day in (("made", 0), ("sari", 2)):
        visit = visit_of(meeting, person)
        records.visits.arrived(visit)
        at = NOW + timedelta(days=day)
        records.feedback.given(
            FeedbackRecord(visit=visit.id, meeting=meeting.id, at=at, rating=4, words=person, figures={"weak": 0.25})
        )
    assert await records.settle(5)
    async with reading(tmp_path, database_url) as database:
        found = await feedback_since(database, NOW + timedelta(days=1))
    assert [(each.meeting, each.rating, each.words, each.figures) for each in found] == [
        (meeting.code, 4, "sari", {"weak": 0.25})
    ]


async def test_where_there_is_no_database_none_is_made(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(DatabaseError, match="there is no"):
            async with reading(tmp_path, None):
                pass


def test_each_day_of_each_meeting_is_a_line_with_the_share_of_good_and_medians() -> None:
    def said(meeting: str, hours: int, rating: int, words: str = "", **figures: float) -> Answered:
        return Answered(meeting, NOW + timedelta(hours=hours), rating, words, figures)

    answers = [
        said("Rapat", 0, 5, "jelas", round_trip=40),
        said("Desa", 1, 1),
        said("Rapat", 2, 3, "putus", round_trip=60, weak=0.5),
        said("Rapat", 3, 4, round_trip=500),
        said("Rapat", 15, 5),  # 16:30 UTC, and the next day in Makassar
    ]
    day = date(2026, 3, 5)
    assert summarise(answers, ZoneInfo("Asia/Makassar")) == [
        Summary(day, "Rapat", 3, 2 / 3, {"round_trip": 60, "weak": 0.5}, ("jelas", "putus")),
        Summary(day, "Desa", 1, 0.0, {}, ()),
        Summary(day + timedelta(days=1), "Rapat", 1, 1.0, {}, ()),
    ]
