"""Calls with sipp, which shares nothing with us, over UDP and TCP: what comes in, what we dial, and how each ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from signaling.sip import Call, UserAgent
from tests.signaling.sip.conftest import ANSWER, SETTINGS, MakeAgent, Telephone, with_trunk
from tests.signaling.sip.sipp import Sipp

TRANSPORTS = [("udp", "u1"), ("tcp", "t1")]


@pytest.mark.parametrize(("transport", "flag"), TRANSPORTS)
async def test_a_call_comes_in_and_is_hung_up_by_the_caller(
    agent: UserAgent, telephone: Telephone, sipp: Sipp, transport: str, flag: str
) -> None:
    await sipp.run("call_in", agent.ports[transport], transport=flag)
    call = telephone.calls.get_nowait()
    assert await telephone.until("ended") == ("ended", "hung_up", None)
    assert (call.direction, call.trunk, call.transport, call.remote_ip) == ("in", "office", transport, "127.0.0.1")
    assert (call.number, call.display_name, call.dialled) == ("+62361555", "Kepala Desa", "+62361")
    assert call.offer is not None
    assert "m=audio" in call.offer


@pytest.mark.parametrize(("transport", "flag"), TRANSPORTS)
async def test_we_hang_up_on_a_caller(
    agent: UserAgent, telephone: Telephone, sipp: Sipp, transport: str, flag: str
) -> None:
    def take(call: Call) -> None:
        call.ring()
        call.accept(ANSWER)
        call.hang_up()  # before the ACK: the BYE waits for it

    telephone.takes = take
    await sipp.run("call_in_ended_by_us", agent.ports[transport], transport=flag)
    assert telephone.events == [("ended", "hung_up", None)]


@pytest.mark.parametrize(("transport", "flag"), TRANSPORTS)
async def test_a_user_agent_on_all_addresses_takes_ipv4(
    make_agent: MakeAgent, telephone: Telephone, sipp: Sipp, transport: str, flag: str
) -> None:
    agent = await make_agent(replace(SETTINGS, host="::"))
    await sipp.run("call_in", agent.ports[transport], transport=flag)
    assert telephone.calls.get_nowait().remote_ip == "127.0.0.1"


async def test_a_call_whose_connection_is_gone_is_ended_over_a_new_one_to_its_contact(
    agent: UserAgent, telephone: Telephone
) -> None:
    arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.put_nowait(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", agent.ports["tcp"])
    head = f"Via: SIP/2.0/TCP 127.0.0.1:{port};branch=z9hG4bKone\r\nFrom: <sip:5@127.0.0.1>;tag=a\r\nCall-ID: c\r\n"
    head += f"Contact: <sip:5@127.0.0.1:{port};transport=tcp>\r\n"
    invite = f"INVITE sip:1@127.0.0.1 SIP/2.0\r\n{head}To: <sip:1@127.0.0.1>\r\nCSeq: 1 INVITE\r\n"
    writer.write(f"{invite}Content-Type: application/sdp\r\nContent-Length: {len(ANSWER)}\r\n\r\n{ANSWER}".encode())
    to = ""
    while not to:
        response = (await reader.readuntil(b"\r\n\r\n")).decode()
        to = next((line for line in response.split("\r\n") if line.startswith("To:") and ";tag=" in line), "")
    head = head.replace("z9hG4bKone", "z9hG4bKtwo")
    writer.write(f"ACK sip:1@127.0.0.1 SIP/2.0\r\n{head}{to}\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n".encode())
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await asyncio.sleep(0.1)
    telephone.calls.get_nowait().hang_up()
    async with asyncio.timeout(20):
        assert (await arrived.get()).startswith(f"BYE sip:5@127.0.0.1:{port};transport=tcp".encode())
    server.close()


async def test_a_caller_gives_up_while_it_rings(agent: UserAgent, telephone: Telephone, sipp: Sipp) -> None:
    telephone.takes = lambda call: call.ring()
    await sipp.run("cancel", agent.ports["udp"])
    assert await telephone.until("ended") == ("ended", "cancelled", 487)
    assert not agent.calls


async def test_a_caller_is_refused(agent: UserAgent, telephone: Telephone, sipp: Sipp) -> None:
    telephone.takes = lambda call: call.reject(486)
    await sipp.run("refused", agent.ports["udp"])
    assert await telephone.until("ended") == ("ended", "refused", 486)


async def test_hold_is_passed_up(agent: UserAgent, telephone: Telephone, sipp: Sipp) -> None:
    await sipp.run("hold", agent.ports["udp"])
    held, taken_back = telephone.offers
    assert held is not None
    assert "a=sendonly" in held
    assert taken_back is not None
    assert "a=sendonly" not in taken_back


async def test_digits_come_by_both_kinds_of_info(agent: UserAgent, telephone: Telephone, sipp: Sipp) -> None:
    await sipp.run("digits", agent.ports["udp"])
    assert [event[1] for event in telephone.events if event[0] == "digit"] == ["4", "#"]


async def test_a_session_timer_is_agreed_and_refreshed(agent: UserAgent, sipp: Sipp) -> None:
    await sipp.run("session_timer", agent.ports["udp"])


async def test_early_media_is_sent_reliably_where_it_is_required(
    agent: UserAgent, telephone: Telephone, sipp: Sipp
) -> None:
    def take(call: Call) -> None:
        call.progress(ANSWER)
        call.accept(ANSWER)  # goes out when the PRACK has come

    telephone.takes = take
    await sipp.run("reliable", agent.ports["udp"])
    assert await telephone.until("ended") == ("ended", "hung_up", None)


async def test_a_late_offer_is_answered_with_ours(agent: UserAgent, telephone: Telephone, sipp: Sipp) -> None:
    await sipp.run("late_offer", agent.ports["udp"])
    assert telephone.calls.get_nowait().offer is None
    assert "m=audio" in (await telephone.until("answered"))[1]


async def test_options_say_what_we_can_do(agent: UserAgent, sipp: Sipp) -> None:
    await sipp.run("options", agent.ports["udp"])


@pytest.mark.parametrize(("transport", "flag"), TRANSPORTS)
async def test_we_dial_hear_early_media_are_answered_and_hang_up(
    make_agent: MakeAgent, telephone: Telephone, sipp: Sipp, transport: str, flag: str
) -> None:
    agent = await make_agent(with_trunk(port=sipp.port, transport=transport))
    running = await sipp.start("answer", transport=flag)
    call = telephone.watch(agent.dial("office", "+6281234", ANSWER))
    await telephone.until("answered")
    call.hang_up()
    await running.finish()
    assert [event[0] for event in telephone.events] == ["ringing", "early", "answered", "ended"]


async def test_whom_we_dialled_hangs_up(make_agent: MakeAgent, telephone: Telephone, sipp: Sipp) -> None:
    agent = await make_agent(with_trunk(port=sipp.port))
    running = await sipp.start("answer_and_hang_up")
    telephone.watch(agent.dial("office", "+6281234", ANSWER))
    assert await telephone.until("ended") == ("ended", "hung_up", None)
    await running.finish()


async def test_whom_we_dial_is_busy(make_agent: MakeAgent, telephone: Telephone, sipp: Sipp) -> None:
    agent = await make_agent(with_trunk(port=sipp.port))
    running = await sipp.start("busy")
    telephone.watch(agent.dial("office", "+6281234", ANSWER))
    assert await telephone.until("ended") == ("ended", "busy", 486)
    await running.finish()


async def test_nobody_answers_whom_we_dial(make_agent: MakeAgent, telephone: Telephone, sipp: Sipp) -> None:
    agent = await make_agent(replace(with_trunk(port=sipp.port), ring_seconds=1))
    running = await sipp.start("no_answer")
    telephone.watch(agent.dial("office", "+6281234", ANSWER))
    assert await telephone.until("ended") == ("ended", "no_answer", None)
    await running.finish()


async def test_numbers_that_no_prefix_allows_are_not_dialled(agent: UserAgent) -> None:
    for number in ("+1900555", "+62;x", "", "0800@evil.example", "+62 81"):
        with pytest.raises(ValueError, match="may not be called"):
            agent.dial("office", number, ANSWER)
    with pytest.raises(ValueError, match="no such trunk"):
        agent.dial("home", "+6281", ANSWER)
