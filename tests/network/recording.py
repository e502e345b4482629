"""One scenario played on the link of a meeting, with a record of what both sides received."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.browser.conftest import until
from tests.network.impairment import Conditions
from tests.network.judgement import Judgement, judge
from tests.network.link import Link, Traffic
from tests.network.sampling import READ, Received, Sample, received, sample, total
from tests.network.scenarios import Scenario, fitting
from tests.network.server_figures import ServerFigures, watch
from tests.network.sides import Meeting
from tests.network.voices import Gap

SAMPLED = 0.25
"""Seconds from one look at the pages and the server to the next."""
RESULTS = Path(__file__).resolve().parents[2] / "test-results" / "weak-links"


@dataclass(frozen=True)
class Stretch:
    """Conditions that lasted from one second to another, and what each side received meanwhile."""

    begins: float
    ends: float
    conditions: Conditions
    received: dict[str, Received]
    judged: dict[str, Judgement]


@dataclass(frozen=True)
class Record:
    """What a scenario came to, by side that received it: ``weak`` through ``down``, ``good`` through ``up``."""

    scenario: str
    title: str
    received: dict[str, Received]
    stretches: list[Stretch]
    traffic: Traffic
    samples: dict[str, list[Sample]]
    server: list[ServerFigures]
    link: dict[str, list[dict[str, float]]]
    """Second by second, what the link did in the direction to each side."""
    gaps: dict[str, list[Gap]]
    """In the voices on their way to each side, as they came out of the link."""
    gaps_sent: dict[str, list[Gap]]
    """As they came to the link: a browser, or the machine, that did not send."""

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
    began = asyncio.get_running_loop().time()  # the link's clock too

    async def change() -> None:
        for lasts, conditions in timetable:
            link.change(up=conditions, down=conditions)
            await asyncio.sleep(lasts)

    _, samples, server = await asyncio.gather(
        change(),
        sample(meeting.pages(), began, seconds, SAMPLED),
        watch(meeting.good, meeting.token, began, seconds, SAMPLED),
    )
    told = link.record(began)
    directions = {"weak": told["down"], "good": told["up"]}
    estimates = {
        "weak": [(said.at, float(said.estimate)) for said in server if said.estimate is not None],
        "good": [
            (said["at"], bits)
            for said in samples["weak"]
            if (bits := (said["outgoing"] or {}).get("availableOutgoingBitrate")) is not None
        ],
    }
    stretches, begins = [], 0.0
    for lasts, conditions in timetable:
        ends = begins + lasts
        got, judged = {}, {}
        for side, all_ in samples.items():
            # A sample takes some ms, and a second's edge belongs to both sides of it.
            earlier = [said for said in all_ if said["at"] < begins - 0.2]
            within = [said for said in all_[len(earlier) :] if said["at"] <= ends + 0.2]
            if len(within) > 1:
                got[side] = received(within, earlier)
            judged[side] = judge(
                directions[side], all_, estimates[side], begins, ends, conditions.rate, fitting(conditions)
            )
        stretches.append(Stretch(begins, ends, conditions, got, judged))
        begins = ends
    return Record(
        scenario=scenario.name,
        title=scenario.title,
        received={side: received(all_) for side, all_ in samples.items()},
        stretches=stretches,
        traffic=link.traffic(),
        samples=samples,
        server=server,
        link={side: direction.by_second(seconds) for side, direction in directions.items()},
        gaps={side: direction.gaps for side, direction in directions.items()},
        gaps_sent={side: direction.gaps_sent for side, direction in directions.items()},
    )
