"""Who may say what to whom, and who may read it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.chairing.policy import Policy
from server.conversation.chat import MAX_PAGE, EmptyMessageError
from server.conversation.conversation import Conversation, NoSuchMessageError, NoSuchPollError, shows_counts
from server.conversation.polls import BadPollError, Poll, PollState
from server.participant import Participant, Person
from server.roles import Role
from server.room import NotPermittedError, Room
from server.text import clean_lines

NOW = datetime(2026, 11, 25, tzinfo=UTC)


class Talk:
    def __init__(self) -> None:
        self.room = Room(inherits=False)
        self.conversation = Conversation(self.room)
        self.host = self.room.join("host", "Host", role=Role.HOST, person=Person("host-key"))
        self.made = self.room.join("made", "Made", person=Person("made-key"))
        self.ketut = self.room.join("ketut", "Ketut", person=Person("ketut-key"))

    def say(self, sender: Participant, text: str, to: Participant | None = None) -> None:
        self.conversation.say(sender, text, to=to.id if to else None, file=None, now=NOW)

    def read(self, reader: Participant) -> list[str]:
        return [message.text for message in self.conversation.chat.page(reader.person.key)[0]]

    def ask(self, **options: bool) -> Poll:
        wanted = {"several": False, "anonymous": True, "live": True, "is_open": True, **options}
        self.conversation.create_poll(self.host, "Setuju?", ["Ya", "Tidak"], **wanted)
        return list(self.conversation.polls)[-1]


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_private_messages_are_for_two_and_not_for_the_chair(talk: Talk) -> None:
    talk.say(talk.made, "to all")
    talk.say(talk.made, "to Ketut", talk.ketut)
    assert talk.read(talk.ketut) == talk.read(talk.made) == ["to all", "to Ketut"]
    assert talk.read(talk.host) == ["to all"]


def test_what_the_chair_has_not_left_open_is_refused_but_a_word_to_the_chair(talk: Talk) -> None:
    talk.room.policy = Policy(chat=False, private_chat=False, react=False)
    for refused in (
        lambda: talk.say(talk.made, "to all"),
        lambda: talk.say(talk.made, "to Ketut", talk.ketut),
        lambda: talk.conversation.react(talk.made, "👍"),
    ):
        with pytest.raises(NotPermittedError):
            refused()
    talk.say(talk.made, "help", talk.host)
    talk.say(talk.host, "to all")
    assert talk.read(talk.host) == ["help", "to all"]


def test_one_takes_ones_own_messages_away_and_the_chair_those_that_it_reads(talk: Talk) -> None:
    for text in ("1", "2"):
        talk.say(talk.made, text)
    talk.say(talk.made, "3", talk.ketut)
    talk.conversation.delete(talk.made, 1)
    with pytest.raises(NoSuchMessageError):
        talk.conversation.delete(talk.ketut, 2)
    with pytest.raises(NoSuchMessageError):
        talk.conversation.delete(talk.host, 3)
    talk.conversation.delete(talk.host, 2)
    assert talk.read(talk.made) == ["3"]


@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b\u2060", "\u3164"])
def test_nothing_visible_is_no_message(talk: Talk, text: str) -> None:
    with pytest.raises(EmptyMessageError):
        talk.say(talk.made, text)


@given(st.text(max_size=200))
def test_cleaned_text_is_clean_and_shows_no_more_than_one_empty_line(text: str) -> None:
    cleaned = clean_lines(text, 100)
    assert clean_lines(cleaned, 100) == cleaned
    assert "\n\n\n" not in cleaned
    assert len(cleaned) <= 100
    assert not any(character in cleaned for character in "\u202e\u2066\r\0")


@given(st.lists(st.sampled_from([None, "made", "ketut", "host"]), max_size=150))
def test_pages_together_are_all_that_one_may_read(recipients: list[str | None]) -> None:
    talk = Talk()
    for number, recipient in enumerate(recipients):
        to = talk.room.get(recipient) if recipient else None
        talk.say(talk.made, str(number), to)
    expected = [str(number) for number, recipient in enumerate(recipients) if recipient in (None, "ketut")]
    read: list[str] = []
    before, more = None, True
    while more:
        page, more = talk.conversation.chat.page("ketut-key", before)
        assert len(page) <= MAX_PAGE
        read = [message.text for message in page] + read
        before = page[0].id if page else None
    assert read == expected


def test_a_vote_replaces_the_one_before_and_can_be_taken_back(talk: Talk) -> None:
    poll = talk.ask()
    vote = talk.conversation.vote
    vote(talk.made, poll.id, [0])
    vote(talk.made, poll.id, [1])
    vote(talk.ketut, poll.id, [1])
    assert poll.counts() == [0, 2]
    vote(talk.ketut, poll.id, [])
    assert poll.counts() == [0, 1]
    for bad in ([0, 1], [2]):
        with pytest.raises(BadPollError):
            vote(talk.made, poll.id, bad)
    talk.conversation.set_poll_state(talk.host, poll.id, PollState.CLOSED)
    with pytest.raises(BadPollError):
        vote(talk.made, poll.id, [0])
    with pytest.raises(NoSuchPollError):
        vote(talk.made, 99, [0])


def test_one_person_has_one_vote_from_however_many_devices(talk: Talk) -> None:
    phone = talk.room.join("phone", "Made", person=talk.made.person)
    poll = talk.ask()
    talk.conversation.vote(talk.made, poll.id, [0])
    talk.conversation.vote(phone, poll.id, [1])
    assert poll.counts() == [0, 1]


@pytest.mark.parametrize(
    ("live", "state", "seen"),
    [
        (True, PollState.OPEN, True),
        (False, PollState.OPEN, False),
        (False, PollState.CLOSED, True),
        (True, PollState.CLOSED, True),
    ],
)
def test_how_a_poll_stands_is_seen_when_it_is_to_be(talk: Talk, live: bool, state: PollState, seen: bool) -> None:
    poll = talk.ask(live=live)
    talk.conversation.set_poll_state(talk.host, poll.id, state)
    assert shows_counts(poll, talk.made) is seen
    assert shows_counts(poll, talk.host)


@pytest.mark.parametrize(
    ("question", "options"), [("", ["a", "b"]), ("?", ["a"]), ("?", ["a", " a "]), ("?", ["a", " "]), ("?", ["a"] * 11)]
)
def test_polls_that_cant_be_asked_are_refused(talk: Talk, question: str, options: list[str]) -> None:
    with pytest.raises(BadPollError):
        talk.conversation.create_poll(
            talk.host, question, options, several=False, anonymous=True, live=True, is_open=True
        )
