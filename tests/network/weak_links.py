"""What two people in real Chromiums get of each other over weak links.

``scripts/weak-links [--seconds 60] [--runs 1] [SCENARIO ...]``: for each scenario a server and a Chromium on one side
of an emulated link, and a Chromium on the other; both join one meeting, then the link goes bad. Prints a table in
Markdown, and writes all that ``getStats()`` said, second by second, to ``test-results/weak-links``.

``down`` is what the weak side receives, ``up`` what the good side receives of it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.network.link import link
from tests.network.namespaces import why_not
from tests.network.recording import RESULTS, Record, play, see_and_hear_each_other
from tests.network.sampling import Received
from tests.network.scenarios import SCENARIOS, Scenario
from tests.network.sides import good_place, good_side_in, meet, weak_place, weak_side_in

HEAD = """
| link | direction | frames/s | frozen | freezes | sound made up | video lost | audio lost | video | width | estimate |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""

ACCUSTOMED = 10.0
"""How long, in s, browsers have for their estimates to rise before anything happens."""


def row(title: str, direction: str, got: Received, estimate: float | None) -> str:
    """One line of the table. ``estimate`` is in kbit/s."""
    cells = [
        title,
        direction,
        f"{got.frames_per_s:.1f}",
        f"{got.frozen:.0%}",
        f"{got.freezes}",
        f"{got.concealed:.1%}",
        f"{got.video_lost:.1%}",
        f"{got.audio_lost:.1%}",
        f"{got.video_kbit_s:.0f} kbit/s",
        ", ".join(str(width) for width in got.widths) or "none",
        "none" if estimate is None else f"{estimate:.0f} kbit/s",
    ]
    return f"| {' | '.join(cells)} |"


def rows(record: Record) -> Iterator[str]:
    """The lines of a scenario: the whole of it, and each stretch of it that is long enough to tell of."""
    parts = [(record.title, record.received)]
    if len(record.stretches) > 1:
        parts += [
            (f"… {stretch.begins:.0f} to {stretch.ends:.0f} s", stretch.received)
            for stretch in record.stretches
            if stretch.ends - stretch.begins >= 3
        ]
    for title, received in parts:
        weak, good = received["weak"], received["good"]
        yield row(title, "down", weak, weak.estimate_in_kbit_s)
        yield row(title, "up", good, weak.estimate_out_kbit_s)


async def run(scenario: Scenario, seconds: float) -> Record:
    """One scenario from nothing to nothing."""
    with (
        tempfile.TemporaryDirectory() as folder,
        good_place() as good,
        weak_place() as weak,
        link(weak, good) as between,
    ):
        async with (
            good_side_in(good, Path(folder)) as good_side,
            weak_side_in(weak, between, Path(folder)) as weak_side,
        ):
            meeting = await meet(good_side, weak_side, scenario.before)
            await see_and_hear_each_other(meeting, 30)
            await asyncio.sleep(ACCUSTOMED)
            return await play(scenario, seconds, meeting, between)


async def main() -> None:
    """Run what is asked for."""
    names = [scenario.name for scenario in SCENARIOS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("scenario", nargs="*", help=f"of {', '.join(names)}; all if none is given")
    parser.add_argument("--seconds", type=float, default=60, help="how long each link is watched")
    parser.add_argument("--runs", type=int, default=1, help="how often each scenario is run")
    options = parser.parse_args()
    if unknown := set(options.scenario) - set(names):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if options.seconds < 10:
        parser.error("--seconds is 10 or more")
    if reason := why_not():
        sys.exit(f"weak-links: {reason}")
    print(HEAD, flush=True)
    for scenario in SCENARIOS:
        if options.scenario and scenario.name not in options.scenario:
            continue
        for number in range(1, options.runs + 1):
            record = await run(scenario, options.seconds)
            if options.runs > 1:
                record = replace(record, scenario=f"{scenario.name}-{number}")
            record.write(RESULTS)
            print(*rows(record), sep="\n", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
