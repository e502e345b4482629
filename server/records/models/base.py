"""What all tables have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, inspect
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass

from server.records.models.columns import UtcDateTime, Words


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, repr=False, eq=False):
    """A row. Once read it belongs to no session: change it as you like, the database does not hear of it."""

    type_annotation_map = {  # noqa: RUF012
        str: Words(),
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(),
    }

    def values(self) -> dict[str, Any]:
        """What is to be inserted: every column but a number that the database gives."""
        columns = inspect(type(self)).columns
        return {column.key: getattr(self, column.key) for column in columns if not column.info.get("given")}

    def __repr__(self) -> str:
        """Only numbers that make a row out: names, phone numbers and texts are not for logs."""
        columns = inspect(type(self)).primary_key
        numbers = ((column.name, getattr(self, column.name, None)) for column in columns)
        shown = ", ".join(f"{name}={number}" for name, number in numbers if isinstance(number, int))
        return f"{type(self).__name__}({shown})"
