"""Calls over TLS: with the server's own certificate, which whom we call has to have, too."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from signaling.certificate import server_context
from tests.signaling.sip.conftest import ANSWER, SETTINGS, MakeAgent, Telephone, with_trunk
from tests.signaling.sip.sipp import Sipp
from tests.signaling.sip.tls_bridge import bridge


@pytest.fixture
def server_tls(tmp_path: Path) -> ssl.SSLContext:
    return server_context(tmp_path, ())


async def test_a_call_comes_in_over_tls(
    make_agent: MakeAgent, telephone: Telephone, sipp: Sipp, tmp_path: Path, server_tls: ssl.SSLContext
) -> None:
    agent = await make_agent(replace(SETTINGS, tls_port=0), server_tls=server_tls)
    trusting = ssl.create_default_context(cafile=str(tmp_path / "https.crt"))
    async with bridge(agent.ports["tls"], connect=trusting) as port:
        await sipp.run("call_in", port, transport="t1")
    call = telephone.calls.get_nowait()
    assert call.transport == "tls"
    assert await telephone.until("ended") == ("ended", "hung_up", None)


async def test_we_dial_over_tls(
    make_agent: MakeAgent, telephone: Telephone, sipp: Sipp, tmp_path: Path, server_tls: ssl.SSLContext
) -> None:
    async with bridge(sipp.port, accept=server_tls) as port:
        agent = await make_agent(with_trunk(transport="tls", port=port, tls_ca=tmp_path / "https.crt"))
        running = await sipp.start("answer", transport="t1")
        call = telephone.watch(agent.dial("office", "+6281234", ANSWER))
        await telephone.until("answered")
        call.hang_up()
        await running.finish()


async def test_a_certificate_that_nobody_vouches_for_is_not_taken(
    make_agent: MakeAgent, telephone: Telephone, sipp: Sipp, server_tls: ssl.SSLContext
) -> None:
    async with bridge(sipp.port, accept=server_tls) as port:
        agent = await make_agent(with_trunk(transport="tls", port=port))
        telephone.watch(agent.dial("office", "+6281234", ANSWER))
        assert await telephone.until("ended") == ("ended", "unreachable", None)


async def test_plain_bytes_at_the_tls_port_end_at_the_handshake(
    make_agent: MakeAgent, server_tls: ssl.SSLContext
) -> None:
    agent = await make_agent(replace(SETTINGS, tls_port=0), server_tls=server_tls)
    _reader, writer = await asyncio.open_connection("127.0.0.1", agent.ports["tls"])
    writer.write(b"OPTIONS sip:127.0.0.1 SIP/2.0\r\n\r\n")
    async with asyncio.timeout(20):
        while not agent.counters["handshake_failed"]:
            await asyncio.sleep(0.01)
    writer.close()
    assert agent.counters["received"] == 0
