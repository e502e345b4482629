"""Whatever comes: nothing is raised, what is kept is bounded, and a call goes on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tracemalloc
from dataclasses import replace

import hypothesis
import pytest
from hypothesis import strategies as st

from signaling.sip import UserAgent, guards
from signaling.sip.fields import address, split_list
from signaling.sip.message import (
    MAX_BYTES,
    IncomingRequest,
    IncomingResponse,
    MalformedError,
    encode,
    encode_response,
    parse,
)
from signaling.sip.peer import Peer
from signaling.sip.transport.framing import Framer
from tests.signaling.sip.conftest import ANSWER, OFFICE, SETTINGS, MakeAgent, Telephone, with_trunk
from tests.signaling.sip.mutations import mutated
from tests.signaling.sip.torture import CASES, SDP, request

UDP, TCP = Peer("udp", "192.0.2.1", 5060), Peer("tcp", "192.0.2.1", 5060)


@hypothesis.settings(max_examples=2000)
@hypothesis.given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode), st.sampled_from([UDP, TCP]))
def test_any_bytes_are_a_message_or_malformed(data: bytes, peer: Peer) -> None:
    for candidate in (data, b"OPTIONS sip:a SIP/2.0\r\n" + data + b"\r\n\r\n"):
        try:
            parse(candidate, peer)
        except MalformedError:
            continue


_HEADERS = ["Via", "From", "To", "Call-ID", "CSeq", "Contact", "Record-Route", "Content-Length", "Require", "v", "m"]


@hypothesis.settings(max_examples=1000)
@hypothesis.given(
    st.sampled_from(_HEADERS), st.text(st.sampled_from("<>\";,:=@ \\a1[]%.*/\u0663~self()'&?"), max_size=200)
)
def test_any_header_is_read_or_malformed(header: str, value: str) -> None:
    try:
        message = parse(request("INVITE", "sip:a@b", f"{header}: {value}", body=SDP), UDP)
    except MalformedError:
        pass
    else:
        message.contact()
        message.sdp()


@pytest.mark.parametrize(
    "text", ['a="",' * 4000, "<" * 9000, '"\\' * 4000, "a" * 9000, "a-" * 4000 + "!", "::1" * 2000, ";a=b" * 3000]
)
def test_no_text_takes_time_without_end(text: str) -> None:
    """An expression that tries exponentially many ways would not come back."""
    for read in (address, lambda value: split_list([value]), lambda value: address(f"<sip:{value}>")):
        try:
            read(text)
        except ValueError:
            continue


def test_what_others_wrote_never_becomes_a_header() -> None:
    with pytest.raises(ValueError, match="line break"):
        encode("OPTIONS sip:a SIP/2.0", [("To", "<sip:a@b>\r\nRoute: <sip:c>")])


@hypothesis.given(
    st.lists(st.integers(0, len(CASES) - 1), max_size=6), st.lists(st.integers(1, 400), min_size=1, max_size=50)
)
def test_a_stream_is_cut_alike_however_it_arrives(which: list[int], sizes: list[int]) -> None:
    messages = [request("OPTIONS", f"sip:{number}@b", body="x" * number) for number in which]
    stream = b"\r\n\r\n".join([b"", *messages])
    framer, found, at, turn = Framer(), [], 0, 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        found += framer.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert found == messages


def test_a_stream_without_an_end_or_length_is_refused_within_its_bound() -> None:
    for data in (b"a" * (MAX_BYTES + 1), b"OPTIONS sip:a SIP/2.0\r\n\r\n", b"A\r\nContent-Length: 99999\r\n\r\n"):
        with pytest.raises(MalformedError):
            Framer().feed(data)


async def test_ten_thousand_malformed_messages_leave_a_call_as_it_is(
    make_agent: MakeAgent, telephone: Telephone, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All of them are to be read, not only as many as a trunk may send.
    monkeypatch.setattr(guards, "MESSAGES_PER_SECOND", 1e9)
    monkeypatch.setattr(guards, "MESSAGES_AT_ONCE", 10**9)
    agent = await make_agent(with_trunk(invites_per_second=1000.0, max_calls=20))
    caller = await make_agent(with_trunk(port=agent.ports["udp"], server="127.0.0.1"))
    call = telephone.watch(caller.dial("office", "+6281", ANSWER))
    await telephone.until("answered")
    mine = telephone.calls.get_nowait()

    tracemalloc.start()
    await _pour(agent, list(mutated(1, 5000)), udp=True)
    await _pour(agent, list(mutated(2, 5000)), udp=False)
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert agent.counters["fault"] == 0
    assert agent.counters["received"] > 5000
    assert len(agent.calls) <= 20
    assert len(agent._core.transactions) <= 2 * 4096
    assert grown < 64 * 2**20
    assert (call.over, mine.over) == (None, None)
    call.hang_up()
    async with asyncio.timeout(20):
        while mine.over is None:
            await asyncio.sleep(0.01)
    assert mine.over == ("hung_up", None)


async def _pour(agent: UserAgent, messages: list[bytes], *, udp: bool) -> None:
    loop = asyncio.get_running_loop()
    if udp:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            for number, data in enumerate(messages):
                await loop.sock_sendto(sock, data, ("127.0.0.1", agent.ports["udp"]))
                if number % 20 == 0:
                    await asyncio.sleep(0.005)  # the kernel's buffer is small, and nothing is to be lost there
        return
    for data in messages:
        reader, writer = await asyncio.open_connection("127.0.0.1", agent.ports["tcp"])
        writer.write(data)
        writer.write_eof()
        # Until it is read, or answered, or the connection was cut.
        with contextlib.suppress(ConnectionError):
            await reader.read(1)
        writer.transport.abort()


async def test_who_is_on_no_list_hears_nothing(make_agent: MakeAgent, telephone: Telephone) -> None:
    stranger = replace(OFFICE, hosts=("192.0.2.0/24",), server="192.0.2.1")
    agent = await make_agent(replace(SETTINGS, trunks=(stranger,)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.3)
        for data in (request("OPTIONS", "sip:127.0.0.1"), request("INVITE", "sip:1@127.0.0.1", body=SDP), b"x"):
            sock.sendto(data, ("127.0.0.1", agent.ports["udp"]))
        await asyncio.sleep(0.1)
        with pytest.raises(TimeoutError):
            sock.recv(10)
    reader, writer = await asyncio.open_connection("127.0.0.1", agent.ports["tcp"])
    writer.write(request("OPTIONS", "sip:127.0.0.1"))
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
    assert agent.counters["unknown_source"] == 4
    assert agent.counters["received"] == 0
    assert telephone.calls.empty()


async def test_a_flood_of_invites_is_refused_and_then_left_unanswered(
    make_agent: MakeAgent, telephone: Telephone
) -> None:
    telephone.takes = lambda call: None
    agent = await make_agent(with_trunk(invites_per_second=1.0))
    for number in range(500):
        data = request("INVITE", f"sip:{number}@127.0.0.1", f"X: {number}", "Content-Type: application/sdp", body=SDP)
        agent._receive(Peer("udp", "127.0.0.1", 9), data.replace(b"Kkdjuw", b"K%d" % number))
    assert 2 <= len(agent.calls) < 10, "twice what a second allows, and what time went by"
    assert agent.counters["too_many_invites"] == 500 - len(agent.calls)
    assert agent.counters["sent"] < 200, "fifty refusals a second"
    assert len(agent._core.transactions) == len(agent.calls)


async def test_a_trunk_has_no_more_calls_than_it_may(make_agent: MakeAgent, telephone: Telephone) -> None:
    telephone.takes = lambda call: None
    agent = await make_agent(with_trunk(max_calls=2))
    for number in range(4):
        data = request("INVITE", f"sip:{number}@127.0.0.1", f"X: {number}", "Content-Type: application/sdp", body=SDP)
        agent._receive(Peer("udp", "127.0.0.1", 9), data.replace(b"Kkdjuw", b"K%d" % number))
    assert len(agent.calls) == 2
    assert agent.counters["too_many_calls"] == 2


async def test_a_guard_refuses_a_caller_before_anybody_hears_of_the_call(
    make_agent: MakeAgent, telephone: Telephone
) -> None:
    seen: list[guards.Source] = []
    agent = await make_agent(guard=lambda source: (seen.append(source), guards.Refusal(403))[1])  # type: ignore[func-returns-value]
    agent._receive(
        Peer("udp", "127.0.0.1", 9), request("INVITE", "sip:7@127.0.0.1", body=SDP, from_="<sip:5@x.y>;tag=1")
    )
    # Without a type of its own the body is no offer that could be read.
    assert agent.counters["refused"] == 0
    data = request("INVITE", "sip:7@127.0.0.1", "Content-Type: application/sdp", body=SDP, from_="<sip:5@x.y>;tag=2")
    agent._receive(Peer("udp", "127.0.0.1", 9), data.replace(b"Kkdjuw", b"K2"))
    assert seen == [guards.Source("office", "5", "7", "udp", "127.0.0.1")]
    assert telephone.calls.empty()
    assert not agent.calls


async def test_a_request_for_somebody_else_is_not_passed_on(agent: UserAgent, telephone: Telephone) -> None:
    sent: list[bytes] = []
    agent._core.transactions._send = lambda peer, data: sent.append(data)
    for number, uri in enumerate(["sip:1@evil.invalid", "sip:+190055@198.51.100.7", "sip:1@127.0.0.1.evil.invalid"]):
        data = request("INVITE", uri, "Content-Type: application/sdp", body=SDP).replace(b"Kkdjuw", b"K%d" % number)
        agent._receive(Peer("udp", "127.0.0.1", 9), data)
    assert [int(data.split()[1]) for data in sent if b" 100 " not in data[:15]] == [404] * 3
    assert telephone.calls.empty()


def test_whatever_request_is_read_gets_an_answer_that_can_be_read() -> None:
    answered = 0
    for data in mutated(3, 2000):
        try:
            message = parse(data, UDP)
        except MalformedError:
            continue
        if isinstance(message, IncomingRequest):
            answer = parse(encode_response(message, 400, to_tag="t"), UDP)
            assert isinstance(answer, IncomingResponse)
            assert (answer.code, answer.branch, answer.call_id) == (400, message.branch, message.call_id)
            answered += 1
    assert answered > 500
