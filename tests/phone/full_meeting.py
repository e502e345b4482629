"""The telephone in a real meeting of 122, on a server of its own. See ``scripts/measure-telephone-in-meeting``.

``callers``: what 40 callers by SIP cost beside 82 people of the load tester, what they hear of each other and how much
later. ``flood``: what the media of 122 people is before, during and after a flood of SIP messages.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import multiprocessing
import statistics
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, TCPConnector

from signaling.load_test_token import keep_token
from tests.browser.conftest import Server, running_server
from tests.load.meetings import Result, load
from tests.phone import sip_callers, sip_flood
from tests.signaling.client import ProtocolClient, make_chaired_meeting
from tests.signaling.sip.sipp import free_port

NUMBER = "+62361234567"
FULL = 122
JOIN_RATE = 12.2
SETTLING = 8.0
"""Seconds from when the last has joined until what is sent is what a meeting sends."""
FLOOD_EARLY, FLOOD_LATE = 4.0, 6.0
"""Seconds by which the flood is longer than the measured time: the load tester settles within 6 s, or sooner."""


@dataclass(frozen=True)
class House:
    """A server with a trunk on loopback."""

    server: Server
    data: Path
    sip_port: int


@contextlib.asynccontextmanager
async def house() -> AsyncIterator[House]:
    """Start one. Its trunk is 127.0.0.1 and nobody else."""
    with tempfile.TemporaryDirectory() as folder:
        data, settings, port = Path(folder) / "data", Path(folder) / "sip.toml", free_port()
        settings.write_text(
            f'host = "127.0.0.1"\nport = {port}\n[[trunk]]\nname = "kantor"\nserver = "127.0.0.1"\n'
            f"port = {free_port()}\nmax_calls = 40\nkeep_alive = 0\n"
        )
        options = ("--log-level", "warning", "--sip", str(settings), "--phone-numbers", NUMBER)
        async with running_server(data, *options) as server:
            yield House(server, data, port)


async def visit(http: ClientSession, house: House, code: str) -> tuple[str, int]:
    """Come in, look, and leave: the PIN, and how many are here by telephone."""
    async with ProtocolClient.open(http, house.server) as client:
        joined = await client.join(code)
        await client.ask("leave")
    return joined["telephone"]["pin"], sum(p["telephone"] is not None for p in joined["participants"])


async def figures(http: ClientSession, house: House) -> dict[str, Any]:
    """``ProcessFigures`` and the plane's counters."""
    carry = {"Authorization": f"Bearer {keep_token(house.data)}"}
    async with http.get(house.server.make_url("/api/load-test"), headers=carry) as answer:
        found: dict[str, Any] = await answer.json()
        return found


def cores(before: dict[str, Any], after: dict[str, Any]) -> tuple[float, dict[str, float]]:
    """Processor cores used between two figures: all of them, and by thread."""
    passed = after["uptime_s"] - before["uptime_s"]
    threads = {
        name: (used - before["cpu_by_thread"].get(name, 0.0)) / passed for name, used in after["cpu_by_thread"].items()
    }
    return (after["cpu_s"] - before["cpu_s"]) / passed, threads


def percentiles(values: list[float]) -> str:
    """Median and 95th percentile."""
    quantiles = statistics.quantiles(values, n=20)
    return f"{statistics.median(values):.1f} | {quantiles[18]:.1f}"


async def callers(count: int, cameras: int, seconds: float) -> None:
    """40 callers in a meeting of 122, and the same meeting before they called."""
    others = FULL - count
    async with house() as place, ClientSession(connector=TCPConnector(ssl=False)) as http:
        code, _ = await make_chaired_meeting(http, place.server)
        pin, _ = await visit(http, place, code)
        # Until all is measured: joining, two measured times, calls and what is between them.
        length = round(2 * seconds + count * sip_callers.CALL_EVERY + 2 * SETTLING + 12)
        people = asyncio.create_task(
            load(
                *(place.server, place.data, "--meeting", code, "--participants", str(others)),
                *("--cameras", str(cameras), "--seconds", str(length)),
            )
        )
        await asyncio.sleep(others / JOIN_RATE + SETTLING)
        quiet = [await figures(http, place)]
        await asyncio.sleep(seconds)
        quiet.append(await figures(http, place))

        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        plan = sip_callers.CallPlan(place.sip_port, NUMBER, pin, count, seconds)
        process = context.Process(target=sip_callers.run, args=(plan, theirs), daemon=True)
        process.start()
        await asyncio.to_thread(ours.recv)
        _, came = await visit(http, place, code)
        await asyncio.sleep(SETTLING / 2)
        ours.send("measure")
        busy = [await figures(http, place)]
        await asyncio.sleep(seconds)
        busy.append(await figures(http, place))
        heard: sip_callers.Heard = await asyncio.to_thread(ours.recv)
        _, stayed = await visit(http, place, code)
        ours.send("hang up")
        await asyncio.to_thread(process.join)
        result = await people
    show_callers(count, came, stayed, heard, cores(*quiet), cores(*busy), result)


