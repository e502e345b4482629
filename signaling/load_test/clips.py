"""The media that simulated participants send, encoded once and kept: a moving test picture and a murmur.

One file a stream, named as in ``VIDEO`` and ``AUDIO``. A file is big-endian and has no index:

- 8 bytes ``BALAICL1``, then u32 clock rate in Hz, u16 width and u16 height in pixels (both 0 for audio);
- for each frame: u32 length in bytes, u32 duration in units of the clock rate, u8 temporal layer id, u8 flags
  (bit 0: a keyframe, decodable without any other), then the frame itself.

The first frame is a keyframe and the only one, so a reader that starts again at the first frame has answered a
request for a keyframe.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph
from av.video.frame import PictureType

MAGIC = b"BALAICL1"
HEADER = struct.Struct(">8sIHH")
FRAME = struct.Struct(">IIBB")
KEYFRAME = 1

VIDEO_CLOCK = 90_000
AUDIO_CLOCK = 48_000
SECONDS = 8
WARM_UP = 2
"""Seconds that are encoded but not kept: the keyframe that a clip begins with is then as large as one that is asked of
an encoder in the middle of a meeting."""
LAYER_IDS = (0, 2, 1, 2)
"""The temporal layers of four frames in a row: three layers, each of which doubles the frame rate."""


@dataclass(frozen=True)
class Video:
    """One layer of a camera, or a shared screen."""

    name: str
    width: int
    height: int
    rate: int
    """Frames a second."""
    bit_rate: int


VIDEO = (
    Video("q", 320, 180, 15, 140_000),
    Video("h", 640, 360, 25, 450_000),
    Video("f", 1280, 720, 25, 1_300_000),
    Video("screen", 1920, 1080, 15, 2_500_000),
)
AUDIO = "opus"
AUDIO_BIT_RATE = 32_000

_REVISION = "3"
"""Changes with what is encoded, so that clips kept by an older version are made anew."""


def prepare(folder: Path, tell: Callable[[str], None]) -> Path:
    """Encode what is missing in ``folder``; ``tell`` hears of each clip that is being made. Returns the folder."""
    kept = folder / f"clips-{_REVISION}"
    kept.mkdir(parents=True, exist_ok=True)
    for video in VIDEO:
        path = kept / f"{video.name}.clip"
        if not path.exists():
            tell(f"encoding {video.width}x{video.height} video")
            _write(path, VIDEO_CLOCK, video.width, video.height, _encode_video(video))
    path = kept / f"{AUDIO}.clip"
    if not path.exists():
        tell("encoding speech")
        _write(path, AUDIO_CLOCK, 0, 0, _encode_audio())
    return kept


def _write(path: Path, clock: int, width: int, height: int, frames: Iterator[tuple[bytes, int, int, bool]]) -> None:
    unfinished = path.with_suffix(f".{os.getpid()}")
    with unfinished.open("wb") as file:
        file.write(HEADER.pack(MAGIC, clock, width, height))
        for data, duration, layer, key in frames:
            file.write(FRAME.pack(len(data), duration, layer, KEYFRAME if key else 0))
            file.write(data)
    unfinished.replace(path)


def _encode_video(video: Video) -> Iterator[tuple[bytes, int, int, bool]]:
    """VP8 frames as a conference's encoder makes them: constant bit rate, three temporal layers, one keyframe."""
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = video.width, video.height, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(video.rate), Fraction(1, video.rate)
    encoder.bit_rate = video.bit_rate
    kilobits = video.bit_rate // 1000
    encoder.options = {
        "deadline": "realtime",
        "cpu-used": "8",
        "lag-in-frames": "0",
        "error-resilient": "default",
        "minrate": str(video.bit_rate),
        "maxrate": str(video.bit_rate),
        "bufsize": str(video.bit_rate // 2),
        # A keyframe has so many percent of a frame's share at most, as in libwebrtc: half of a buffer of 600 ms.
        "max-intra-rate": str(max(300, 30 * video.rate)),
        "g": "100000",
        # Layering mode 3 is libavcodec's: no frame refers to one of the highest layer, and the middle layer refers
        # to the base only. Target rates are cumulative, as shares 40, 60 and 100 percent.
        "ts-parameters": f"ts_number_layers=3:ts_target_bitrate={kilobits * 2 // 5},{kilobits * 3 // 5},{kilobits}"
        ":ts_rate_decimator=4,2,1:ts_periodicity=4:ts_layer_id=0,2,1,2:ts_layering_mode=3",
    }
    picture = Graph()
    source = picture.add(
        "testsrc2", f"size={video.width}x{video.height}:rate={video.rate}:duration={WARM_UP + SECONDS}"
    )
    # Without grain the picture would be too easy to reach the rate of a camera's.
    grain = picture.add("noise", "alls=10:allf=t")
    form = picture.add("format", "yuv420p")
    sink = picture.add("buffersink")
    source.link_to(grain)
    grain.link_to(form)
    form.link_to(sink)
    picture.configure()
    warm_up, count = (video.rate * seconds // len(LAYER_IDS) * len(LAYER_IDS) for seconds in (WARM_UP, SECONDS))
    made = 0
    for number in range(warm_up + count):
        frame = picture.pull()
        assert isinstance(frame, av.VideoFrame)
        frame.pts, frame.time_base = number, encoder.time_base
        # The source says I of every frame, which an encoder takes for an order.
        frame.pict_type = PictureType.I if number == warm_up else PictureType.NONE
        for packet in encoder.encode(frame):
            if made >= warm_up:
                yield bytes(packet), VIDEO_CLOCK // video.rate, LAYER_IDS[made % len(LAYER_IDS)], packet.is_keyframe
            made += 1


def _encode_audio() -> Iterator[tuple[bytes, int, int, bool]]:
    """Opus packets of 20 ms: a noise with the spectrum and the syllables of speech."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = AUDIO_CLOCK, "mono", "s16"
    encoder.bit_rate = AUDIO_BIT_RATE
    encoder.options = {"application": "voip", "frame_duration": "20"}
    sound = Graph()
    source = sound.add("anoisesrc", f"color=pink:amplitude=0.5:sample_rate={AUDIO_CLOCK}:duration={SECONDS}:seed=1")
    band = sound.add("bandpass", "frequency=700:width_type=o:width=2")
    syllables = sound.add("tremolo", "f=4:d=0.8")
    form = sound.add("aformat", "sample_fmts=s16:channel_layouts=mono")
    chunks = sound.add("asetnsamples", "n=960")
    sink = sound.add("abuffersink")
    for before, after in ((source, band), (band, syllables), (syllables, form), (form, chunks), (chunks, sink)):
        before.link_to(after)
    sound.configure()
    for _ in range(SECONDS * 50):
        frame = sound.pull()
        for packet in encoder.encode(frame):  # type: ignore[arg-type]
            yield bytes(packet), AUDIO_CLOCK // 50, 0, True
