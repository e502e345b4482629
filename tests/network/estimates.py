"""Plots what the estimator makes of simulated links: ``docs/performance/estimates.svg``.

``scripts/plot-estimates``: each scenario of ``server/plane/tests/bandwidth.rs``, seed 1, in virtual time.
"""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

PLANE = Path(__file__).parents[2] / "server" / "plane"
TITLES = {
    "weak": "300 kbit/s, 100 ms, 2 % loss",
    "fall": "3 Mbit/s, 300 kbit/s, 3 Mbit/s",
    "loss10": "2 Mbit/s, 10 % loss",
    "loss30": "2 Mbit/s, 30 % loss",
    "camera10": "a camera of 500 kbit/s, 10 % loss",
    "shared": "two senders on 1 Mbit/s",
    "start": "a start on 5 Mbit/s",
    "outage": "an outage of 1 s",
    "mobile": "a mobile link",
}


def play(scenario: str) -> list[dict[str, str]]:
    """The samples of a scenario, ten a second."""
    command = ["cargo", "run", "-q", "--example", "estimate", "--", scenario]
    played = subprocess.run(command, cwd=PLANE, check=True, capture_output=True, text=True)
    return list(csv.DictReader(played.stdout.splitlines()))


def main() -> None:
    """All of them on one sheet."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "balai", "svg.fonttype": "none", "font.size": 8}
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(3, 3, figsize=(14, 8), layout="constrained")
    for axis, (scenario, title) in zip(axes.flat, TITLES.items(), strict=True):
        samples = play(scenario)
        for flow in sorted({sample["flow"] for sample in samples}):
            own = [sample for sample in samples if sample["flow"] == flow]
            seconds = [float(sample["seconds"]) for sample in own]
            axis.plot(seconds, [float(s["estimate_bps"]) / 1e6 for s in own], linewidth=1, label=f"estimate {flow}")
        link = [sample for sample in samples if sample["flow"] == "0"]
        axis.step(
            [float(s["seconds"]) for s in link],
            [float(s["link_bps"]) / 1e6 for s in link],
            color="grey", linestyle="--", linewidth=1, label="link",
        )  # fmt: skip
        axis.set(title=title, xlabel="s", ylabel="Mbit/s", ylim=(0, None), xlim=(0, None))
        axis.grid(visible=True, alpha=0.3)
        axis.legend(loc="upper right")
    figure.savefig(PLANE.parents[1] / "docs" / "performance" / "estimates.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
