"""Seats by telephone in a live meeting."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.door import Newcomer
from server.media import MediaEdge, PhoneConnection, SdpError
from server.meeting import Meeting
from server.participant import Participant, Person, Tile, View
from server.phone import PhoneMedia
from server.seat import Seat
from tests.phone.telephone import Telephone

AYU, BUDI = 400.0, 700.0


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.05)


async def test_a_caller_sits_speaks_is_muted_by_the_host_and_goes_but_the_call_stays(
    edge: MediaEdge, phones: PhoneMedia
) -> None:
    meeting = Meeting("abc-defg-hjk", edge, 0.1)
    host = meeting.join(Newcomer("Host", Person("host"), camera=True, is_host=True))
    seats: list[Seat] = []
    telephones = [Telephone("PCMA", AYU), Telephone("PCMA", BUDI)]
    speakers: list[Participant | None] = []
    meeting.room.on("dominant", speakers.append)
    for name, telephone in zip(("Ayu", "Budi"), telephones, strict=True):
        leg = phones.add_leg()
        telephone.take_answer(leg.answer(telephone.offer()))
        telephone.start()
        seat = meeting.join(Newcomer(name, Person(name), microphone=True, leg=leg))
        assert isinstance(seat.connection, PhoneConnection)
        seats.append(seat)
    ayu, budi = seats
    # What browsers do around them works as ever.
    meeting.set_view(host, View((Tile(ayu.participant.id, 300), Tile(budi.participant.id, 300))))
    assert ayu.occupancies() == []
    with pytest.raises(SdpError, match="telephone"):
        ayu.answer_publish("v=0")
    await until(lambda: speakers)
    assert speakers[-1] in (ayu.participant, budi.participant)
    async with asyncio.timeout(10):
        while await telephones[0].strength(BUDI, 0.3) < 500:
            pass
    meeting.chair.mute(host.participant, budi.participant.id)
    await asyncio.sleep(0.3)
    assert await telephones[0].strength(BUDI) < 60
    assert ayu.signs.silence == 0
    meeting.depart(budi, "removed")
    await asyncio.sleep(0.2)
    assert len(await telephones[1].listen()) > 3_000, "the line goes on"
    connection = ayu.connection
    assert isinstance(connection, PhoneConnection)
    connection.leg.close()
    assert ayu not in meeting.seats, "who hangs up is gone"
    meeting.close("meeting_ended")
    for telephone in telephones:
        await telephone.close()


async def test_what_is_lost_on_the_way_from_a_telephone_shows_in_its_connection(
    edge: MediaEdge, phones: PhoneMedia
) -> None:
    leg = phones.add_leg()
    telephone = Telephone("PCMA", AYU)
    telephone.take_answer(leg.answer(telephone.offer()))
    connection = edge.add_room().add_phone(leg)
    telephone.loses_every = 5
    telephone.start()
    assert connection.up.fraction_lost is None
    await until(lambda: connection.up.fraction_lost is not None)
    assert connection.up.fraction_lost == pytest.approx(0.2, abs=0.1)
    await telephone.close()
