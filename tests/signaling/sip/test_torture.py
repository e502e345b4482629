"""The torture messages of RFC 4475."""

from __future__ import annotations

import pytest

from signaling.sip.message import IncomingRequest, IncomingResponse, MalformedError, parse
from tests.signaling.sip.simulation import World
from tests.signaling.sip.torture import CASES


@pytest.mark.parametrize(("name", "data", "expected"), CASES, ids=[case[0] for case in CASES])
def test_each_torture_message_gets_what_it_should(name: str, data: bytes, expected: int | str) -> None:
    world = World()
    sent: list[bytes] = []
    world.carry = lambda source, to, answer: sent.append(answer)  # type: ignore[method-assign]
    if isinstance(expected, str) and expected != "response":
        with pytest.raises(MalformedError, match=expected):
            parse(data, world.alice.peer)
        return
    message = parse(data, world.alice.peer)
    world.bob.core.receive(message)
    world.time.run(0.1)
    if isinstance(message, IncomingResponse):
        assert (expected, sent) == ("response", [])
        return
    assert isinstance(message, IncomingRequest)
    codes = [int(answer.split(b" ")[1]) for answer in sent if answer.startswith(b"SIP/2.0")]
    assert [code for code in codes if code >= 200][:1] == [expected]
    world.time.run(10_000)
    assert world.time.pending == 0, f"{name} leaves something behind"


def test_there_are_as_many_as_the_rfc_has() -> None:
    assert len({name.split(",")[0] for name, _, _ in CASES}) == 49
