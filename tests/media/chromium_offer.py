"""A publish offer as Chromium 156 makes it, cut to what matters; and the same with the codecs of other browsers."""

from __future__ import annotations

EXTENSIONS = """a=extmap:14 urn:ietf:params:rtp-hdrext:toffset
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
"""

TRANSPORT = """c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:Xy1Z
a=ice-pwd:0123456789abcdefghijklmn
a=ice-options:trickle
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
"""

OFFER = (
    "v=0\no=- 4611731400430051336 2 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE 0 1\na=extmap-allow-mixed\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8\n"
    + TRANSPORT
    + "a=mid:0\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n"
    + EXTENSIONS
    + """a=sendonly
a=msid:- 3b1f
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=ssrc:1234 cname:abc
m=video 9 UDP/TLS/RTP/SAVPF 96 97
"""
    + TRANSPORT
    + "a=mid:1\n"
    + EXTENSIONS
    + """a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
a=sendonly
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 transport-cc
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rid:q send
a=rid:h send
a=rid:f send
a=simulcast:send q;h;f
"""
).replace("{fingerprint}", ":".join(["AB"] * 32))


def with_video(*formats: tuple[int, str, str]) -> str:
    """The offer with these video formats: payload type, name, and ``a=fmtp`` (empty: none)."""
    head, tail = OFFER[: OFFER.index("m=video")], OFFER[OFFER.index("m=video") :]
    lines = []
    for line in tail.splitlines():
        if line.startswith("m="):
            line = "m=video 9 UDP/TLS/RTP/SAVPF " + " ".join(str(payload_type) for payload_type, *_ in formats)
        if not line.startswith(("a=rtpmap:", "a=rtcp-fb:", "a=fmtp:")):
            lines.append(line)
    for payload_type, name, parameters in formats:
        lines.append(f"a=rtpmap:{payload_type} {name}/90000")
        if parameters:
            lines.append(f"a=fmtp:{payload_type} {parameters}")
        if name != "rtx":
            feedback = ("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli")
            lines += [f"a=rtcp-fb:{payload_type} {each}" for each in feedback]
    return head + "\n".join(lines) + "\n"


def with_sound(payload_type: str) -> str:
    """The offer with the section of a shared screen's sound behind it, whose Opus has this payload type."""
    audio = OFFER[OFFER.index("m=audio") : OFFER.index("m=video")].replace("a=mid:0", "a=mid:3")
    return OFFER + audio.replace("63 9 0 8", "").replace("111", payload_type).replace(
        f"{payload_type}/{payload_type}", "0/0"
    )


_H264 = "level-asymmetry-allowed=1;packetization-mode={};profile-level-id={}"

CHROMIUM_VIDEO = (
    (96, "VP8", ""), (97, "rtx", "apt=96"),
    (102, "H264", _H264.format(1, "42001f")), (103, "rtx", "apt=102"),
    (104, "H264", _H264.format(0, "42001f")), (107, "rtx", "apt=104"),
    (108, "H264", _H264.format(1, "42e01f")), (109, "rtx", "apt=108"),
    (114, "H264", _H264.format(0, "42e01f")), (115, "rtx", "apt=114"),
    (116, "H264", _H264.format(1, "4d001f")), (117, "rtx", "apt=116"),
    (39, "H264", _H264.format(0, "4d001f")), (40, "rtx", "apt=39"),
    (45, "AV1", "level-idx=5;profile=0;tier=0"), (46, "rtx", "apt=45"),
    (98, "VP9", "profile-id=0"), (99, "rtx", "apt=98"),
    (100, "VP9", "profile-id=2"), (101, "rtx", "apt=100"),
    (118, "red", ""), (119, "rtx", "apt=118"), (120, "ulpfec", ""),
)  # fmt: skip
"""All that Chromium 156 can send, in its order."""

SAFARI_VIDEO = (
    (96, "H264", _H264.format(1, "640c1f")), (97, "rtx", "apt=96"),
    (98, "H264", _H264.format(1, "42e01f")), (99, "rtx", "apt=98"),
    (100, "H264", _H264.format(0, "640c1f")), (101, "rtx", "apt=100"),
    (102, "H264", _H264.format(0, "42e01f")), (103, "rtx", "apt=102"),
    (104, "H265", "level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST"), (105, "rtx", "apt=104"),
    (106, "VP8", ""), (107, "rtx", "apt=106"),
    (108, "VP9", "profile-id=0"), (109, "rtx", "apt=108"),
    (127, "red", ""), (125, "ulpfec", ""),
)  # fmt: skip

FIREFOX_VIDEO = (
    (120, "VP8", "max-fs=12288;max-fr=60"), (124, "rtx", "apt=120"),
    (121, "VP9", "max-fs=12288;max-fr=60"), (125, "rtx", "apt=121"),
    (126, "H264", "profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1"), (127, "rtx", "apt=126"),
    (97, "H264", "profile-level-id=42e01f;level-asymmetry-allowed=1"), (98, "rtx", "apt=97"),
    (105, "H264", "profile-level-id=42001f;level-asymmetry-allowed=1;packetization-mode=1"), (106, "rtx", "apt=105"),
    (123, "ulpfec", ""), (122, "red", ""), (119, "rtx", "apt=122"),
)  # fmt: skip
