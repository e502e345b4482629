"""Plots what weak links carried: ``docs/performance/weak-links-SCENARIO.svg``.

``scripts/plot-weak-links [FOLDER]``: of the records that ``scripts/weak-links`` kept there.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.network.recording import RESULTS
from tests.network.scenarios import SCENARIOS

FIGURES = Path(__file__).parents[2] / "docs" / "performance"
DIRECTIONS = {"weak": "down", "good": "up"}


def estimates(record: dict[str, Any], side: str) -> list[tuple[float, float]]:
    """When, in s, and what, in bit/s, the sender to that side believed that the link carries."""
    if side == "weak":
        return [(said["at"], said["estimate"]) for said in record["server"] if said["estimate"] is not None]
    told = (
        (said["at"], (said["outgoing"] or {}).get("availableOutgoingBitrate")) for said in record["samples"]["weak"]
    )
    return [(at, bits) for at, bits in told if bits is not None]


def frames(record: dict[str, Any], side: str) -> list[tuple[float, float, int]]:
    """When, in s, how many frames a second were decoded since the time before, and how wide they were, in px."""
    rows, before = [], None
    for said in record["samples"][side]:
        streams = said["video"].values()
        decoded = sum(stream.get("framesDecoded", 0) for stream in streams)
        if before is not None:
            width = max((stream.get("frameWidth", 0) for stream in streams), default=0)
            rows.append((said["at"], (decoded - before[1]) / (said["at"] - before[0]), width))
        before = (said["at"], decoded)
    return rows


def draw(record: dict[str, Any], file: Path) -> None:
    """One sheet: rates, waiting times and pictures one above the other, a column for each direction."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "balai", "svg.fonttype": "none", "font.size": 8}
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(3, 2, figsize=(11, 7), sharex=True, layout="constrained")
    for column, (side, direction) in zip(axes.T, DIRECTIONS.items(), strict=True):
        rates, waits, pictures = column
        link = record["link"][side]
        seconds = [row["at"] for row in link]
        believed = estimates(record, side)
        rates.plot([at for at, _ in believed], [bits / 1e6 for _, bits in believed], linewidth=1, label="estimate")
        rates.step(
            seconds,
            [row["carried"] / 1e6 for row in link],
            where="post",
            color="tab:green",
            linewidth=1,
            label="carried",
        )
        limits = [(stretch["begins"], stretch["conditions"]["rate"]) for stretch in record["stretches"]]
        limits.append((record["stretches"][-1]["ends"], limits[-1][1]))
        rates.step(
            [at for at, _ in limits], [None if rate is None else rate / 1e6 for _, rate in limits],
            where="post", color="grey", linestyle="--", linewidth=1, label="link",
        )  # fmt: skip
        rates.set(title=f"{record['title']}, {direction}", ylabel="Mbit/s", ylim=(0, None))
        rates.legend(loc="upper right")
        for name, style in (("wait_p50_ms", "-"), ("wait_p95_ms", "--"), ("wait_longest_ms", ":")):
            label = name.removeprefix("wait_").removesuffix("_ms")
            waits.step(seconds, [row[name] for row in link], style, where="post", linewidth=1, label=label)
        gaps = [(gap["begins"], gap["seconds"] * 1000) for gap in record["gaps"][side]]
        waits.plot([at for at, _ in gaps], [ms for _, ms in gaps], "x", color="tab:red", label="gap in the voice")
        waits.set(ylabel="in the queue, ms", ylim=(0, None))
        waits.legend(loc="upper right")
        shown = frames(record, side)
        pictures.plot([at for at, _, _ in shown], [rate for _, rate, _ in shown], linewidth=1, label="frames/s")
        wide = pictures.twinx()
        wide.step([at for at, _, _ in shown], [px for _, _, px in shown], where="post", color="tab:orange", linewidth=1)
        wide.set(ylabel="width, px (orange)", ylim=(0, 700))
        pictures.set(ylabel="frames/s", xlabel="s", ylim=(0, None), xlim=(0, None))
        for axis in column:
            axis.grid(visible=True, alpha=0.3)
    figure.savefig(file, metadata={"Date": None})


def main() -> None:
    """All scenarios of which there is a record."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS
    for scenario in SCENARIOS:
        kept = folder / f"{scenario.name}.json"
        if kept.exists():
            draw(json.loads(kept.read_text()), FIGURES / f"weak-links-{scenario.name}.svg")


if __name__ == "__main__":
    main()
