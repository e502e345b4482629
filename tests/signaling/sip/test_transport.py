"""Connections: their limits, keep-alives and idle times."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

import pytest

from signaling.sip import UserAgent
from signaling.sip.peer import Peer
from signaling.sip.transport import stream
from tests.signaling.sip.conftest import ANSWER, MakeAgent, Telephone, with_trunk
from tests.signaling.sip.torture import request


async def connect(agent: UserAgent) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", agent.ports["tcp"])


async def test_a_ping_gets_a_pong(agent: UserAgent) -> None:
    reader, writer = await connect(agent)
    writer.write(b"\r\n\r\n")
    assert await asyncio.wait_for(reader.read(10), 20) == b"\r\n"
    writer.write(b"\r\n")
    writer.write(request("OPTIONS", "sip:127.0.0.1"))
    assert (await asyncio.wait_for(reader.read(2000), 20)).startswith(b"SIP/2.0 200 OK\r\n")
    writer.close()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("host", ["::1", "::"])
async def test_calls_go_over_ipv6(make_agent: MakeAgent, telephone: Telephone, transport: str, host: str) -> None:
    settings = with_trunk(hosts=("::1",), server="::1", transport=transport)
    agent = await make_agent(replace(settings, host=host))
    trunk = replace(settings.trunks[0], port=agent.ports["udp"])
    caller = await make_agent(replace(settings, host=host, trunks=(trunk,)))
    call = telephone.watch(caller.dial("office", "+6281", ANSWER))
    await telephone.until("answered")
    answered = telephone.calls.get_nowait()
    assert (answered.remote_ip, answered.dialled) == ("::1", "+6281")
    answered.hang_up()
    async with asyncio.timeout(20):
        while call.over is None:
            await asyncio.sleep(0.01)
    assert call.over == ("hung_up", None)


async def test_many_requests_in_one_segment_are_each_answered(agent: UserAgent) -> None:
    reader, writer = await connect(agent)
    writer.write(b"".join(request("OPTIONS", "sip:127.0.0.1").replace(b"Kkdjuw", b"K%d" % n) for n in range(20)))
    answers = b""
    async with asyncio.timeout(20):
        while answers.count(b"SIP/2.0 200 OK") < 20:
            answers += await reader.read(65_536)
    writer.close()


async def test_half_a_message_is_waited_for_only_so_long_however_it_dribbles(
    agent: UserAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HALF_MESSAGE_SECONDS", 0.4)
    reader, writer = await connect(agent)
    # A connection that was idle has no more time for half a message.
    writer.write(request("OPTIONS", "sip:127.0.0.1"))
    assert (await reader.read(4000)).startswith(b"SIP/2.0 200 OK")

    async def dribble() -> None:
        for byte in request("OPTIONS", "sip:127.0.0.1"):
            writer.write(bytes([byte]))
            await asyncio.sleep(0.02)

    dribbling = asyncio.create_task(dribble())
    async with asyncio.timeout(20):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    dribbling.cancel()
    writer.close()


async def test_an_idle_connection_is_closed(agent: UserAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "IDLE_SECONDS", 0.2)
    reader, writer = await connect(agent)
    writer.write(request("OPTIONS", "sip:127.0.0.1"))
    async with asyncio.timeout(20):
        with contextlib.suppress(ConnectionResetError):
            assert (await reader.read()).startswith(b"SIP/2.0 200 OK")
    writer.close()


async def test_one_address_has_so_many_connections(agent: UserAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_OF_ONE", 3)
    opened = [await connect(agent) for _ in range(5)]
    async with asyncio.timeout(20):
        while agent.counters["too_many_connections"] < 2:
            await asyncio.sleep(0.01)
    opened[0][1].close()
    await opened[0][1].wait_closed()
    await asyncio.sleep(0.1)
    reader, writer = await connect(agent)
    writer.write(request("OPTIONS", "sip:127.0.0.1"))
    assert (await asyncio.wait_for(reader.read(2000), 20)).startswith(b"SIP/2.0 200 OK"), "there is room again"
    for _, other in [*opened, (reader, writer)]:
        other.close()


async def test_a_response_to_a_connection_that_is_gone_opens_none(agent: UserAgent) -> None:
    reader, writer = await connect(agent)
    writer.write(request("OPTIONS", "sip:127.0.0.1"))
    await asyncio.wait_for(reader.read(2000), 20)
    ours = writer.get_extra_info("sockname")
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.1)
    agent._send(Peer("tcp", *ours), b"SIP/2.0 200 OK\r\n\r\n")
    assert agent.counters["response_without_connection"] == 1
    assert agent.counters["connect_failed"] == 0
