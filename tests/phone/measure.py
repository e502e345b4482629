"""Measures the telephone's media: CPU time, dropouts, and the latency that it adds. See ``scripts/measure-telephone``.

The callers and a browser's transport live in a process of their own, ``callers.py``. Latency is from when a packet is
sent with the beginning of a tone in it until the packet arrives that begins it elsewhere, both set back by where in the
packet it begins: what a packet that were forwarded at once would have is 0.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import secrets
import statistics
import time
from typing import Any

from server.media import MediaEdge
from server.phone import Leg, PhoneMedia
from tests.phone.callers import Plan, run

PROFILE = "SRTP_AEAD_AES_128_GCM"


def percentiles(values: list[float]) -> dict[str, float]:
    """Median and 95th percentile in ms."""
    if len(values) < 2:
        return {"count": len(values)}
    quantiles = statistics.quantiles(values, n=20)
    return {"count": len(values), "median": round(statistics.median(values), 1), "p95": round(quantiles[18], 1)}


async def keep_busy(share: float) -> None:
    """Let the event loop work for this share of the time, as it does where many people meet: 4 ms at once."""
    while True:
        until = time.thread_time() + 0.004
        while time.thread_time() < until:
            sum(range(200))
        await asyncio.sleep(0.004 / share - 0.004)


async def measure(callers: int, codecs: list[str], onsets: int, seconds: float, busy: float) -> dict[str, Any]:
    """One run; see the keys."""
    work = asyncio.create_task(keep_busy(busy)) if busy else None
    edge = await MediaEdge.start(host="127.0.0.1", port=0)
    phones = await PhoneMedia.start(edge, host="127.0.0.1", public_ip=None, ports=range(35_000, 35_000 + 4 * callers))
    room = edge.add_room()
    plane, group = edge.plane, room.group
    keys = [secrets.token_bytes(28) for _ in range(2)]
    ufrag, password = secrets.token_hex(4), secrets.token_hex(12)
    transport = plane.add_transport(1_000_000, ufrag, password, subscribes=True)
    plane.set_keys(
        transport, profile=PROFILE, receive_key=keys[0][:16], receive_salt=keys[0][16:],
        send_key=keys[1][:16], send_salt=keys[1][16:],
    )  # fmt: skip
    plane.configure_publisher(
        transport, [(111, "opus")],
        [(1, "urn:ietf:params:rtp-hdrext:sdes:mid"), (2, "urn:ietf:params:rtp-hdrext:ssrc-audio-level")], False,
    )  # fmt: skip
    plane.add_audio_track(transport, "0", group)
    for seat in range(3):
        plane.add_audio_slot(
            transport, ssrc=100 + seat, payload_type=111, audio_level_id=1, transport_sequence_id=None,
            redundancy=None, group=group, seat=seat,
        )  # fmt: skip
    legs: list[Leg] = []
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    plan = Plan(
        plane.port,
        keys[0],
        keys[1],
        ufrag,
        password,
        [codecs[i % len(codecs)] for i in range(callers)],
        onsets,
        seconds,
    )
    process = context.Process(target=run, args=(plan, theirs))
    process.start()
    offers: list[str] = await asyncio.to_thread(ours.recv)
    answers = []
    for offer in offers:
        leg = phones.add_leg()
        answers.append(leg.answer(offer))
        room.add_phone(leg).set_media(microphone=True, camera=False)
        legs.append(leg)
    ours.send(answers)
    await asyncio.to_thread(ours.recv)  # the latencies are measured, and people begin to talk all the time
    await asyncio.sleep(1)
    used, at = phones.thread.cpu_seconds, time.monotonic()
    whole = time.process_time()
    found: dict[str, Any] = await asyncio.to_thread(ours.recv)
    await asyncio.sleep(0)
    passed = time.monotonic() - at
    thread = (phones.thread.cpu_seconds - used) * 1_000 / passed
    process_time = (time.process_time() - whole) * 1_000 / passed
    counters = plane.counters()
    result = {
        "callers": callers,
        "codecs": codecs,
        "to_browser_ms": percentiles(found["to_browser"]),
        "to_callers_ms": percentiles(found["to_callers"]),
        "cpu_ms_per_s": {"media thread": round(thread, 1), "whole process": round(process_time, 1)},
        "cpu_ms_per_caller_and_s": round(process_time / callers, 2),
        "gaps_in_what_callers_got": found["gaps"],
        "late_packets_to_callers": found["late"],
        "packets_to_callers": found["packets"],
        "concealed_ms_of_callers": sum(leg.statistics.concealed for leg in legs),
        "lost_of_callers": sum(leg.statistics.lost for leg in legs),
        "callers_delay_ms": round(statistics.median(leg.statistics.delay for leg in legs), 1),
        "ticks_left_out": phones.thread.ticks_left_out,
        "drop_heard_full": counters["drop_heard_full"],
    }
    process.join()
    if work is not None:
        work.cancel()
    await phones.close()
    await edge.close()
    return result


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, default=40)
    parser.add_argument("--codecs", default="PCMA", help="with commas between, given to callers in turn")
    parser.add_argument("--onsets", type=int, default=30, help="each way")
    parser.add_argument("--seconds", type=float, default=20, help="of three people's talk, while CPU time is measured")
    parser.add_argument(
        "--busy", type=float, default=0.0, help="share of the time in which the event loop works, 0 to 1"
    )
    options = parser.parse_args()
    result = asyncio.run(
        measure(options.callers, options.codecs.split(","), options.onsets, options.seconds, options.busy)
    )
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
