"""The telephone in a real meeting of 122, on a server of its own. See ``scripts/measure-telephone-in-meeting``.

``callers``: what 40 callers by SIP cost beside 81 people of the load tester and a browser, what they miss, and how much
later voices are heard. ``flood``: what the media of 122 people is before, during and after a flood of SIP messages.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import socket
import statistics
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, TCPConnector

from signaling.load_test_token import keep_token
from tests.browser.conftest import Server, running_server
from tests.load.meetings import Result, load
from tests.phone import probe_browser, sip_callers, sip_flood
from tests.phone.hearing import Recording, Stream, latencies
from tests.phone.probe_browser import ProbePlan
from tests.phone.sip_callers import CallPlan
from tests.phone.sip_flood import FloodPlan, Sent
from tests.signaling.client import ProtocolClient, make_chaired_meeting
from tests.signaling.sip.sipp import free_port

NUMBER = "+62361234567"
FULL = 122
JOIN_RATE = 12.2
SETTLING = 8.0
"""Seconds from when the last has joined until what is sent is what a meeting sends."""
DROPOUT = 0.06
"""Seconds between two packets after which a caller misses sound."""
WINDOWS = {"-": "no flood", "e": "the flood goes elsewhere", "f": "flood"}
"""What goes elsewhere costs the machine what sending costs."""
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


def start(target: Callable[..., None], plan: object) -> tuple[BaseProcess, Connection]:
    """Another process, which gets a plan and one end of a pipe; and the other end."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(plan, theirs), daemon=True)
    process.start()
    return process, ours


async def callers(count: int, cameras: int, seconds: float) -> None:
    """40 callers in a meeting of 122, and the same meeting before they called."""
    others = FULL - count - 1
    async with house() as place, ClientSession(connector=TCPConnector(ssl=False)) as http:
        code, _ = await make_chaired_meeting(http, place.server)
        pin, _ = await visit(http, place, code)
        # Until all is measured: joining, two measured times, calls and what is between them.
        length = round(2 * seconds + count * sip_callers.CALL_EVERY + 2 * SETTLING + 16)
        people = asyncio.create_task(
            load(
                *(place.server, place.data, "--meeting", code, "--participants", str(others)),
                *("--cameras", str(cameras), "--seconds", str(length)),
            )
        )
        talkers = sip_callers.TALKERS + 1
        probe_plan = ProbePlan(place.server.url, code, sip_callers.TALKERS, talkers, seconds)
        probing, browser = start(probe_browser.run, probe_plan)
        await asyncio.to_thread(browser.recv)
        await asyncio.sleep(others / JOIN_RATE + SETTLING)
        quiet = [await figures(http, place)]
        await asyncio.sleep(seconds)
        quiet.append(await figures(http, place))

        calling, phones = start(sip_callers.run, CallPlan(place.sip_port, NUMBER, pin, count, seconds))
        await asyncio.to_thread(phones.recv)
        _, came = await visit(http, place, code)
        await asyncio.sleep(SETTLING / 2)
        for pipe in (phones, browser):
            pipe.send("record")
        busy = [await figures(http, place)]
        await asyncio.sleep(seconds)
        busy.append(await figures(http, place))
        of_phones: Recording = await asyncio.to_thread(phones.recv)
        of_browser: Recording = await asyncio.to_thread(browser.recv)
        _, stayed = await visit(http, place, code)
        for pipe in (phones, browser):
            pipe.send("leave")
        for process in (calling, probing):
            await asyncio.to_thread(process.join)
        result = await people
    print(f"{came} of {count} callers were in, {stayed} at the end; {result['joined']} of the load tester; a browser\n")
    show_costs(count, cores(*quiet), cores(*busy))
    show_latencies(of_phones, of_browser)
    show_dropouts([streams[0] for streams in of_phones.heard])
    show_meeting({"the whole time": result})


def show_costs(count: int, quiet: tuple[float, dict[str, float]], busy: tuple[float, dict[str, float]]) -> None:
    """A table in Markdown; threads of Python are those of the event loop and of the calls' sound."""
    print("| server's cores | all | " + " | ".join(sorted(busy[1])) + " |\n| --- |" + " --- |" * (1 + len(busy[1])))
    for name, (total, threads) in {"without callers": quiet, f"with {count}": busy}.items():
        each = " | ".join(f"{threads.get(thread, 0.0):.3f}" for thread in sorted(busy[1]))
        print(f"| {name} | {total:.3f} | {each} |")
    print(f"\nCPU time for each caller: {(busy[0] - quiet[0]) / count * 1_000:.2f} ms a second")


