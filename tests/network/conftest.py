"""A weak and a good side: namespaces with an emulated link between them, and what runs in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.network.link import Link, link
from tests.network.namespaces import Namespace, namespace, why_not
from tests.network.sides import SERVER_ADDRESS, GoodSide, WeakSide, good_side_in, weak_side_in


@pytest.fixture
def good_place() -> Iterator[Namespace]:
    """A namespace that the server's address belongs to."""
    if reason := why_not():
        pytest.skip(reason)
    with namespace("good") as place:
        place.ip("address", "add", f"{SERVER_ADDRESS}/32", "dev", "lo")
        yield place


@pytest.fixture
def weak_place(good_place: Namespace) -> Iterator[Namespace]:
    """A namespace without a way out."""
    with namespace("weak") as place:
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