def show_callers(
    count: int,
    came: int,
    stayed: int,
    heard: sip_callers.Heard,
    quiet: tuple[float, dict[str, float]],
    busy: tuple[float, dict[str, float]],
    result: Result,
) -> None:
    """Tables in Markdown."""
    print(f"{came} of {count} callers were in, {stayed} at the end; {result['joined']} of the load tester\n")
    print("| | server's cores |\n| --- | --- |")
    print(f"| without callers | {quiet[0]:.3f} |\n| with {count} | {busy[0]:.3f} |")
    print(f"| for each caller | {(busy[0] - quiet[0]) / count * 1_000:.2f} ms a second |")
    for name in sorted(busy[1], key=lambda name: -busy[1][name])[:6]:
        print(f"| thread {name}: without, with | {quiet[1].get(name, 0.0):.3f}, {busy[1][name]:.3f} |")
    print("\n| from caller to caller, ms | heard | median | 95th percentile |\n| --- | --- | --- | --- |")
    print(
        f"| both directions of the gateway | {len(heard.latencies)} of {heard.tones} | {percentiles(heard.latencies)} |"
    )
    print("\n| packets to callers | missing | more than 60 ms after the last | longest time between two |")
    print("| --- | --- | --- | --- |")
    print(f"| {heard.packets} | {heard.missing} | {heard.late} | {heard.longest_ms:.0f} ms |")
    show_meeting({"the whole time": result})


def show_meeting(results: dict[str, Result]) -> None:
    """A table in Markdown of what the load tester found."""
    print("\n| | latency p50, p99 | lost | freezes | server's cores | memory | tester's longest turn, overloaded |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, r in results.items():
        latency, server, tester = r["latency_ms"], r["server"], r["tester"]
        print(
            f"| {name} | {latency['p50']:.2f}, {latency['p99']:.2f} ms | {r['packets_lost']} | {r['freezes']} "
            f"| {server['cpu_cores']:.2f} | {server['memory_mb']:.1f} MB "
            f"| {tester['longest_turn_ms']:.0f} ms, {'yes' if tester['overloaded'] else 'no'} |"
        )


async def flood(cameras: int, seconds: float, windows: str) -> None:
    """122 people three times in one meeting; during the second time messages pour in."""
    results: dict[str, Result] = {}
    async with house() as place, ClientSession(connector=TCPConnector(ssl=False)) as http:
        code, _ = await make_chaired_meeting(http, place.server)
        for number, poured in zip(itertools.count(1), windows, strict=False):
            run = asyncio.create_task(
                load(
                    *(place.server, place.data, "--meeting", code, "--participants", str(FULL)),
                    *("--cameras", str(cameras), "--seconds", str(round(seconds))),
                )
            )
            if poured == "f":
                await asyncio.sleep(FULL / JOIN_RATE + FLOOD_EARLY)
                sent = await pour(place.sip_port, seconds + FLOOD_EARLY + FLOOD_LATE)
            results[f"{number}, {'flood' if poured == 'f' else 'no flood'}"] = await run
    show_meeting(results)
    if "f" in windows:
        print(f"\n{sent.invites} INVITEs, {sent.malformed} malformed messages, and the same from a stranger.")
        print(f"Answers to the trunk: {sent.answers}; to the stranger: {sent.stranger_answers}")


async def pour(port: int, seconds: float) -> sip_flood.Sent:
    """The flood, from a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=sip_flood.run, args=(port, NUMBER, seconds, theirs), daemon=True)
    process.start()
    sent: sip_flood.Sent = await asyncio.to_thread(ours.recv)
    process.join()
    return sent


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("callers", "flood"))
    parser.add_argument("--callers", type=int, default=40)
    parser.add_argument("--cameras", type=int, default=12, help="of the load tester, so that it has room itself")
    parser.add_argument("--seconds", type=float, default=30, help="of each measured time")
    parser.add_argument("--windows", default="-f-", help="of the flood: one after the other, f where it pours")
    options = parser.parse_args()
    if options.what == "callers":
        asyncio.run(callers(options.callers, options.cameras, options.seconds))
    else:
        asyncio.run(flood(options.cameras, options.seconds, options.windows))


if __name__ == "__main__":
    main()
