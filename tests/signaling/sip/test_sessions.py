"""INVITE sessions in virtual time: races, offers and answers, reliable responses, session timers."""

from __future__ import annotations

import pytest

from signaling.sip.call import Call
from signaling.sip.message import IncomingRequest, IncomingResponse, encode, parse
from signaling.sip.session_timer import SESSION_EXPIRES
from tests.signaling.sip.simulation import ANSWER, OFFER, World, name


class Wire:
    """Speaks SIP by hand to Bob, as a caller whose every byte a test chooses."""

    def __init__(self, world: World) -> None:
        self.world, self.peer = world, world.alice.peer
        self.sequence = 0
        self.to = "<sip:1@10.0.0.2>"

    def send(
        self, method: str, *headers: str, body: str = "", sequence: int | None = None, branch: str = ""
    ) -> list[IncomingResponse]:
        """Send a request, let a tenth of a second pass; the responses to it."""
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        lines = [("Via", f"SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{branch or f'{method}{sequence}'}")]
        lines += [
            ("From", "<sip:2@10.0.0.1>;tag=a"),
            ("To", self.to),
            ("Call-ID", "c"),
            ("CSeq", f"{sequence} {method}"),
        ]
        lines += [("Contact", "<sip:2@10.0.0.1>")]
        lines += [(header.partition(": ")[0], header.partition(": ")[2]) for header in headers]
        lines += [("Content-Type", "application/sdp")] if body else []
        before = len(self.world.sent)
        data = encode(f"{method} sip:1@10.0.0.2 SIP/2.0", lines, body.encode())
        self.world.bob.core.receive(parse(data, self.peer))
        self.world.time.run(0.1)
        responses = [message for _, message in self.world.sent[before:] if isinstance(message, IncomingResponse)]
        for response in responses:
            if response.to_tag and method == "INVITE" and "tag=" not in self.to:
                self.to = response.headers["To"]
        return [response for response in responses if response.cseq.method == method]

    def last(self) -> IncomingRequest:
        """The last request of Bob's."""
        return [message for _, message in self.world.sent if isinstance(message, IncomingRequest)][-1]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def wire(world: World) -> Wire:
    world.alice.core.receive = lambda _: None  # type: ignore[method-assign]
    return Wire(world)


def codes(responses: list[IncomingResponse]) -> list[int]:
    return [response.code for response in responses]


def test_a_cancel_that_comes_after_the_answer_changes_nothing(world: World, wire: Wire) -> None:
    assert codes(wire.send("INVITE", body=OFFER)) == [100, 200]
    wire.send("ACK", sequence=1)
    to, wire.to = wire.to, "<sip:1@10.0.0.2>"
    assert codes(wire.send("CANCEL", sequence=1, branch="INVITE1")) == [200]
    assert world.bob.state == "confirmed"
    wire.to = to
    assert codes(wire.send("BYE")) == [200]


def test_a_cancel_for_nothing_is_told_so(world: World, wire: Wire) -> None:
    assert codes(wire.send("CANCEL", sequence=1)) == [481]


def test_an_answer_that_crosses_our_cancel_is_acknowledged_and_ended(world: World) -> None:
    world.bob.takes = lambda call: call.ring()
    call = world.alice.dial(world.bob)
    world.time.run(1)
    call.hang_up()
    world.bob.calls[0].accept(ANSWER)
    world.time.run(1)
    assert world.alice.events == [("ringing",), ("ended", "cancelled", None)]
    assert world.bob.events == [("ended", "hung_up", None)]
    assert len(world.times("ACK")) == len(world.times("BYE")) == 1


def test_a_call_given_up_before_anything_came_is_cancelled_at_the_first_provisional_response(world: World) -> None:
    world.bob.takes = lambda call: call.ring()
    world.alice.dial(world.bob).hang_up()
    world.time.run(60)
    assert [name(message) for _, message in world.sent].count("CANCEL") == 1
    assert world.bob.events == [("ended", "cancelled", 487)]
    assert world.time.pending == 0


def test_a_bye_waits_for_the_ack(world: World, wire: Wire) -> None:
    world.bob.takes = lambda call: (call.accept(ANSWER), call.hang_up())  # type: ignore[func-returns-value]
    wire.send("INVITE", body=OFFER)
    world.time.run(3)
    assert not world.times("BYE")
    wire.send("ACK", sequence=1)
    assert world.times("BYE")[:1] == [0]


def test_a_reinvite_before_the_ack_and_a_request_out_of_order_are_refused(world: World, wire: Wire) -> None:
    wire.send("INVITE", body=OFFER)
    early = wire.send("INVITE", body=OFFER)
    assert codes(early)[-1] == 500
    assert early[-1].headers.get("Retry-After") is not None
    wire.send("ACK", sequence=1)
    assert codes(wire.send("INFO", sequence=1)) == [500]
    assert world.bob.state == "confirmed"


