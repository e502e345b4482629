"""``/api/meetings/<code>/files``: what people send along with messages."""

from __future__ import annotations

from urllib.parse import unquote

from aiohttp import web

from server.directory import Live
from server.files import FileTooLargeError, FileTypeError
from server.roles import Power
from server.seat import Seat
from signaling.http.guards import problem
from signaling.http.keys import FILES, RECORDS
from signaling.http.members import for_members

_INERT = {
    # Whatever it is, a browser that is sent here shows nothing of it and runs nothing in it.
    "Content-Type": "application/octet-stream",
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}


@for_members("POST", "/api/meetings/{code}/files")
async def _upload(request: web.Request, live: Live, seat: Seat) -> web.StreamResponse:
    """``POST``: the bytes as the body, the name in the header ``X-File-Name``, percent-encoded; 201 and its id."""
    store = request.app[FILES]
    if not live.meeting.room.permits(seat.participant, Power.SEND_FILES):
        return problem(403, "not_permitted", "the host has not left this open: files")
    if (request.content_length or 0) > store.rules.largest:
        return _too_large(store.rules.largest)
    name = unquote(request.headers.get("X-File-Name", ""))
    chunks = request.content.iter_chunked(64 * 1024)
    key = seat.participant.person.key
    try:
        file = await store.take(live.record, key, name, request.content_type, chunks)
    except FileTypeError:
        return problem(415, "file_type", "files of this kind are not taken: send documents, pictures, sound or video")
    except FileTooLargeError:
        return _too_large(store.rules.largest)
    return web.json_response({"id": file.id, "name": file.name, "size": file.size}, status=201)


def _too_large(largest: int) -> web.Response:
    refused = problem(413, "too_large", f"a file has {largest // (1024 * 1024)} MB at most")
    refused.force_close()  # what is still to come of it is not read
    return refused


@for_members("GET", "/api/meetings/{code}/files/{file}")
async def _download(request: web.Request, live: Live, seat: Seat) -> web.StreamResponse:
    """``GET``: the bytes, for those who may read the message that it came with."""
    id_, key = request.match_info["file"], seat.participant.person.key
    message = live.meeting.conversation.chat.with_file(id_)
    file = await request.app[RECORDS].files.find(id_) if message and message.is_for(key) else None
    if file is None or file.meeting != live.record.id:
        return problem(404, "no_such_file", "there is no such file any more")
    return web.FileResponse(
        request.app[FILES].path(file), headers={**_INERT, "Content-Type": "application/octet-stream"}
    )


ROUTES = [_upload, _download]
