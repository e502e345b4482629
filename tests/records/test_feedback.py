"""What people said of a meeting's sound and pictures."""

from __future__ import annotations

from datetime import timedelta

from server.records import FeedbackRecord, MeetingRecord, Records, VisitRecord
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
