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
      sample.video[report.mid] = pick(report, ["framesDecoded", "framesDropped", "keyFramesDecoded",
        "freezeCount", "totalFreezesDuration", "frameWidth", "packetsReceived", "packetsLost",
        "bytesReceived", "nackCount", "pliCount", "retransmittedPacketsReceived"]);
    if (report.type === "inbound-rtp" && report.kind === "audio" && report.packetsReceived)
      sample.audio[report.mid] = pick(report, ["concealedSamples", "silentConcealedSamples", "concealmentEvents",
        "totalSamplesReceived", "packetsReceived", "packetsLost", "bytesReceived", "totalAudioEnergy",
        "jitterBufferDelay", "jitterBufferEmittedCount"]);
    if (report.type === "candidate-pair" && report.nominated)
      sample.incoming = pick(report, ["availableIncomingBitrate", "currentRoundTripTime"]);
  }
  for (const report of (await publisher.getStats()).values()) {
    if (report.type === "outbound-rtp" && report.kind === "video" && report.active)
      sample.layers[report.rid ?? report.ssrc] = pick(report, ["framesEncoded", "keyFramesEncoded", "frameWidth",
        "targetBitrate", "qualityLimitationReason", "retransmittedPacketsSent", "bytesSent"]);
    if (report.type === "candidate-pair" && report.nominated)
      sample.outgoing = pick(report, ["availableOutgoingBitrate", "currentRoundTripTime"]);
  }
  return sample;
}"""

Sample = dict[str, Any]
"""``at`` in s since the beginning; ``video`` and ``audio`` by mid, ``layers`` by rid, ``incoming``, ``outgoing``."""


async def sample(pages: dict[str, Page], began: float, seconds: float, every: float) -> dict[str, list[Sample]]:
    """What each page says now, and again after ``every`` s, for so long. ``began``: by the loop's clock."""
    clock = asyncio.get_running_loop().time
    samples: dict[str, list[Sample]] = {name: [] for name in pages}
    for number in range(round(seconds / every) + 1):
        await asyncio.sleep(max(0.0, began + number * every - clock()))
        said = await asyncio.gather(*(page.evaluate(READ) for page in pages.values()))
        for name, each in zip(pages, said, strict=True):
            samples[name].append({"at": round(clock() - began, 3), **each})
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
    Chromium counts as one only when the next frame comes; or the time between samples without a new frame, where that
    is more: what lasts for five seconds Chromium takes for a pause."""
    freezes: int
    concealed: float
    """Share of the sound that the browser made up."""
    video_lost: float
    """Share of the packets that never came, also not repeated."""
    audio_lost: float
    video_kbit_s: float
    widths: list[int]
    """The widths of the picture in px, in order, without repetition in a row."""
    estimate_in_kbit_s: float | None
    """What the page's browser believes, at the end, that can come in; None where it makes no estimate."""
    estimate_out_kbit_s: float | None
    """What it believes that can go out."""


def still_at_end(samples: Sequence[Sample]) -> float:
    """For how many seconds no frame had come when the samples end."""
    frames = [total(each, "video", "framesDecoded") for each in samples]
    latest = next((number for number in range(len(frames) - 1, 0, -1) if frames[number] > frames[number - 1]), 0)
    return float(samples[-1]["at"] - samples[latest]["at"])


def without_frames(samples: Sequence[Sample]) -> float:
    """Seconds between samples between which no frame came."""
    frames = [total(each, "video", "framesDecoded") for each in samples]
    pairs = zip(samples, samples[1:], frames, frames[1:], strict=False)
    return float(sum(later["at"] - first["at"] for first, later, before, after in pairs if after <= before))


def received(samples: Sequence[Sample], earlier: Sequence[Sample] = ()) -> Received:
    """What the samples of one page come to. ``earlier`` ones tell since when the picture has stood still."""
    first, last = samples[0], samples[-1]

    def grown(kind: str, name: str) -> float:
        return total(last, kind, name) - total(first, kind, name)

    def lost(kind: str) -> float:
        missing = max(0.0, grown(kind, "packetsLost"))
        return missing / max(1.0, missing + grown(kind, "packetsReceived"))

    seconds = last["at"] - first["at"]
    streams = [stream for each in samples for stream in each["video"].values()]
    widths = [int(stream["frameWidth"]) for stream in streams if "frameWidth" in stream]
    # Chromium counts a freeze as a whole when it ends, so what of it was before is to be taken off.
    frozen = grown("video", "totalFreezesDuration") + still_at_end([*earlier, *samples])
    frozen -= still_at_end([*earlier, first])
    frozen = max(frozen, without_frames(samples))
    bits_in = (last["incoming"] or {}).get("availableIncomingBitrate")
    bits_out = (last["outgoing"] or {}).get("availableOutgoingBitrate")
    return Received(
        seconds=seconds,
        frames_per_s=grown("video", "framesDecoded") / seconds,
        frozen=min(1.0, max(0.0, frozen / seconds)),
        freezes=round(grown("video", "freezeCount")),
        concealed=grown("audio", "concealedSamples") / max(1.0, grown("audio", "totalSamplesReceived")),
        video_lost=lost("video"),
        audio_lost=lost("audio"),
        video_kbit_s=grown("video", "bytesReceived") * 8 / 1000 / seconds,
        widths=[width for number, width in enumerate(widths) if number == 0 or width != widths[number - 1]],
        estimate_in_kbit_s=None if bits_in is None else bits_in / 1000,
        estimate_out_kbit_s=None if bits_out is None else bits_out / 1000,
    )
