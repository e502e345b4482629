"""A weak and a good side: namespaces with an emulated link between them, and what runs in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.network.link import Link, link
from tests.network.namespaces import Namespace, why_not
from tests.network.sides import GoodSide, WeakSide, good_place, good_side_in, weak_place, weak_side_in


@pytest.fixture(name="good_place")
def _good_place() -> Iterator[Namespace]:
    """Where the server is; without the means for it, the test is skipped."""
    if reason := why_not():
        pytest.skip(reason)
    with good_place() as place:
        yield place


@pytest.fixture(name="weak_place")
def _weak_place(good_place: Namespace) -> Iterator[Namespace]:
    """A namespace without a way out."""
    with weak_place() as place:
        yield place


@pytest.fixture
def weak_link(good_place: Namespace, weak_place: Namespace) -> Iterator[Link]:
    """The only way between the two; free at first."""
    with link(weak_place, good_place) as made:
        yield made


@pytest.fixture
async def good_side(good_place: Namespace, weak_link: Link, tmp_path: Path) -> AsyncIterator[GoodSide]:
    """The server and a Chromium beside it."""
    async with good_side_in(good_place, tmp_path) as side:
        yield side


@pytest.fixture
async def weak_side(weak_place: Namespace, weak_link: Link, tmp_path: Path) -> AsyncIterator[WeakSide]:
    """A Chromium behind the link."""
    async with weak_side_in(weak_place, weak_link, tmp_path) as side:
        yield side
