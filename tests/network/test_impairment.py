"""The emulated link's arithmetic, in virtual time."""

from __future__ import annotations

import pytest

from tests.network.impairment import Conditions, Direction

PACKET = bytes(1000)
"""8,000 bits: 10 ms at 800 kbit/s."""


def drain(link: Direction) -> list[tuple[float, bytes]]:
    """All that is still to arrive, each with its time in seconds; the link is asked only when it says."""
    arrivals = []
    while (at := link.next_at()) is not None:
        arrivals += [(round(at, 9), packet) for packet in link.arrived(at)]
    return arrivals


def times(link: Direction) -> list[float]:
    return [at for at, _ in drain(link)]


def test_a_free_link_passes_everything_on_at_once() -> None:
    link = Direction(Conditions())
    link.offer(5.0, b"a")
    link.offer(5.0, b"b")
    assert link.arrived(5.0) == [b"a", b"b"]
    assert link.next_at() is None


def test_packets_leave_one_after_the_other_at_the_rate() -> None:
    link = Direction(Conditions(rate=800_000, delay=0.05))
    for _ in range(3):
        link.offer(1.0, PACKET)
    link.offer(2.0, PACKET)
    assert times(link) == [1.06, 1.07, 1.08, 2.06]


def test_the_queue_holds_its_time_and_drops_what_comes_on_top() -> None:
    link = Direction(Conditions(rate=800_000, queue=0.1))
    for _ in range(50):
        link.offer(0.0, PACKET)
    assert link.counters.queue_drops == 50 - 11  # up to 100 ms wait, and the one that fills it up
    link.offer(0.05, PACKET)  # there is room again
    assert len(drain(link)) == 12


def test_a_sender_at_twice_the_rate_gets_half_through() -> None:
    link = Direction(Conditions(rate=400_000, queue=0.2))
    arrived = []
    for number in range(1000):
        arrived += link.arrived(number / 100)
        link.offer(number / 100, PACKET)
    arrived += link.arrived(9.99)
    assert len(arrived) * 8000 == pytest.approx(400_000 * 9.99, abs=8000)


def test_what_waits_goes_on_at_the_new_rate_when_it_changes() -> None:
    link = Direction(Conditions(rate=800_000))
    link.offer(0.0, PACKET)
    link.offer(0.0, PACKET)
    link.change(0.005, Conditions(rate=80_000))  # half of the first is through; the rest takes ten times as long
    assert times(link) == [0.055, 0.155]


def test_what_waits_goes_at_once_when_the_limit_is_lifted() -> None:
    link = Direction(Conditions(rate=8_000))
    link.offer(0.0, b"first")
    link.offer(0.0, b"second")
    link.change(0.001, Conditions())
    link.offer(0.001, b"third")
    assert link.arrived(0.001) == [b"first", b"second", b"third"]


def test_jitter_spreads_arrivals_but_never_their_order() -> None:
    link = Direction(Conditions(delay=0.02, jitter=0.03), seed=1)
    sent = [f"{number}".encode() for number in range(500)]
    for number, packet in enumerate(sent):
        link.offer(number / 1000, packet)
    arrivals = drain(link)
    assert [packet for _, packet in arrivals] == sent
    under_way = [at - number / 1000 for number, (at, _) in enumerate(arrivals)]
    assert min(under_way) >= 0.02 - 1e-9
    assert max(under_way) <= 0.05 + 1e-9
    assert max(under_way) - min(under_way) > 0.02


def test_a_shorter_delay_overtakes_nothing_that_is_under_way() -> None:
    link = Direction(Conditions(delay=0.1))
    link.offer(0.0, b"early")
    link.change(0.01, Conditions())
    link.offer(0.01, b"late")
    assert drain(link) == [(0.1, b"early"), (0.1, b"late")]


def survivors(seed: int, loss: float = 0.1) -> list[int]:
    link = Direction(Conditions(loss=loss), seed=seed)
    for number in range(20_000):
        link.offer(0.0, number.to_bytes(4, "big"))
    return [int.from_bytes(packet, "big") for packet in link.arrived(0.0)]


def test_the_share_of_loss_is_kept_and_the_seed_says_which() -> None:
    assert len(survivors(1)) == pytest.approx(18_000, abs=200)
    assert survivors(1) == survivors(1)
    assert survivors(1) != survivors(2)


def test_an_outage_lets_nothing_through_and_costs_rate_all_the_same() -> None:
    link = Direction(Conditions(rate=800_000, loss=1.0))
    link.offer(0.0, PACKET)
    link.offer(0.0, PACKET)
    link.change(0.015, Conditions(rate=800_000))
    assert times(link) == [0.02]
    assert link.counters.lost == 1


def test_every_packet_is_accounted_for() -> None:
    link = Direction(Conditions(rate=400_000, queue=0.05, delay=0.03, jitter=0.01, loss=0.2), seed=3)
    for number in range(1000):
        link.offer(number / 200, PACKET)
    delivered = len(drain(link))
    seen = link.counters
    assert (seen.offered, seen.delivered, seen.delivered_bytes) == (1000, delivered, delivered * 1000)
    assert seen.queue_drops + seen.lost + seen.delivered == 1000
    assert min(seen.queue_drops, seen.lost, seen.delivered) > 0


@pytest.mark.parametrize("wrong", [{"rate": 0}, {"loss": 1.5}, {"delay": -0.1}])
def test_conditions_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"rate|loss|times"):
        Conditions(**wrong)
