"""A live meeting over the real media edge: grace, silence, slots, ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pyee import EventEmitter

from server._plane import MAX_LAYERS
from server.directory import Directory, NoSuchMeetingError, new_code
from server.door import Newcomer
from server.media import Connection, MediaEdge
from server.meeting import Meeting
from server.participant import Participant, Person, Tile, View
from server.records import Records
from server.room import BadNameError, ScreenTakenError
from server.seat import Seat

GRACE = 0.1


@pytest.fixture
async def edge() -> AsyncIterator[MediaEdge]:
    edge = await MediaEdge.start(host="127.0.0.1", port=0, video_slots=3)
    yield edge
    await edge.close()


@pytest.fixture
def meeting(edge: MediaEdge) -> Meeting:
    return Meeting("abc-defg-hjk", edge, GRACE)


@pytest.fixture
async def directory(edge: MediaEdge, tmp_path: Path) -> AsyncIterator[Directory]:
    records = await Records.open(tmp_path)
    directory = Directory(edge, records, GRACE)
    yield directory
    directory.close()
    await records.close()


def take(meeting: Meeting, name: str, *, camera: bool = True) -> Seat:
    return meeting.join(newcomer(name, camera=camera))


async def enter(directory: Directory, code: str, name: str) -> Seat:
    seat = await directory.enter(code, newcomer(name))
    assert isinstance(seat, Seat)
    return seat


def newcomer(name: str, *, camera: bool = False) -> Newcomer:
    return Newcomer(name, Person(name), camera=camera)


async def event(emitter: EventEmitter, name: str) -> Any:
    """The arguments of the next event of this name."""
    heard: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    emitter.once(name, lambda *arguments: heard.set_result(arguments))
    async with asyncio.timeout(5):
        return await heard


class Wishes:
    """Counts what a connection is asked to show, and passes it on to the real one."""

    def __init__(self, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, Connection | None, int]] = []
        self.priorities: dict[Connection, str] = {}
        show: Callable[..., None] = connection.show

        def spy(
            mid: str, source: Connection | None, max_layer: int = 0, max_temporal: int = 3, priority: str = "tile"
        ) -> None:
            self.asked.append((mid, source, max_layer))
            if source is not None:
                self.priorities[source] = priority
            show(mid, source, max_layer, max_temporal, priority)

        monkeypatch.setattr(connection, "show", spy)


def watching(seat: Seat) -> list[str | None]:
    """Whom each of a seat's slots is to show."""
    return [assignment.participant if assignment else None for assignment in seat.assignments]


