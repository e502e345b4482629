"""Who may speak in a call."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.phone.source_lock import CONSISTENT, EXPECTED, SourceLock

PHONE, NAT, STRANGER = ("192.0.2.1", 4_000), ("198.51.100.1", 5_000), ("203.0.113.9", 6_000)


def plain(lock: SourceLock, source: tuple[str, int], ssrc: int, count: int, *, now: float = 0.0) -> list[bool]:
    return [lock.admit(now + i / 50, source, ssrc, i, authentic=False) for i in range(count)]


def locked() -> SourceLock:
    lock = SourceLock()
    lock.expect(PHONE)
    assert plain(lock, PHONE, 1, 10)[EXPECTED - 1 :] == [True] * (11 - EXPECTED)
    return lock


def test_who_is_where_the_sdp_said_is_taken_sooner_than_who_comes_through_a_nat() -> None:
    locked()
    lock = SourceLock()
    lock.expect(PHONE)
    assert lock.address == PHONE
    assert plain(lock, NAT, 1, 6) == [False] * (CONSISTENT - 1) + [True] * (7 - CONSISTENT)
    assert lock.address == NAT


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 65_535), max_size=60))
def test_no_stranger_gets_in_whatever_they_send(ssrc: int, sequences: list[int]) -> None:
    lock = locked()
    assert not any(lock.admit(0.3, STRANGER, ssrc, sequence, authentic=False) for sequence in sequences)
    assert not any(plain(lock, STRANGER, ssrc, 60, now=100.0)), "not even in a silence"
    assert lock.address == PHONE


def test_scattered_packets_lock_nothing() -> None:
    lock = SourceLock()
    lock.expect(PHONE)
    assert not any(lock.admit(0, STRANGER, 7, sequence, authentic=False) for sequence in range(0, 60_000, 600))
    assert not any(lock.admit(0, STRANGER, sequence, sequence, authentic=False) for sequence in range(100))


def test_the_same_address_goes_on_under_another_ssrc_after_a_silence_alone() -> None:
    lock = locked()
    assert not any(plain(lock, PHONE, 2, 10, now=0.3))
    assert plain(lock, PHONE, 3, 10, now=10.0)[-1]


def test_a_new_address_lets_another_in_and_the_old_one_speak_until_then() -> None:
    lock = locked()
    lock.expect(STRANGER)
    assert lock.admit(1, PHONE, 1, 11, authentic=False)
    assert lock.address == STRANGER, "what is sent goes where the SDP says now"
    assert plain(lock, NAT, 2, CONSISTENT, now=1)[-1]
    assert lock.address == NAT
    assert not lock.admit(2, PHONE, 1, 12, authentic=False)


def test_an_offer_that_changes_nothing_lets_no_stranger_in() -> None:
    lock = locked()
    lock.expect(PHONE)
    assert not any(plain(lock, STRANGER, 9, 60, now=0.3))
    assert plain(lock, PHONE, 2, EXPECTED, now=0.4)[-1], "its own address may have another SSRC"


def test_where_nobody_moves_after_all_the_old_source_stays_and_strangers_come_too_late() -> None:
    lock = locked()
    lock.expect(NAT)
    assert lock.admit(0.3, PHONE, 1, 11, authentic=False)
    assert lock.admit(6.0, PHONE, 1, 12, authentic=False)
    assert lock.address == PHONE
    assert not any(plain(lock, STRANGER, 9, 60, now=6.1))
    assert plain(lock, NAT, 9, EXPECTED, now=9.0)[-1], "the SDP's own address may come later still, in a silence"


def test_what_is_authentic_may_come_from_elsewhere() -> None:
    lock = SourceLock()
    lock.expect(PHONE)
    assert lock.admit(0, NAT, 1, 1, authentic=True)
    assert lock.address == NAT
    assert lock.admit(1, PHONE, 1, 2, authentic=True)
    assert lock.address == PHONE
