"""The polls: the last choice counts, and nobody is named who need not be."""

from __future__ import annotations

import secrets

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.records import MeetingRecord, PollLine, PollRecord, Records, Results
from tests.records.conftest import NOW


def poll(meeting: MeetingRecord, number: int = 1, *, anonymous: bool = False) -> PollRecord:
    return PollRecord(
        meeting=meeting.id,
        id=number,
        question="Setuju?",
        options=["Ya", "Tidak", "Abstain"],
        kind="multiple",
        anonymous=anonymous,
        state="open",
        created_at=NOW,
    )


votes = st.lists(
    st.tuples(st.integers(1, 2), st.sampled_from("ABCD"), st.lists(st.integers(0, 2), max_size=4)), max_size=25
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(votes=votes, anonymous=st.booleans())
async def test_the_last_choice_of_each_person_counts(
    records: Records, votes: list[tuple[int, str, list[int]]], anonymous: bool
) -> None:
    meeting = await records.meetings.add(secrets.token_hex(6), NOW)
    polls = {number: poll(meeting, number, anonymous=anonymous) for number in (1, 2)}
    for each in polls.values():
        records.polls.put(each)
    last: dict[int, dict[str, set[int]]] = {1: {}, 2: {}}
    for number, person, options in votes:
        records.polls.voted(polls[number], person, f"name of {person}", options, NOW)
        last[number][person] = set(options)
    lines = await records.polls.export(meeting.id)
    assert [(line.poll, line.option) for line in lines] == [(n, o) for n in (1, 2) for o in ("Ya", "Tidak", "Abstain")]
    for number, chosen in last.items():
        who = [[person for person in "ABCD" if option in chosen.get(person, ())] for option in range(3)]
        results = await records.polls.results(polls[number])
        assert results == Results(tuple(map(len, who)), sum(bool(options) for options in chosen.values()))
        names = [tuple(f"name of {person}" for person in people) for people in who]
        exported = [line for line in lines if line.poll == number]
        assert [line.votes for line in exported] == list(results.counts)
        assert [line.names for line in exported] == ([()] * 3 if anonymous else names)
    if anonymous:
        assert {vote.name for vote in await records.polls.votes(meeting.id)} <= {None}


async def test_a_poll_is_edited_opened_and_closed(records: Records, meeting: MeetingRecord) -> None:
    asked = poll(meeting)
    asked.state = "draft"
    records.polls.put(asked)
    assert await records.polls.export(meeting.id) == []
    asked.question, asked.options, asked.state, asked.opened_at = "Setuju atau tidak?", ["Ya", "Tidak"], "open", NOW
    records.polls.put(asked)
    records.polls.voted(asked, "A", "Made", [1], NOW)
    asked.state, asked.closed_at = "closed", NOW
    records.polls.put(asked)
    (kept,) = await records.polls.of(meeting.id)
    assert kept.values() == asked.values()
    assert await records.polls.export(meeting.id) == [
        PollLine(1, "Setuju atau tidak?", "Ya", 0, ()),
        PollLine(1, "Setuju atau tidak?", "Tidak", 1, ("Made",)),
    ], "and its votes stand"


async def test_a_poll_goes_with_its_votes_and_leaves_the_others(records: Records, meeting: MeetingRecord) -> None:
    first, second = poll(meeting), poll(meeting, 2)
    for each in (first, second):
        records.polls.put(each)
        records.polls.voted(each, "A", "Made", [0], NOW)
    records.polls.deleted(first)
    assert [kept.id for kept in await records.polls.of(meeting.id)] == [2]
    (vote,) = await records.polls.votes(meeting.id)
    assert vote.poll == 2
    assert "Made" not in repr(vote)
