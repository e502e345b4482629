"""The names of the video codecs that this server forwards."""

from __future__ import annotations

from typing import Final, Literal

VideoCodec = Literal["VP8", "H264", "VP9", "AV1"]
"""As in ``a=rtpmap``, on the wire and in the plane."""

VIDEO_CODECS: Final[tuple[VideoCodec, ...]] = ("VP8", "H264", "VP9", "AV1")
"""All of them, in the default order of preference: from the cheapest to encode and decode to the dearest.

Old computers and phones code VP8 and H.264 without getting hot, and every browser sends both in simulcast.
"""