def test_an_offer_that_crosses_ours_gets_491(world: World, wire: Wire) -> None:
    wire.send("INVITE", "Supported: timer", "Session-Expires: 1800;refresher=uas", body=OFFER)
    wire.send("ACK", sequence=1)
    world.time.run(900)
    assert wire.last().method == "INVITE", "we refresh"
    assert codes(wire.send("INVITE", body=OFFER)) == [100, 491]
    assert codes(wire.send("UPDATE", body=OFFER)) == [491]


def test_an_offer_that_nobody_can_take_leaves_the_call_as_it_is(world: World, wire: Wire) -> None:
    wire.send("INVITE", body=OFFER)
    wire.send("ACK", sequence=1)

    def refuse(_: str | None) -> str:
        raise ValueError

    world.bob.calls[0].renegotiate = refuse
    assert codes(wire.send("INVITE", body=OFFER)) == [100, 488]
    assert codes(wire.send("UPDATE", body=OFFER)) == [488]
    assert world.bob.state == "confirmed"


def test_an_update_is_answered_and_one_without_an_offer_only_refreshes(world: World, wire: Wire) -> None:
    offers: list[str | None] = []
    wire.send("INVITE", body=OFFER)
    wire.send("ACK", sequence=1)
    world.bob.calls[0].renegotiate = lambda offer: (offers.append(offer), ANSWER)[1]  # type: ignore[func-returns-value]
    (answer,) = wire.send("UPDATE", body="v=0\r\n")
    assert (answer.code, answer.sdp()) == (200, ANSWER)
    (answer,) = wire.send("UPDATE")
    assert (answer.code, answer.sdp()) == (200, None)
    assert offers == ["v=0\r\n"]


def test_a_reinvite_without_an_offer_gets_ours_and_its_answer_comes_with_the_ack(world: World, wire: Wire) -> None:
    wire.send("INVITE", body=OFFER)
    wire.send("ACK", sequence=1)
    offered = wire.send("INVITE")[-1]
    assert (offered.code, offered.sdp()) == (200, ANSWER)
    wire.send("ACK", sequence=2, body="v=0\r\ns=theirs\r\n")
    assert world.bob.events == [("answered", "v=0\r\ns=theirs\r\n")]


def test_a_late_offer_whose_ack_has_no_answer_is_ended(world: World, wire: Wire) -> None:
    wire.send("INVITE")
    wire.send("ACK", sequence=1)
    assert world.bob.events == [("ended", "failed", None)]
    assert wire.last().method == "BYE"


def test_reliable_responses_go_one_by_one_and_the_answer_waits_for_its_prack(world: World, wire: Wire) -> None:
    def take(call: Call) -> None:
        call.ring()
        call.progress(ANSWER)
        call.accept(ANSWER)

    world.bob.takes = take
    responses = wire.send("INVITE", "Require: 100rel", body=OFFER)
    assert codes(responses) == [100, 180]
    number = int(responses[1].headers["RSeq"])
    assert codes(wire.send("PRACK", f"RAck: {number + 1} 1 INVITE")) == [481]
    wire.send("PRACK", f"RAck: {number} 1 INVITE")
    early = [message for _, message in world.sent if name(message) == "183 INVITE"]
    assert early[0].headers["RSeq"] == str(number + 1)
    assert early[0].sdp() == ANSWER
    assert not world.times("200 INVITE")
    wire.send("PRACK", f"RAck: {number + 1} 1 INVITE")
    (final,) = [message for _, message in world.sent if name(message) == "200 INVITE"]
    assert final.sdp() is None, "the answer went before it"
    wire.send("ACK", sequence=1)
    assert world.bob.state == "confirmed"


def test_a_reliable_response_that_nobody_acknowledges_ends_the_call(world: World, wire: Wire) -> None:
    world.bob.takes = lambda call: call.ring()
    wire.send("INVITE", "Require: 100rel", body=OFFER)
    world.time.run(40)
    assert world.times("180 INVITE")[:5] == [0, 0.5, 1.5, 3.5, 7.5]
    assert world.bob.events == [("ended", "refused", 504)]


def test_an_extension_that_we_do_not_know_is_named(wire: Wire) -> None:
    refusal = wire.send("INVITE", "Require: 100rel, precondition", body=OFFER)[-1]
    assert (refusal.code, refusal.headers["Unsupported"]) == (420, "precondition")


def test_methods_that_would_make_us_do_something_elsewhere_are_not_allowed(world: World, wire: Wire) -> None:
    wire.send("INVITE", body=OFFER)
    wire.send("ACK", sequence=1)
    for method in ("REFER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH", "REGISTER"):
        assert codes(wire.send(method, "Refer-To: <sip:9@elsewhere.invalid>")) == [405]
    assert world.bob.state == "confirmed"


