"""What went wrong in a database: will it pass, and what may be said of it."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

_PASSING_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
    }
)
_PASSING_CLASSES = ("08", "53", "57", "58")
"""SQLSTATE classes (PostgreSQL, appendix A): connection, resources, intervention such as a restart, system."""
_BLOCKED = ("40001", "40P01", "55P03")
"""Serialisation failure, deadlock, lock not available."""


def is_passing(error: Exception) -> bool:
    """Whether the same write may well succeed later: the disk is full, a lock is held, the connection was lost."""
    cause = _cause(error)
    if isinstance(cause, OSError | PoolTimeoutError):  # TimeoutError and ConnectionError are OSErrors
        return True
    if isinstance(cause, sqlite3.Error):
        return (getattr(cause, "sqlite_errorcode", 0) & 0xFF) in _PASSING_SQLITE
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return str(getattr(cause, "sqlstate", None) or "").startswith(_PASSING_CLASSES)


def is_blocked(error: Exception) -> bool:
    """Whether somebody else holds what this one write needs, while others may go on."""
    return getattr(_cause(error), "sqlstate", None) in _BLOCKED


def fault(error: Exception) -> str:
    """The kind of fault, for logs. Never the driver's own words, which may quote the row: names and texts."""
    cause = _cause(error)
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return f"{type(cause).__name__} {code}" if code else type(cause).__name__


def reason(error: Exception) -> str:
    """One line for whoever starts the server. For errors of connecting and migrating, when no row is at hand yet."""
    cause = _cause(error)
    lines = str(cause).strip().splitlines()
    if isinstance(cause, TimeoutError) or not lines:
        return "no answer in time" if isinstance(cause, TimeoutError) else type(cause).__name__
    return lines[0]


def _cause(error: Exception) -> BaseException:
    """The driver's own exception (or ours, for a value that can't be kept), under what SQLAlchemy wraps it in."""
    cause: BaseException = error
    while isinstance(cause, StatementError) and cause.orig is not None:
        cause = cause.orig
    if type(cause).__module__.startswith("sqlalchemy.dialects") and cause.__cause__ is not None:
        cause = cause.__cause__
    return cause
