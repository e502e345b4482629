"""Digest authentication: the examples of RFC 2617 and RFC 7616, choice of the hash, replays and stale nonces."""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import strategies as st

from signaling.sip import digest
from signaling.sip.digest import NONCE_LIFETIME, Answerer, Challenger, Credentials, parameters

MUFASA = Credentials("Mufasa", "Circle of Life")


@pytest.mark.parametrize(
    ("algorithm", "nonce", "cnonce", "expected"),
    [
        ("MD5", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
         "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
         "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)  # fmt: skip
def test_the_example_of_rfc_7616(algorithm: str, nonce: str, cnonce: str, expected: str) -> None:
    realm, uri = "http-auth@example.org", "/dir/index.html"
    assert digest._response(algorithm, MUFASA, realm, nonce, "GET", uri, "00000001", cnonce, "auth") == expected


def test_the_strongest_challenge_is_answered_and_each_answer_is_counted() -> None:
    answerer = Answerer(MUFASA)
    challenges = [
        'Digest realm="r", nonce="n", qop="auth,auth-int"',
        'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"',
    ]
    challenges.insert(0, 'Digest realm="r", nonce="n", algorithm=SHA-512-256, qop="auth"')
    assert answerer.challenged(challenges)
    counts = []
    for _ in range(2):
        found = parameters(answerer.header("INVITE", "sip:b@x") or "")
        assert found["algorithm"] == "SHA-256"
        counts.append(found["nc"])
    assert counts == ["00000001", "00000002"]
    assert not answerer.challenged(challenges), "the same nonce again: the password is wrong"


def test_a_password_is_in_no_representation() -> None:
    assert "Life" not in repr(MUFASA)


@pytest.mark.parametrize("algorithm", [0, 1])
def test_what_we_answer_is_what_we_take(algorithm: int) -> None:
    challenger, answerer = Challenger(MUFASA), Answerer(MUFASA)
    assert answerer.challenged([challenger.challenges(100.0)[algorithm]])
    header = answerer.header("INVITE", "sip:b@x")
    assert challenger.check(header, "INVITE", 101.0) is True
    assert challenger.check(header, "INVITE", 101.0) is None, "a replay"
    assert challenger.check(header, "BYE", 101.0) is False
    later = answerer.header("INVITE", "sip:b@x")
    assert challenger.check(later, "INVITE", 101.0 + NONCE_LIFETIME) is None
    assert challenger.check(answerer.header("INVITE", "sip:b@x"), "INVITE", 99.0) is None
    stranger = Answerer(Credentials("Mufasa", "Circle of Death"))
    assert stranger.challenged([challenger.challenges(100.0)[algorithm]])
    assert challenger.check(stranger.header("INVITE", "sip:b@x"), "INVITE", 101.0) is False


@hypothesis.given(st.text(max_size=200).map(lambda text: "Digest " + text) | st.text(max_size=200))
def test_no_text_is_taken_for_credentials_or_raises_anything(text: str) -> None:
    assert Challenger(MUFASA).check(text, "INVITE", 0.0) is False
    Answerer(MUFASA).challenged([text])
