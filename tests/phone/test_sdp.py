"""Offers and answers of calls."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.media.sdp import SdpError
from server.phone.formats import AudioFormat
from server.phone.sdes import CryptoAttribute
from server.phone.sdp import LocalMedia, answer, offer, read_answer

LOCAL = LocalMedia(("192.0.2.7", 30_000))
KEY = CryptoAttribute(3, "AES_CM_128_HMAC_SHA1_32", bytes(30))


def sdp(*lines: str, connection: str = "IN IP4 198.51.100.4") -> str:
    return "\r\n".join(["v=0", "o=- 1 1 IN IP4 198.51.100.4", "s=-", f"c={connection}", "t=0 0", *lines, ""])


def refused(text: str, *, secure: bool = True) -> str:
    with pytest.raises(SdpError) as error:
        answer(text, LOCAL, secure_signaling=secure)
    return str(error.value)


def test_the_first_known_codec_is_answered_with_the_events_of_its_clock() -> None:
    text, agreed = answer(
        sdp(
            "m=audio 4000 RTP/AVP 18 111 9 8 0 101 102",
            "a=rtpmap:111 opus/48000/2",
            "a=rtpmap:101 telephone-event/8000",
            "a=rtpmap:102 telephone-event/48000",
        ),
        LOCAL,
        secure_signaling=False,
    )
    assert agreed.remote == ("198.51.100.4", 4_000)
    assert agreed.sends == AudioFormat("opus", 111)
    assert set(agreed.receives) == {111, 9, 8, 0}
    assert agreed.events == {101: 8_000, 102: 48_000}
    assert "m=audio 30000 RTP/AVP 111 102\r\n" in text
    assert {"c=IN IP4 192.0.2.7", "a=rtpmap:111 opus/48000/2", "a=ptime:20", "a=sendrecv"} <= set(text.split("\r\n"))


def test_payload_types_mean_what_the_offer_says() -> None:
    _, agreed = answer(
        sdp("m=audio 4000 RTP/AVP 97 8", "a=rtpmap:97 G722/8000", "a=rtpmap:8 PCMA/8000/1"),
        LOCAL,
        secure_signaling=False,
    )
    assert agreed.sends == AudioFormat("G722", 97)
    assert "codecs" in refused(sdp("m=audio 4000 RTP/AVP 8", "a=rtpmap:8 AMR/8000"))
    assert "codecs" in refused(sdp("m=audio 4000 RTP/AVP 9", "a=rtpmap:9 G722/16000"))


def test_other_sections_are_refused_in_their_places() -> None:
    text, _ = answer(
        sdp("m=video 5000 RTP/AVP 96", "m=audio 4000 RTP/AVP 8", "m=image 6000 udptl t38", "m=audio 4002 RTP/AVP 0"),
        LOCAL,
        secure_signaling=False,
    )
    assert re.findall(r"m=.*", text.replace("\r", "")) == [
        "m=video 0 RTP/AVP 96",
        "m=audio 30000 RTP/AVP 8",
        "m=image 0 udptl t38",
        "m=audio 0 RTP/AVP 0",
    ]


@pytest.mark.parametrize(
    ("direction", "answered", "may_send", "may_receive"),
    [
        ("sendrecv", "sendrecv", True, True),
        ("sendonly", "recvonly", False, True),
        ("recvonly", "sendonly", True, False),
        ("inactive", "inactive", False, False),
    ],
)
def test_hold(direction: str, answered: str, may_send: bool, may_receive: bool) -> None:
    for offered in (
        sdp("m=audio 4000 RTP/AVP 8", f"a={direction}"),
        sdp(f"a={direction}", "m=audio 4000 RTP/AVP 8"),
    ):
        text, agreed = answer(offered, LOCAL, secure_signaling=False)
        assert f"a={answered}" in text
        assert (agreed.may_send, agreed.may_receive) == (may_send, may_receive)
        assert agreed.on_hold is (direction != "sendrecv")


def test_hold_as_it_was_before_directions() -> None:
    _, agreed = answer(sdp("m=audio 4000 RTP/AVP 8", connection="IN IP4 0.0.0.0"), LOCAL, secure_signaling=False)
    assert agreed.on_hold
    assert not agreed.may_send


def test_keys_are_taken_by_secure_signaling_alone_and_kept_while_the_suite_is_the_same() -> None:
    offered = sdp(
        "m=audio 4000 RTP/SAVP 8",
        "a=crypto:1 F8_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        f"a=crypto:{KEY}",
    )
    assert "not secure" in refused(offered, secure=False)
    text, agreed = answer(offered, LOCAL, secure_signaling=True)
    assert agreed.crypto is not None
    ours, theirs = agreed.crypto
    assert theirs == KEY
    assert (ours.tag, ours.suite) == (KEY.tag, KEY.suite)
    assert ours.key != KEY.key
    assert f"a=crypto:{ours}" in text
    _, again = answer(offered, LOCAL, secure_signaling=True, ours=ours)
    assert again.crypto == (ours, KEY)
    assert "no key" in refused(sdp("m=audio 4000 RTP/SAVP 8"))
    assert "crypto" not in repr(agreed), "keys are not for logs"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no session|not a session"),
        (sdp(), "no sound"),
        (sdp("m=audio 0 RTP/AVP 8"), "no sound"),
        (sdp("m=audio 4000 UDP/TLS/RTP/SAVPF 111"), "UDP/TLS/RTP/SAVPF"),
        (sdp("m=audio 4000 RTP/AVPF 8"), "RTP/AVPF"),
        (sdp("m=audio 4000 RTP/AVP 8", connection="IN IP4 pbx.example"), "address"),
        (sdp("m=audio 4000 RTP/AVP 8", connection="IN IP4 224.0.0.1"), "many"),
        (sdp("m=audio 4000 RTP/AVP 8", "a=maxptime:10"), "20 ms"),
        (sdp("m=audio 99999 RTP/AVP 8"), "malformed"),
        (sdp("m=audio 4000 RTP/AVP x"), "payload type"),
        (sdp("m=audio 4000 RTP/AVP 18"), "codecs"),
        (sdp("m=audio 4000 RTP/AVP 8", "a=" + "x" * 20_000), "too long"),
    ],
)
def test_what_can_not_be_answered_is_told(text: str, reason: str) -> None:
    assert re.search(reason, refused(text))


def test_our_offer_is_understood_and_its_answer_too() -> None:
    for keys in ([], [CryptoAttribute.generate(1, "AES_CM_128_HMAC_SHA1_80"), KEY]):
        ours = offer(LOCAL, keys)
        remote = LocalMedia(("2001:db8::5", 40_000))
        answered, theirs = answer(ours, remote, secure_signaling=bool(keys))
        agreed = read_answer(answered, keys)
        assert agreed.sends == theirs.sends == AudioFormat("opus", 96)
        assert agreed.remote == ("2001:db8::5", 40_000)
        assert not agreed.on_hold
        if keys:
            assert agreed.crypto is not None
            assert theirs.crypto is not None
            assert agreed.crypto == theirs.crypto[::-1]
    with pytest.raises(SdpError, match="keys"):
        read_answer(sdp("m=audio 4000 RTP/SAVP 8", "a=crypto:9 " + str(KEY)[2:]), [KEY])
    with pytest.raises(SdpError, match="transport"):
        read_answer(sdp("m=audio 4000 RTP/AVP 8"), [KEY])


LINES = st.sampled_from(
    [
        "m=audio 4000 RTP/AVP 8 101",
        "m=audio 4000 RTP/SAVP 8",
        "m=video 1 RTP/AVP 1",
        "a=rtpmap:101 telephone-event/8000",
        "c=IN IP4 1.2.3.4",
        "c=IN IP6 ::1",
        "a=sendonly",
        "a=crypto:1 x inline:y",
        "a=rtpmap:8",
        "m=",
        "a=maxptime:²",
        "c=",
    ]
)


@given(st.lists(LINES | st.text(max_size=30), max_size=12))
def test_whatever_comes_is_answered_or_refused_in_one_sentence(lines: list[str]) -> None:
    try:
        text, _ = answer("\r\n".join(["v=0", *lines]), LOCAL, secure_signaling=True)
    except SdpError:
        return
    assert text.count("m=audio 30000") == 1
    assert all(line.partition("=")[1] for line in text.split("\r\n")[:-1])
