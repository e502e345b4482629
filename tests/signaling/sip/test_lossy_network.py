"""Two user agents of ours over a network that loses, repeats and reorders: they always come to the same end."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.sip.session_timer import SESSION_EXPIRES
from tests.signaling.sip.simulation import ANSWER, OFFER, World

moments = st.none() | st.floats(0, 40)


@settings(max_examples=300)
@given(
    seed=st.integers(0, 2**32),
    loss=st.sampled_from([0, 0.1, 0.3, 0.6]),
    repeat=st.sampled_from([0, 0.2]),
    slowest=st.sampled_from([0.02, 0.4, 1.5]),
    ring=moments,
    decide=moments,
    takes=st.booleans(),
    caller_ends=moments,
    callee_ends=moments,
)
def test_both_ends_agree_once_the_network_is_good_again(
    seed: int,
    loss: float,
    repeat: float,
    slowest: float,
    ring: float | None,
    decide: float | None,
    takes: bool,
    caller_ends: float | None,
    callee_ends: float | None,
) -> None:
    world = World(seed=seed, loss=loss, repeat=repeat, delay=(0.01, slowest))
    alice, bob, later = world.alice, world.bob, world.time.call_later

    def on_call(call: object) -> None:
        mine = bob.calls[-1]
        if ring is not None:
            later(ring, mine.ring)
        if decide is not None:
            later(decide, mine.accept if takes else mine.reject, ANSWER if takes else 486)
        if callee_ends is not None:
            later(callee_ends, mine.hang_up)

    bob.takes = on_call
    call = alice.dial(bob)
    if caller_ends is not None:
        later(caller_ends, call.hang_up)
    world.time.run(120)
    world.link.loss = world.link.repeat = 0
    world.time.run(300)
    # Where a BYE was lost for all of its time, the session timer finds out.
    world.time.run(2 * SESSION_EXPIRES)

    states = {alice.state, *(mine._session.state for mine in bob.calls if mine._session)}
    assert len(bob.calls) <= 1, "repetitions of an INVITE are no second call"
    assert states in ({"ended"}, {"confirmed"})
    assert [event[0] for event in alice.events].count("ended") == (states == {"ended"})
    if states == {"ended"}:
        assert not alice.core.dialogs
        assert not bob.core.dialogs
        world.time.run(60)
        assert len(alice.core.transactions) == len(bob.core.transactions) == world.time.pending == 0
    else:
        assert caller_ends is None
        assert callee_ends is None
        assert ("answered", ANSWER) in alice.events
        assert bob.calls[0].offer == OFFER


@settings(max_examples=100)
@given(
    seed=st.integers(0, 2**32), at=st.lists(st.floats(1, 20), min_size=1, max_size=6), loss=st.sampled_from([0, 0.3])
)
def test_both_hang_up_at_any_moment_and_nothing_is_left(seed: int, at: list[float], loss: float) -> None:
    world = World(seed=seed, loss=loss, delay=(0.01, 0.3))
    call = world.alice.dial(world.bob)
    for index, moment in enumerate(at):
        end = call.hang_up if index % 2 else lambda: world.bob.calls and world.bob.calls[0].hang_up()
        world.time.call_later(moment, end)
    world.time.call_later(30, call.hang_up)
    world.time.run(100)
    world.link.loss = 0
    world.time.run(2 * SESSION_EXPIRES + 200)
    assert world.alice.state == "ended"
    assert world.bob.state in ("ended", "none")
    assert world.time.pending == 0