def show_latencies(phones: Recording, browser: Recording) -> None:
    """A table in Markdown of what is heard later by how much."""
    sent = phones.sent | browser.sent
    to_callers: dict[str, list[tuple[list[float], int]]] = {"a browser to a caller": [], "a caller to a caller": []}
    for listener, heard in enumerate(phones.heard):
        others = [tone for tone in phones.tones if tone[0] != listener]
        to_callers["a caller to a caller"].append(latencies(others, sent, heard))
        to_callers["a browser to a caller"].append(latencies(browser.tones, sent, heard))
    rows = {"a caller to a browser": [latencies(phones.tones, sent, browser.heard[0])]} | to_callers
    for name, stream in {"caller": phones.sent[0], "browser": browser.sent[sip_callers.TALKERS]}.items():
        uneven = statistics.quantiles((abs(gap - 0.02) for gap in stream.gaps), n=100)
        print(
            f"\nThe talking {name} sends within {uneven[49] * 1e3:.1f} ms (p50), {uneven[98] * 1e3:.1f} ms (p99) of 20"
        )
    print("\n| from | tones heard | median | 95th percentile |\n| --- | --- | --- | --- |")
    for name, found in rows.items():
        values = [value for some, _ in found for value in some]
        quantiles = statistics.quantiles(values, n=20) if len(values) > 1 else [float("nan")] * 19
        print(
            f"| {name} | {len(values)} of {sum(count for _, count in found)} "
            f"| {quantiles[9]:.1f} ms | {quantiles[18]:.1f} ms |"
        )


def show_dropouts(streams: list[Stream]) -> None:
    """A table in Markdown of what the callers got."""
    gaps = [gap for stream in streams for gap in stream.gaps]
    print("\n| packets to callers | missing | more than 60 ms after the last | longest time between two |")
    print("| --- | --- | --- | --- |")
    missing, late = sum(stream.missing for stream in streams), sum(gap > DROPOUT for gap in gaps)
    print(f"| {len(gaps) + len(streams)} | {missing} | {late} | {max(gaps) * 1_000:.0f} ms |")


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
    """122 people many times in one meeting; while some of these times are measured, messages pour in."""
    results: dict[str, Result] = {}
    poured: list[Sent] = []
    async with house() as place, ClientSession(connector=TCPConnector(ssl=False)) as http:
        code, _ = await make_chaired_meeting(http, place.server)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
            nobody.bind(("127.0.0.1", 0))
            ports = {"f": place.sip_port, "e": nobody.getsockname()[1]}
            for number, window in enumerate(windows, 1):
                run = asyncio.create_task(
                    load(
                        *(place.server, place.data, "--meeting", code, "--participants", str(FULL)),
                        *("--cameras", str(cameras), "--seconds", str(round(seconds))),
                    )
                )
                if window in ports:
                    await asyncio.sleep(FULL / JOIN_RATE + FLOOD_EARLY)
                    sent = await pour(ports[window], seconds + FLOOD_EARLY + FLOOD_LATE)
                    poured += [sent] if window == "f" else []
                results[f"{number}, {WINDOWS[window]}"] = await run
    show_meeting(results)
    for sent in poured:
        print(f"\n{sent.invites} INVITEs and {sent.malformed} malformed messages came from each of two addresses.")
        print(f"Sent to the trunk: {dict(sent.answers)}; to the stranger: {sent.stranger_answers}")


async def pour(port: int, seconds: float) -> Sent:
    """The flood, from a process of its own."""
    process, pipe = start(sip_flood.run, FloodPlan(port, NUMBER, seconds))
    sent: Sent = await asyncio.to_thread(pipe.recv)
    process.join()
    return sent


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("callers", "flood"))
    parser.add_argument("--callers", type=int, default=40)
    parser.add_argument("--cameras", type=int, default=12, help="of the load tester, so that it has room itself")
    parser.add_argument("--seconds", type=float, default=30, help="of each measured time")
    parser.add_argument("--windows", default="-ef-", help="of the flood, in turn; see WINDOWS")
    options = parser.parse_args()
    if options.what == "callers":
        asyncio.run(callers(options.callers, options.cameras, options.seconds))
    else:
        asyncio.run(flood(options.cameras, options.seconds, options.windows))


if __name__ == "__main__":
    main()
