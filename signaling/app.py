"""The aiohttp application: puts the parts together, and takes them apart in order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from aiohttp import web

from server.directory import Directory
from server.files import FileRules, FileStore
from server.media import MediaEdge
from server.phone.telephone import Telephone
from server.records import Records
from server.video_codec import VIDEO_CODECS, VideoCodec
from signaling.announcers import Announcers
from signaling.http import api, connection_trials, exports, feedback, health, load_test, pages, socket
from signaling.http import files as files_http
from signaling.http.guards import errors_as_json, refuse_foreign_origins
from signaling.http.keys import (
    ANNOUNCERS,
    BEHIND_PROXY,
    DIRECTORY,
    EDGE,
    FEEDBACK_GIVEN,
    FILES,
    LIMITS,
    LOAD_TEST_TOKEN,
    NEW_MEETINGS,
    NEW_TRIALS,
    RECORDS,
    SESSIONS,
    TIME_ZONE,
    WEB_ROOT,
)
from signaling.http.security_headers import add_security_headers
from signaling.limits import Limits
from signaling.rate_limit import Buckets

FAREWELL = 2.0
"""Seconds that sockets have to close when the server stops."""
MAX_BODY = 64 * 1024
"""Bytes of a request's body, but for files, which have a bound of their own."""


def create_app(
    edge: MediaEdge,
    records: Records,
    files: Path,
    *,
    web_root: Path | None = None,
    limits: Limits | None = None,
    behind_proxy: bool = False,
    load_test_token: str | None = None,
    file_rules: FileRules | None = None,
    time_zone: str = "UTC",
    video_codecs: Sequence[VideoCodec] = VIDEO_CODECS,
    telephone: Telephone | None = None,
) -> web.Application:
    """The application over an open edge and open records, which stay the caller's to close. Call it within a loop.

    ``files``: the folder in which what people send is kept. ``behind_proxy``: believe X-Forwarded-For.
    ``load_test_token``: who carries it may put the server under load. ``time_zone``: in which exports tell the time.
    ``video_codecs``: those in which pictures may be sent, most preferred first. ``telephone``: how telephones come in.
    """
    limits = limits or Limits()
    app = web.Application(client_max_size=MAX_BODY, middlewares=[errors_as_json, refuse_foreign_origins])
    app[EDGE], app[RECORDS], app[LIMITS], app[BEHIND_PROXY] = edge, records, limits, behind_proxy
    app[LOAD_TEST_TOKEN] = load_test_token
    app[FILES] = FileStore(files, records, file_rules or FileRules())
    app[TIME_ZONE] = time_zone
    app[DIRECTORY] = Directory(edge, records, limits.grace, video_codecs, telephone)
    app[ANNOUNCERS] = Announcers(limits.merge)
    app[NEW_MEETINGS] = Buckets(rate=limits.meetings_per_second, burst=limits.meeting_burst)
    app[NEW_TRIALS] = Buckets(rate=limits.trials_per_second, burst=limits.trial_burst)
    app[FEEDBACK_GIVEN] = Buckets(rate=limits.feedback_per_second, burst=limits.feedback_burst)
    app[WEB_ROOT] = web_root or pages.web_root()
    app[SESSIONS] = set()
    for module in (api, connection_trials, exports, feedback, files_http, health, load_test, pages, socket):
        app.router.add_routes(module.ROUTES)
    app.on_response_prepare.append(add_security_headers)
    app.on_startup.append(_recover)
    app.on_shutdown.append(_say_goodbye)
    app.cleanup_ctx.append(_sweep_files)
    return app


async def drain(app: web.Application, seconds: float) -> None:
    """Let what is live go on for so long at most, with a word to everybody; returns once nobody is in any meeting."""
    app[DIRECTORY].drain(seconds)
    for session in app[SESSIONS].copy():
        session.tell_stopping()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(app[DIRECTORY].quiet(), seconds)


async def _recover(app: web.Application) -> None:
    """Before anybody can come in, the meetings that the last stop cut off are there."""
    await app[DIRECTORY].recover()


async def _sweep_files(app: web.Application) -> AsyncIterator[None]:
    """Files whose time is over are deleted as long as the server runs."""
    sweeping = asyncio.create_task(app[FILES].keep_sweeping())
    yield
    sweeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sweeping


async def _say_goodbye(app: web.Application) -> None:
    """Meetings end with a word to everybody before their sockets are closed."""
    app[DIRECTORY].close()
    sessions = app[SESSIONS].copy()
    for session in sessions:
        session.stop()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*(session.finished.wait() for session in sessions)), FAREWELL)
