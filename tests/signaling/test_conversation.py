"""Chat, reactions and polls over the protocol."""

from __future__ import annotations

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from tests.signaling.client import ProtocolClient, make_chaired_meeting
from tests.signaling.conftest import Connect


async def three(
    connect: Connect, server: TestServer, http: ClientSession
) -> tuple[str, ProtocolClient, ProtocolClient, ProtocolClient, list[str]]:
    """A host and two guests, and the guests' ids."""
    code, host_key = await make_chaired_meeting(http, server)
    host, made, ketut = [await connect(server) for _ in range(3)]
    await host.join(code, "Host", host_key=host_key)
    ids = [(await client.join(code, name))["you"] for client, name in ((made, "Made"), (ketut, "Ketut"))]
    return code, host, made, ketut, ids


async def test_everybody_reads_what_is_for_all_and_two_what_is_private(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host, made, ketut, (_, to) = await three(connect, server, http)
    assert (await made.ask("send_chat", text="  hanya untukmu ", to=to))["type"] == "ok"
    await made.ask("send_chat", text="untuk semua\n<b>")
    said = (await ketut.event("chat_said"))["message"]
    assert (said["text"], said["to"], said["mine"], said["name"]) == ("hanya untukmu", to, False, "Made")
    assert (await made.event("chat_said"))["message"]["mine"] is True
    assert (await host.event("chat_said"))["message"]["text"] == "untuk semua\n<b>"
    late = await connect(server)
    joined = await late.join(code, "Late")
    assert [message["text"] for message in joined["chat"]] == ["untuk semua\n<b>"]
    assert "hanya untukmu" not in "".join(late.heard + host.heard)


async def test_earlier_messages_come_page_by_page(server: TestServer, http: ClientSession, connect: Connect) -> None:
    code, host, *_ = await three(connect, server, http)
    for number in range(55):
        await host.ask("send_chat", text=str(number))
    late = await connect(server)
    joined = await late.join(code, "Late")
    assert (len(joined["chat"]), joined["chat_more"]) == (50, True)
    page = await late.ask("read_chat", before=joined["chat"][0]["id"])
    assert ([message["text"] for message in page["messages"]], page["more"]) == (["0", "1", "2", "3", "4"], False)


async def test_a_deleted_message_is_gone_for_all(server: TestServer, http: ClientSession, connect: Connect) -> None:
    code, host, made, ketut, _ = await three(connect, server, http)
    await made.ask("send_chat", text="salah kirim")
    id = (await host.event("chat_said"))["message"]["id"]
    assert (await ketut.ask("delete_chat", message=id))["code"] == "no_such_message"
    await host.ask("delete_chat", message=id)
    assert (await made.event("chat_deleted"))["message"] == id
    late = await connect(server)
    assert (await late.join(code, "Late"))["chat"] == []


async def test_the_reactions_of_a_moment_come_together(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    _, host, made, ketut, ids = await three(connect, server, http)
    for reaction in ("👍", "👏"):
        await made.ask("react", reaction=reaction)
    await ketut.ask("react", reaction="👍")
    shown: dict[str, str] = {}
    while set(shown) != set(ids):
        shown |= {one["participant"]: one["reaction"] for one in (await host.event("reacted"))["reactions"]}
    assert shown[ids[0]] == "👏"


async def test_a_poll_is_a_secret_until_it_is_opened_and_its_counts_until_they_may_be_seen(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host, made, ketut, _ = await three(connect, server, http)
    await host.ask("create_poll", question="Setuju?", options=["Ya", "Tidak"], live=False)
    poll = (await host.event("poll_changed"))["poll"]
    assert poll["state"] == "draft"
    late = await connect(server)
    assert (await late.join(code, "Late"))["polls"] == []
    await host.ask("set_poll_state", poll=poll["id"], state="open")
    opened = (await made.event("poll_changed"))["poll"]
    assert (opened["state"], opened["counts"], opened["mine"]) == ("open", None, [])
    await made.ask("vote", poll=poll["id"], options=[0])
    await ketut.ask("vote", poll=poll["id"], options=[1])
    while (seen := (await host.event("poll_changed"))["poll"])["voters"] < 2:
        pass
    assert seen["counts"] == [1, 1]
    await host.ask("set_poll_state", poll=poll["id"], state="closed")
    while (closed := (await made.event("poll_changed"))["poll"])["state"] != "closed":
        pass
    assert (closed["counts"], closed["mine"]) == ([1, 1], [0])
    assert '"draft"' not in "".join(made.heard + late.heard)
