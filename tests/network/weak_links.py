"""What two people in real Chromiums get of each other over weak links.

``scripts/weak-links [--seconds 60] [--runs 1] [--json FOLDER] [SCENARIO ...]``: for each scenario a server and a
Chromium on one side of an emulated link, and a Chromium on the other; both join one meeting, then the link goes bad.
Prints a table in Markdown. All that was recorded is kept as JSON, in ``test-results/weak-links`` if nothing else is
said: what ``getStats()`` and the server said, and what the link did. ``scripts/plot-weak-links`` draws it.

``down`` is what the weak side receives, ``up`` what the good side receives of it. Once the link had 10 s to settle:
``estimate`` is what the sender believes that the link carries (down the server, up the browser), ``queue`` how long
packets waited in front of the link (p95). Of the whole stretch: ``gap`` is the longest time without a packet of the
voice, ``flows after`` when the picture came steadily in the size that fits, counted from the change of the link, and
``all`` what the link carried with all headers. A second table tells what is asked of each link; in bold what falls
short of it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.network.demands import verdicts
from tests.network.judgement import Judgement
from tests.network.link import link
from tests.network.namespaces import why_not
from tests.network.recording import RESULTS, Record, play, see_and_hear_each_other
from tests.network.sampling import Received
from tests.network.scenarios import SCENARIOS, Scenario
from tests.network.sides import good_place, good_side_in, meet, weak_place, weak_side_in

HEAD = """
| link | direction | estimate | queue | gap | sound made up | frames/s | frozen | flows after | width | video | all |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""

VERDICTS = """
| link | what is asked of it | down | up |
| --- | --- | --- | --- |"""

ACCUSTOMED = 10.0
"""How long, in s, browsers have for their estimates to rise before anything happens."""


def row(title: str, direction: str, got: Received, judged: Judgement, rate: float | None) -> str:
    """One line of the table. ``rate`` is the link's, in bit/s."""
    believed = "none"
    if judged.estimate is not None:
        share = f" ({judged.estimate / rate:.0%})" if rate is not None else ""
        believed = f"{judged.estimate / 1000:.0f} kbit/s{share}"
    cells = [
        title,
        direction,
        believed,
        f"{judged.waits.p95} ms" if rate is not None else "none",
        f"{judged.longest_gap * 1000:.0f} ms" if judged.longest_gap else "below 100 ms",
        f"{got.concealed:.1%}",
        f"{got.frames_per_s:.1f}",
        f"{got.frozen:.0%}",
        "never" if judged.seconds_to_flow is None else f"{judged.seconds_to_flow:.1f} s",
        ", ".join(str(width) for width in got.widths) or "none",
        f"{got.video_kbit_s:.0f} kbit/s",
        f"{judged.carried / 1000:.0f} kbit/s",
    ]
    return f"| {' | '.join(cells)} |"


def rows(record: Record) -> Iterator[str]:
    """The lines of a scenario: of each stretch of it that is long enough to tell of."""
    for stretch in record.stretches:
        if stretch.ends - stretch.begins < 3:
            continue
        title = record.title
        if len(record.stretches) > 1:
            title += f": {stretch.begins:.0f} to {stretch.ends:.0f} s"
        for side, direction in (("weak", "down"), ("good", "up")):
            got, judged = stretch.received[side], stretch.judged[side]
            yield row(title, direction, got, judged, stretch.conditions.rate)


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
    parser.add_argument("--json", type=Path, default=RESULTS, metavar="FOLDER", help="where to keep the records")
    options = parser.parse_args()
    if unknown := set(options.scenario) - set(names):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if options.seconds < 10:
        parser.error("--seconds is 10 or more")
    if reason := why_not():
        sys.exit(f"weak-links: {reason}")
    print(HEAD, flush=True)
    judged: list[str] = []
    for scenario in SCENARIOS:
        if options.scenario and scenario.name not in options.scenario:
            continue
        for number in range(1, options.runs + 1):
            record = await run(scenario, options.seconds)
            if options.runs > 1:
                record = replace(record, scenario=f"{scenario.name}-{number}")
            record.write(options.json)
            print(*rows(record), sep="\n", flush=True)
            judged += verdicts(record)
    if judged:
        print(VERDICTS, *judged, sep="\n")


if __name__ == "__main__":
    asyncio.run(main())
