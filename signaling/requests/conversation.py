"""Requests about chat, reactions and polls."""

from __future__ import annotations

from datetime import datetime

from server.conversation.chat import ChatFile
from server.conversation.polls import PollState
from server.meeting import Meeting
from server.participant import Participant
from signaling import describe
from signaling import messages as m


def handle(
    meeting: Meeting, actor: Participant, request: m.AnyRequest, now: datetime, file: ChatFile | None = None
) -> m.Answer | None:
    """Do it; None for a request about something else. Raises what ``Conversation`` does.

    ``file``: the one that the request names.
    """
    conversation = meeting.conversation
    match request:
        case m.SendChat(text=text, to=to, once=once):
            conversation.say(actor, text, to=to, file=file, now=now, once=once)
        case m.ReadChat(before=before):
            key = actor.person.key
            page, more = conversation.chat.page(key, before)
            said = [describe.chat_message(message, key) for message in page]
            return m.ChatPage(id=request.id, messages=said, more=more)
        case m.DeleteChat(message=id_):
            conversation.delete(actor, id_)
        case m.React(reaction=reaction):
            conversation.react(actor, reaction)
        case m.CreatePoll(question=question, options=options, several=several, anonymous=anonymous, live=live):
            conversation.create_poll(
                actor, question, options, several=several, anonymous=anonymous, live=live, is_open=request.open
            )
        case m.SetPollState(poll=id_, state=state):
            conversation.set_poll_state(actor, id_, PollState(state))
        case m.DeletePoll(poll=id_):
            conversation.delete_poll(actor, id_)
        case m.Vote(poll=id_, options=options):
            conversation.vote(actor, id_, options)
        case _:
            return None
    return m.Ok(id=request.id)
