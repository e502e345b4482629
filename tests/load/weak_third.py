"""Whether people on good links notice that a third of a meeting is on weak ones: the table of ``docs/performance.md``.

``scripts/measure-weak-third [--seconds 60] [--into DIR]``: a meeting of 122 with good links alone, then one in which 41
of them have weak ones of three kinds, each on a server of its own; results as JSON files in DIR, the table in Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from tests.load.meetings import FULL, Result, meeting

WEAK = FULL // 3 + 1

COLUMNS = (
    "pictures and voices of → seen and heard on",
    "people",
    "pictures each",
    "frames/s a picture",
    "freezes",
    "frozen",
    "packets sent again",
    "lost",
    "voices missing",
    "latency p50, p99",
    "first picture p50, p95",
)


def all_good(result: Result) -> dict[str, Any]:
    """The group that everybody is in where all links are good, as the load tester gives groups."""
    people = [person for person in result["people"] if person["joined"]]

    def total(key: str) -> int:
        return sum(person[key] for person in people)

    watched = total("watched_ms") / 1000
    audio = total("audio_received") + total("audio_lost")
    return {
        "people": len(people),
        "pictures": watched / len(people) / result["seconds"],
        "frames_per_s_per_picture": total("frames") / watched,
        "freezes": result["freezes"],
        "frozen_percent": total("frozen_ms") / watched / 10,
        "packets_recovered": total("recovered"),
        "packets_lost": total("lost"),
        "audio_missing_percent": 100 * total("audio_lost") / audio,
        "latency_ms": result["latency_ms"],
        "first_video_ms": result["first_video_ms"],
    }


def row(name: str, group: dict[str, Any]) -> str:
    """A group's figures, as a row of the table."""
    latency, first = group["latency_ms"], group["first_video_ms"]
    cells = (
        name,
        group["people"],
        f"{group['pictures']:.1f}",
        f"{group['frames_per_s_per_picture']:.1f}",
        group["freezes"],
        f"{group['frozen_percent']:.2f} %",
        group["packets_recovered"],
        group["packets_lost"],
        f"{group['audio_missing_percent']:.2f} %",
        f"{latency['p50']:.2f}, {latency['p99']:.2f} ms",
        f"{first['p50']:.0f}, {first['p95']:.0f} ms",
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def tables(without: Result, among: Result) -> str:
    """Markdown: what people got, and what the server needed for it."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "| --- |" + " ---: |" * (len(COLUMNS) - 1)]
    lines.append(row("good → good, nobody on a weak link", all_good(without)))
    lines += [row(f"{group['of']} → {group['to']}", group) for group in among["by_link"]]
    lines += [
        "",
        "| meeting | server CPU | memory | packets/s out | tester's CPU |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, result in (("all links good", without), (f"{WEAK} of {FULL} on weak links", among)):
        server = result["server"]
        lines.append(
            f"| {name} | {server['cpu_cores']:.2f} cores | {server['memory_mb']:.0f} MB "
            f"| {server['packets_per_s']:.0f} | {result['tester']['cpu_cores']:.2f} cores |"
        )
    return "\n".join(lines)


async def main() -> None:
    """Both meetings, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=int, default=60, help="how long each meeting is measured")
    parser.add_argument("--into", type=Path, default=Path("docs/performance"), help="folder for the results")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    without = await meeting(FULL, options.seconds)
    among = await meeting(FULL, options.seconds, "--mix", "--weak", str(WEAK))
    for name, result in (("all-good", without), ("weak-third", among)):
        without_people = {key: value for key, value in result.items() if key != "people"}
        (options.into / f"{name}.json").write_text(json.dumps(without_people, indent=1) + "\n", encoding="utf-8")
    print(tables(without, among))


if __name__ == "__main__":
    asyncio.run(main())
