"""A full meeting loses its server: all are back soon after it is, and the meeting holds as before."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from tests.faults.mortal_server import mortal_server

PEOPLE = 122
CAMERAS = 12
BACK_WITHIN = 30.0
"""Seconds from the server's being ready until the last one is connected and hears somebody, at the latest, on a machine
that has much else to do. Ten are asked for; what it took is printed.
"""


async def test_after_a_kill_a_full_meeting_is_back(tmp_path: Path) -> None:
    async with mortal_server(tmp_path / "data") as mortal:
        assert mortal.server is not None
        tester = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "signaling", "loadtest", mortal.server.url, "--data-dir", str(tmp_path / "data")),
            *("--participants", str(PEOPLE), "--cameras", str(CAMERAS), "--rejoin", "75", "--seconds", "5", "--json"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={key: value for key, value in os.environ.items() if not key.startswith("BALAI_")},
        )
        assert tester.stdout is not None
        assert tester.stderr is not None
        told = []
        async with asyncio.timeout(240):
            # It says on stderr what it does.
            while line := (await tester.stderr.readline()).decode():
                told.append(line)
                if line.startswith("losing the server"):
                    break
            await mortal.kill()
            await asyncio.sleep(3)
            await mortal.start()
            out, err = await tester.communicate()
    assert tester.returncode in (0, 1), "".join(told) + err.decode()
    result = json.loads(out)
    rejoined = result["rejoined"]
    assert (rejoined["lost"], rejoined["back"], result["joined"]) == (PEOPLE, PEOPLE, PEOPLE)
    assert [person["error"] for person in result["people"]] == [None] * PEOPLE
    took = rejoined["last_heard_at"] - mortal.ready_at
    print(f"all are back and hear somebody after {took:.1f} s")
    assert took <= BACK_WITHIN
