"""After ``kill -9`` the records hold all that was settled, and nothing half done."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from server.records import Records

MEETING = """
import asyncio, sys
from datetime import UTC, datetime
from server.records import ChatRecord, Records, VisitRecord

async def main():
    records = await Records.connect(sys.argv[1])
    now = datetime.now(UTC)
    meeting = await records.meetings.add("abc-defg-hjk", now)
    records.meetings.started(meeting.code, now)
    records.visits.arrived(VisitRecord(
        meeting=meeting.id, person="p", participant="q", name="Made", role="host", arrived_at=now, seen_at=now))
    number = 0
    while True:
        for _ in range(20):
            number += 1
            records.chat.said(ChatRecord(
                meeting=meeting.id, id=number, at=now, person="p", participant="q", name="Made", text="x"))
        records.meetings.set_state(meeting.id, {"last": number})
        assert await records.settle(10)
        print(number, flush=True)
        records.visits.still_here(datetime.now(UTC))

asyncio.run(main())
"""


async def test_what_was_settled_is_there_after_a_kill_and_whoever_was_here_is_gone(database_url: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", MEETING, database_url),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while int(await process.stdout.readline()) < 200:
            pass
        process.kill()
        settled = [200, *map(int, (await process.stdout.read()).split())][-1]
        await process.wait()
    records = await Records.connect(database_url)
    (meeting,) = await records.meetings.live()
    ids = [row.id for row in await records.chat.page(meeting.id, "p", limit=100_000)]
    assert len(ids) >= settled
    assert ids == list(range(1, len(ids) + 1))
    assert meeting.state is not None
    assert settled <= meeting.state["last"] <= len(ids)
    assert len(await records.visits.close_open()) == 1
    (visit,) = await records.visits.of(meeting.id)
    assert visit.left_at == visit.seen_at >= visit.arrived_at
    await records.close()
