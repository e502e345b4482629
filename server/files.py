"""The files that people send: their bytes in one folder, under names that nobody chose."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import BinaryIO

import structlog

from server.records import FileRecord, MeetingRecord, Records
from server.text import clean_line

log = structlog.get_logger()

MAX_NAME = 150
"""The longest file name, in code points."""
SWEEP = 3600.0
"""Seconds between two looks for files whose time is over."""

TYPES = frozenset(
    [
        *("pdf", "doc", "docx", "odt", "rtf", "txt", "md", "csv", "xls", "xlsx", "ods", "ppt", "pptx", "odp", "zip"),
        *("png", "jpg", "jpeg", "gif", "webp", "heic", "mp3", "m4a", "ogg", "wav", "mp4", "webm"),
    ]
)
"""By ending. No programs, scripts, or pages: nobody is to start what a meeting handed out."""


class FileTooLargeError(Exception):
    """It has more bytes than a file may have."""


class FileTypeError(Exception):
    """Files with this ending are not taken."""


@dataclass(frozen=True)
class FileRules:
    """What may be sent, and for how long it is kept."""

    largest: int = 25 * 1024 * 1024
    """In bytes."""
    kept_for: timedelta = timedelta(days=30)


def clean_file_name(name: str) -> str:
    """A file name as it may be shown and kept: without folders, cut before its ending. Raises FileTypeError."""
    name = clean_line(PurePath(name.replace("\\", "/")).name, len(name))
    ending = PurePath(name).suffix
    if ending.lower().lstrip(".") not in TYPES:
        raise FileTypeError
    return name.removesuffix(ending)[: MAX_NAME - len(ending)].rstrip() + ending


class FileStore:
    """Takes files, gives them back, and deletes them when their time is over."""

    def __init__(self, folder: Path, records: Records, rules: FileRules) -> None:
        self.rules = rules
        self._folder, self._records = folder, records

    async def take(
        self, meeting: MeetingRecord, person: str, name: str, media_type: str, chunks: AsyncIterator[bytes]
    ) -> FileRecord:
        """Keep a file. Raises FileTypeError or FileTooLargeError, and then nothing of it is left."""
        name = clean_file_name(name)
        stored = secrets.token_hex(16)
        path = self._folder / stored
        digest, size = hashlib.sha256(), 0
        file = await asyncio.to_thread(self._open, path)
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > self.rules.largest:
                    raise FileTooLargeError
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(file.close)
            now = self._records.now()
            record = FileRecord(
                meeting=meeting.id,
                uploader=person,
                name=name,
                media_type=media_type[:100],
                size=size,
                sha256=digest.hexdigest(),
                stored_name=stored,
                created_at=now,
                expires_at=now + self.rules.kept_for,
            )
            await self._records.files.add(record)
        except BaseException:
            file.close()
            path.unlink(missing_ok=True)
            raise
        return record

    def path(self, file: FileRecord) -> Path:
        """Where its bytes lie."""
        return self._folder / file.stored_name

    async def keep_sweeping(self) -> None:
        """Delete what is over, now and then, until cancelled."""
        while True:
            try:
                await self.sweep(self._records.now())
            except Exception as error:
                log.error("files whose time is over were not deleted", error=repr(error))
            await asyncio.sleep(SWEEP)

    async def sweep(self, now: datetime) -> int:
        """Delete the files whose time is over; returns how many."""
        expired = await self._records.files.expired(now)
        for file in expired:
            await asyncio.to_thread(self.path(file).unlink, missing_ok=True)
            self._records.files.deleted(file, now)
        return len(expired)

    def _open(self, path: Path) -> BinaryIO:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