def test_an_invite_that_came_by_two_ways_is_one_call(world: World, wire: Wire) -> None:
    world.bob.takes = lambda call: call.ring()
    to = wire.to
    wire.send("INVITE", body=OFFER)
    wire.to = to
    assert codes(wire.send("INVITE", body=OFFER, sequence=1, branch="other"))[-1] == 482
    assert len(world.bob.calls) == 1


def test_requests_of_another_machine_are_not_in_the_dialog(world: World, wire: Wire) -> None:
    wire.send("INVITE", body=OFFER)
    wire.send("ACK", sequence=1)
    wire.peer = type(wire.peer)("udp", "10.0.0.66", 5060)
    assert codes(wire.send("BYE")) == [481]
    assert world.bob.state == "confirmed"


def test_who_refreshes_does_so_at_half_the_time_and_the_call_goes_on(world: World) -> None:
    world.alice.dial(world.bob)
    world.time.run(3 * SESSION_EXPIRES)
    assert world.times("UPDATE") == pytest.approx([900 * n for n in range(len(world.times("UPDATE")))], abs=1)
    assert len(world.times("UPDATE")) == 5 or len(world.times("UPDATE")) == 6
    assert world.alice.state == world.bob.state == "confirmed"


def test_a_call_whose_other_end_is_gone_ends_at_both(world: World) -> None:
    world.alice.dial(world.bob)
    world.time.run(10)
    world.link.loss = 1.0
    world.time.run(2 * SESSION_EXPIRES)
    assert world.alice.events[-1] == ("ended", "failed", None)
    assert world.bob.events[-1] == ("ended", "failed", None)
    assert world.time.pending == 0


def test_who_never_decides_about_a_call_refuses_it(world: World) -> None:
    world.bob.takes = lambda call: call.ring()
    world.alice.dial(world.bob, ring_seconds=1000)
    world.time.run(200)
    assert world.bob.events == [("ended", "no_answer", 480)]
    assert world.alice.events == [("ringing",), ("ended", "no_answer", 480)]


@pytest.mark.parametrize(
    ("status", "reason"),
    [(486, "busy"), (600, "busy"), (480, "no_answer"), (408, "no_answer"), (404, "refused"), (603, "refused"),
     (503, "unreachable"), (302, "refused")],
)  # fmt: skip
def test_a_refusal_says_why(world: World, status: int, reason: str) -> None:
    world.bob.takes = lambda call: call.reject(status)
    world.alice.dial(world.bob)
    world.time.run(40)
    assert world.alice.events == [("ended", reason, status)]
    assert world.time.pending == 0


def test_of_two_telephones_that_answer_the_second_is_hung_up_on(world: World) -> None:
    world.bob.core.receive = lambda _: None  # type: ignore[method-assign]
    world.alice.dial(world.bob)
    world.time.run(0.1)
    invite = world.sent[0][1]
    for tag in ("one", "two", "one"):
        headers = [
            ("Via", invite.headers["Via"]),
            ("From", invite.headers["From"]),
            ("To", f"<sip:1@10.0.0.2>;tag={tag}"),
        ]
        headers += [("Call-ID", invite.call_id), ("CSeq", invite.headers["CSeq"]), ("Contact", f"<sip:{tag}@10.0.0.2>")]
        headers += [("Content-Type", "application/sdp")]
        data = encode("SIP/2.0 200 OK", headers, tag.encode())
        world.alice.core.receive(parse(data, world.bob.peer))
    world.time.run(1)
    acks = [message.to_tag for _, message in world.sent if name(message) == "ACK"]
    byes = [message for _, message in world.sent if name(message) == "BYE"]
    assert acks == ["one", "two", "one"]
    assert {bye.to_tag for bye in byes} == {"two"}
    assert world.alice.events == [("answered", "one")]
    assert isinstance(byes[0], IncomingRequest)
    assert byes[0].uri.user == "two"


def test_requests_follow_the_recorded_route(world: World, wire: Wire) -> None:
    wire.send("INVITE", "Record-Route: <sip:10.0.0.1:5070;lr>, <sip:far.invalid;lr>", body=OFFER)
    wire.send("ACK", sequence=1)
    world.bob.calls[0].hang_up()
    world.time.run(0.1)
    bye = wire.last()
    assert bye.headers.getlist("Route") == ["<sip:10.0.0.1:5070;lr>", "<sip:far.invalid;lr>"]
    assert str(bye.uri) == "sip:2@10.0.0.1"


def test_a_target_outside_of_the_trunk_is_not_where_requests_go(world: World, wire: Wire) -> None:
    carried = []
    wire.send("INVITE", "Record-Route: <sip:192.0.2.9:99;lr>", body=OFFER)
    world.carry = lambda source, to, data: carried.append(to)  # type: ignore[method-assign]
    world.bob.calls[0].hang_up()
    wire.send("ACK", sequence=1)
    assert set(carried) == {wire.peer}
