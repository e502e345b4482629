"""What happens in a meeting is kept as it happens, and is there when it begins again."""

from __future__ import annotations

import csv
import io

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from openpyxl import load_workbook
from pypdf import PdfReader

from signaling.http.keys import DIRECTORY, RECORDS
from tests.signaling.client import make_chaired_meeting
from tests.signaling.conftest import Connect


async def test_a_meeting_that_begins_again_goes_on_as_it_was_left(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host_key = await make_chaired_meeting(http, server, title="Musrenbang")
    host, made = await connect(server), await connect(server)
    await host.join(code, "Host", host_key=host_key)
    joined = await made.join(code, "Made")
    await host.ask("set_policy", ask_unit=True, speak=False)
    await host.ask("set_role", participant=joined["you"], role="cohost")
    await made.ask("send_chat", text="untuk semua")
    await host.ask("create_poll", question="Setuju?", options=["Ya", "Tidak"], open=True)
    await made.ask("vote", poll=1, options=[1])
    await host.ask("end_meeting")
    await host.closed()
    await made.closed()
    assert server.app[DIRECTORY].live(code) is None

    again = await connect(server)
    joined = await again.join(code, "Made", person=joined["person"])
    assert joined["participants"][0]["role"] == "cohost"
    assert joined["state"]["title"] == "Musrenbang"
    assert (joined["state"]["policy"]["ask_unit"], joined["state"]["policy"]["speak"]) == (True, False)
    assert [(message["text"], message["mine"]) for message in joined["chat"]] == [("untuk semua", True)]
    assert (joined["polls"][0]["counts"], joined["polls"][0]["mine"]) == ([0, 1], [1])
    await again.ask("send_chat", text="lagi")
    assert (await again.event("chat_said"))["message"]["id"] == joined["chat"][0]["id"] + 1


async def test_who_did_what_is_kept(server: TestServer, http: ClientSession, connect: Connect) -> None:
    code, host_key = await make_chaired_meeting(http, server)
    host, made = await connect(server), await connect(server)
    await host.join(code, "Host", host_key=host_key)
    joined = await made.join(code, "Made", microphone=True)
    await host.ask("mute", participant=joined["you"])
    await host.ask("remove", participant=joined["you"], ban=True)
    live, records = server.app[DIRECTORY].live(code), server.app[RECORDS]
    assert live is not None
    acts = await records.audit.of(live.record.id)
    assert [(act.actor_name, act.action) for act in acts] == [("Host", "mute"), ("Host", "ban")]
    assert acts[0].target == acts[1].target


async def test_the_attendance_sheet_has_everybody_once_in_all_three_forms_for_chairs_only(
    server: TestServer, http: ClientSession, connect: Connect
) -> None:
    code, host_key = await make_chaired_meeting(http, server, title="Rapat")
    host, made, again, ketut = [await connect(server) for _ in range(4)]
    as_host = await host.join(code, "I Wayan", host_key=host_key)
    as_made = await made.join(code, "Made", unit="Desa Ubud", position="Perbekel")
    await made.ask("leave")
    as_made = await again.join(code, "Made", unit="Desa Ubud", position="Perbekel", person=as_made["person"])
    await ketut.join(code, "=HYPERLINK(1)")
    base = f"/api/meetings/{code}/attendance"
    seat = {"Authorization": f"Seat {as_host['resume']}"}
    sheets = {}
    for form in ("csv", "xlsx", "pdf"):
        async with http.get(server.make_url(f"{base}.{form}?language=en"), headers=seat) as response:
            assert response.status == 200
            sheets[form] = await response.read()
    rows = list(csv.reader(io.StringIO(sheets["csv"].decode("utf-8-sig"))))
    names = [row[1] for row in rows[1:]]
    assert sorted(names) == ["'=HYPERLINK(1)", "I Wayan", "Made"]
    cells = [str(cell.value) for row in load_workbook(io.BytesIO(sheets["xlsx"])).active.rows for cell in row]
    assert cells.count("Made") == 1
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(sheets["pdf"])).pages)
    assert "Desa Ubud" in text
    for headers, status in (({"Authorization": f"Seat {as_made['resume']}"}, 403), ({}, 401)):
        async with http.get(server.make_url(f"{base}.csv"), headers=headers) as response:
            assert response.status == status
