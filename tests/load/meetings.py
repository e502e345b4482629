"""How a server carries meetings of many sizes: the figures of ``docs/performance.md``.

``scripts/measure-meetings [--seconds 60] [--into DIR]``: for each meeting a server of its own, ``balai loadtest``
against it, and the result as a JSON file in DIR; then tables in Markdown on standard output, and a plot of the growth.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from signaling.load_test_token import keep_token
from tests.browser.conftest import Server, running_server

Result = dict[str, Any]

SIZES = (30, 61, 122, 244)
FULL = 122
LATECOMERS = 10


@asynccontextmanager
async def _server() -> AsyncIterator[tuple[Server, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        async with running_server(Path(folder), "--log-level", "warning") as server:
            yield server, Path(folder)


async def load(server: Server, data: Path, *options: str) -> Result:
    """One load test; its JSON object. What it tells meanwhile goes to standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "signaling", "loadtest", server.url, "--data-dir", str(data), "--json", *options),
        stdout=asyncio.subprocess.PIPE,
        env={key: value for key, value in os.environ.items() if not key.startswith("BALAI_")},
    )
    out, _ = await process.communicate()
    if process.returncode not in (0, 1):
        raise SystemExit("the load test could not be run")
    result: Result = json.loads(out)
    return result


async def meeting(participants: int, seconds: int, *options: str) -> Result:
    """A meeting on a server of its own."""
    async with _server() as (server, data):
        return await load(server, data, "--participants", str(participants), "--seconds", str(seconds), *options)


async def _make_meeting(server: Server, data: Path) -> str:
    carry = {"Authorization": f"Bearer {keep_token(data)}"}
    async with ClientSession() as http, http.post(f"{server.url}/api/load-test", headers=carry, ssl=False) as answer:
        code: str = (await answer.json())["code"]
        return code


async def latecomers(seconds: int) -> Result:
    """People who join a meeting that runs with 122, one each second."""
    async with _server() as (server, data):
        code = await _make_meeting(server, data)
        common = ("--meeting", code)
        running = asyncio.create_task(
            load(server, data, *common, "--participants", str(FULL), "--seconds", str(seconds + 20))
        )
        await asyncio.sleep(FULL / 12.2 + 6)
        late = await load(
            server, data, *common, "--participants", str(LATECOMERS), "--join-rate", "1", "--seconds", str(seconds // 2)
        )
        await running
        return late


def growth_table(results: list[Result]) -> str:
    """Markdown: a row a meeting."""
    head = (
        "| participants | joined | lost | freezes | latency p50, p99 | server CPU | memory | packets/s out "
        "| CPU a packet | messages a minute to one | SDP |"
    )
    rows = [head, "| ---: " * 11 + "|"]
    for r in results:
        server, talk = r["server"], r["signaling_per_participant"]
        rows.append(
            f"| {r['participants']} | {r['joined']} | {r['packets_lost']} | {r['freezes']} "
            f"| {r['latency_ms']['p50']:.2f}, {r['latency_ms']['p99']:.2f} ms | {server['cpu_cores']:.2f} cores "
            f"| {server['memory_mb']:.0f} MB | {server['packets_per_s']:.0f} "
            f"| {server['cpu_cores'] / server['packets_per_s'] * 1e6:.1f} µs "
            f"| {talk['messages_received_per_minute']:.0f} | {talk['sdp_bytes'] / 1000:.1f} kB |"
        )
    return "\n".join(rows)


def join_table(results: dict[str, Result]) -> str:
    """Markdown: how soon people hear and see."""
    rows = ["| joining | first audio p50, p95 | first picture p50, p95 |", "| --- | ---: | ---: |"]
    for name, r in results.items():
        times = [f"{r[key]['p50']:.0f}, {r[key]['p95']:.0f} ms" for key in ("first_audio_ms", "first_video_ms")]
        rows.append(f"| {name} | {times[0]} | {times[1]} |")
    return "\n".join(rows)


def plot_growth(results: list[Result], path: Path) -> None:
    """CPU, latency and talk by the number of participants, as SVG."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "balai", "svg.fonttype": "none"}  # the same figures make the same, small file
    from matplotlib import pyplot as plt

    people = [r["participants"] for r in results]
    panels = (
        ("processor, cores", {"server": [r["server"]["cpu_cores"] for r in results]}),
        ("thousand packets/s out", {"server": [r["server"]["packets_per_s"] / 1000 for r in results]}),
        ("latency, ms", {p: [r["latency_ms"][p] for r in results] for p in ("p50", "p99")}),
        (
            "messages a minute to one",
            {"": [r["signaling_per_participant"]["messages_received_per_minute"] for r in results]},
        ),
    )
    figure, axes = plt.subplots(1, len(panels), figsize=(12, 2.8), layout="constrained")
    for axis, (title, lines) in zip(axes, panels, strict=True):
        for label, values in lines.items():
            axis.plot(people, values, marker="o", label=label)
        axis.set(title=title, xlabel="participants", xlim=(0, None), ylim=(0, None))
        axis.grid(visible=True, alpha=0.3)
        if len(lines) > 1:
            axis.legend()
    figure.savefig(path, metadata={"Date": None})


async def main() -> None:
    """All meetings, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=int, default=60, help="how long each meeting is measured")
    parser.add_argument("--into", type=Path, default=Path("docs/performance"), help="folder for results and plot")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    third = str(options.seconds // 3)
    sharing = ("--screen-share", "--screen-at", third, "--screen-for", third)
    results = {f"meeting-{size}": await meeting(size, options.seconds) for size in SIZES}
    results[f"meeting-{FULL}-screen"] = await meeting(FULL, options.seconds, *sharing)
    results["latecomers"] = await latecomers(options.seconds)
    for name, result in results.items():
        without_people = {key: value for key, value in result.items() if key != "people"}
        (options.into / f"{name}.json").write_text(json.dumps(without_people, indent=1) + "\n", encoding="utf-8")
    growth = [results[f"meeting-{size}"] for size in SIZES]
    plot_growth(growth, options.into / "growth.svg")
    print(growth_table([*growth, results[f"meeting-{FULL}-screen"]]))
    print()
    joins = {
        f"{FULL} within 10 s": results[f"meeting-{FULL}"],
        f"{LATECOMERS} into a running meeting of {FULL}": results["latecomers"],
    }
    print(join_table(joins))


if __name__ == "__main__":
    asyncio.run(main())
