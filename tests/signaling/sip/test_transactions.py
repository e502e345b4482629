"""The timers of RFC 3261, section 17, in virtual time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from signaling.sip.message import IncomingRequest
from signaling.sip.transactions.timers import GIVE_UP
from tests.signaling.sip.simulation import ANSWER, World, name


@pytest.fixture
def dead() -> World:
    """A world in which nothing arrives."""
    return World(loss=1.0)


def answered(**link: object) -> World:
    """A world in which a call was just answered, and acknowledged."""
    world = World(**link)  # type: ignore[arg-type]
    world.alice.dial(world.bob)
    world.time.run(1)
    assert world.alice.state == world.bob.state == "confirmed"
    return world


def test_an_invite_is_repeated_at_doubling_times_until_timer_b(dead: World) -> None:
    dead.alice.dial(dead.bob)
    dead.time.run(100)
    assert dead.times("INVITE") == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert dead.alice.events == [("ended", "unreachable", None)]
    assert dead.time.pending == 0


def test_over_a_reliable_transport_nothing_is_repeated() -> None:
    world = World(loss=1.0, transport="tcp")
    world.alice.dial(world.bob)
    world.time.run(100)
    assert world.times("INVITE") == [0]
    assert world.alice.events == [("ended", "unreachable", None)]


def test_a_provisional_response_ends_the_repetitions() -> None:
    world = World()
    world.bob.takes = lambda call: None
    world.alice.dial(world.bob)
    world.time.run(30)
    assert world.times("INVITE") == [0]
    assert world.times("100 INVITE") == [0]


def test_another_request_is_repeated_up_to_every_four_seconds_until_timer_f() -> None:
    world = answered()
    world.link.loss = 1.0
    world.alice.calls[0].hang_up()
    world.time.run(100)
    assert world.times("BYE") == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert world.alice.core.dialogs == len(world.alice.core.transactions) == 0


def test_a_refusal_is_repeated_until_its_ack_or_timer_h() -> None:
    world = World()
    world.bob.takes = lambda call: (setattr(world.link, "loss", 1.0), call.reject(486))  # type: ignore[func-returns-value]
    world.alice.dial(world.bob, ring_seconds=1000)
    world.time.run(100)
    assert world.times("486 INVITE") == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert len(world.bob.core.transactions) == 0


def test_each_repetition_of_a_refusal_is_acknowledged_and_told_once() -> None:
    world = World()
    world.bob.takes = lambda call: call.reject(486)
    world.alice.dial(world.bob)
    losing = world.link
    world.time.run(0.03)  # INVITE has arrived
    losing.loss = 1.0  # so the first ACKs are lost
    world.time.run(2)
    losing.loss = 0
    world.time.run(3)
    assert len(world.times("ACK")) >= 2
    assert world.alice.events == [("ended", "busy", 486)]
    world.time.run(GIVE_UP + 10)
    assert world.time.pending == 0, "timers D and I end them"


def test_a_2xx_is_repeated_by_the_session_until_its_ack_then_the_call_is_ended_by_bye() -> None:
    world = World()
    world.bob.takes = lambda call: (setattr(world.link, "loss", 1.0), call.accept(ANSWER))  # type: ignore[func-returns-value]
    world.alice.dial(world.bob)
    world.time.run(100)
    assert world.times("200 INVITE") == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert world.bob.events == [("ended", "failed", None)]
    assert world.times("BYE")[:3] == [0, 0.5, 1.5]


def test_each_repetition_of_a_2xx_is_acknowledged_and_told_once() -> None:
    world = World()
    world.alice.dial(world.bob)
    world.time.run(0.03)  # the 200 is on its way
    world.link.loss = 1.0  # ACKs are lost
    world.time.run(3)
    world.link.loss = 0
    world.time.run(5)
    assert len(world.times("ACK")) >= 2
    assert [event for event in world.alice.events if event[0] == "answered"] == [("answered", ANSWER)]
    assert world.bob.events == []


def test_a_request_that_comes_again_gets_the_same_response_and_does_nothing_again() -> None:
    world = answered()
    world.alice.calls[0].hang_up()
    world.time.run(1)
    (bye,) = requests(world, "BYE")
    responses = len(world.times("200 BYE"))
    world.bob.core.receive(bye)
    world.time.run(1)
    assert len(world.times("200 BYE")) == responses + 1
    assert world.bob.events == [("ended", "hung_up", None)]


def test_transactions_of_others_are_bounded() -> None:
    world = answered()
    world.bob.core.transactions._most = 10
    (invite,) = requests(world, "INVITE")
    for number in range(50):
        copy = type(invite)(
            invite.source, invite.headers, invite.via, invite.from_, invite.to, f"{number}", invite.cseq, b"", "OPTIONS"
        )
        object.__setattr__(copy.via, "parameters", invite.via.parameters.replace(branch=f"z9hG4bK{number}"))
        world.bob.core.receive(copy)
    assert len(world.bob.core.transactions) <= 12
    assert world.bob.core.counters["too_many_transactions"] >= 40


def requests(world: World, method: str) -> list[IncomingRequest]:
    def found() -> Iterator[IncomingRequest]:
        for _, message in world.sent:
            if isinstance(message, IncomingRequest) and name(message) == method:
                yield message

    return list(found())
