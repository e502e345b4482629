"""Registration: at a real Kamailio, and its times in virtual time."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from signaling.sip.authorization import Authorization
from signaling.sip.digest import Credentials
from signaling.sip.message import IncomingRequest, encode_response
from signaling.sip.registration import FIRST_WAIT, LONGEST_WAIT, Registration
from tests.signaling.sip.conftest import ANSWER, MakeAgent, Telephone, with_trunk
from tests.signaling.sip.kamailio import kamailio
from tests.signaling.sip.simulation import World, name
from tests.signaling.sip.sipp import Sipp

BALAI = Credentials("balai", "s3cret")


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_we_register_at_kamailio_are_called_through_it_and_call(
    make_agent: MakeAgent, telephone: Telephone, sipp: Sipp, tmp_path: Path, algorithm: str, transport: str
) -> None:
    async with kamailio(tmp_path, algorithm, sipp.port) as port:
        agent = await make_agent(with_trunk(port=port, transport=transport, register=True, credentials=BALAI))
        await _until_settled(agent.registrations["office"])
        assert agent.registrations["office"].state == "registered"

        await sipp.run("call_in", port)
        call = telephone.calls.get_nowait()
        assert (call.transport, call.number, call.over) == (transport, "+62361555", ("hung_up", None))

        running = await sipp.start("answer")
        telephone.events.clear()
        mine = telephone.watch(agent.dial("office", "+6281234", ANSWER))
        await telephone.until("answered")
        mine.hang_up()
        await running.finish()
        await agent.stop()
        assert agent.registrations["office"].state == "new", "it was ended"


async def test_a_wrong_password_is_refused_and_not_tried_at_once(
    make_agent: MakeAgent, sipp: Sipp, tmp_path: Path
) -> None:
    async with kamailio(tmp_path, "MD5", sipp.port) as port:
        wrong = Credentials("balai", "guess")
        agent = await make_agent(with_trunk(port=port, register=True, credentials=wrong))
        await _until_settled(agent.registrations["office"])
        assert agent.registrations["office"].state == "refused"
        assert agent.counters["sent"] <= 5


async def _until_settled(registration: Registration) -> None:
    async with asyncio.timeout(20):
        while registration.state == "new":
            await asyncio.sleep(0.02)


class Registrar:
    """Answers Alice's requests as it is told, in virtual time."""

    def __init__(self, world: World, keep_alive: float = 0) -> None:
        self.world, self.answers, self.headers = world, 200, [("Expires", "600")]
        world.bob.core.receive = self._receive  # type: ignore[method-assign,assignment]
        self.registration = Registration(
            world.alice.core,
            Authorization(BALAI),
            trunk="office",
            peer=lambda: world.bob.peer,
            domain="10.0.0.2",
            user="balai",
            expires=600,
            keep_alive=keep_alive,
        )
        self.registration.start()

    def _receive(self, request: IncomingRequest) -> None:
        data = encode_response(request, self.answers, to_tag="r", headers=self.headers)
        self.world.carry(self.world.bob.peer, self.world.alice.peer, data)


def test_a_registration_is_refreshed_before_it_ends() -> None:
    world = World()
    Registrar(world)
    world.time.run(2000)
    assert world.times("REGISTER") == pytest.approx([0, 480, 960, 1440, 1920], abs=1)


def test_what_the_registrar_grants_counts() -> None:
    world = World()
    registrar = Registrar(world)
    registrar.headers = [("Contact", "<sip:other@h>;expires=9, <sip:balai@10.0.0.1:5060>;expires=100")]
    world.time.run(300)
    assert world.times("REGISTER") == pytest.approx([0, 70, 140, 210, 280], abs=1)


def test_failures_are_tried_again_more_and_more_rarely() -> None:
    world = World()
    registrar = Registrar(world)
    registrar.answers = 503
    world.time.run(20_000)
    times = world.times("REGISTER")
    waits = [later - earlier for earlier, later in itertools.pairwise(times)]
    for index, wait in enumerate(waits):
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2**index)
        assert longest / 2 - 1 <= wait <= longest + 1
    assert registrar.registration.state == "failed"
    registrar.answers = 200
    world.time.run(LONGEST_WAIT)
    assert registrar.registration.state == "registered"


def test_too_short_a_registration_is_asked_for_longer() -> None:
    world = World()
    registrar = Registrar(world)
    registrar.answers, registrar.headers = 423, [("Min-Expires", "900")]
    world.time.run(0.06)
    registrar.answers, registrar.headers = 200, []
    world.time.run(1)
    assert [message.headers["Expires"] for _, message in world.sent if name(message) == "REGISTER"] == ["600", "900"]


def test_a_registrar_that_is_gone_is_noticed_by_keep_alives() -> None:
    world = World()
    registrar = Registrar(world, keep_alive=30)
    world.time.run(100)
    assert world.times("OPTIONS") == pytest.approx([0, 30, 60], abs=1)
    world.link.loss = 1.0
    world.time.run(70)
    assert registrar.registration.state == "failed"


async def test_a_trunk_that_has_to_prove_itself_does_so_by_the_password(
    make_agent: MakeAgent, telephone: Telephone
) -> None:
    agent = await make_agent(with_trunk(challenge=True, credentials=BALAI))
    caller = await make_agent(with_trunk(port=agent.ports["udp"], credentials=BALAI))
    call = telephone.watch(caller.dial("office", "+6281", ANSWER))
    await telephone.until("answered")
    call.hang_up()
    answered = telephone.calls.get_nowait()
    assert answered.dialled == "+6281"
    async with asyncio.timeout(20):
        while answered.over is None:
            await asyncio.sleep(0.01)

    for wrong in (Credentials("balai", "guess"), None):
        telephone.events.clear()
        liar = await make_agent(with_trunk(port=agent.ports["udp"], credentials=wrong))
        telephone.watch(liar.dial("office", "+6281", ANSWER))
        assert await telephone.until("ended") == ("ended", "refused", 401)
        assert telephone.calls.empty()