async def turn() -> None:
    """Let the loop do what is due now."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_a_lost_session_keeps_its_seat_for_the_grace_time_and_then_loses_it(meeting: Meeting) -> None:
    stays, lost = take(meeting, "A"), take(meeting, "B")
    meeting.vanish(lost)
    assert lost.participant in list(meeting.room)
    assert await event(lost, "gone") == ("vanished",)
    assert list(meeting.room) == [stays.participant]
    assert meeting.resume(lost.token) is None


async def test_a_seat_taken_again_within_the_grace_time_stays(meeting: Meeting) -> None:
    seat = take(meeting, "A")
    replaced = asyncio.ensure_future(event(seat, "replaced"))
    await turn()
    meeting.vanish(seat)
    assert meeting.resume(seat.token) is seat
    await replaced
    await asyncio.sleep(GRACE * 2)  # nothing may happen in this time, so there is nothing to await
    assert list(meeting.room) == [seat.participant]
    assert meeting.resume("") is None
    assert meeting.resume("\ud800") is None


async def test_dead_media_ends_a_participation(meeting: Meeting) -> None:
    take(meeting, "A")
    seat = take(meeting, "B")
    gone = asyncio.ensure_future(event(seat, "gone"))
    await turn()
    seat.connection.emit("dead")
    assert await gone == ("media_timeout",)
    assert len(meeting.room) == 1


async def test_whoever_left_is_given_up_once(meeting: Meeting) -> None:
    seat = take(meeting, "A")
    reasons: list[str] = []
    seat.on("gone", reasons.append)
    meeting.depart(seat, "left")
    meeting.depart(seat, "media_timeout")
    meeting.vanish(seat)
    assert reasons == ["left"]
    assert seat.vanishing is None


async def test_before_any_view_cameras_fill_the_slots_by_arrival_in_small(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    seats = [take(meeting, name) for name in "ABCDE"]
    wishes = Wishes(seats[0].connection, monkeypatch)
    await turn()
    assert wishes.asked == [(f"v{n}", seats[n + 1].connection, 0) for n in range(3)]


async def test_many_changes_in_one_turn_of_the_loop_are_one_assignment(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    seats = [take(meeting, name) for name in "ABCD"]
    await turn()
    wishes = Wishes(seats[0].connection, monkeypatch)
    meeting.set_media(seats[1], microphone=True, camera=False)
    meeting.set_view(seats[0], View((Tile(seats[3].participant.id, 720),)))
    meeting.set_view(seats[0], View((Tile(seats[3].participant.id, 360), Tile("nobody", 360))))
    await turn()
    assert len(wishes.asked) == 3, "one word for each of the three slots"
    assert [watching(seats[0]).count(seat.participant.id) for seat in seats] == [0, 0, 0, 1]
    assert (f"v{watching(seats[0]).index(seats[3].participant.id)}", seats[3].connection, 1) in wishes.asked


async def test_with_more_cameras_than_slots_who_speaks_is_shown(
    edge: MediaEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting("abc-defg-hjk", edge, GRACE)
    seats = [take(meeting, name) for name in "ABCDEF"]
    await turn()
    watcher, speaker = seats[0], seats[5]
    assert speaker.participant.id not in watching(watcher)
    before = list(watching(watcher))
    meeting._media.emit("dominant", speaker.connection)
    await turn()
    assert speaker.participant.id in watching(watcher)
    assert sum(now != then for now, then in zip(watching(watcher), before, strict=True)) == 1
    assert meeting.room.dominant is speaker.participant


async def test_who_spoke_last_comes_first_on_a_weak_link(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher, one, other = (take(meeting, name) for name in "ABC")
    wishes = Wishes(watcher.connection, monkeypatch)
    await turn()
    assert wishes.priorities == {one.connection: "tile", other.connection: "tile"}
    for speaker in (one, other, watcher):  # the last is oneself, and nobody sees themselves
        meeting._media.emit("dominant", speaker.connection)
    await turn()
    assert wishes.priorities == {one.connection: "tile", other.connection: "speaker"}


async def test_a_paused_slot_tells_whose_picture_is_held_back(meeting: Meeting) -> None:
    watcher, one, *_, other = (take(meeting, name) for name in "ABCDE")
    told: list[tuple[str, bool]] = []
    watcher.on("paused", lambda mid, paused: told.append((mid, paused)))

    def first_slot() -> tuple[Participant | None, bool]:
        occupancy = watcher.occupancy("v0")
        return occupancy.participant, occupancy.paused

    await turn()
    watcher.connection.pause("v0", True)
    assert first_slot() == (one.participant, True), "though no packet of it has been sent"
    assert [occupancy.mid for occupancy in watcher.occupancies() if occupancy.paused] == ["v0"]
    watcher.connection.pause("v0", False)
    assert first_slot() == (None, False)
    watcher.connection.occupy("v0", one.connection)
    watcher.connection.pause("v0", True)
    assert first_slot() == (one.participant, True)
    meeting.set_view(watcher, View((Tile(other.participant.id, 180),)))
    await turn()
    assert first_slot() == (other.participant, True), "it is another's now, and held back as well"
    assert watcher.connection.occupants["v0"] is None
    assert told == [("v0", True), ("v0", False), ("v0", True), ("v0", True)]


async def test_nothing_is_held_back_in_a_slot_that_is_to_show_nobody(meeting: Meeting) -> None:
    watcher, shown = take(meeting, "A"), take(meeting, "B")
    told: list[tuple[str, bool]] = []
    watcher.on("paused", lambda mid, paused: told.append((mid, paused)))
    await turn()
    watcher.connection.occupy("v0", shown.connection)
    watcher.connection.pause("v0", True)
    meeting.set_view(watcher, View())
    await turn()
    assert watcher.occupancy("v0").participant is None
    assert told == [("v0", True), ("v0", False)]
    meeting.set_view(watcher, View((Tile(shown.participant.id, 180),)))
    await turn()
    assert watcher.occupancy("v0").participant is shown.participant
    meeting.depart(shown, "left")
    assert told[2:] == [("v0", True), ("v0", False)], "whoever is gone can't be held back"


async def test_a_shared_screen_is_held_back_too(meeting: Meeting) -> None:
    watcher, sharer = take(meeting, "A"), take(meeting, "B")
    meeting.set_media(sharer, microphone=False, camera=False, screen=True)
    await turn()
    watcher.connection.pause("s0", True)
    assert watcher.occupancy("s0").participant is sharer.participant
    assert watcher.occupancy("s0").paused
    meeting.set_media(sharer, microphone=False, camera=False, screen=False)
    await turn()
    assert (watcher.occupancy("s0").participant, watcher.occupancy("s0").paused) == (None, False)


async def test_whoever_leaves_is_in_nobodys_slots(meeting: Meeting) -> None:
    seats = [take(meeting, name) for name in "ABC"]
    await turn()
    meeting.depart(seats[1], "left")
    await turn()
    for seat in (seats[0], seats[2]):
        assert seats[1].participant.id not in watching(seat)
        assert seats[1].connection not in seat.connection.occupants.values()


async def test_a_meeting_ends_with_its_last_participant_and_begins_anew(directory: Directory) -> None:
    code, _ = await directory.create()
    seat = await enter(directory, code, "A")
    assert (await directory.about(code)).participants == 1
    seat.meeting.depart(seat, "left")
    await turn()
    assert code not in directory._live
    assert (await directory.about(code)).participants == 0
    again = await enter(directory, code, "B")
    assert again.meeting is not seat.meeting


async def test_those_who_come_at_once_come_into_one_meeting(directory: Directory) -> None:
    code, _ = await directory.create()
    seats = await asyncio.gather(*(enter(directory, code, f"P{n}") for n in range(10)))
    assert len({seat.meeting for seat in seats}) == 1
    assert (await directory.about(code)).participants == 10


async def test_a_refused_join_begins_no_meeting(directory: Directory) -> None:
    code, _ = await directory.create()
    with pytest.raises(BadNameError):
        await directory.enter(code, newcomer(" "))
    assert not directory._live
    with pytest.raises(NoSuchMeetingError):
        await directory.enter("zzz-zzzz-zzz", newcomer("A"))


def test_codes_are_read_out_without_doubt_and_not_guessed() -> None:
    codes = {new_code() for _ in range(2_000)}
    assert len(codes) == 2_000
    assert all(len(code) == 12 and [len(part) for part in code.split("-")] == [3, 4, 3] for code in codes)
    assert not set("".join(codes)) & set("ilo0123456789")


async def test_publishers_are_told_at_once_of_more_watched_layers_and_late_of_fewer(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.layer_demand.LOWER_AFTER", 0.05)
    watcher, watched = take(meeting, "A"), take(meeting, "B")
    told: list[tuple[int, bool]] = []
    watched.on("layers", lambda camera, screen: told.append((camera, screen)))
    await turn()
    assert told == [(1, False)], "before any view everybody is shown in small"
    meeting.set_view(watcher, View((Tile(watched.participant.id, 720),)))
    await turn()
    meeting.set_view(watcher, View())
    await turn()
    assert told == [(1, False), (3, False)]
    await asyncio.sleep(0.2)
    assert told[2:] == [(0, False)]


async def test_a_slot_that_waits_for_its_next_picture_has_the_one_that_it_shows_go_on(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.layer_demand.LOWER_AFTER", 0.05)
    watcher, shown, follows = (take(meeting, name) for name in "ABC")
    told: list[int] = []
    shown.on("layers", lambda camera, _: told.append(camera))
    meeting.set_view(follows, View())
    meeting.set_view(shown, View())
    meeting.set_view(watcher, View((Tile(shown.participant.id, 360),)))
    await turn()
    mid = watcher.video_slots[watching(watcher).index(shown.participant.id)]
    watcher.connection.occupy(mid, shown.connection)
    await asyncio.sleep(0.2)
    meeting.set_view(watcher, View((Tile(follows.participant.id, 360),)))
    await asyncio.sleep(0.2)
    assert told == [2], "what is seen is sent"
    assert watching(watcher)[watcher.video_slots.index(mid)] == follows.participant.id
    watcher.connection.occupy(mid, follows.connection)
    await asyncio.sleep(0.2)
    assert told == [2, 0]
    meeting.set_view(watcher, View((Tile(shown.participant.id, 360),)))
    await turn()
    meeting.set_view(watcher, View((Tile(follows.participant.id, 360),)))
    await asyncio.sleep(0.2)
    assert told == [2, 0, 2, 0], "whoever never came is not awaited"


async def test_a_shared_screen_is_shown_to_all_who_show_it_and_one_is_shared_at_a_time(meeting: Meeting) -> None:
    sharer, watcher, away = (take(meeting, name) for name in "ABC")
    shown: dict[Seat, object] = {}
    watched: list[bool] = []
    for seat in (sharer, watcher, away):
        seat.connection.show_screen = partial(shown.__setitem__, seat)  # type: ignore[method-assign]
    sharer.on("layers", lambda _, screen: watched.append(screen))
    await turn()
    meeting.set_view(away, View(screen=False))
    meeting.set_media(sharer, microphone=True, camera=True, screen=True)
    with pytest.raises(ScreenTakenError):
        meeting.set_media(watcher, microphone=False, camera=False, screen=True)
    assert (watcher.participant.camera, watcher.participant.screen) == (True, False), "nothing of a refused request"
    shown.clear()
    await turn()
    assert (shown[watcher], shown[away]) == (sharer.connection, None)
    assert watched[-1] is True
    meeting.depart(sharer, "left")
    shown.clear()
    await turn()
    assert shown == {watcher: None, away: None}
    meeting.set_media(watcher, microphone=False, camera=False, screen=True)


async def test_of_several_screens_each_sees_the_latest_or_whose_they_choose_while_it_lasts(meeting: Meeting) -> None:
    meeting.room.policy = replace(meeting.room.policy, several_screens=True)
    first, second, watcher = (take(meeting, name) for name in "ABC")
    shown: dict[Seat, object] = {}
    for seat in (first, second, watcher):
        seat.connection.show_screen = partial(shown.__setitem__, seat)  # type: ignore[method-assign]
    for seat in (first, second):
        meeting.set_media(seat, microphone=False, camera=False, screen=True)
    await turn()
    assert shown == {first: second.connection, second: first.connection, watcher: second.connection}
    meeting.set_view(watcher, View(sharer=first.participant.id))
    await turn()
    assert shown[watcher] is first.connection
    assert (first.demand.told_screen, second.demand.told_screen) == (True, True)
    meeting.set_media(first, microphone=False, camera=False, screen=False)
    await turn()
    assert shown[watcher] is second.connection, "another takes the place of what was chosen"
    meeting.set_view(watcher, View(sharer="nobody"))
    await turn()
    assert shown[watcher] is second.connection


async def test_a_screens_sound_is_heard_by_those_who_show_that_screen_or_only_hid_their_tab(meeting: Meeting) -> None:
    meeting.room.policy = replace(meeting.room.policy, several_screens=True)
    first, second, watcher, away = (take(meeting, name) for name in "ABCD")
    heard: dict[Seat, object] = {}
    for seat in (first, second, watcher, away):
        seat.connection.play_screen_audio = partial(heard.__setitem__, seat)  # type: ignore[method-assign]
    meeting.set_view(away, View(screen=False))
    for seat in (first, second):
        meeting.set_media(seat, microphone=False, camera=False, screen=True)
    await turn()
    assert heard == {first: second.connection, second: first.connection, watcher: second.connection, away: None}
    meeting.set_view(watcher, View(sharer=first.participant.id))
    meeting.set_view(away, View(screen=False, screen_audio=True))
    await turn()
    assert (heard[watcher], heard[away]) == (first.connection, second.connection)
    meeting.set_view(watcher, View(screen_audio=False))
    meeting.set_media(second, microphone=False, camera=False, screen=False)
    await turn()
    assert (heard[watcher], heard[away]) == (None, first.connection)


async def test_publishers_are_asked_for_no_layer_that_reaches_nobody_over_their_link(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.layer_demand.LOWER_AFTER", 0.05)
    watcher, watched = take(meeting, "A"), take(meeting, "B")
    meeting.set_view(watcher, View((Tile(watched.participant.id, 720),)))
    await turn()
    told: list[int] = []
    watched.on("layers", lambda camera, _: told.append(camera))
    connection = watched.connection
    connection.video_track = 77
    connection.limit_layers(78, 1)
    await asyncio.sleep(0.1)
    assert told == [], "another track's limit"
    connection.limit_layers(77, 1)
    await asyncio.sleep(0.1)
    assert told == [1]
    connection.limit_layers(77, 2)
    await turn()
    assert told == [1, 2], "more at once"
    connection.limit_layers(77, MAX_LAYERS)
    await turn()
    assert told == [1, 2, 3], "no more than is wished"
