"""What is said of a connection in real browsers, while the link behind it becomes bad, good and broken."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import choose
from tests.browser.test_quality import entry
from tests.network.impairment import Conditions
from tests.network.sides import GoodSide, WeakSide, meet

pytestmark = pytest.mark.browser

FREE = Conditions()


async def test_whoever_is_behind_a_weak_link_is_told_so_and_the_other_sees_it_end_and_break(
    good_side: GoodSide, weak_side: WeakSide
) -> None:
    lossy = Conditions(loss=0.2, delay=0.03)
    meeting = await meet(good_side, weak_side, lossy)
    good, weak = meeting.good, meeting.weak
    await choose(good, "People")
    budi = entry(good, "Budi")
    await expect(budi.get_by_text("Connection: weak")).to_be_attached(timeout=30_000)
    await expect(weak.get_by_role("status").filter(has_text="Your connection is weak")).to_be_visible()
    await expect(entry(good, "Ayu").get_by_text("Connection: good")).to_be_attached()
    await expect(good.get_by_role("button", name="Your connection is good")).to_be_visible()

    weak_side.link.change(up=FREE, down=FREE)
    await expect(budi.get_by_text("Connection: good")).to_be_attached(timeout=40_000)
    await expect(weak.get_by_role("button", name="Your connection is good")).to_be_visible()

    weak_side.link.change(up=Conditions(loss=1), down=Conditions(loss=1))
    await expect(budi.get_by_text("Connection: lost")).to_be_attached(timeout=20_000)
