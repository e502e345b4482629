"""A weak side and a good side: namespaces with an emulated link between them, a server and a Chromium on the good side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.network.link import Link, link
from tests.network.namespaces import Namespace, namespace, why_not
from tests.network.sides import SERVER_ADDRESS


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
