"""An emulated link carries real packets between namespaces, and goes when it is done with."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.network.impairment import Conditions
from tests.network.link import Link, link
from tests.network.namespaces import Namespace, namespace
from tests.network.sides import SERVER_ADDRESS

pytestmark = pytest.mark.network

IP_AND_UDP = 28


Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends(weak_place: Namespace, good_place: Namespace, weak_link: Link) -> Iterator[Ends]:
    """A socket on the weak side, connected to one on the good side, and that."""
    with weak_place.udp_socket() as weak, good_place.udp_socket(SERVER_ADDRESS) as good:
        weak.connect(good.getsockname())
        for end in (weak, good):
            end.settimeout(2)
        weak.send(b"here I am")
        good.connect(good.recvfrom(100)[1])
        yield weak, good


def test_datagrams_go_both_ways(ends: Ends, weak_link: Link) -> None:
    weak, good = ends
    weak.send(b"up")
    assert good.recv(100) == b"up"
    good.send(b"down")
    assert weak.recv(100) == b"down"
    traffic = weak_link.traffic()
    assert (traffic.up.delivered, traffic.down.delivered) == (2, 1)


def test_each_direction_is_changed_by_itself_while_the_link_runs(ends: Ends, weak_link: Link) -> None:
    weak, good = ends
    weak_link.change(up=Conditions(loss=1.0))
    weak.send(b"lost")
    good.send(b"heard")
    assert weak.recv(100) == b"heard"
    assert weak_link.change(up=Conditions()).up.lost == 1
    weak.send(b"heard again")
    assert good.recv(100) == b"heard again"


def test_no_packet_is_early_and_none_comes_faster_than_the_rate(ends: Ends, weak_link: Link) -> None:
    weak, good = ends
    weak_link.change(up=Conditions(rate=1_000_000, queue=1.0, delay=0.05))
    began = time.monotonic()
    for number in range(40):
        weak.send(number.to_bytes(1, "big") + bytes(999))
    for number in range(40):
        assert good.recv(2000)[0] == number
        on_the_way = (number + 1) * (1000 + IP_AND_UDP) * 8 / 1_000_000
        assert time.monotonic() - began >= 0.05 + on_the_way


def test_nothing_gets_out_but_by_the_link(weak_place: Namespace, weak_link: Link) -> None:
    routes = subprocess.run(
        weak_place.command("ip", "-json", "route", "get", "192.0.2.1"), check=True, capture_output=True, text=True
    )
    assert '"eth0"' in routes.stdout
    with namespace("lonely") as lonely, lonely.udp_socket() as sender, pytest.raises(OSError, match="unreachable"):
        sender.sendto(b"", (SERVER_ADDRESS, 9))


def test_a_second_link_takes_over_where_the_first_is_unplugged(
    weak_place: Namespace, good_place: Namespace, weak_link: Link
) -> None:
    with (
        link(weak_place, good_place, number=1) as second,
        weak_place.udp_socket() as weak,
        good_place.udp_socket(SERVER_ADDRESS) as good,
    ):
        good.settimeout(2)
        weak.sendto(b"by the first", good.getsockname())
        assert good.recvfrom(100)[1][0] == weak_link.weak_address
        weak_place.ip("link", "set", "dev", "eth0", "down")
        weak.sendto(b"by the second", good.getsockname())
        assert good.recvfrom(100)[1][0] == second.weak_address
        good.sendto(b"to a plug that hangs loose", (weak_link.weak_address, 9))
        assert weak_link.traffic().up.delivered == 1


def test_all_is_gone_afterwards_also_when_it_ends_badly(good_place: Namespace) -> None:
    class TroubleError(Exception): ...

    with suppress(TroubleError), namespace("brief") as brief, link(brief, good_place, number=7):
        left_over = subprocess.Popen(brief.command("sleep", "60"))
        raise TroubleError
    assert left_over.wait(5) != 0
    names = subprocess.run(["ip", "netns", "list"], check=True, capture_output=True, text=True).stdout
    assert brief.name not in names
    devices = subprocess.run(good_place.command("ip", "-brief", "link"), check=True, capture_output=True, text=True)
    assert "link7" not in devices.stdout
