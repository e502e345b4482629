"""What publishers are told of who watches them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.layer_demand import LOWER_AFTER, LayerDemand


def test_more_is_told_at_once_and_less_only_when_it_has_lasted() -> None:
    demand = LayerDemand()
    assert demand.want(2, False, 0.0)
    assert not demand.want(1, False, 1.0)
    assert demand.told_layers == 2
    assert not demand.want(2, False, 2.0)
    assert demand.lower_at is None, "somebody came back in time"
    assert not demand.want(0, False, 3.0)
    assert not demand.lower(3.0 + LOWER_AFTER - 0.01)
    assert demand.lower(3.0 + LOWER_AFTER)
    assert demand.told_layers == 0


def test_a_screen_is_asked_for_at_once_though_layers_fall() -> None:
    demand = LayerDemand()
    demand.want(3, False, 0.0)
    assert demand.want(0, True, 1.0)
    assert (demand.told_layers, demand.told_screen) == (3, True)
    assert demand.lower(1.0 + LOWER_AFTER)
    assert (demand.told_layers, demand.told_screen) == (0, True)


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.floats(0, 2))))
def test_nobody_who_watches_waits_for_what_the_publisher_was_not_asked_for(
    changes: list[tuple[int, bool, float]],
) -> None:
    demand, now = LayerDemand(), 0.0
    for layers, screen, wait in changes:
        now += wait
        before = (demand.told_layers, demand.told_screen)
        told = demand.want(layers, screen, now)
        assert demand.told_layers >= layers
        assert demand.told_screen or not screen
        assert told == (before != (demand.told_layers, demand.told_screen))
    demand.lower(now + LOWER_AFTER)
    if changes:
        assert (demand.told_layers, demand.told_screen) == changes[-1][:2]
