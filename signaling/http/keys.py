"""What the handlers find in the application."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from server.directory import Directory
from server.files import FileStore
from server.media import MediaEdge
from server.records import Records
from signaling.announcers import Announcers
from signaling.limits import Limits
from signaling.rate_limit import Buckets
from signaling.session import Session

EDGE = web.AppKey("edge", MediaEdge)
RECORDS = web.AppKey("records", Records)
FILES = web.AppKey("files", FileStore)
TIME_ZONE = web.AppKey("time_zone", str)
"""In which attendance sheets tell the time, as in the tz database."""
DIRECTORY = web.AppKey("directory", Directory)
ANNOUNCERS = web.AppKey("announcers", Announcers)
NEW_MEETINGS = web.AppKey("new_meetings", Buckets)
FEEDBACK_GIVEN = web.AppKey("feedback_given", Buckets)
NEW_TRIALS = web.AppKey("new_trials", Buckets)
WEB_ROOT = web.AppKey("web_root", Path)
SESSIONS: web.AppKey[set[Session]] = web.AppKey("sessions", set)
LIMITS = web.AppKey("limits", Limits)
BEHIND_PROXY = web.AppKey("behind_proxy", bool)
LOAD_TEST_TOKEN: web.AppKey[str | None] = web.AppKey("load_test_token")
"""Who carries it may put this server under load; None: nobody."""
