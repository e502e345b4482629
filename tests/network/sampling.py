"""What a page's ``getStats()`` says second by second, and what that comes to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

READ = """async () => {
  const pick = (report, names) =>
    Object.fromEntries(names.filter((name) => name in report).map((name) => [name, report[name]]));
  const sample = {video: {}, audio: {}, layers: {}, incoming: null, outgoing: null};
  const {publisher, subscriber} = window.balai;
  for (const report of (await subscriber.getStats()).values()) {
    if (report.type === "inbound-rtp" && report.kind === "video" && report.packetsReceived)
      sample.video[report.mid] = pick(report, ["framesDecoded", "freezeCount", "totalFreezesDuration", "frameWidth",
        "packetsReceived", "packetsLost", "bytesReceived", "nackCount", "pliCount", "retransmittedPacketsReceived"]);
    if (report.type === "inbound-rtp" && report.kind === "audio" && report.packetsReceived)
      sample.audio[report.mid] = pick(report, ["concealedSamples", "silentConcealedSamples", "totalSamplesReceived",
        "packetsReceived", "packetsLost", "bytesReceived", "totalAudioEnergy", "jitterBufferDelay",
        "jitterBufferEmittedCount"]);
    if (report.type === "candidate-pair" && report.nominated)
      sample.incoming = pick(report, ["availableIncomingBitrate", "currentRoundTripTime"]);
  }
  for (const report of (await publisher.getStats()).values()) {
    if (report.type === "outbound-rtp" && report.kind === "video" && report.active)
      sample.layers[report.rid ?? report.ssrc] = pick(report, ["framesEncoded", "frameWidth", "targetBitrate",
        "qualityLimitationReason", "retransmittedPacketsSent", "bytesSent"]);
    if (report.type === "candidate-pair" && report.nominated)
      sample.outgoing = pick(report, ["availableOutgoingBitrate", "currentRoundTripTime"]);
  }
  return sample;
}"""

Sample = dict[str, Any]
"""``at`` in s since the beginning; ``video`` and ``audio`` by mid, ``layers`` by rid, ``incoming``, ``outgoing``."""


async def sample(pages: dict[str, Page], seconds: float, every: float = 1.0) -> dict[str, list[Sample]]:
    """What each page says now, and again after every second, for so long."""
    clock = asyncio.get_running_loop().time
    began = clock()
    samples: dict[str, list[Sample]] = {name: [] for name in pages}
    for number in range(round(seconds / every) + 1):
        await asyncio.sleep(max(0.0, began + number * every - clock()))
        for name, said in zip(pages, await asyncio.gather(*(page.evaluate(READ) for page in pages.values())), strict=True):
            samples[name].append({"at": round(clock() - began, 3), **said})
    return samples


def total(sample: Sample, kind: str, name: str) -> float:
    """A counter, over all received streams of a kind."""
    return float(sum(stream.get(name, 0) for stream in sample[kind].values()))


@dataclass(frozen=True)
class Received:
    """What one page received from the other, from the first sample to the last."""

    seconds: float
    frames_per_s: float
    frozen: float
    """Share of the time in which the picture stood still: Chromium's freezes, and the stillness at the end, which
    Chromium counts as one only when the next frame comes."""
    freezes: int
    concealed: float
    """Share of the sound that the browser made up."""
    video_lost: float
    """Share of the packets that never came, also not repeated."""
    audio_lost: float
    video_kbit_s: float
    widths: list[int]
    """The widths of the picture in px, in order, without repetition in a row."""
    available_kbit_s: float | None
    """What the sender's own estimate of its way out is at the end."""


def still_at_end(samples: Sequence[Sample]) -> float:
    """For how many seconds no frame had come when the samples end."""
    frames = [total(each, "video", "framesDecoded") for each in samples]
    latest = next((number for number in range(len(frames) - 1, 0, -1) if frames[number] > frames[number - 1]), 0)
    return float(samples[-1]["at"] - samples[latest]["at"])


def received(samples: Sequence[Sample]) -> Received:
    """What the samples of one page come to."""
    first, last = samples[0], samples[-1]

    def grown(kind: str, name: str) -> float:
        return total(last, kind, name) - total(first, kind, name)

    def lost(kind: str) -> float:
        missing = max(0.0, grown(kind, "packetsLost"))
        return missing / max(1.0, missing + grown(kind, "packetsReceived"))

    seconds = last["at"] - first["at"]
    widths = [int(stream["frameWidth"]) for each in samples for stream in each["video"].values() if "frameWidth" in stream]
    bits = (last["outgoing"] or {}).get("availableOutgoingBitrate")
    return Received(
        seconds=seconds,
        frames_per_s=grown("video", "framesDecoded") / seconds,
        frozen=min(1.0, (grown("video", "totalFreezesDuration") + still_at_end(samples)) / seconds),
        freezes=round(grown("video", "freezeCount")),
        concealed=grown("audio", "concealedSamples") / max(1.0, grown("audio", "totalSamplesReceived")),
        video_lost=lost("video"),
        audio_lost=lost("audio"),
        video_kbit_s=grown("video", "bytesReceived") * 8 / 1000 / seconds,
        widths=[width for number, width in enumerate(widths) if number == 0 or width != widths[number - 1]],
        available_kbit_s=None if bits is None else bits / 1000,
    )
