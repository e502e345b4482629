"""What was done by whom."""

from __future__ import annotations

from server.records import AuditRecord, MeetingRecord, Records
from server.records.audit import Audit
from tests.records.conftest import NOW


async def test_acts_are_kept_in_order_and_never_changed(records: Records, meeting: MeetingRecord) -> None:
    other = await records.meetings.add("other", NOW)
    acts = [
        AuditRecord(
            at=NOW,
            meeting=meeting.id,
            actor="p1",
            actor_name="Made",
            action="mute",
            target=f"q{number}",
            details={"all": False, "why": ["\0"]},
        )
        for number in range(60)
    ]
    for act in acts:
        records.audit.did(act)
        records.audit.did(act)  # as after an answer that was lost
        records.audit.did(AuditRecord(at=NOW, meeting=other.id, actor="p2", actor_name="Sari", action="lock"))
    first = await records.audit.of(meeting.id, limit=25)
    rest = await records.audit.of(meeting.id, after=first[-1].id)
    assert [kept.values() for kept in first + rest] == [act.values() for act in acts]
    assert {name for name in vars(Audit) if not name.startswith("_")} == {"did", "of"}
