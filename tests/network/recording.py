"""One scenario played on the link of a meeting, with a record of what both sides received."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.browser.conftest import until
from tests.network.impairment import Conditions
from tests.network.link import Link, Traffic
from tests.network.sampling import READ, Received, Sample, received, sample, total
from tests.network.scenarios import Scenario
from tests.network.sides import Meeting

RESULTS = Path(__file__).resolve().parents[2] / "test-results" / "weak-links"


@dataclass(frozen=True)
class Stretch:
    """Conditions that lasted from one second to another, and what each side received meanwhile."""

    begins: float
    ends: float
    conditions: Conditions
    received: dict[str, Received]


@dataclass(frozen=True)
class Record:
    """What a scenario came to, by side: ``weak`` and ``good``."""

    scenario: str
    title: str
    received: dict[str, Received]
    stretches: list[Stretch]
    traffic: Traffic
    samples: dict[str, list[Sample]]

    def write(self, folder: Path) -> Path:
        """Keep it as JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{self.scenario}.json"
        file.write_text(json.dumps(asdict(self), indent=1))
        return file


async def see_and_hear_each_other(meeting: Meeting, seconds: float) -> None:
    """Wait until each side decodes the other's camera and hears its voice, now and not some time ago."""

    async def going_on(side: str) -> None:
        page = meeting.pages()[side]

        async def figures() -> tuple[float, float]:
            said: dict[str, Any] = await page.evaluate(READ)
            return total(said, "video", "framesDecoded"), total(said, "audio", "totalAudioEnergy")

        frames, energy = await figures()

        async def both() -> bool:
            now = await figures()
            return now[0] >= frames + 5 and now[1] > energy

        await until(both, f"the {side} side sees and hears the other", seconds)

    await asyncio.gather(*(going_on(side) for side in meeting.pages()))


async def play(scenario: Scenario, seconds: float, meeting: Meeting, link: Link) -> Record:
    """Let the link go through a scenario of so many seconds. It stays as the scenario leaves it."""
    timetable = scenario.timetable(seconds)

    async def change() -> None:
        for lasts, conditions in timetable:
            link.change(up=conditions, down=conditions)
            await asyncio.sleep(lasts)

    _, samples = await asyncio.gather(change(), sample(meeting.pages(), seconds))
    stretches, begins = [], 0.0
    for lasts, conditions in timetable:
        ends = begins + lasts
        # A sample takes some ms, and a second's edge belongs to both sides of it.
        got = {}
        for side, all_ in samples.items():
            earlier = [said for said in all_ if said["at"] < begins - 0.3]
            within = [said for said in all_[len(earlier) :] if said["at"] <= ends + 0.3]
            if len(within) > 1:
                got[side] = received(within, earlier)
        stretches.append(Stretch(begins, ends, conditions, got))
        begins = ends
    whole = {side: received(all_) for side, all_ in samples.items()}
    return Record(scenario.name, scenario.title, whole, stretches, link.traffic(), samples)
